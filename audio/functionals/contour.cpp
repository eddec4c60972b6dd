#include "audio/functionals/contour.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <numeric>

#include "audio/descriptors/lpc.h"
#include "audio/descriptors/smoothing.h"

namespace emograd::audio {
namespace {

/// In rising order, −0 before 0, by the four bytes of numbers that rise as floats do: unlike comparisons, they cannot
/// be predicted wrongly.
std::vector<float> radix_sorted(std::span<const float> x) {
  constexpr std::uint32_t sign = 0x80000000;
  std::vector<std::uint32_t> from, to(x.size());
  std::array<std::array<std::uint32_t, 256>, 4> place{};
  const auto byte = [](std::uint32_t key, std::size_t b) { return key >> (8 * b) & 255; };
  for (const float v : x) {
    const auto bits = std::bit_cast<std::uint32_t>(v);
    from.push_back(bits & sign ? ~bits : bits | sign);
    for (std::size_t b = 0; b < 4; ++b) ++place[b][byte(from.back(), b)];
  }
  for (std::size_t b = 0; b < 4; ++b) {
    std::exclusive_scan(place[b].begin(), place[b].end(), place[b].begin(), 0U);
    for (const std::uint32_t key : from) to[place[b][byte(key, b)]++] = key;
    std::swap(from, to);
  }
  std::vector<float> sorted;
  for (const std::uint32_t key : from) sorted.push_back(std::bit_cast<float>(key & sign ? key ^ sign : ~key));
  return sorted;
}

}  // namespace

const Contour::Extremes& Contour::extremes() {
  if (!extremes_) {
    const auto low = std::min_element(x_.begin(), x_.end()), high = std::max_element(x_.begin(), x_.end());
    extremes_ = {*low, *high, static_cast<std::size_t>(low - x_.begin()), static_cast<std::size_t>(high - x_.begin())};
  }
  return *extremes_;
}

float Contour::mean() {
  if (!mean_) {
    double sum = 0;
    for (const float x : x_) sum += static_cast<double>(x);
    mean_ = static_cast<float>(sum / count());
  }
  return *mean_;
}

const std::vector<float>& Contour::sorted() {
  if (sorted_.empty()) sorted_ = radix_sorted(x_);
  return sorted_;
}

float Contour::percentile(double p) {
  const double rank = p * (count() - 1), below = std::floor(rank), above = std::ceil(rank);
  const float low = sorted()[static_cast<std::size_t>(below)], high = sorted()[static_cast<std::size_t>(above)];
  return below == above ? low : low * static_cast<float>(above - rank) + high * static_cast<float>(rank - below);
}

const Contour::Moments& Contour::moments() {
  if (!moments_) {
    const auto centre = static_cast<double>(mean());
    Moments m{};
    for (const float x : x_) {
      const double d = static_cast<double>(x) - centre, d2 = d * d;
      m.second += d2, m.third += d2 * d, m.fourth += d2 * d2;
    }
    moments_ = {m.second / count(), m.third / count(), m.fourth / count()};
  }
  return *moments_;
}

Contour::Sums Contour::sums() {
  const double n = count();
  Sums s{static_cast<double>(mean()) * n, 0, 0, n * (n - 1) / 2, n * (n - 1) * (2 * n - 1) / 6};
  for (std::size_t i = 0; i < x_.size(); ++i) {
    const auto at = static_cast<double>(i), x = static_cast<double>(x_[i]);
    s.y1 += at * x, s.y2 += at * at * x;
  }
  return s;
}

const Contour::Line& Contour::line() {
  if (line_) return *line_;
  const Sums s = sums();
  Line l{0, static_cast<double>(x_[0]), 0, 0};
  if (x_.size() > 1) {
    l.t = (s.y0 - s.y1 * s.s1 / s.s2) / (count() - s.s1 * s.s1 / s.s2);
    l.m = (s.y1 - l.t * s.s1) / s.s2;
  }
  for (std::size_t i = 0; i < x_.size(); ++i) {
    const double e = static_cast<double>(x_[i]) - (l.m * static_cast<double>(i) + l.t);
    l.absolute_error += std::abs(e), l.squared_error += e * e;
  }
  l.absolute_error /= count(), l.squared_error /= count();
  line_ = l;
  return *line_;
}

/// The normal equations by Cramer's rule. Two values, through which many parabolas pass, give the line. Quirk: they
/// give none.
const Contour::Parabola& Contour::parabola() {
  if (parabola_) return *parabola_;
  const Sums s = sums();
  const double n = count(), s3 = s.s1 * s.s1, s4 = s.s2 * (3 * (n - 1) * (n - 1) + 3 * (n - 1) - 1) / 5;
  Parabola p{0, 0, x_.size() == 1 ? static_cast<double>(x_[0]) : 0, 0};
  const auto determinant = [](double a, double b, double c, double d, double e, double f, double g, double h,
                              double i) { return a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g); };
  if (textbook() && x_.size() == 2) p.b = line().m, p.c = line().t;
  if (x_.size() > 2) {
    const double whole = determinant(s4, s3, s.s2, s3, s.s2, s.s1, s.s2, s.s1, n);
    p.a = determinant(s.y2, s3, s.s2, s.y1, s.s2, s.s1, s.y0, s.s1, n) / whole;
    p.b = determinant(s4, s.y2, s.s2, s3, s.y1, s.s1, s.s2, s.y0, n) / whole;
    p.c = determinant(s4, s3, s.y2, s3, s.s2, s.y1, s.s2, s.s1, s.y0) / whole;
  }
  for (std::size_t i = 0; i < x_.size(); ++i) {
    const auto at = static_cast<double>(i);
    const double e = static_cast<double>(x_[i]) - (p.a * at * at + p.b * at + p.c);
    p.squared_error += e * e;
  }
  p.squared_error /= n;
  parabola_ = p;
  return *parabola_;
}

