#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace emograd::audio::voice {

/// Where F0 is looked for, in Hz.
struct PitchRange {
  double lowest = 60, highest = 500;
};

/// One value per frame (frames.h).
struct Pitch {
  std::vector<double> f0;  // Hz; NaN where there is no voice
  std::vector<double>
      periodicity;  // r, 0 … 1: the share of the power that is periodic; unvoiced: of the best candidate
};

/// The harmonics-to-noise ratio 10 log₁₀(r/(1 − r)) in dB (boersma1993:4). Nothing above 100 dB.
double hnr(double periodicity);

/// F0 by the autocorrelation of three of the longest periods under a Hann window, divided by that of the window, and
/// the path of least cost through its maxima (P. Boersma, Proc. Institute of Phonetic Sciences, Univ. of Amsterdam 17,
/// 1993, equations 8, 9, 23, 24, 26 and 27; thresholds and costs are those of Praat's manual, "Sound: To Pitch (raw
/// ac)…"). Where the paper interpolates by a sinc, we evaluate the Fourier sum whose value r is.
///
/// Error: lowest below 20 Hz or not below highest, a rate below 4·highest, and what frame_count refuses.
Pitch pitch(std::span<const float> samples, double rate, const PitchRange& = {});

}  // namespace emograd::audio::voice
