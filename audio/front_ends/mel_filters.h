#pragma once

#include <cstdint>

#include "tensor/tensor.h"

namespace emograd::audio {

/// htk: 2595 log₁₀(1 + f/700), also Kaldi's; slaney: 3f/200 up to 1 kHz, then 15 + 27 log_6.4(f/1000), librosa's
/// default.
enum class MelScale { htk, slaney };
double mel_of(double hertz, MelScale);
double hertz_of(double mel, MelScale);

/// Overlapping triangles, equally wide on a mel scale, whose feet reach from `low` to `high` Hz.
struct MelFilters {
  double rate;              // Hz
  std::int64_t fft, bands;  // samples; triangles
  double low, high;         // Hz, up to half the rate
  MelScale scale = MelScale::slaney;
  enum class Sides { hertz, mel } sides = Sides::hertz;  // where they are straight: librosa; Kaldi and HTK
  enum class Size { peak, area } size = Size::peak;      // what is 1: the peak, or the area over Hz ("Slaney norm")
};
/// The weight of each bin in each band, (bands, fft/2 + 1): bands = rows of spectra · its transpose. A band narrower
/// than the distance of two bins may have no weights at all.
Tensor mel_matrix(const MelFilters&);

}  // namespace emograd::audio
