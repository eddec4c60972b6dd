#include "audio/descriptors/pitch.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "audio/descriptors/parabola.h"
#include "tensor/kernels/isa.h"

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
  for (std::size_t h = 0; h < harmonics; ++h) {
    shift_[h] = static_cast<std::size_t>(
        std::floor(static_cast<double>(static_cast<float>(points_per_octave)) * std::log2(static_cast<double>(h + 1))));
    weight_[h] = weight;
    weight *= harmonic_decay;
  }
  spectrum_.resize(bins_), maxima_.resize(bins_ + 4), smooth_.resize(bins_), second_.resize(bins_);
  octave_.resize(bins_), sums_.resize(bins_);
}

PitchCandidate SubharmonicSummation::best_candidate(std::size_t lane) {
  const auto sum = [&](std::size_t i) { return sums_[i].of[lane]; };
  const double mean = total_.of[lane] / static_cast<double>(bins_);
  peaks_.clear();
  for (std::size_t i = 1; i + 1 < bins_; ++i) {
    if (!(sum(i - 1) < sum(i) && sum(i) > sum(i + 1))) continue;
    if (rules_.highest) {
      const auto lower = std::find_if(peaks_.begin(), peaks_.end(), [&](std::size_t p) { return sum(p) < sum(i); });
      peaks_.insert(lower, i);
    } else if (peaks_.empty() || sum(i) > sum(peaks_.front())) {
      peaks_.insert(peaks_.begin(), i);
    }
    if (peaks_.size() > rules_.candidates) peaks_.pop_back();
  }
  PitchCandidate best{};
  bool any = false;
  for (const std::size_t i : peaks_) {
    const auto X = [&](std::size_t n) { return static_cast<double>(static_cast<float>(n) * log_step_ + log_low_); };
    const auto point = [&](std::size_t n) { return Point{X(n), static_cast<double>(sum(n))}; };
    const Point top = vertex(point(i - 1), point(i), point(i + 1));
    PitchCandidate c{static_cast<float>(std::exp2(top.x)), 0, static_cast<float>(top.y)};
    if (top.y > mean && top.y > 0) c.voicing = static_cast<float>(1 - mean / top.y);
    if (!(c.f0 >= lowest_pitch && c.f0 <= highest_pitch)) continue;
    if (!any || c.score > best.score) best = c;
    any = true;
  }
  return best;
}

void SubharmonicSummation::operator()(std::span<const float> magnitudes, std::span<PitchCandidate> best) {
  const SummationLoop loop{bins_,          at_.data(),       ratio_.data(),       pivot_.data(),
                           gamma_.data(),  readings_.data(), sensitivity_.data(), shift_,
                           weight_,        spectrum_.data(), maxima_.data(),      smooth_.data(),
                           second_.data(), octave_.data(),   sums_.data(),        &total_};
  for (std::size_t first = 0; first < best.size(); first += frames_together) {
    const std::size_t frames = std::min(best.size() - first, frames_together);
    const float* const x = magnitudes.data() + first * bins_;
    for (std::size_t i = 0; i < bins_; ++i)
      for (std::size_t lane = 0; lane < frames_together; ++lane)
        spectrum_[i].of[lane] = lane < frames ? x[lane * bins_ + i] : 0;
    kernels::active_table<PitchTable>().sum_subharmonics(loop);
    for (std::size_t lane = 0; lane < frames; ++lane) best[first + lane] = best_candidate(lane);
  }
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
