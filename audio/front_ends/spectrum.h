#pragma once

#include <cstdint>

#include "tensor/tensor.h"

namespace emograd::audio {

/// X[k] = Σ x[n]·exp(−2πi·kn/N), k = 0 … N/2, of every row: real and imaginary parts, (rows, N/2 + 1) each.
struct Spectrum {
  Tensor real, imag;
};
/// Of rows (n, length), filled with zeros behind up to `fft` samples: a power of two.
Spectrum rfft(const Tensor& rows, std::int64_t fft);
/// Of the windowed frames of samples (s), a row each: frames have `fft` samples and begin at multiples of `hop`. The
/// window, no longer than they are, lies in their middle, as in PyTorch and librosa. Their center = True, which puts
/// the middle of frame j at sample j·hop, is reflected(samples, fft / 2).
Spectrum stft(const Tensor& samples, const Tensor& window, std::int64_t fft, std::int64_t hop);

/// |X|².
Tensor power(const Spectrum&);
/// √(|X|² + eps).
Tensor magnitude(const Spectrum&, double eps = 0);

}  // namespace emograd::audio
