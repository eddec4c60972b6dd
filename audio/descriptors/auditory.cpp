#include "audio/descriptors/auditory.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "audio/descriptors/series.h"

namespace emograd::audio {
namespace {

constexpr float least_energy = 9.3e-10F;
constexpr auto compression = static_cast<double>(0.33F);

/// The ear's sensitivity at ω = 2πf. Quirk: ω⁷ stands where the formula has ω⁶.
double equal_loudness(double hertz) {
  const double w = 2 * std::numbers::pi * hertz, w2 = w * w;
  return 1e32 * (w2 * w2 * (w2 + 56.8e6)) / ((w2 + 6.3e6) * (w2 + 6.3e6) * (w2 + 0.38e9) * (w2 * w2 * w2 * w + 1.7e31));
}

}  // namespace

AuditorySpectrum::AuditorySpectrum(const MelBank& bank) {
  for (std::int64_t b = 0; b < bank.bands(); ++b)
    weights_.push_back(static_cast<float>(equal_loudness(bank.centre(b))));
}

void AuditorySpectrum::operator()(std::span<const float> energy, std::span<float> loudness) const {
  for (std::size_t b = 0; b < weights_.size(); ++b)
    loudness[b] =
        static_cast<float>(std::pow(static_cast<double>(std::max(energy[b], least_energy) * weights_[b]), compression));
}

/// h = (2, −4ω, 0, 4ω, −2)/√(10 (32ω² + 8)) with ω = cos(2π·29 Hz·10 ms); the pole at 1 − sin(2π·1 Hz·10 ms).
RastaSpectrum::RastaSpectrum(const AuditorySpectrum& auditory) : delays_(auditory.weights().size()) {
  constexpr double turn = 2 * std::numbers::pi;
  const auto upper = static_cast<float>(std::cos(turn * 29 * hop_seconds));
  const float norm = std::sqrt(10.0F * (32.0F * upper * upper + 8.0F));
  fir_ = {2.0F / norm, -4.0F * upper / norm, 0.0F, 4.0F * upper / norm, -2.0F / norm};
  pole_ = static_cast<float>(1 - std::sin(turn * 1 * hop_seconds));
  for (const float w : auditory.weights()) log_weights_.push_back(std::log(w));
}

/// Quirk: 0 for five frames, while the filter fills; what came out of it is fed back from then on.
void RastaSpectrum::operator()(std::span<const float> energy, std::span<float> loudness) {
  const bool filled = frame_ >= static_cast<std::int64_t>(taps);
  for (std::size_t b = 0; b < delays_.size(); ++b) {
    const float x = std::log(std::max(energy[b], least_energy));
    auto& d = delays_[b];
    const float y = fir_[0] * x + d[0];
    d[0] = fir_[1] * x + d[1];
    d[1] = fir_[2] * x + d[2];
    d[2] = fir_[3] * x + d[3];
    d[3] = fir_[4] * x;
    if (filled) d[0] += pole_ * y;
    loudness[b] = std::exp(0.33F * ((filled ? y : 0.0F) + log_weights_[b]));
  }
  ++frame_;
}

}  // namespace emograd::audio
