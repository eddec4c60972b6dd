#include "audio/descriptors/mel.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace emograd::audio {
namespace {

double mel(double hertz) { return hertz > 0 ? 1127 * std::log(1 + hertz / 700) : 0; }

}  // namespace

MelBank::MelBank(const Framing& framing, std::int64_t bands, double low, double high)
    : definition_(framing.definition), bands_(bands) {
  const auto bin = static_cast<float>(framing.bin);
  high = std::min(high, static_cast<double>(framing.bins() - 1) * framing.bin);
  const auto mel_low = static_cast<float>(mel(low)), mel_high = static_cast<float>(mel(high));
  const float step = (mel_high - mel_low) / static_cast<float>(bands + 1);
  for (std::int64_t m = 0; m < bands + 2; ++m) edges_.push_back(mel_low + static_cast<float>(m) * step);

  first_ = std::lround(low / static_cast<double>(bin)) + 1;
  std::int64_t end = std::min<std::int64_t>(std::lround(high / static_cast<double>(bin)), framing.bins());
  if (framing.textbook()) {
    first_ = static_cast<std::int64_t>(std::floor(low / framing.bin)) + 1;
    end = static_cast<std::int64_t>(std::ceil(high / framing.bin));
  }
  std::size_t above = 0;  // the edge at or above the bin
  for (std::int64_t n = first_; n < end; ++n) {
    const auto at = static_cast<float>(mel(static_cast<double>(static_cast<float>(n) * bin)));
    while (above + 1 < edges_.size() && edges_[above] < at) ++above;
    const std::size_t below = above - 1;
    falls_.push_back(static_cast<std::int32_t>(below) - 1);
    weight_.push_back((edges_[above] - at) / (edges_[above] - edges_[below]));
  }
}

double MelBank::centre(std::int64_t band) const {
  return 700 * (std::exp(static_cast<double>(edges_[static_cast<std::size_t>(band + 1)]) / 1127) - 1);
}

void MelBank::operator()(std::span<const float> power, std::span<float> energy) const {
  std::fill(energy.begin(), energy.end(), 0.0F);
  for (std::size_t i = 0; i < weight_.size(); ++i) {
    const float p = power[static_cast<std::size_t>(first_) + i], falling = p * weight_[i];
    const std::int32_t band = falls_[i];
    if (band >= 0) energy[static_cast<std::size_t>(band)] += falling;
    if (band + 1 < bands_) energy[static_cast<std::size_t>(band + 1)] += p - falling;
  }
}

Cepstrum::Cepstrum(std::int64_t bands, std::int64_t first, std::int64_t last) {
  constexpr double pi = std::numbers::pi, lifter = 22;
  const auto norm = static_cast<float>(std::sqrt(2.0 / static_cast<double>(bands)));
  for (std::int64_t i = first; i <= last; ++i) {
    const auto order = static_cast<double>(i);
    for (std::int64_t m = 0; m < bands; ++m)
      cosines_.push_back(
          static_cast<float>(std::cos(pi * (order / static_cast<double>(bands)) * (static_cast<double>(m) + 0.5))));
    scale_.push_back(static_cast<float>(1 + lifter / 2 * std::sin(pi * order / lifter)) * norm);
  }
}

void Cepstrum::operator()(std::span<const float> logarithms, std::span<float> coefficients) const {
  for (std::size_t i = 0; i < scale_.size(); ++i) {
    const float* cosine = cosines_.data() + i * logarithms.size();
    float sum = 0;
    for (std::size_t m = 0; m < logarithms.size(); ++m) sum += logarithms[m] * cosine[m];
    coefficients[i] = sum * scale_[i];
  }
}

}  // namespace emograd::audio
