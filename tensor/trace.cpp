#include "tensor/trace.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <ostream>
#include <tuple>

namespace emograd::trace {

namespace detail {
std::atomic<bool> on{false};
thread_local const char* equation = "";
thread_local const char* phase = "forward";
}  // namespace detail

namespace {

std::mutex mutex;
std::map<std::tuple<std::string, std::string, std::string>, Row> table;

void slowest_first(std::vector<Row>& rows) {
  std::stable_sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) { return a.seconds > b.seconds; });
}

void print_by(std::ostream& out, const char* title, const std::vector<Row>& all, std::string (*key)(const Row&)) {
  std::map<std::string, Row> groups;
  double total = 0;
  for (const auto& row : all) {
    auto& group = groups[key(row)];
    group.calls += row.calls;
    group.seconds += row.seconds;
    group.flops += row.flops;
    group.bytes += row.bytes;
    total += row.seconds;
  }
  std::vector<Row> rows;
  for (auto& [name, group] : groups) {
    group.kernel = name;
    rows.push_back(group);
  }
  slowest_first(rows);
  out << fmt::format("\n{:<34} {:>9} {:>11} {:>7} {:>9} {:>8}\n", title, "calls", "ms", "share", "GFLOP/s", "GB/s");
  for (const auto& row : rows)
    out << fmt::format("{:<34} {:>9} {:>11.3f} {:>6.1f}% {:>9.2f} {:>8.2f}\n", row.kernel, row.calls, row.seconds * 1e3,
                       100 * row.seconds / std::max(total, 1e-12), row.flops / std::max(row.seconds, 1e-12) * 1e-9,
                       row.bytes / std::max(row.seconds, 1e-12) * 1e-9);
}

}  // namespace

void detail::add(const char* kernel, double flops, double bytes, std::chrono::steady_clock::time_point start) {
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  const std::lock_guard lock(mutex);
  Row& row = table[{kernel, equation, phase}];
  row.calls += 1;
  row.seconds += seconds;
  row.flops += flops;
  row.bytes += bytes;
}

void enable(bool on) { detail::on.store(on); }
bool enabled() { return detail::on.load(std::memory_order_relaxed); }

void clear() {
  const std::lock_guard lock(mutex);
  table.clear();
}

std::vector<Row> rows() {
  const std::lock_guard lock(mutex);
  std::vector<Row> out;
  for (const auto& [key, row] : table) {
    out.push_back(row);
    std::tie(out.back().kernel, out.back().equation, out.back().phase) = key;
  }
  slowest_first(out);
  return out;
}

void print(std::ostream& out) {
  const auto all = rows();
  print_by(out, "kernel", all, [](const Row& r) { return r.kernel; });
  print_by(out, "equation, phase", all,
           [](const Row& r) { return (r.equation.empty() ? "(none)" : r.equation) + ", " + r.phase; });
}

}  // namespace emograd::trace
