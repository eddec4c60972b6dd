#include "audio/augmentation/reverb.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <complex>

#include "audio/augmentation/noise.h"
#include "audio/fft.h"
#include "tensor/error.h"

namespace emograd::audio {

std::vector<float> convolved(std::span<const float> x, std::span<const float> h) {
  if (x.empty() || h.empty()) return {};
  std::vector<float> y(x.size() + h.size() - 1);
  const std::size_t size = std::max<std::size_t>(32, std::bit_ceil(std::min(y.size(), 4 * h.size())));
  const std::size_t block = size - h.size() + 1;
  RealFft<float> fft(static_cast<std::int64_t>(size));
  std::vector<float> part(size);
  std::vector<std::complex<float>> H(size / 2 + 1), X(size / 2 + 1);
  std::copy(h.begin(), h.end(), part.begin());
  fft(part, H);
  for (std::size_t begin = 0; begin < x.size(); begin += block) {
    const auto some = x.subspan(begin, std::min(block, x.size() - begin));
    std::fill(std::copy(some.begin(), some.end(), part.begin()), part.end(), 0.F);
    fft(part, X);
    for (std::size_t k = 0; k < X.size(); ++k) X[k] *= H[k];
    fft.inverse(X, part);
    for (std::size_t i = 0; i < some.size() + h.size() - 1; ++i) y[begin + i] += part[i];
  }
  return y;
}

ImpulseResponse recorded_response(std::vector<float> samples) {
  const auto direct =
      std::max_element(samples.begin(), samples.end(), [](float a, float b) { return std::abs(a) < std::abs(b); });
  check(direct != samples.end() && *direct != 0, "recorded_response: an impulse response without any sound");
  const auto at = static_cast<std::size_t>(direct - samples.begin());
  return {std::move(samples), at};
}

ImpulseResponse decaying_response(double rt60, double rate, Rng& rng, double direct_to_reverberant) {
  check(rt60 >= 0.05 && rt60 <= 10, "decaying_response: a reverberation time of {} s; must lie in 0.05 … 10", rt60);
  check(rate > 0, "decaying_response: a rate of {} Hz; must be positive", rate);
  std::vector<float> tail = white_noise(static_cast<std::int64_t>(std::ceil(rt60 * rate)), rng);
  const double step = std::pow(10, -3 / (rt60 * rate));
  double decay = 1;
  for (float& v : tail) v *= static_cast<float>(decay *= step);
  const double energy = mean_power(tail) * static_cast<double>(tail.size());
  const auto gain = static_cast<float>(std::pow(10, -direct_to_reverberant / 20) / std::sqrt(energy));
  ImpulseResponse response{{1}, 0};
  for (const float v : tail) response.samples.push_back(gain * v);
  return response;
}

std::vector<float> reverberated(std::span<const float> x, const ImpulseResponse& response) {
  check(response.direct < response.samples.size(), "reverberated: the direct sound is at sample {} of {}",
        response.direct, response.samples.size());
  if (x.empty()) return {};
  const std::size_t heard = std::min(response.samples.size(), response.direct + x.size());  // before the sound ends
  std::vector<float> y = convolved(x, std::span(response.samples).first(heard));
  y.erase(y.begin(), y.begin() + static_cast<std::ptrdiff_t>(response.direct));
  y.resize(x.size());
  const double before = mean_power(x), after = mean_power(y);
  const auto gain = static_cast<float>(after > 0 ? std::sqrt(before / after) : 0);
  for (float& v : y) v *= gain;
  return y;
}

}  // namespace emograd::audio
