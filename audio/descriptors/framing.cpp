#include "audio/descriptors/framing.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numbers>

#include "tensor/error.h"

namespace emograd::audio {

Framing framing(double rate, double seconds, Definition definition) {
  check(rate > 0, "framing: a rate of {} samples per second", rate);
  const double period = 1 / rate;
  Framing f;
  f.length = std::llround(seconds / period);
  f.hop = std::llround(hop_seconds / period);
  f.fft = static_cast<std::int64_t>(std::bit_ceil(static_cast<std::uint64_t>(std::max<std::int64_t>(f.length, 1))));
  check(f.fft >= 32 && f.hop >= 1, "framing: {} samples per second are too few for frames of {} s", rate, seconds);
  // Quirk: the nominal seconds, not length/rate, which differ where rate·seconds is no whole number.
  f.bin = 1 / (seconds * (static_cast<double>(f.fft) / static_cast<double>(f.length)));
  f.definition = definition;
  if (f.textbook()) f.bin = rate / static_cast<double>(f.fft);
  return f;
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

float f32_mean(std::span<const float> values) {
  float sum = 0;
  for (const float v : values) sum += v;
  return values.empty() ? 0 : sum / static_cast<float>(values.size());
}

}  // namespace emograd::audio
