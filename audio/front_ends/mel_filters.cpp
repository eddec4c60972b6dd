#include "audio/front_ends/mel_filters.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "tensor/error.h"

namespace emograd::audio {
namespace {

constexpr double knee = 1000, mel_at_knee = 15;  // Slaney's scale is linear below and logarithmic above:
constexpr double steps = 27, ratio = 6.4;        // so many mels multiply the frequency by this

}  // namespace

double mel_of(double hertz, MelScale scale) {
  if (scale == MelScale::htk) return 2595 * std::log10(1 + hertz / 700);
  return hertz < knee ? hertz * mel_at_knee / knee : mel_at_knee + steps * std::log(hertz / knee) / std::log(ratio);
}

double hertz_of(double mel, MelScale scale) {
  if (scale == MelScale::htk) return 700 * (std::pow(10, mel / 2595) - 1);
  return mel < mel_at_knee ? mel * knee / mel_at_knee : knee * std::pow(ratio, (mel - mel_at_knee) / steps);
}

Tensor mel_matrix(const MelFilters& f) {
  check(f.bands >= 1 && f.fft >= 2 && f.fft % 2 == 0,
        "mel_matrix: {} bands of spectra of {} samples; needs a band and an even number of samples", f.bands, f.fft);
  check(0 <= f.low && f.low < f.high && f.high <= f.rate / 2,
        "mel_matrix: bands from {} to {} Hz at {} Hz; needs 0 ≤ low < high ≤ half the rate", f.low, f.high, f.rate);
  const double low = mel_of(f.low, f.scale), step = (mel_of(f.high, f.scale) - low) / static_cast<double>(f.bands + 1);
  const bool in_hertz = f.sides == MelFilters::Sides::hertz;
  const std::int64_t bins = f.fft / 2 + 1;
  Tensor out = empty({f.bands, bins}, DType::f64);
  double* weight = out.mutable_data<double>();
  for (std::int64_t band = 0; band < f.bands; ++band) {
    std::array<double, 3> corner{}, hertz{};  // left foot, peak, right foot
    for (std::size_t c = 0; c < 3; ++c) {
      const double mel = low + static_cast<double>(band + static_cast<std::int64_t>(c)) * step;
      hertz[c] = hertz_of(mel, f.scale);
      corner[c] = in_hertz ? hertz[c] : mel;
    }
    const double peak = f.size == MelFilters::Size::area ? 2 / (hertz[2] - hertz[0]) : 1;
    for (std::int64_t k = 0; k < bins; ++k) {
      const double frequency = static_cast<double>(k) * f.rate / static_cast<double>(f.fft);
      const double at = in_hertz ? frequency : mel_of(frequency, f.scale);
      const double up = (at - corner[0]) / (corner[1] - corner[0]), down = (corner[2] - at) / (corner[2] - corner[1]);
      *weight++ = peak * std::max(0.0, std::min(up, down));
    }
  }
  return out;
}

}  // namespace emograd::audio
