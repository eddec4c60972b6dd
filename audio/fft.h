#pragma once

#include <complex>
#include <cstdint>
#include <span>
#include <vector>

namespace emograd::audio {

/// The discrete Fourier transform of real samples, in their own type T throughout: float or double.
///
/// X[k] = Σ x[n]·exp(+2πi·kn/N), k = 0 … N/2, not normalised. N samples are taken for N/2 complex numbers, transformed
/// by a radix-4 split-radix decimation in frequency, and taken apart. Butterflies, twiddle factors and their rounding
/// are those of T. Ooura's package fftsg (routine rdft), because features measured on the bits of spectra are compared
/// with published ones: with float, and of 32 samples and more, the results are the same bits as the package's.
template <class T>
class RealFft {
 public:
  explicit RealFft(std::int64_t samples);  // a power of two, at least 2; Error otherwise
  std::int64_t samples() const { return 2 * half_; }
  std::int64_t bins() const { return half_ + 1; }
  /// x: samples() values; X: bins() values.
  void operator()(std::span<const T> x, std::span<std::complex<T>> X);
  /// The other way, normalised: the samples x whose transform is X, imaginary parts at both ends left out. X is used
  /// up.
  void inverse(std::span<std::complex<T>> X, std::span<T> x);

 private:
  /// cos θ, sin θ, cos 3θ, sin 3θ.
  struct Turn {
    T c1, s1, c3, s3;
  };
  /// A DFT of one size: at the whole frequencies k, or, shifted, at k + ½.
  struct Stage {
    std::int64_t size;
    std::vector<Turn> plain, shifted;  // of the inputs 0 … size/4 − 1
  };

  void plain(std::complex<T>* z, std::size_t stage) const;
  void shifted(std::complex<T>* z, std::size_t stage) const;

  std::int64_t half_;
  std::vector<std::complex<T>> z_;      // the transform under way
  std::vector<Stage> stages_;           // sizes half, half/4, … down to 2 or 1
  std::vector<std::int32_t> position_;  // of output k after the last stage
  std::vector<T> split_;                // ½·cos(πk/half), by which even and odd samples' spectra are taken apart
};

}  // namespace emograd::audio
