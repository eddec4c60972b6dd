#include "audio/voice/lowered.h"

#include <algorithm>
#include <cmath>

#include "audio/resample.h"
#include "audio/voice/frames.h"
#include "tensor/error.h"

namespace emograd::audio::voice {

Lowered::Lowered(std::span<const float> samples, double rate, double highest_f0) : samples_(samples), rate_(rate) {
  const std::int64_t frames = frame_count(samples, rate);
  const double limit = std::max(most, 8 * highest_f0);
  if (rate <= limit) return;
  check(rate < 0x1p62, "voice: a rate of {} Hz", rate);
  const auto k = static_cast<std::int64_t>(std::ceil(rate / limit));
  own_ = resampled(samples, k, 1);
  rate_ = rate / static_cast<double>(k);
  if (frame_count(own_, rate_) > frames) own_.pop_back();  // the last one stands for time behind the end
  samples_ = own_;
}

}  // namespace emograd::audio::voice
