#pragma once

#include <complex>
#include <span>
#include <vector>

#include "audio/descriptors/frame_table.h"
#include "audio/descriptors/pitch.h"
#include "audio/descriptors/samples.h"
#include "audio/descriptors/voice_quality.h"
#include "audio/fft.h"

namespace emograd::audio {

/// The spectra of a sound's frames, one after the other.
class Spectra {
 public:
  enum class Padding { behind, around };  // where the zeros go that fill a frame to a power of two
  Spectra(const Framing&, std::vector<float> window, float pre_emphasis = 0, Padding = Padding::behind);

  /// Of one frame, as long as the window; what the members below give is its.
  void analyse(std::span<const float> frame);
  std::span<const std::complex<float>> spectrum() const { return spectrum_; }
  std::span<const float> magnitude() const { return magnitude_; }
  std::span<const float> power() const { return power_; }

 private:
  std::vector<float> window_;
  float pre_emphasis_;
  std::int64_t before_;
  RealFft<float> fft_;
  std::vector<float> padded_, magnitude_, power_;
  std::vector<std::complex<float>> spectrum_;
};

/// Pitch and voice quality: F0final, voicingFinalUnclipped, jitterLocal, jitterDDP, shimmerLocal, one frame less than
/// there are of 60 ms; no frame where there are none.
FrameTable voice_descriptors(Samples&, const PitchRules&, double period_range, Definition = Definition::opensmile);

}  // namespace emograd::audio
