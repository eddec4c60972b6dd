#pragma once

#include <span>
#include <vector>

namespace emograd::audio::voice {

/// One value per frame (frames.h), of 25 ms under a Hann window.
struct Loudness {
  std::vector<double>
      level;  // dB: 10 log₁₀ of the mean square; a sine from −1 to 1 has −3.01. Silence: −∞. An offset counts
  std::vector<double> loudness;  // of the model below, in no unit
};

/// Loudness as the sum of an auditory spectrum, Σ (w_b E_b)^0.33, as eGeMAPS takes it (Eyben et al., IEEE Trans.
/// Affective Computing 7(2), 2016, III-A) from perceptual linear prediction (Hermansky, JASA 87(4), 1990): E_b is the
/// mean square of the sound in 26 mel bands (HTK) of 20 to 8000 Hz, as far as the rate reaches, w_b the ear's
/// sensitivity at 40 dB, here 1 at 1 kHz, and 0.33 stands for the power law of hearing. A sound g times as large is
/// g^0.66 times as loud.
///
/// Error: a rate below 1000 Hz, and what frame_count refuses.
Loudness loudness(std::span<const float> samples, double rate);

}  // namespace emograd::audio::voice
