#include "audio/voice/frames.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

#include "tensor/error.h"

namespace emograd::audio::voice {

std::int64_t frame_count(std::span<const float> samples, double rate, double seconds) {
  check(std::isfinite(rate) && rate > 0, "voice: a rate of {} Hz", rate);
  check(!samples.empty(), "voice: no samples");
  const auto odd = std::find_if_not(samples.begin(), samples.end(), [](float x) { return std::isfinite(x); });
  check(odd == samples.end(), "voice: sample {} is no finite number", odd - samples.begin());
  // A hop of a whole number of samples is not to leave a frame without any.
  return static_cast<std::int64_t>(std::ceil(static_cast<double>(samples.size()) / rate / seconds * (1 - 1e-12)));
}

std::vector<float> without_offset(std::span<const float> samples) {
  const double mean = std::accumulate(samples.begin(), samples.end(), 0.0) / static_cast<double>(samples.size());
  std::vector<float> out;
  out.reserve(samples.size());
  for (const float x : samples) out.push_back(static_cast<float>(static_cast<double>(x) - mean));
  return out;
}

bool is_silent(std::span<const float> samples, double rate, std::int64_t frame, double seconds) {
  const auto sample = [&](double time) {
    return samples.begin() + std::clamp<std::int64_t>(std::llround(time * rate), 0, std::ssize(samples));
  };
  const auto begin = sample(centre(frame) - seconds / 2), end = sample(centre(frame) + seconds / 2);
  return std::adjacent_find(begin, end, std::not_equal_to<>()) == end;
}

void each_windowed(std::span<const float> samples, double rate, const Tensor& window, Mean before_window,
                   const std::function<void(std::int64_t, const Tensor&)>& each, double seconds) {
  constexpr std::int64_t at_a_time = 64;
  const std::int64_t frames = frame_count(samples, rate, seconds), size = std::ssize(samples), length = window.numel();
  const double* w = window.data<double>();
  for (std::int64_t first = 0; first < frames; first += at_a_time) {
    Tensor rows = zeros({std::min(at_a_time, frames - first), length}, DType::f64);
    double* row = rows.mutable_data<double>();
    for (std::int64_t j = 0; j < rows.dim(0); ++j, row += length) {
      const std::int64_t start = std::llround(centre(first + j, seconds) * rate - static_cast<double>(length) / 2);
      const std::int64_t begin = std::clamp<std::int64_t>(start, 0, size),
                         end = std::clamp<std::int64_t>(start + length, 0, size);
      if (begin >= end) continue;
      const float* x = samples.data();
      const double mean =
          before_window == Mean::kept ? 0 : std::accumulate(x + begin, x + end, 0.0) / static_cast<double>(end - begin);
      for (std::int64_t i = begin; i < end; ++i) row[i - start] = (static_cast<double>(x[i]) - mean) * w[i - start];
    }
    each(first, rows);
  }
}

}  // namespace emograd::audio::voice
