#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "audio/voice/formants.h"

namespace emograd::audio::voice {

/// The harmonics of a voice around a time in s: whole periods of its F0 in Hz, four at least and 25 ms at least, under
/// a Hann window, whose transform is 0 at every multiple of F0 but one. Where there are no samples there is silence.
class HarmonicSpectrum {
 public:
  /// The sound has no offset.
  HarmonicSpectrum(std::span<const float> samples, double rate, double time, double f0);

  /// dB: of harmonic `number`, 1 being the fundamental; a sine from −1 to 1 has 0. It is looked for within number/100
  /// of F0, since F0 is known to one part in a hundred, and within an eighth of F0 at most. NaN from half the rate on.
  double level(std::int64_t number) const;
  /// The one whose multiple of F0 is nearest.
  std::int64_t nearest(double hertz) const;

 private:
  double decibels_at(double hertz) const;

  std::vector<double> x_;  // windowed, of a window whose sum is 2
  double rate_, f0_;
};

/// One value per frame (frames.h), in dB; NaN without a voice or without the formant. Gain changes none of it. The
/// definitions are those of GeMAPS (Eyben et al., IEEE Trans. Affective Computing 7(2), 2016, III-A).
struct Harmonics {
  std::vector<double> h1_h2;  // the fundamental over the second harmonic
  std::vector<double> h1_a3;  // the fundamental over the strongest harmonic that is no further than F3/10 from F3, or
                              // the one nearest to F3 where there is none
  std::array<std::vector<double>, Formants::count> relative_level;  // the harmonic nearest to F1, F2, F3 over the
                                                                    // fundamental: a formant's relative energy
};
/// f0 (NaN: no voice) and formants have a value per frame. Error: another number of values, and what frame_count
/// refuses.
Harmonics harmonics(std::span<const float> samples, double rate, std::span<const double> f0, const Formants&);

}  // namespace emograd::audio::voice
