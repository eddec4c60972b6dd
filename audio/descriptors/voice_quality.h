#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "audio/descriptors/samples.h"

namespace emograd::audio {

/// How much periods of the voice differ from one to the next, in one frame.
struct VoiceQuality {
  float jitter, jitter_ddp;  // mean |Pᵢ − Pᵢ₋₁|/mean P; the same of differences of differences
  float shimmer;             // Σ |Aᵢ − Aᵢ₋₁|/Σ ½(Aᵢ + Aᵢ₋₁) of peak-to-peak amplitudes
};

/// Follows the waveform period by period: the next period is as long as the lag at which two neighbouring stretches of
/// that length correlate best.
class VoicePeriods {
 public:
  /// search_range: the lags looked at are within this fraction of the one that F0 gives.
  VoicePeriods(Samples&, double search_range, Definition = Definition::opensmile);
  /// f0: of the next frame, in Hz, 0 where it is not voiced.
  VoiceQuality operator()(float f0);

 private:
  struct Period {
    std::int64_t samples;
    double seconds, correlation;  // refined by a parabola
  };
  bool find_period(std::span<const float> x, std::int64_t shortest, std::int64_t longest, Period&);
  float amplitude(std::span<const float> period) const;

  Samples& sound_;
  Definition definition_;
  double sample_seconds_, range_;
  std::int64_t hop_, longest_frame_;
  std::int64_t frame_ = 0, position_ = 0, carry_ = 0;
  float last_period_ = 0, last_difference_ = 0;
  VoiceQuality held_{};
  std::vector<double> stretch_, correlations_;  // of the sound; of neighbouring stretches by lag
};

}  // namespace emograd::audio
