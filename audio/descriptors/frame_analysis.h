#pragma once

#include <complex>
#include <span>
#include <vector>

#include "audio/descriptors/pitch.h"
#include "audio/descriptors/series.h"
#include "audio/descriptors/voice_quality.h"
#include "audio/fft.h"

namespace emograd::audio {

/// The spectra of a sound's frames, one after the other.
class Spectra {
 public:
  enum class Padding { behind, around };  // where the zeros go that fill a frame to a power of two
  Spectra(const Framing&, std::vector<float> window, float pre_emphasis = 0, Padding = Padding::behind);
  const Framing& framing() const { return framing_; }

  /// Of one frame, framing().length samples; what the members below give is its.
  void analyse(std::span<const float> frame);
  std::span<const std::complex<float>> spectrum() const { return spectrum_; }
  std::span<const float> magnitude() const { return magnitude_; }
  std::span<const float> power() const { return power_; }

 private:
  Framing framing_;
  std::vector<float> window_;
  float pre_emphasis_;
  std::int64_t before_;
  RealFft fft_;
  std::vector<float> padded_, magnitude_, power_;
  std::vector<std::complex<float>> spectrum_;
};

/// Appends one value to each of these series.
class Columns {
 public:
  explicit Columns(const std::vector<std::string>& names);
  void append(std::span<const float> values);
  AllSeries take() { return std::move(series_); }

 private:
  AllSeries series_;
};

/// Pitch and voice quality: series F0final, voicingFinalUnclipped, jitterLocal, jitterDDP, shimmerLocal, one frame less
/// than there are of 60 ms; empty where there are none.
AllSeries voice_descriptors(const std::vector<float>& samples, double rate, const PitchRules&, double period_range);

}  // namespace emograd::audio
