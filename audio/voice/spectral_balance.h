#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

namespace emograd::audio::voice {

/// |X[k]|² at the frequencies k·spacing Hz, k = 0 … size − 1, the last of them half the rate.
///
/// What is said of it below is of bands from a frequency to another; a band has its upper end and not the lower, so
/// that an offset, at 0 Hz, is in none. All of it is NaN where the spectrum ends below the band, and where there is no
/// power to divide by or to take the logarithm of. None of it changes when all powers grow by one factor. The
/// definitions are those of GeMAPS and eGeMAPS (Eyben et al., IEEE Trans. Affective Computing 7(2), 2016, III-A).
struct PowerSpectrum {
  std::span<const double> power;
  double spacing;  // Hz
};

/// dB: the sum of powers from 50 Hz to 1 kHz over that from 1 to 5 kHz. Great where a voice is soft and breathy.
double alpha_ratio(const PowerSpectrum&);
/// dB: the greatest power from 0 to 2 kHz over the greatest one from 2 to 5 kHz (Hammarberg et al., Acta
/// Oto-Laryngologica 90, 1980).
double hammarberg_index(const PowerSpectrum&);
/// dB per kHz: of the line through the logarithms of powers, by least squares, from one frequency to another, in Hz.
double spectral_slope(const PowerSpectrum&, double from, double to);
/// Σ (m[k] − m′[k])² of the magnitudes m = √power from 0 to 5 kHz, divided by the root of the sum of their squares, of
/// two successive frames: 0 of spectra of one shape, 2 of those that share no frequency. Both have one spacing.
double spectral_flux(const PowerSpectrum& before, const PowerSpectrum& now);

/// One value per frame (frames.h), of 25 ms under a Hann window (auditory_bands.h), after the sound's offset was taken
/// away. NaN where the sound is constant, and where the rate is too low for a band.
struct SpectralBalance {
  static constexpr std::size_t coefficients = 4;

  std::vector<double> alpha_ratio, hammarberg_index;          // dB
  std::vector<double> slope_to_500, slope_to_1500;            // dB per kHz, from 0 to 500 and from 500 to 1500 Hz
  std::vector<double> flux;                                   // from the frame before; of the first one NaN
  std::array<std::vector<double>, coefficients> mel_cepstra;  // MFCC 1 … 4: cosine transform (orthonormal, no lifter)
                                                              // of the natural logarithm of power in 26 mel bands of
                                                              // 20 Hz to 8 kHz. NaN below 16 kHz
};
/// Error: a rate below 1000 Hz, and what frame_count refuses.
SpectralBalance spectral_balance(std::span<const float> samples, double rate);

}  // namespace emograd::audio::voice
