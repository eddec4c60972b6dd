#include "audio/voice/periods.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "audio/voice/frames.h"
#include "audio/voice/lowered.h"
#include "audio/voice/parabola.h"

namespace emograd::audio::voice {
namespace {

constexpr double shortest = 0.8, longest = 1.25, least_correlation = 0.3;
constexpr double most_period_ratio = 1.3, most_amplitude_ratio = 1.6;
constexpr double none = std::numeric_limits<double>::quiet_NaN();

/// Voiced frames first … last of a sound.
class Stretch {
 public:
  Stretch(std::span<const float> samples, double rate, std::span<const double> f0, std::size_t first, std::size_t last)
      : x_(samples), rate_(rate), f0_(f0), first_(first), last_(last) {}

  std::vector<Pulse> pulses() const {
    const double begin = static_cast<double>(first_) * hop, end = static_cast<double>(last_ + 1) * hop;
    const double start = extreme((begin + end) / 2);
    std::vector<double> times = others(start, -1, begin, end);
    std::reverse(times.begin(), times.end());
    times.push_back(start);
    const std::vector<double> later = others(start, 1, begin, end);
    times.insert(times.end(), later.begin(), later.end());
    std::vector<Pulse> out;
    for (std::size_t i = 0; i < times.size(); ++i)
      out.push_back({times[i], i + 1 < times.size() ? times[i + 1] - times[i] : none, amplitude(times[i])});
    return out;
  }

 private:
  /// s; F0 lies on straight lines between the middles of frames.
  double period(double time) const {
    const double at = std::clamp(time / hop - 0.5, static_cast<double>(first_), static_cast<double>(last_));
    const auto i = static_cast<std::size_t>(at);
    const double f = at - static_cast<double>(i);
    return 1 / (f0_[i] * (1 - f) + f0_[std::min(i + 1, last_)] * f);
  }
  std::span<const float> around(double time) const {
    const double reach = period(time) / 2;
    const auto sample = [&](double t) { return std::clamp<std::int64_t>(std::llround(t * rate_), 0, std::ssize(x_)); };
    const std::int64_t begin = sample(time - reach), end = sample(time + reach);
    return x_.subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin));
  }
  double extreme(double time) const {
    const auto x = around(time);
    const auto most = std::max_element(x.begin(), x.end(), [](float a, float b) { return std::abs(a) < std::abs(b); });
    return static_cast<double>(x.data() - x_.data() + (most - x.begin())) / rate_;
  }
  double amplitude(double time) const {
    const auto x = around(time);
    double squares = 0;
    for (const float v : x) squares += static_cast<double>(v) * static_cast<double>(v);
    return std::sqrt(squares / (period(time) * rate_));  // whole samples would make equal periods differ
  }

  /// Of the samples from a and from b, n of them each; nothing where they are not all there, 0 where one has none but
  /// 0.
  std::optional<double> correlation(std::int64_t a, std::int64_t b, std::int64_t n) const {
    if (std::min(a, b) < 0 || std::max(a, b) + n > std::ssize(x_)) return {};
    const float *p = x_.data() + a, *q = x_.data() + b;
    double pq = 0, pp = 0, qq = 0;
    for (std::int64_t i = 0; i < n; ++i) {
      const auto u = static_cast<double>(p[i]), v = static_cast<double>(q[i]);
      pq += u * v, pp += u * u, qq += v * v;
    }
    return pp > 0 && qq > 0 ? pq / std::sqrt(pp * qq) : 0;
  }

  /// The pulses after (1) or before (−1) the one at `time`, as far as the stretch goes.
  std::vector<double> others(double time, std::int64_t direction, double begin, double end) const {
    std::vector<double> out;
    while (const std::optional<double> lag = lag_to_next(time, direction)) {
      time += static_cast<double>(direction) * *lag;
      if (time < begin || time > end) break;
      out.push_back(time);
    }
    return out;
  }

  /// From the pulse at `time` forwards (1) or backwards (−1), in s.
  std::optional<double> lag_to_next(double time, std::int64_t direction) const {
    const double predicted = period(time) * rate_;
    const std::int64_t n = std::max<std::int64_t>(std::llround(predicted), 2),
                       from = std::llround(time * rate_) - n / 2;
    const auto at = [&](std::int64_t lag) { return correlation(from, from + direction * lag, n); };
    const auto least = static_cast<std::int64_t>(std::ceil(shortest * predicted)),
               most = static_cast<std::int64_t>(longest * predicted);
    std::int64_t best = least;
    double highest = -1;
    for (std::int64_t lag = least; lag <= most; ++lag)
      if (const auto c = at(lag); c && *c > highest) highest = *c, best = lag;
    const auto before = at(best - 1), after = at(best + 1);
    if (highest < least_correlation || !before || !after) return {};
    return vertex(static_cast<double>(best), 1, *before, highest, *after).x / rate_;
  }

  std::span<const float> x_;
  double rate_;
  std::span<const double> f0_;
  std::size_t first_, last_;
};

/// Mean |b − a|/mean (a, b) over pairs alike.
struct Variation {
  double differences = 0, sum = 0;
  void add(double a, double b, double most_ratio) {
    if (!(a > 0 && b > 0 && std::max(a, b) <= most_ratio * std::min(a, b))) return;
    differences += std::abs(b - a);
    sum += (a + b) / 2;
  }
  double value() const { return sum > 0 ? differences / sum : none; }
};

}  // namespace

std::vector<Pulse> pulses(std::span<const float> samples, double rate, std::span<const double> f0) {
  double highest = 0;
  for (const double f : f0) highest = f > highest ? f : highest;  // some are NaN
  const Lowered lowered(samples, rate, highest);
  const std::vector<float> centred = without_offset(lowered.samples());
  std::vector<Pulse> out;
  for (std::size_t first = 0; first < f0.size(); ++first) {
    if (std::isnan(f0[first])) continue;
    std::size_t last = first;
    while (last + 1 < f0.size() && !std::isnan(f0[last + 1])) ++last;
    const std::vector<Pulse> more = Stretch(centred, lowered.rate(), f0, first, last).pulses();
    out.insert(out.end(), more.begin(), more.end());
    first = last;
  }
  return out;
}

double jitter(std::span<const Pulse> p) {
  Variation v;
  for (std::size_t i = 1; i < p.size(); ++i) v.add(p[i - 1].period, p[i].period, most_period_ratio);
  return v.value();
}

double shimmer(std::span<const Pulse> p) {
  Variation v;
  for (std::size_t i = 1; i < p.size(); ++i)
    if (!std::isnan(p[i - 1].period)) v.add(p[i - 1].amplitude, p[i].amplitude, most_amplitude_ratio);
  return v.value();
}

}  // namespace emograd::audio::voice