double Contour::centroid() {
  const Sums s = sums();
  return s.y0 == 0 ? 0 : s.y1 / s.y0 / count();
}

const Contour::Peaks& Contour::peaks() {
  if (!peaks_) peaks_ = textbook() ? prominent_peaks() : quirky_peaks();
  return *peaks_;
}

Contour::Peaks Contour::prominent_peaks() {
  Peaks peaks;
  const float range = extremes().range();
  float low = x_[0], high = 0;  // since the last peak; of this one
  bool rising = false;
  std::size_t top = 0, previous = 0;
  const auto close = [&] {
    if (!peaks.heights.empty()) peaks.distances.push_back(static_cast<double>(top - previous));
    peaks.heights.push_back(high);
    previous = top;
    rising = false;
  };
  for (std::size_t i = 1; i < x_.size(); ++i) {
    if (!rising) {
      low = std::min(low, x_[i]);
      rising = x_[i] - low > 0.11F * range;
      if (rising) high = x_[i], top = i;
    } else if (x_[i] > high) {
      high = x_[i], top = i;
    } else if (high - x_[i] >= 0.09F * range) {
      close();
      low = x_[i];
    }
  }
  if (rising && top + 1 < x_.size()) close();
  return peaks;
}

/// Quirks: only values above both of their neighbours are looked at; the height of a peak is the value behind its top,
/// that of a valley likewise; what it rises from is the last valley, however small the way up from there; maximum and
/// minimum before the first ones are 0; a lower peak on the way down moves the top.
Contour::Peaks Contour::quirky_peaks() {
  Peaks peaks;
  const auto range = static_cast<double>(extremes().range());
  float last_min = 0, last_max = 0;
  bool rising = false, any = false;
  std::size_t top = 0, previous = 0;
  for (std::size_t i = 2; i < x_.size(); ++i) {
    const float a = x_[i - 2], b = x_[i - 1], c = x_[i];
    if (a < b && b > c) {
      if (!rising) {
        last_max = c;
      } else if (c > last_max) {
        last_max = c;
        top = i;
      }
      if (static_cast<double>(last_max) - static_cast<double>(last_min) > 0.11 * range) {
        rising = true;
        top = i;
      }
    } else if (a > b && b < c) {
      last_min = c;
    }
    if (rising && (static_cast<double>(c) < static_cast<double>(last_max) - 0.09 * range || i + 1 == x_.size())) {
      peaks.heights.push_back(last_max);
      if (any) peaks.distances.push_back(static_cast<double>(top - previous));
      any = true;
      previous = top;
      rising = false;
    }
  }
  return peaks;
}

