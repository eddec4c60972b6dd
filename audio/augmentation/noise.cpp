#include "audio/augmentation/noise.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <complex>

#include "audio/augmentation/draws.h"
#include "audio/fft.h"
#include "tensor/error.h"
#include "tensor/kernels/random.h"

namespace emograd::audio {
namespace {

std::vector<float> scaled(std::span<const float> x, double factor) {
  std::vector<float> y(x.size());
  std::transform(x.begin(), x.end(), y.begin(),
                 [&](float v) { return static_cast<float>(factor * static_cast<double>(v)); });
  return y;
}

}  // namespace

double mean_power(std::span<const float> x) {
  double sum = 0;
  for (const float v : x) sum += static_cast<double>(v) * static_cast<double>(v);
  return x.empty() ? 0 : sum / static_cast<double>(x.size());
}

std::vector<float> white_noise(std::int64_t n, Rng& rng) {
  std::vector<float> x(static_cast<std::size_t>(n));
  kernels::random(kernels::Distribution::normal, DType::f32, rng.seed, rng.offset, n, 0, nullptr, x.data());
  rng.offset += static_cast<std::uint64_t>(n);
  return x;
}

std::vector<float> pink_noise(std::int64_t n, double rate, Rng& rng) {
  const auto all = static_cast<std::int64_t>(std::bit_ceil(static_cast<std::uint64_t>(std::max<std::int64_t>(n, 32))));
  RealFft<float> fft(all);
  std::vector<float> x = white_noise(all, rng);
  std::vector<std::complex<float>> X(static_cast<std::size_t>(fft.bins()));
  fft(x, X);
  const auto first = static_cast<std::size_t>(std::ceil(std::min(20., rate / 8) * static_cast<double>(all) / rate));
  std::fill_n(X.begin(), first, 0.F);
  double power = 0;  // expected, of what the bins become
  for (std::size_t k = first; k < X.size(); ++k) {
    X[k] /= std::sqrt(static_cast<float>(k));
    power += (k + 1 == X.size() ? 1. : 2.) / static_cast<double>(k);
  }
  fft.inverse(X, x);
  x.resize(static_cast<std::size_t>(n));
  return scaled(x, std::sqrt(static_cast<double>(all) / power));
}

std::vector<float> random_piece(std::span<const float> sound, std::int64_t n, Rng& rng) {
  check(!sound.empty(), "random_piece: the sound has no samples");
  const std::int64_t size = std::ssize(sound);
  std::int64_t at = draw_below(size >= n ? size - n + 1 : size, rng);
  std::vector<float> piece(static_cast<std::size_t>(n));
  for (float& v : piece) {
    v = sound[static_cast<std::size_t>(at)];
    if (++at == size) at = 0;
  }
  return piece;
}

std::vector<float> with_noise(std::span<const float> x, std::span<const float> noise, double decibels) {
  check(x.size() == noise.size(), "with_noise: {} samples and {} of noise; needs as many", x.size(), noise.size());
  const double signal = mean_power(x), other = mean_power(noise);
  std::vector<float> y(x.begin(), x.end());
  if (signal == 0 || other == 0) return y;
  const double gain = std::sqrt(signal / other) * std::pow(10, -decibels / 20);
  for (std::size_t i = 0; i < y.size(); ++i)
    y[i] = static_cast<float>(static_cast<double>(x[i]) + gain * static_cast<double>(noise[i]));
  return y;
}

std::vector<float> dithered(std::span<const float> x, std::int64_t bits, Rng& rng) {
  const double step = std::exp2(1 - static_cast<double>(bits));
  std::vector<float> y(x.size());
  std::transform(x.begin(), x.end(), y.begin(), [&](float v) {
    const double noise = draw(rng) + draw(rng) - 1;
    return static_cast<float>(std::clamp(static_cast<double>(v) + step * noise, -1., 1.));
  });
  return y;
}

std::vector<float> with_gain(std::span<const float> x, double decibels) {
  return scaled(x, std::pow(10, decibels / 20));
}

}  // namespace emograd::audio
