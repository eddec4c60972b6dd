#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>

#include "tensor/restore.h"

/// What ran, under which equation, at what cost: every kernel call passes here. Off, it costs one branch.
namespace emograd::trace {

namespace detail {
extern std::atomic<bool> on;
extern thread_local const char* equation;
extern thread_local const char* phase;
void add(const char* kernel, double flops, double bytes, std::chrono::steady_clock::time_point start);
}  // namespace detail

/// The equation that the code of this scope computes, as "paper:number" (yi2020:17). Nodes recorded inside carry it,
/// and their derivatives run under it. The string must outlive the program's use of it: pass a literal.
struct Equation : Restore<const char*> {
  explicit Equation(const char* tag) : Restore(detail::equation, tag) {}
};
inline const char* current_equation() { return detail::equation; }

inline const char* current_phase() { return detail::phase; }

/// "forward" unless a sweep of the tape is under way: "backward", or "backward²" where that sweep is itself recorded.
struct Phase : Restore<const char*> {
  explicit Phase(const char* name) : Restore(detail::phase, name) {}
};

/// One kernel call: constructed before it starts, destroyed when it has finished.
class Kernel {
 public:
  Kernel(const char* name, double flops, double bytes) {
    if (detail::on.load(std::memory_order_relaxed)) [[unlikely]] {
      name_ = name;
      flops_ = flops;
      bytes_ = bytes;
      start_ = std::chrono::steady_clock::now();
    }
  }
  ~Kernel() {
    if (name_) [[unlikely]]
      detail::add(name_, flops_, bytes_, start_);
  }
  Kernel(const Kernel&) = delete;
  Kernel& operator=(const Kernel&) = delete;

 private:
  const char* name_ = nullptr;
  double flops_, bytes_;  // set with name_
  std::chrono::steady_clock::time_point start_;
};

struct Row {
  std::string kernel, equation, phase;
  std::int64_t calls = 0;
  double seconds = 0, flops = 0, bytes = 0;
};

void enable(bool);
bool enabled();
void clear();
/// What was seen while enabled since the last clear, per (kernel, equation, phase), slowest first.
std::vector<Row> rows();
/// The tables that --trace prints: one per kernel, one per equation, with calls, time, share, GFLOP/s and GB/s.
void print(std::ostream&);

}  // namespace emograd::trace
