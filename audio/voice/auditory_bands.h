#pragma once

#include <cstdint>

#include "tensor/tensor.h"

namespace emograd::audio::voice {

/// How loudness and the balance of the spectrum look at a frame (frames.h): 25 ms under a Hann window, followed by
/// zeros so that bins are 32 Hz apart at most, and 26 mel bands (HTK), the narrowest of which, 65 Hz on either side,
/// then has weight at several bins.
struct AuditoryBands {
  static constexpr double window_seconds = 0.025, lowest = 20, widest = 8000;  // s, Hz
  static constexpr std::int64_t count = 26;

  Tensor window;      // (length), f64
  std::int64_t fft;   // samples
  double highest;     // Hz, the upper end of the last band: `widest`, or half the rate where that is lower
  Tensor mel_matrix;  // (count, fft/2 + 1), of powers
};
AuditoryBands auditory_bands(double rate);

}  // namespace emograd::audio::voice
