#pragma once

#include <span>
#include <vector>

namespace emograd::audio::voice {

/// A period of the voice, as the waveform has it.
struct Pulse {
  double time;       // s, of its highest or lowest point or where that was in a period before
  double period;     // s, until the next pulse; NaN for the last of a voiced stretch
  double amplitude;  // RMS from half a period before `time` to half a period after
};

/// The pulses of all voiced stretches in order, from one F0 per frame (frames.h; NaN: no voice). Every stretch begins
/// at the extreme of the period in its middle. The next pulse, in either direction, lies at that lag from 0.8 to 1.25
/// of the period that F0 predicts at which the waveform a period long resembles itself best, by normalised
/// cross-correlation and a parabola between samples; it ends with the stretch, or where the correlation is below 0.3.
///
/// Error: what frame_count refuses.
std::vector<Pulse> pulses(std::span<const float> samples, double rate, std::span<const double> f0);

/// The mean difference of two successive periods, of their mean ("jitter, local"), NaN where there are none; pairs of
/// which one is more than 1.3 times as long as the other are no successive periods of a voice, and do not count.
double jitter(std::span<const Pulse>);
/// The same of the amplitudes of successive pulses ("shimmer, local"); of which one is more than 1.6 times as large as
/// the other do not count.
double shimmer(std::span<const Pulse>);

}  // namespace emograd::audio::voice
