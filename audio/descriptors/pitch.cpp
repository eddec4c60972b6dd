#include "audio/descriptors/pitch.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "audio/descriptors/parabola.h"

namespace emograd::audio {
namespace {

constexpr float lowest_pitch = 52, highest_pitch = 620;  // Hz
constexpr float harmonic_decay = 0.85F;

}  // namespace

SubharmonicSummation::SubharmonicSummation(const Framing& framing, const PitchRules& rules)
    : rules_(rules), bins_(static_cast<std::size_t>(framing.bins())) {
  rules_.highest |= framing.textbook();
  const auto points = static_cast<double>(bins_);
  // Quirk: the duration of the padded frame is rounded to f32 first.
  const double bin = framing.textbook() ? framing.bin : 1 / static_cast<double>(static_cast<float>(1 / framing.bin));
  for (std::size_t i = 0; i < bins_; ++i) at_.push_back(i == 0 ? 0 : std::log2(static_cast<double>(i) * bin));
  at_[0] = 2 * at_[1] - at_[2];
  const double log_low = std::log2(rules.lowest), log_high = std::log2(bin * (points - 1));
  const double step = (log_high - log_low) / (points - 1);
  log_low_ = static_cast<float>(log_low);
  log_step_ =
      static_cast<float>(static_cast<float>(log_high) - static_cast<float>(log_low)) / static_cast<float>(bins_ - 1);

  ratio_.resize(bins_), pivot_.resize(bins_), gamma_.resize(bins_);  // second derivatives: M_i = γ_i M_{i+1} + rest_i
  for (std::size_t i = 1; i + 1 < bins_; ++i) {
    ratio_[i] = (at_[i] - at_[i - 1]) / (at_[i + 1] - at_[i - 1]);
    pivot_[i] = ratio_[i] * gamma_[i - 1] + 2;
    gamma_[i] = (ratio_[i] - 1) / pivot_[i];
  }
  second_.resize(bins_), rest_.resize(bins_), slope_.resize(bins_), bend_.resize(bins_);
  for (std::size_t i = 0; i < bins_; ++i) {
    const double v = log_low + static_cast<double>(i) * step;
    const auto above = std::upper_bound(at_.begin(), at_.end() - 1, v);
    const auto right = std::max<std::size_t>(1, static_cast<std::size_t>(above - at_.begin()));
    const double h = at_[right] - at_[right - 1], a = (at_[right] - v) / h, b = (v - at_[right - 1]) / h;
    readings_.push_back({right - 1, a, b, (a * a * a - a) * (h * h) / 6, (b * b * b - b) * (h * h) / 6});
  }

  const double points_per_octave = points / (log_high - log_low),
               middle = points_per_octave * std::log2(65.0 / 50.0) - 1;
  for (std::size_t i = 0; i < bins_; ++i)
    sensitivity_.push_back(0.5 +
                           std::atan(3 * (static_cast<double>(i + 1) - middle) / points_per_octave) / std::numbers::pi);
  float weight = 1;
  for (int h = 0; h < harmonics; ++h) {
    shift_[h] = static_cast<std::size_t>(
        std::floor(static_cast<double>(static_cast<float>(points_per_octave)) * std::log2(static_cast<double>(h + 1))));
    weight_[h] = weight;
    weight *= harmonic_decay;
  }
  spectrum_.resize(bins_), smooth_.resize(bins_);
  octave_.resize(bins_), sums_.resize(bins_);
}

/// Sets to zero what is more than two bins away from every maximum, between maxima; then smooths with ¼, ½, ¼.
void SubharmonicSummation::enhance_peaks() {
  std::vector<double>& x = spectrum_;
  const std::size_t last = bins_ - 1;
  std::ptrdiff_t before = -1;
  std::size_t maxima = 0;
  smooth_ = x;  // maxima are those of the spectrum as it was
  for (std::size_t i = 0; i < bins_; ++i) {
    const bool maximum = i == 0      ? smooth_[0] > smooth_[1]
                         : i == last ? smooth_[last] > smooth_[last - 1]
                                     : smooth_[i] > smooth_[i - 1] && smooth_[i] >= smooth_[i + 1];
    if (!maximum) continue;
    if (before >= 0)
      for (auto j = static_cast<std::size_t>(before) + 3; j + 3 <= i; ++j) x[j] = 0;
    before = static_cast<std::ptrdiff_t>(i);
    ++maxima;
  }
  if (maxima == 1) std::fill(x.begin() + 3, x.end(), 0.0);
  for (std::size_t i = 0; i < last; ++i) smooth_[i] = ((i > 0 ? x[i - 1] : 0) + 2 * x[i] + x[i + 1]) / 4;
  smooth_[last] = x[last];
}

void SubharmonicSummation::octave_scale() {
  const std::vector<double>& y = smooth_;
  const std::size_t last = bins_ - 1;
  // Divisions that wait for nothing come first.
  for (std::size_t i = 0; i < last; ++i) slope_[i] = (y[i + 1] - y[i]) / (at_[i + 1] - at_[i]);
  for (std::size_t i = 1; i < last; ++i) bend_[i] = 6 * (slope_[i] - slope_[i - 1]) / (at_[i + 1] - at_[i - 1]);
  rest_[0] = second_[0] = second_[last] = 0;
  for (std::size_t i = 1; i < last; ++i) rest_[i] = (bend_[i] - ratio_[i] * rest_[i - 1]) / pivot_[i];
  for (std::size_t i = last; i-- > 1;) second_[i] = gamma_[i] * second_[i + 1] + rest_[i];
  for (std::size_t i = 0; i < bins_; ++i) {
    const Reading& r = readings_[i];
    const double value = r.a * y[r.left] + r.b * y[r.left + 1] + (r.a3 * second_[r.left] + r.b3 * second_[r.left + 1]);
    const auto spline = static_cast<float>(value);
    octave_[i] = spline > 0 ? static_cast<float>(static_cast<double>(spline) * sensitivity_[i]) : 0;
  }
}

void SubharmonicSummation::sum_subharmonics() {
  for (std::size_t i = 0; i < bins_; ++i) sums_[i] = octave_[i];
  for (int h = 1; h < harmonics; ++h)
    for (std::size_t i = 0; i + shift_[h] < bins_; ++i) sums_[i] += weight_[h] * octave_[i + shift_[h]];
  for (float& z : sums_) z = std::max(z / static_cast<float>(harmonics), 0.0F);
}

void SubharmonicSummation::find_candidates() {
  double sum = 0;
  for (const float z : sums_) sum += static_cast<double>(z);
  const double mean = sum / static_cast<double>(bins_);
  candidates_.clear();
  std::vector<std::size_t> peaks;
  for (std::size_t i = 1; i + 1 < bins_; ++i) {
    if (!(sums_[i - 1] < sums_[i] && sums_[i] > sums_[i + 1])) continue;
    if (rules_.highest) {
      const auto lower = std::find_if(peaks.begin(), peaks.end(), [&](std::size_t p) { return sums_[p] < sums_[i]; });
      peaks.insert(lower, i);
    } else if (peaks.empty() || sums_[i] > sums_[peaks.front()]) {
      peaks.insert(peaks.begin(), i);
    }
    if (peaks.size() > rules_.candidates) peaks.pop_back();
  }
  for (const std::size_t i : peaks) {
    const auto X = [&](std::size_t n) { return static_cast<double>(static_cast<float>(n) * log_step_ + log_low_); };
    const Point top = vertex({X(i - 1), static_cast<double>(sums_[i - 1])}, {X(i), static_cast<double>(sums_[i])},
                             {X(i + 1), static_cast<double>(sums_[i + 1])});
    PitchCandidate c{static_cast<float>(std::exp2(top.x)), 0, static_cast<float>(top.y)};
    if (top.y > mean && top.y > 0) c.voicing = static_cast<float>(1 - mean / top.y);
    if (c.f0 >= lowest_pitch && c.f0 <= highest_pitch) candidates_.push_back(c);
  }
}

PitchCandidate SubharmonicSummation::operator()(std::span<const float> magnitude) {
  std::copy(magnitude.begin(), magnitude.end(), spectrum_.begin());
  enhance_peaks();
  octave_scale();
  sum_subharmonics();
  find_candidates();
  const auto best =
      std::max_element(candidates_.begin(), candidates_.end(),
                       [](const PitchCandidate& a, const PitchCandidate& b) { return a.score < b.score; });
  return best == candidates_.end() ? PitchCandidate{} : *best;
}

/// Quirk: the first frame is not looked at.
void PitchSmoother::next(const PitchCandidate& candidate) {
  const float f0 = candidate.voicing > voiced_from ? candidate.f0 : 0;
  if (frame_++ == 0 && definition_ == Definition::opensmile) return;
  const bool was = previous_ > 0, is = f0 > 0;
  if (!was && is) onset_ = 1;
  else if (was && !is && onset_ == 0) onset_ = -1;
  else if (was == is) onset_ = 0;
  if (!is && onset_ == 1) previous_ = 0;  // a single voiced frame
  else if (is && onset_ == -1) previous_ = f0;
  const float ratio = previous_ > 0 && is ? previous_ / f0 : 1;
  const bool halving = ratio > 1.2F, doubling = ratio < 0.8F;
  if ((doubling && jump_ == -1) || (halving && jump_ == 1)) previous_ = f0;
  if (doubling) jump_ = 1;
  else if (!halving) jump_ = 0;
  else if (onset_ == 0) jump_ = -1;
  emitted_ = previous_;
  previous_ = f0;
}

}  // namespace emograd::audio