constexpr std::size_t most_segments = 100;

const std::vector<double>& Contour::segments() {
  if (!segments_) segments_ = levels_.empty() ? runs() : textbook() ? segments_between_crossings() : level_segments();
  return *segments_;
}

std::vector<float> Contour::crossed_levels() {
  std::vector<float> levels;
  for (const float t : levels_) levels.push_back(extremes().min + extremes().range() * t);
  return levels;
}

std::vector<double> Contour::segments_between_crossings() {
  std::vector<double> lengths;
  const std::vector<float> levels = crossed_levels();
  const std::vector<float> running = smoothed(x_);
  const std::size_t gap = std::max<std::size_t>(3, x_.size() / 100) - 1;
  std::optional<std::size_t> last;
  for (std::size_t i = 1; i < running.size(); ++i) {
    const bool crosses = std::any_of(levels.begin(), levels.end(),
                                     [&](float level) { return (running[i] > level) != (running[i - 1] > level); });
    if (!crosses || (last && i - *last <= gap)) continue;
    if (last) lengths.push_back(static_cast<double>(i - *last));
    last = i;
  }
  return lengths;
}

/// Quirks: the running mean is of a value and the two before it, and taken to have been 0 before the contour; the first
/// segment is taken to have begun there, too; a hundred segments are enough.
std::vector<double> Contour::level_segments() {
  std::vector<double> lengths;
  const std::vector<float> levels = crossed_levels();
  const auto n = static_cast<std::int64_t>(x_.size());
  const std::int64_t gap = std::max<std::int64_t>(2, n / 100 - 1);
  float sum = 0, before = 0;
  std::int64_t mark = -(gap / 2);
  for (std::int64_t i = 0; i < n; ++i) {
    sum += x_[static_cast<std::size_t>(i)];
    if (i >= 3) sum -= x_[static_cast<std::size_t>(i - 3)];
    const float running = sum / static_cast<float>(std::min<std::int64_t>(i + 1, 3));
    const bool crosses = std::any_of(levels.begin(), levels.end(), [&](float level) {
      return (running > level && before <= level) || (running < level && before >= level);
    });
    if (crosses && i - mark > gap) {
      if (lengths.size() < most_segments) lengths.push_back(static_cast<double>(i - mark));
      mark = i;
    }
    before = running;
  }
  return lengths;
}

/// A run has three values at least, may have single zeros in it, and ends with two.
std::vector<double> Contour::runs() const {
  std::vector<double> lengths;
  std::size_t first = 0, last = 0;
  int values = 0, zeros = 0;
  const auto close = [&] {
    if (values >= 3 && (textbook() || lengths.size() < most_segments))
      lengths.push_back(static_cast<double>(last - first));
    values = zeros = 0;
  };
  for (std::size_t i = 0; i < x_.size(); ++i) {
    if (x_[i] != 0) {
      if (values++ == 0) first = i;
      last = i;
      zeros = 0;
    } else if (values > 0 && ++zeros == 2) {
      close();
    }
  }
  close();
  return lengths;
}

std::int64_t Contour::at_or_below(float p) {
  const float level = p * extremes().range() + extremes().min;
  return std::count_if(x_.begin(), x_.end(), [level](float x) { return x <= level; });
}

const Contour::Prediction& Contour::prediction() {
  if (!prediction_) {
    Prediction p;
    std::array<float, 6> lags;
    autocorrelation(x_, lags);
    p.gain = linear_predictor(lags, p.a) / static_cast<float>(x_.size());
    prediction_ = p;
  }
  return *prediction_;
}

Spread spread(const std::vector<double>& lengths) {
  Spread s;
  if (lengths.empty()) return s;
  const auto n = static_cast<double>(lengths.size());
  for (const double l : lengths) s.mean += l;
  s.mean /= n;
  for (const double l : lengths) s.deviation += (l - s.mean) * (l - s.mean);
  s.deviation = std::sqrt(s.deviation / n);
  s.least = *std::min_element(lengths.begin(), lengths.end());
  s.most = *std::max_element(lengths.begin(), lengths.end());
  return s;
}

}  // namespace emograd::audio
