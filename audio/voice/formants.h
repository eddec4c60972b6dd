#pragma once

#include <array>
#include <complex>
#include <cstddef>
#include <span>
#include <vector>

namespace emograd::audio::voice {

/// The linear predictor A(z) = 1 + Σ a[m − 1] z^{−m} of so many coefficients that has the least error forwards and
/// backwards, by Burg's recursion (Marple, Digital Spectral Analysis, 1987, 8.4). All its zeros lie within the unit
/// circle. Where x is predicted exactly, further coefficients are 0.
std::vector<double> burg(std::span<const double> x, std::size_t order);

/// The zeros of z^n + c[0] z^{n−1} + … + c[n − 1], all at once and without deflation (Aberth, Mathematics of
/// Computation 27(122), 1973), to the rounding of f64 where they are single.
std::vector<std::complex<double>> roots(std::span<const double> c);

struct Formant {
  double frequency, bandwidth;  // Hz
};
/// The resonances of 1/A: of every pair of zeros |z|·exp(±iθ) the frequency θ·rate/2π and the bandwidth
/// −ln|z|·rate/π, by frequency. Left out is what models the slope of the spectrum: resonances within 50 Hz of 0 and of
/// half the rate, and those of a bandwidth of 1 kHz and more.
std::vector<Formant> resonances(std::span<const double> predictor, double rate);

/// One value per frame (frames.h) for each of F1, F2, F3; NaN where there is no sound, or no such resonance.
struct Formants {
  static constexpr std::size_t count = 3;
  static constexpr double least_rate = 2000;                    // Hz
  std::array<std::vector<double>, count> frequency, bandwidth;  // Hz
};

/// Burg's predictor of 50 ms under a Hann window, after pre-emphasis above 50 Hz, brought to 11 kHz: below 5.5 kHz five
/// formants are expected, as of a vocal tract of 16 cm. Sound of up to 11.5 kHz stays as it is, and has a resonance per
/// 1100 Hz: the predictor's order is 2·round(rate/2200), and 10 at 11 kHz. Numbers mean something where there is a
/// voice, and of high voices little: LPC is drawn to the harmonics.
///
/// Error: a rate below least_rate, and what frame_count refuses.
Formants formants(std::span<const float> samples, double rate);

}  // namespace emograd::audio::voice
