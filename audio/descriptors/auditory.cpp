#include "audio/descriptors/auditory.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "audio/descriptors/framing.h"

namespace emograd::audio {
namespace {

constexpr float least_energy = 9.3e-10F;
constexpr auto compression = static_cast<double>(0.33F);

}  // namespace

double equal_loudness(double hertz, Definition definition) {
  const double w = 2 * std::numbers::pi * hertz, w2 = w * w, w6 = w2 * w2 * w2;
  const double falling = definition == Definition::textbook ? 9.58e26 / (w6 + 9.58e26) : 1e32 / (w6 * w + 1.7e31);
  return w2 * w2 * (w2 + 56.8e6) / ((w2 + 6.3e6) * (w2 + 6.3e6) * (w2 + 0.38e9)) * falling;
}

AuditorySpectrum::AuditorySpectrum(const MelBank& bank) : definition_(bank.definition()) {
  for (std::int64_t b = 0; b < bank.bands(); ++b)
    weights_.push_back(static_cast<float>(equal_loudness(bank.centre(b), definition_)));
}

void AuditorySpectrum::operator()(std::span<const float> energy, std::span<float> loudness) const {
  for (std::size_t b = 0; b < weights_.size(); ++b)
    loudness[b] =
        static_cast<float>(std::pow(static_cast<double>(std::max(energy[b], least_energy) * weights_[b]), compression));
}

/// 0.1 (2 + z⁻¹ − z⁻³ − 2 z⁻⁴)/(1 − 0.98 z⁻¹). Quirk: h = (2, −4ω, 0, 4ω, −2)/√(10 (32ω² + 8)) with
/// ω = cos(2π·29 Hz·10 ms), the pole at 1 − sin(2π·1 Hz·10 ms).
RastaSpectrum::RastaSpectrum(const AuditorySpectrum& auditory)
    : definition_(auditory.definition()), delays_(auditory.weights().size()) {
  constexpr double turn = 2 * std::numbers::pi;
  const auto upper = static_cast<float>(std::cos(turn * 29 * hop_seconds));
  const float norm = std::sqrt(10.0F * (32.0F * upper * upper + 8.0F));
  fir_ = {2.0F / norm, -4.0F * upper / norm, 0.0F, 4.0F * upper / norm, -2.0F / norm};
  pole_ = static_cast<float>(1 - std::sin(turn * 1 * hop_seconds));
  if (definition_ == Definition::textbook) fir_ = {0.2F, 0.1F, 0, -0.1F, -0.2F}, pole_ = 0.98F;
  for (const float w : auditory.weights()) log_weights_.push_back(std::log(w));
}

/// 0 while the filter fills with the first frames; what comes out of it is fed back from then on. Quirk: for one frame
/// more than it needs.
void RastaSpectrum::operator()(std::span<const float> energy, std::span<float> loudness) {
  const auto filling = static_cast<std::int64_t>(definition_ == Definition::textbook ? taps - 1 : taps);
  const bool filled = frame_ >= filling;
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
