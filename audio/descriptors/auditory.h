#pragma once

#include <array>
#include <span>
#include <vector>

#include "audio/descriptors/mel.h"

namespace emograd::audio {

/// The ear's sensitivity at a frequency in Hz, at 40 dB, in no unit (Hermansky, JASA 87(4), 1990), with the factor that
/// he adds for rates above 10 kHz. Quirk: ω⁷ stands where the formula has ω⁶, with a constant of its own.
double equal_loudness(double hertz, Definition);

/// Loudness of mel bands as in perceptual linear prediction (Hermansky, JASA 87(4), 1990): energy weighted by the ear's
/// sensitivity and compressed, (E w)^0.33.
class AuditorySpectrum {
 public:
  explicit AuditorySpectrum(const MelBank&);
  void operator()(std::span<const float> energy, std::span<float> loudness) const;
  std::span<const float> weights() const { return weights_; }
  Definition definition() const { return definition_; }

 private:
  Definition definition_;
  std::vector<float> weights_;
};

/// The same after RASTA filtering (Hermansky & Morgan, IEEE TSAP 2(4), 1994): every band's logarithm passes a band-pass
/// over time, which takes away what changes slower or faster than speech does.
class RastaSpectrum {
 public:
  explicit RastaSpectrum(const AuditorySpectrum&);
  /// The next frame.
  void operator()(std::span<const float> energy, std::span<float> loudness);

 private:
  static constexpr std::size_t taps = 5;
  Definition definition_;
  std::array<float, taps> fir_;
  float pole_;
  std::vector<float> log_weights_;
  std::vector<std::array<float, taps - 1>> delays_;
  std::int64_t frame_ = 0;
};

}  // namespace emograd::audio
