#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "audio/descriptors/framing.h"

namespace emograd::audio {

/// Overlapping triangles, equally wide on the scale mel(f) = 1127 ln(1 + f/700), of peak weight 1.
class MelBank {
 public:
  /// `bands` triangles whose feet reach from `low` to `high` Hz, or the highest bin. Quirk: the lowest and the highest
  /// bin in that range are left out, both.
  MelBank(const Framing&, std::int64_t bands, double low, double high);
  std::int64_t bands() const { return bands_; }
  Definition definition() const { return definition_; }
  double centre(std::int64_t band) const;  // Hz
  /// power: the squared magnitudes of all bins; energy: one sum per band.
  void operator()(std::span<const float> power, std::span<float> energy) const;

 private:
  Definition definition_;
  std::int64_t bands_, first_;       // first_: the first bin that takes part
  std::vector<float> edges_;         // mel, bands + 2
  std::vector<std::int32_t> falls_;  // per bin: the band it falls off from; it rises into the next one
  std::vector<float> weight_;        // in the falling band; the rest is the rising one's
};

/// Cepstral coefficients first … last from `bands` logarithms: Σ_m ℓ_m cos(π i (m + ½)/bands), times √(2/bands) and the
/// lifter 1 + 11 sin(πi/22).
class Cepstrum {
 public:
  Cepstrum(std::int64_t bands, std::int64_t first, std::int64_t last);
  void operator()(std::span<const float> logarithms, std::span<float> coefficients) const;

 private:
  std::vector<float> cosines_, scale_;
};

}  // namespace emograd::audio
