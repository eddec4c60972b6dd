#pragma once

#include <cstdint>

#include "tensor/tensor.h"

/// Front ends: what models of the literature are given in place of sound.
///
/// A front end is a composition of small maps from tensor to tensor, rows × columns: samples → frames → spectrum →
/// bands → coefficients. They are f64, and a recipe rounds once, to f32, in the end: where a quiet band lies next to
/// loud ones, its logarithm would otherwise show more rounding than sound. Error for other dtypes and shapes; every
/// result is new and contiguous. These maps follow librosa, torchaudio and transformers; descriptors as openSMILE
/// computes them are in audio/descriptors/.
namespace emograd::audio {

/// `n` samples more at each end, mirrored at the first and at the last one, which are not repeated: (s) → (s + 2n).
/// Error where there are not more than n.
Tensor reflected(const Tensor& samples, std::int64_t n);
/// Row j holds the samples j·hop … j·hop + length − 1; only whole frames count: (s) → (frames, length). Error where
/// there is none.
Tensor frames(const Tensor& samples, std::int64_t length, std::int64_t hop);
/// Every row less its mean.
Tensor without_mean(const Tensor& rows);
/// x[i] − a·x[i − 1] in every row, where x[−1] is x[0], as in Kaldi.
Tensor pre_emphasised(const Tensor& rows, double a);
/// Every row times a window of its length.
Tensor windowed(const Tensor& rows, const Tensor& window);

/// periodic: a period has as many samples as the window, for spectra; symmetric: one less, and both ends are 0.
enum class Hann { periodic, symmetric };
/// ½ − ½ cos(2πi/period), i = 0 … length − 1.
Tensor hann(std::int64_t length, Hann);

}  // namespace emograd::audio
