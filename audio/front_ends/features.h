#pragma once

#include <cstdint>

#include "tensor/tensor.h"

namespace emograd::audio {

/// rows (n, k) · matrixᵀ, of a matrix (m, k): (n, m). What a mel or DCT matrix is applied by.
Tensor projected(const Tensor& rows, const Tensor& matrix);
/// ln max(x, floor) of every element.
Tensor logarithms(const Tensor&, double floor);
/// ln max(spectra · filtersᵀ, floor): spectra (frames, bins), powers or magnitudes; filters (bands, bins);
/// (frames, bands).
Tensor log_mel(const Tensor& spectra, const Tensor& filters, double floor);

/// The first coefficients of the orthonormal DCT-II: row i is √(2/bands)·cos(πi(m + ½)/bands), row 0 that by √2;
/// (coefficients, bands).
Tensor dct_matrix(std::int64_t coefficients, std::int64_t bands);
/// Mel-frequency cepstral coefficients 0 … coefficients − 1 of log_mel (frames, bands), without a lifter:
/// (frames, coefficients).
Tensor mfcc(const Tensor& log_mel, std::int64_t coefficients);

/// Cepstral mean and variance normalisation: every column of (frames, columns) less its mean, over √(variance + eps).
/// The variance is that over frames, not frames − 1; a column that does not vary becomes 0.
Tensor cmvn(const Tensor& rows, double eps = 0);

}  // namespace emograd::audio
