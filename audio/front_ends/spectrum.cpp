#include "audio/front_ends/spectrum.h"

#include <algorithm>
#include <cmath>
#include <complex>
#include <vector>

#include "audio/fft.h"
#include "audio/front_ends/frames.h"
#include "tensor/error.h"

namespace emograd::audio {
Spectrum rfft(const Tensor& rows, std::int64_t fft) {
  RealFft<double> transform(fft);
  check(rows.rank() == 2 && rows.dim(1) <= fft, "rfft: shape {}; needs rows (n, length) of at most {} samples",
        rows.shape(), fft);
  const std::int64_t n = rows.dim(0), length = rows.dim(1), bins = transform.bins();
  std::vector<double> x(static_cast<std::size_t>(fft));
  std::vector<std::complex<double>> X(static_cast<std::size_t>(bins));
  Spectrum out{empty({n, bins}, DType::f64), empty({n, bins}, DType::f64)};
  const double* row = rows.data<double>();
  double *re = out.real.mutable_data<double>(), *im = out.imag.mutable_data<double>();
  for (std::int64_t j = 0; j < n; ++j, row += length) {
    std::copy_n(row, length, x.begin());
    transform(x, X);
    for (const std::complex<double>& each : X) *re++ = each.real(), *im++ = -each.imag();  // its exponent is positive
  }
  return out;
}

Spectrum stft(const Tensor& samples, const Tensor& window, std::int64_t fft, std::int64_t hop) {
  check(window.rank() == 1 && window.numel() <= fft, "stft: window {}; needs shape (n) and at most {} samples",
        window.shape(), fft);
  Tensor whole = zeros({fft}, DType::f64);
  std::copy_n(window.data<double>(), window.numel(), whole.mutable_data<double>() + (fft - window.numel()) / 2);
  return rfft(windowed(frames(samples, fft, hop), whole), fft);
}

Tensor power(const Spectrum& spectrum) {
  Tensor out = empty(spectrum.real.shape(), DType::f64);
  const double *re = spectrum.real.data<double>(), *im = spectrum.imag.data<double>();
  double* y = out.mutable_data<double>();
  for (std::int64_t i = 0; i < out.numel(); ++i) y[i] = re[i] * re[i] + im[i] * im[i];
  return out;
}

Tensor magnitude(const Spectrum& spectrum, double eps) {
  Tensor out = power(spectrum);
  double* y = out.mutable_data<double>();
  for (std::int64_t i = 0; i < out.numel(); ++i) y[i] = std::sqrt(y[i] + eps);
  return out;
}

}  // namespace emograd::audio
