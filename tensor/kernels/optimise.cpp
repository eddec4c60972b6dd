#include "tensor/kernels/optimise.h"

#include "tensor/kernels/isa.h"
#include "tensor/parallel.h"
#include "tensor/trace.h"

namespace emograd::kernels {
namespace {

/// Runs body(slot, begin, end) over the concatenation of all slots, cut evenly: many small tensors share one dispatch.
template <class Body>
void over_all(const char* name, std::span<const Slot> slots, double flops, double words, const Body& body) {
  std::int64_t total = 0;
  double bytes = 0;
  for (const Slot& s : slots) {
    total += s.n;
    bytes += words * static_cast<double>(s.n) * (s.f64 ? 8 : 4);
  }
  const trace::Kernel traced(name, flops * static_cast<double>(total), bytes);
  parallel_for(total, 16384, [&](std::int64_t begin, std::int64_t end) {
    std::int64_t first = 0;
    for (const Slot& s : slots) {
      const std::int64_t from = begin > first ? begin - first : 0, to = end - first < s.n ? end - first : s.n;
      if (from < to) body(s, from, to);
      first += s.n;
    }
  });
}

}  // namespace

void adam(std::span<const Slot> slots, const AdamStep& step) {
  const auto& table = active_table<OptimiseTable>();
  over_all("adam", slots, 13, 7,
           [&](const Slot& s, std::int64_t begin, std::int64_t end) { table.adam[s.f64](s, step, begin, end); });
}

void sgd(std::span<const Slot> slots, const SgdStep& step) {
  const auto& table = active_table<OptimiseTable>();
  over_all("sgd", slots, 6, step.momentum != 0 ? 5 : 3,
           [&](const Slot& s, std::int64_t begin, std::int64_t end) { table.sgd[s.f64](s, step, begin, end); });
}

}  // namespace emograd::kernels
