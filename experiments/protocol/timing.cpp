#include "experiments/protocol/timing.h"

#include <algorithm>
#include <chrono>
#include <fstream>

#include "autograd/ops/linalg.h"
#include "autograd/ops/pointwise.h"
#include "autograd/ops/random.h"
#include "tensor/trace.h"

namespace emograd::protocol {
namespace {

double least(const std::vector<double>& values) { return *std::min_element(values.begin(), values.end()); }

}  // namespace

Peak measured_peak() {
  constexpr std::int64_t n = 1024, numbers = 64 << 18, repetitions = 20;
  Rng rng{1};
  const Tensor a = normal({n, n}, rng), b = normal({n, n}, rng), x = normal({numbers}, rng);
  return {2.0 * n * n * n / least(seconds_of([&] { matmul(a, b); }, repetitions)),
          2.0 * 4 * numbers / least(seconds_of([&] { 2.0 * x; }, repetitions))};
}

Work work_of(const std::function<void()>& body) {
  trace::clear();
  trace::enable(true);
  body();
  trace::enable(false);
  Work work;
  for (const trace::Row& row : trace::rows()) {
    work.flops += row.flops;
    work.bytes += row.bytes;
    if (row.kernel == "gemm") work.product_flops += row.flops;
    work.equations[row.equation] += row.seconds;
  }
  return work;
}

std::vector<double> seconds_of(const std::function<void()>& body, std::int64_t repetitions) {
  using Clock = std::chrono::steady_clock;
  body();  // what happens once: memory, threads
  std::vector<double> seconds;
  for (std::int64_t i = 0; i < repetitions; ++i) {
    const auto start = Clock::now();
    body();
    seconds.push_back(std::chrono::duration<double>(Clock::now() - start).count());
  }
  return seconds;
}

std::string processor_name() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    const std::size_t colon = line.find(": ");
    if (line.starts_with("model name") && colon != std::string::npos) return line.substr(colon + 2);
  }
  return "unknown processor";
}

}  // namespace emograd::protocol
