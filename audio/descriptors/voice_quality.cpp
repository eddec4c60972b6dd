#include "audio/descriptors/voice_quality.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "audio/descriptors/framing.h"
#include "audio/descriptors/parabola.h"
#include "audio/descriptors/voice_quality_loops.h"
#include "tensor/kernels/isa.h"

namespace emograd::audio {

VoicePeriods::VoicePeriods(Samples& sound, double search_range, Definition definition)
    : sound_(sound), definition_(definition), sample_seconds_(1 / sound.rate()), range_(search_range) {
  const Framing frames = framing(sound.rate(), 0.060);
  hop_ = frames.hop;
  longest_frame_ = frames.length;
}

/// Of x[0 … q) and x[q … 2q), for every q: the correlations' highest maximum.
bool VoicePeriods::find_period(std::span<const float> x, std::int64_t shortest, std::int64_t longest, Period& period) {
  const auto lags = static_cast<std::size_t>(longest - shortest + 1), first = static_cast<std::size_t>(shortest);
  const std::size_t whole = (lags + lags_together - 1) / lags_together * lags_together;  // the last ones are not read
  const std::size_t reach = 2 * (first + whole);
  correlations_.resize(whole);
  stretch_.assign(x.begin(), x.begin() + static_cast<std::ptrdiff_t>(std::min(x.size(), reach)));
  stretch_.resize(reach);
  kernels::active_table<PeriodTable>().correlate(stretch_.data(), first, whole, correlations_.data());
  std::size_t best = 0;
  for (std::size_t m = 1; m + 2 < lags; ++m) {
    const double here = correlations_[m];
    if (correlations_[m - 1] < here && here > correlations_[m + 1] && (best == 0 || here > correlations_[best]))
      best = m;
  }
  if (best == 0) return false;
  const auto at = static_cast<double>(best);
  const Point top =
      vertex({at - 1, correlations_[best - 1]}, {at, correlations_[best]}, {at + 1, correlations_[best + 1]});
  period = {shortest + static_cast<std::int64_t>(best),
            std::abs(static_cast<double>(shortest) + top.x) * sample_seconds_, top.y};
  return true;
}

/// Peak to peak. Quirk: without the first and the last sample.
float VoicePeriods::amplitude(std::span<const float> period) const {
  if (definition_ == Definition::opensmile) period = period.subspan(1, std::max<std::size_t>(period.size(), 3) - 2);
  const auto [low, high] = std::minmax_element(period.begin(), period.end());
  return *high - *low;
}

/// Quirks: the waveform is looked at one hop after the frame that F0 belongs to. A period is accepted if its
/// correlation exceeds the least one of the frame so far, its own included, rounded to f32: the first period of a frame
/// only where that rounding went down.
VoiceQuality VoicePeriods::operator()(float f0) {
  const bool textbook = definition_ == Definition::textbook;
  const std::int64_t begins = (frame_++ + (textbook ? 0 : 1)) * hop_;
  const auto hop = static_cast<std::int64_t>(std::ceil(hop_seconds / sample_seconds_));
  const std::int64_t fresh = hop + carry_;
  std::int64_t wanted = fresh;
  double lag = 0;
  std::int64_t nominal = 0, shortest = 0, longest = 0;
  if (f0 > 0) {
    lag = 1 / static_cast<double>(f0) / sample_seconds_;
    nominal = std::llround(lag);
    shortest = static_cast<std::int64_t>(std::floor((1 - range_) * lag));
    longest = static_cast<std::int64_t>(std::ceil((1 + range_) * lag));
    wanted = std::max(fresh, 2 * longest + 2);
  }
  wanted = std::min(wanted, carry_ + longest_frame_);
  if (begins - carry_ != position_) {
    position_ = begins;
    wanted = std::min(wanted, longest_frame_);
  }
  if (f0 <= 0) {
    position_ += fresh;
    carry_ = 0;
    last_period_ = last_difference_ = 0;
    held_ = {};
    return {};
  }

  const std::span<const float> x = sound_.at(position_, wanted);
  wanted = std::min(wanted, std::ssize(x));
  const auto from = [x](std::int64_t start) { return x.subspan(static_cast<std::size_t>(start)); };
  std::int64_t start = 0, last = 0;
  int periods = 0, differences = 0, second_differences = 0;
  float sum_period = 0, sum_difference = 0, sum_second = 0, sum_amplitude = 0, sum_change = 0;
  float least = std::numeric_limits<float>::infinity();
  while (start < wanted - 2 * longest - 1) {
    Period period;
    if (!find_period(from(start), shortest, longest, period)) {
      start += nominal;
    } else {
      const std::int64_t next = start + period.samples;
      const auto length = static_cast<std::size_t>(period.samples);
      const float a0 = amplitude(from(start).first(length)), a1 = amplitude(from(next).first(length));
      least = std::min(least, static_cast<float>(period.correlation));
      if (textbook || period.correlation > static_cast<double>(least)) {
        const auto seconds = static_cast<float>(period.seconds);
        ++periods;
        sum_period += seconds;
        if (last_period_ > 0) {
          const float difference = std::abs(last_period_ - seconds);
          sum_difference += difference;
          ++differences;
          if (last_difference_ > 0) {
            sum_second += std::abs(last_difference_ - difference);
            ++second_differences;
          }
          last_difference_ = difference;
        }
        last_period_ = seconds;
        sum_amplitude += (a0 + a1) / 2;
        sum_change += std::abs(a0 - a1);
      }
      start = next;
    }
    if (start < fresh - 1) last = start;
  }
  carry_ = fresh - last;
  position_ += last;

  if (periods == 0) return textbook ? VoiceQuality{} : held_;  // Quirk: what was there before goes on
  const auto relative = [&](float sum, int count, float& held) {
    if (count == 0) return 0.0F;
    held = std::min(sum / static_cast<float>(count) / (sum_period / static_cast<float>(periods)), 1.0F);
    return held;
  };
  VoiceQuality quality{};
  quality.jitter = relative(sum_difference, differences, held_.jitter);
  quality.jitter_ddp = relative(sum_second, second_differences, held_.jitter_ddp);
  held_.shimmer = std::min(sum_amplitude == 0 ? 0 : sum_change / sum_amplitude, 1.0F);
  quality.shimmer = held_.shimmer;
  return quality;
}

}  // namespace emograd::audio
