#pragma once

#include <string>
#include <vector>

#include "audio/sound_file.h"
#include "audio/voice/formants.h"
#include "audio/voice/harmonics.h"
#include "audio/voice/periods.h"
#include "audio/voice/pitch.h"
#include "audio/voice/spectral_balance.h"

namespace emograd::audio::voice {

/// The contours of one sound, one value per frame (frames.h). NaN where there is nothing to measure: of f0, hnr,
/// jitter, shimmer and harmonics without a voice.
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
  Harmonics harmonics;              // of the frames with a voice, dB
  SpectralBalance balance;          // of all frames with sound
  std::vector<Pulse> pulses;        // of the whole sound
};

/// Error as pitch, loudness and formants have it.
Prosody prosody(const Sound&, const PitchRange& = {});

/// A number about an utterance; NaN where there is nothing that it could be of.
struct Measure {
  std::string group, name, unit;  // unit: "" where it has none
  double value;
};

/// The prosody summary: what a voice did in an utterance, in 89 numbers. They cover the 88 of eGeMAPS; the part of
/// voiced frames comes in addition.
///
/// It follows the definitions of the Geneva Minimalistic Acoustic Parameter Set in spirit (GeMAPS and eGeMAPS, Eyben et
/// al., IEEE Trans. Affective Computing 7(2), 2016, III); it is not numerically openSMILE's set, from which contours,
/// smoothing and functionals differ, and docs/audio.md says how. F0 is in semitones above 27.5 Hz (A0). Variation is
/// the standard deviation over the mean; of what is 0 only by convention (dB, slopes, MFCC) the standard deviation
/// stands in its place. Percentiles lie on straight lines between ranks. Rising slope is the mean over all steps from
/// frame to frame that rise, that is of rising parts in the measure of their length; so is falling slope. F0, HNR,
/// formants, their bandwidths and levels, and H1–H2 and H1–A3 are of voiced frames, loudness is of all; the rest says
/// what it is of, and without that is of voiced ones. Jitter and shimmer are of all pulses of the utterance, their
/// variation is of the contours. Loudness peaks are Contour's (audio/functionals): the loudness rises to them by more
/// than 0.11 of its range and comes down by 0.09 of it. Voiced and unvoiced segments are runs of frames, and pauses are
/// unvoiced.
std::vector<Measure> prosody_summary(const Prosody&);

}  // namespace emograd::audio::voice
