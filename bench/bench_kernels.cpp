// Single operations, under the names that pytorch_peer.py uses, and the machine's roofs.
#include <cstring>

#include "autograd/grad.h"
#include "autograd/ops/linalg.h"
#include "autograd/ops/pointwise.h"
#include "autograd/ops/random.h"
#include "autograd/ops/shape.h"
#include "bench/floors.h"
#include "nn/losses.h"
#include "tensor/parallel.h"

namespace emograd {
namespace {

/// The best product this build computes: the rate that other products are held against.
void roof_flops(benchmark::State& state) {
  Rng rng{1, 0};
  const Tensor a = normal({2048, 2048}, rng), b = normal({2048, 2048}, rng);
  for (auto _ : state) benchmark::DoNotOptimize(matmul(a, b));
  set_floor(state, 2.0 * 2048 * 2048 * 2048, 0);
}

/// memcpy by all threads of arrays that fit no private cache.
void roof_bytes(benchmark::State& state) {
  constexpr std::int64_t n = std::int64_t{1} << 26;
  const Tensor from = ones({n});
  Tensor to = zeros({n});
  for (auto _ : state)
    parallel_for(n, 1 << 16, [&](std::int64_t begin, std::int64_t end) {
      std::memcpy(to.mutable_data<float>() + begin, from.data<float>() + begin,
                  static_cast<std::size_t>(end - begin) * 4);
    });
  set_floor(state, 0, 2.0 * 4 * n);
}

void matmul_case(benchmark::State& state, char left, std::int64_t m, std::int64_t k, std::int64_t n, char right) {
  Rng rng{1, 0};
  const Tensor a = left == 't' ? transpose(normal({k, m}, rng)) : normal({m, k}, rng);
  const Tensor b = right == 't' ? transpose(normal({n, k}, rng)) : normal({k, n}, rng);
  for (auto _ : state) benchmark::DoNotOptimize(matmul(a, b));
  const auto d = [](std::int64_t v) { return static_cast<double>(v); };
  set_floor(state, 2 * d(m) * d(k) * d(n), 4 * (d(m) * d(k) + d(k) * d(n) + d(m) * d(n)));
}

template <class F>
void pointwise_case(benchmark::State& state, int inputs, F f) {
  Rng rng{1, 0};
  const Tensor x = normal({1'000'000}, rng), y = normal({1'000'000}, rng);
  for (auto _ : state) benchmark::DoNotOptimize(f(x, y));
  set_floor(state, 1e6, 4e6 * (inputs + 1));
}

void cross_entropy_case(benchmark::State& state, std::int64_t rows, std::int64_t classes) {
  Rng rng{1, 0};
  const Tensor x = variable(normal({rows, classes}, rng)), labels = integers({rows}, classes, rng);
  for (auto _ : state) benchmark::DoNotOptimize(grad(nn::cross_entropy(x, labels), x));
  const double n = static_cast<double>(rows) * static_cast<double>(classes);
  set_floor(state, 8 * n, 4 * 2 * n);
}

template <class... Args>
void add(const char* name, Args... args) {
  benchmark::RegisterBenchmark(name, args...)->UseRealTime()->Unit(benchmark::kMicrosecond);
}

void add_all() {
  add("roof_flops", roof_flops);
  add("roof_bytes", roof_bytes);
  struct Product {
    char left, right;
    std::int64_t m, k, n;
  };
  for (const auto& [l, r, m, k, n] : {Product{'n', 't', 128, 4368, 800},
                                      {'n', 't', 128, 800, 800},
                                      {'n', 't', 128, 800, 4368},
                                      {'n', 't', 128, 100, 100},
                                      {'n', 'n', 128, 4368, 800},
                                      {'t', 'n', 800, 128, 4368},
                                      {'t', 'n', 100, 128, 100},
                                      {'n', 'n', 1024, 1024, 1024}})
    add(fmt::format("matmul_{}{}_{}x{}x{}", l, r, m, k, n).c_str(), matmul_case, l, m, k, n, r);
  add("pointwise_tanh_1e6",
      [](benchmark::State& s) { pointwise_case(s, 1, [](const Tensor& x, const Tensor&) { return tanh(x); }); });
  add("pointwise_exp_1e6",
      [](benchmark::State& s) { pointwise_case(s, 1, [](const Tensor& x, const Tensor&) { return exp(x); }); });
  add("pointwise_add_1e6",
      [](benchmark::State& s) { pointwise_case(s, 2, [](const Tensor& x, const Tensor& y) { return x + y; }); });
  add("cross_entropy_128x7", cross_entropy_case, 128, 7);
  add("cross_entropy_4096x1000", cross_entropy_case, 4096, 1000);
}

}  // namespace
}  // namespace emograd

int main(int argc, char** argv) {
  emograd::add_all();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
}
