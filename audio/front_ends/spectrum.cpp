#include "audio/front_ends/spectrum.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <complex>
#include <numbers>
#include <utility>
#include <vector>

#include "audio/front_ends/frames.h"
#include "tensor/error.h"

namespace emograd::audio {
namespace {

using Complex = std::complex<double>;

/// x[i] → Σ x[n]·exp(−2πi·kn/N) in place, by halves: N is a power of two, turn[k] = exp(−2πi·k/N), k = 0 … N/2 − 1.
void transform(std::vector<Complex>& x, const std::vector<Complex>& turn) {
  const std::size_t size = x.size();
  for (std::size_t i = 0, mirrored = 0; i < size; ++i) {  // bits in reverse
    if (i < mirrored) std::swap(x[i], x[mirrored]);
    std::size_t bit = size / 2;
    for (; bit > 0 && mirrored & bit; bit /= 2) mirrored ^= bit;
    mirrored |= bit;
  }
  for (std::size_t half = 1; half < size; half *= 2)
    for (std::size_t begin = 0; begin < size; begin += 2 * half)
      for (std::size_t k = 0; k < half; ++k) {
        const Complex w = turn[k * (size / (2 * half))], a = x[begin + k], b = x[begin + k + half];
        const Complex turned{w.real() * b.real() - w.imag() * b.imag(), w.real() * b.imag() + w.imag() * b.real()};
        x[begin + k] = a + turned;
        x[begin + k + half] = a - turned;
      }
}

}  // namespace

Spectrum rfft(const Tensor& rows, std::int64_t fft) {
  check(fft >= 2 && std::has_single_bit(static_cast<std::uint64_t>(fft)), "rfft: {} samples; needs a power of two",
        fft);
  check(rows.rank() == 2 && rows.dim(1) <= fft, "rfft: shape {}; needs rows (n, length) of at most {} samples",
        rows.shape(), fft);
  const std::int64_t n = rows.dim(0), length = rows.dim(1), bins = fft / 2 + 1;
  std::vector<Complex> turn, X(static_cast<std::size_t>(fft));
  for (std::int64_t k = 0; k < fft / 2; ++k)
    turn.push_back(std::polar(1.0, -2 * std::numbers::pi * static_cast<double>(k) / static_cast<double>(fft)));
  Spectrum out{empty({n, bins}, DType::f64), empty({n, bins}, DType::f64)};
  const double* x = rows.data<double>();
  double *re = out.real.mutable_data<double>(), *im = out.imag.mutable_data<double>();
  for (std::int64_t j = 0; j < n; ++j, x += length) {
    std::fill(std::copy_n(x, length, X.begin()), X.end(), 0.0);
    transform(X, turn);
    for (std::size_t k = 0; k < static_cast<std::size_t>(bins); ++k) *re++ = X[k].real(), *im++ = X[k].imag();
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
