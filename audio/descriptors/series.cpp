#include "audio/descriptors/series.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numbers>

#include "tensor/error.h"

namespace emograd::audio {

Framing framing(double rate, double seconds) {
  check(rate > 0, "framing: a rate of {} samples per second", rate);
  const double period = 1 / rate;
  Framing f;
  f.length = std::llround(seconds / period);
  f.hop = std::llround(hop_seconds / period);
  f.fft = static_cast<std::int64_t>(std::bit_ceil(static_cast<std::uint64_t>(std::max<std::int64_t>(f.length, 1))));
  check(f.fft >= 32 && f.hop >= 1, "framing: {} samples per second are too few for frames of {} s", rate, seconds);
  // Quirk: the nominal seconds, not length/rate, which differ where rate·seconds is no whole number.
  f.bin = 1 / (seconds * (static_cast<double>(f.fft) / static_cast<double>(f.length)));
  return f;
}

std::vector<float> scaled_as_opensmile(const std::vector<float>& samples, std::int64_t bits) {
  if (bits == 0) return samples;
  const int magnitude = bits == 32 ? 31 : bits == 8 ? 7 : 15;  // 24 bits are 15 and a fraction
  const auto whole = static_cast<float>(std::ldexp(1.0, magnitude));
  const auto most = static_cast<float>(std::ldexp(1.0, magnitude) - 1);
  std::vector<float> scaled;
  scaled.reserve(samples.size());
  for (const float x : samples) scaled.push_back(x * whole / most);
  return scaled;
}

std::vector<float> hamming(std::int64_t length) {
  std::vector<float> window;
  for (std::int64_t i = 0; i < length; ++i)
    window.push_back(static_cast<float>(
        0.54 - 0.46 * std::cos(2 * std::numbers::pi * static_cast<double>(i) / static_cast<double>(length - 1))));
  return window;
}

std::vector<float> gauss(std::int64_t length, double sigma) {
  std::vector<float> window;
  const double middle = static_cast<double>(length - 1) / 2;
  for (std::int64_t i = 0; i < length; ++i) {
    const double u = (static_cast<double>(i) - middle) / (sigma * middle);
    window.push_back(static_cast<float>(std::exp(-0.5 * u * u)));
  }
  return window;
}

}  // namespace emograd::audio
