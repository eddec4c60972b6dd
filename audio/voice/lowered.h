#pragma once

#include <span>
#include <vector>

namespace emograd::audio::voice {

/// A sound at the rate at which voices are measured. Up to 192 kHz (or 8 times the highest F0 that is looked for) that
/// is the sound itself; above, a k-th of its rate, by the least whole k that brings it there: more than half of the
/// limit remains, of whose band 0.95 pass (resample.h), and as many frames as there were (frames.h). So the work per
/// frame is bounded, whatever the rate; that for F0 grows with it, that for periods with its square.
///
/// Error: what frame_count refuses, and rates that Resampler does, from 3 GHz on.
class Lowered {
 public:
  static constexpr double most = 192000;  // Hz; no voices are recorded at more

  Lowered(std::span<const float> samples, double rate, double highest_f0 = 0);
  Lowered(const Lowered&) = delete;
  Lowered& operator=(const Lowered&) = delete;

  std::span<const float> samples() const { return samples_; }
  double rate() const { return rate_; }

 private:
  std::vector<float> own_;
  std::span<const float> samples_;  // the caller's or own_
  double rate_;
};

}  // namespace emograd::audio::voice
