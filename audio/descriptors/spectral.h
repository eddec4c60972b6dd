#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "audio/descriptors/framing.h"

namespace emograd::audio {

/// √(Σ x²/L).
float root_mean_square(std::span<const float> frame);

/// Sign changes per sample; zeros have the sign of what came before. Quirk: a zero counts as a change unless its
/// neighbours have the same sign, so that digital silence crosses zero everywhere.
float zero_crossing_rate(std::span<const float> frame, Definition = Definition::opensmile);

/// What a spectrum looks like, from the power P_k at f_k Hz of all bins but DC; n of them, S = Σ P_k.
struct SpectralShape {
  float low_band, mid_band;            // mean power of 25 … 650 Hz and 1 … 4 kHz, over all n bins
  float roll_off[4];                   // Hz below which 25, 50, 75 and 90 % of S lie
  float flux;                          // √(Σ (X_k − X_k of the frame before)²/n); 0 in the first frame
  float entropy;                       // −Σ p log₂ p, p = P_k/S. Quirk: p has a floor and is not normalised again
  float variance, skewness, kurtosis;  // of f under p; kurtosis 3 for a normal one
  float slope;                         // of P over f by least squares. Quirk: times n − 1
};

class SpectralShapes {
 public:
  explicit SpectralShapes(const Framing&);
  /// The next frame; magnitude and its square, all bins.
  SpectralShape operator()(std::span<const float> magnitude, std::span<const float> power);

 private:
  struct Band {
    std::size_t left, right;  // bins
    double left_weight, right_weight;
  };
  Band band(double lower, double upper) const;
  double mean_power(const Band&, std::span<const float> power) const;

  Definition definition_;
  double bin_;
  std::size_t bins_;
  Band low_, mid_;
  std::vector<double> f_;  // Hz of every bin
  double sum_f_ = 0, sum_f2_ = 0;
  std::vector<float> before_;
};

}  // namespace emograd::audio
