#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace emograd::audio {

/// A sound at another rate, block by block, by a polyphase filter: a sinc under a Kaiser window (Crochiere & Rabiner,
/// Multirate Digital Signal Processing, 1983, 4.3; Kaiser, Proc. IEEE ISCAS, 1974), designed in f64 and applied in f32.
///
/// With N = half of the lower rate, frequencies up to 0.95 N pass within 0.0001 dB, without delay: sample 0 stays at
/// time 0. What lies above N, as it is or as an image, comes out at −100 dB or less. Before the first sample and after
/// the last there is silence. From n samples come ⌈n·to/from⌉. The bits do not depend on how a sound is cut into
/// blocks.
class Resampler {
 public:
  static constexpr double pass_band = 0.95;  // of half of the lower rate
  /// More coefficients than this are refused; the rates' ratio decides, reduced to lowest terms.
  static constexpr std::int64_t max_coefficients = std::int64_t{1} << 22;

  /// Samples per second before and after. Error: a rate below 1, or a ratio that would need too large a table.
  Resampler(std::int64_t from, std::int64_t to);

  /// The next samples of the sound; returns what can be told by now. Kept are no more samples than the filter is long.
  std::vector<float> push(std::span<const float> samples);
  /// The sound has ended: returns the rest. The next push begins another sound.
  std::vector<float> finish();

 private:
  void begin();
  void emit(std::int64_t before, std::vector<float>& out);

  std::int64_t up_, down_;                 // the ratio to/from in lowest terms
  std::int64_t reach_ = 1;                 // an output needs inputs from reach − 1 before its time to reach after it
  std::vector<float> table_;               // up × 2 reach: of the times 0, 1/up, 2/up, … between two inputs
  std::vector<float> kept_;                // the inputs that outputs to come need
  std::int64_t inputs_ = 0, first_ = 0;    // so many were pushed; the number of the first that is kept
  std::int64_t whole_ = 0, fraction_ = 0;  // time of the next output in inputs: whole + fraction/up
};

/// All of a sound; a copy where the rates are equal. Many sounds are quicker through one Resampler.
std::vector<float> resampled(std::span<const float> samples, std::int64_t from, std::int64_t to);

}  // namespace emograd::audio
