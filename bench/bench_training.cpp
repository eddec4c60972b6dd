// Whole training steps, under the names that pytorch_peer.py uses for the same work.
#include "autograd/grad.h"
#include "autograd/ops/pointwise.h"
#include "autograd/ops/random.h"
#include "bench/floors.h"
#include "models/yi2020/adan.h"
#include "nn/losses.h"
#include "tensor/memory/pool.h"

namespace emograd {
namespace {

constexpr std::int64_t rows = 432, features = 4368, classes = 7, batch = 128, latent = 100;

/// Multiply-adds of one pass of one row through E or R (they have the same sizes), twice that many operations.
constexpr double autoencoder_macs = 4368.0 * 800 + 800.0 * 800 + 800.0 * 100;
constexpr double first_layer = 4368.0 * 800;
/// Per row and step: E forward, its dW, its dx but the first; R forward twice, dW, dx but the first layer's, full dx
/// once. C, G and D are left out: they are under 2 %.
constexpr double epoch_flops =
    2 * rows *
    (7 * autoencoder_macs + (autoencoder_macs - first_layer) + (autoencoder_macs - 100.0 * 800) - autoencoder_macs);
/// Adam alone: p, g, m, v read and p, m, v written, for 8.4 M parameters, once per batch.
constexpr double epoch_bytes = 4 * 7 * 4.0 * 2 * autoencoder_macs;

void epoch(benchmark::State& state, const yi2020::AdanConfig& config) {
  Rng rng{1, 0};
  const Tensor x = normal({rows, features}, rng), y = integers({rows}, classes, rng);
  yi2020::Adan model(config, features, classes, {}, rng);
  model.epoch(x, y);
  pool::reset_peak();
  for (auto _ : state) benchmark::DoNotOptimize(model.epoch(x, y));
  set_floor(state, epoch_flops, epoch_bytes);
  state.counters["peak_MB"] = static_cast<double>(pool::stats().peak_bytes) * 1e-6;
}

void adan_epoch(benchmark::State& state) { epoch(state, yi2020::adan_config()); }
void wadan_epoch(benchmark::State& state) { epoch(state, yi2020::wadan_config()); }

void critic_step(benchmark::State& state) {
  Rng rng{1, 0};
  nn::Mlp D({latent, 100, 100, 1}, rng);
  optim::Adam adam(nn::parameters(D), {.lr = 1e-4});
  const Tensor h = normal({batch, latent}, rng), h_gen = normal({batch, latent}, rng);
  for (auto _ : state) {
    const Tensor mu = uniform({batch, 1}, rng);
    const Tensor loss = nn::wasserstein_divergence(D, h, h_gen, mu, 10, 5);
    adam.step(grad(loss, adam.values()));
  }
  // D forward three times, dW three times, dx for the penalty, and the derivative of that dx: dW and dx once more.
  const double macs = batch * (100.0 * 100 * 2 + 100);
  set_floor(state, 2 * macs * (3 + 3 + 1 + 2) + 2 * 2 * batch * 100.0 * 100, 7 * 4 * 20301.0);
}

void scalar_op_forward(benchmark::State& state) {
  constexpr int chain = 10'000;
  const Tensor c = full({}, 0.9999);
  for (auto _ : state) {
    Tensor y = variable(full({}, 1));
    for (int i = 0; i < chain; ++i) y = y * c;
    state.PauseTiming();
    y = Tensor();
    state.ResumeTiming();
  }
  state.counters["per"] = chain;
}

void scalar_op_backward(benchmark::State& state) {
  constexpr int chain = 10'000;
  const Tensor c = full({}, 0.9999), x = variable(full({}, 1));
  Tensor y = x;
  for (int i = 0; i < chain; ++i) y = y * c;
  for (auto _ : state) benchmark::DoNotOptimize(grad(y, x));
  state.counters["per"] = chain;
}

void adam_pass(benchmark::State& state) {
  Rng rng{1, 0};
  nn::Mlp E({4368, 800, 800, 100}, rng), R({100, 800, 800, 4368}, rng);
  optim::Adam adam(nn::parameters(E, R), {.lr = 1e-4});
  std::vector<Tensor> grads;
  double n = 0;
  for (const Tensor& p : adam.values()) {
    grads.push_back(normal(p.shape(), rng));
    n += static_cast<double>(p.numel());
  }
  for (auto _ : state) adam.step(grads);
  set_floor(state, 13 * n, 7 * 4 * n);
}

BENCHMARK(adan_epoch)->Unit(benchmark::kMillisecond)->UseRealTime()->Name("adan_epoch");
BENCHMARK(wadan_epoch)->Unit(benchmark::kMillisecond)->UseRealTime()->Name("wadan_epoch");
BENCHMARK(critic_step)->Unit(benchmark::kMicrosecond)->UseRealTime()->Name("critic_step");
BENCHMARK(scalar_op_forward)->Unit(benchmark::kMillisecond)->UseRealTime()->Name("scalar_op_forward");
BENCHMARK(scalar_op_backward)->Unit(benchmark::kMillisecond)->UseRealTime()->Name("scalar_op_backward");
BENCHMARK(adam_pass)->Unit(benchmark::kMillisecond)->UseRealTime()->Name("adam_pass_8.4M");

}  // namespace
}  // namespace emograd

BENCHMARK_MAIN();
