#pragma once

#include <array>
#include <string>
#include <vector>

#include "audio/sound_file.h"
#include "audio/voice/formants.h"
#include "audio/voice/periods.h"
#include "audio/voice/pitch.h"

namespace emograd::audio::voice {

/// The contours of one sound, one value per frame (frames.h). NaN where there is nothing to measure: of f0, hnr, jitter
/// and shimmer without a voice.
struct Prosody {
  double seconds = 0;               // of the sound
  double equivalent_level = 0;      // dB re full scale, of the mean square of all of it
  std::vector<double> f0;           // Hz
  std::vector<double> periodicity;  // 0 … 1, see Pitch
  std::vector<double> hnr;          // dB
  std::vector<double> level;        // dB re full scale, see Loudness
  std::vector<double> loudness;     // of the model of Loudness
  std::vector<double> jitter;       // of the pulses within 25 ms of the middle of the frame
  std::vector<double> shimmer;      // the same
  Formants formants;                // of all frames with sound; of use where there is a voice
  std::vector<Pulse> pulses;        // of the whole sound
};

/// Error as pitch, loudness and formants have it.
Prosody prosody(const Sound&, const PitchRange& = {});

/// A number about an utterance; NaN where there is nothing that it could be of.
struct Measure {
  std::string group, name, unit;  // unit: "" where it has none
  double value;
};

/// The prosody summary: what a voice did in an utterance, in 36 numbers.
///
/// It follows the definitions of the Geneva Minimalistic Acoustic Parameter Set in spirit (GeMAPS and eGeMAPS, Eyben et
/// al., IEEE Trans. Affective Computing 7(2), 2016, III); it is not numerically openSMILE's set, from which contours,
/// smoothing and functionals differ. F0 is in semitones above 27.5 Hz (A0). Variation is the standard deviation over
/// the mean, and percentiles lie on straight lines between ranks. Rising slope is the mean over all steps from frame to
/// frame that rise, that is of rising parts in the measure of their length; so is falling slope. F0, HNR, formants and
/// their bandwidths are of voiced frames, loudness is of all. Jitter and shimmer are of all pulses of the utterance.
/// Voiced and unvoiced segments are runs of frames, and pauses are unvoiced.
std::vector<Measure> prosody_summary(const Prosody&);

}  // namespace emograd::audio::voice
