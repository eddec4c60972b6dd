#pragma once

#include <complex>
#include <span>
#include <vector>

#include "audio/descriptors/framing.h"

namespace emograd::audio {

/// Line spectral pairs: the angles of the roots of A(z) ± z^{−9} A(1/z), where A predicts a frame at about 11 kHz.
/// Textbook: by selective linear prediction (Makhoul, Proc. IEEE 63(4), 1975), from the power up to 5.5 kHz.
class LineSpectrum {
 public:
  static constexpr int order = 8;
  explicit LineSpectrum(const Framing&, double rate);
  /// spectrum: of a frame with zeros before and behind it, by RealFft; angles: `order` of them, in (0, π), ascending.
  /// 0 for those not found.
  void operator()(std::span<const std::complex<float>> spectrum, std::span<float> angles) const;

 private:
  void lags_of_power(std::span<const std::complex<float>> spectrum, std::span<float> lags) const;
  void lags_of_frame(std::span<const std::complex<float>> spectrum, std::span<float> lags) const;

  Definition definition_;
  std::size_t samples_ = 0, harmonics_ = 0;  // of the frame at 11 kHz; of the sums that give it
  float half_ = 0;                           // what they are divided by
  std::vector<float> cosines_, sines_;       // harmonics × samples
};

/// The angles from the predictor's coefficients, by a search along the unit circle from angle 0.
void line_spectral_pairs(std::span<const float> predictor, std::span<float> angles);

}  // namespace emograd::audio
