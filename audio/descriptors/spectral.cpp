#include "audio/descriptors/spectral.h"

#include <algorithm>
#include <cmath>

namespace emograd::audio {

float root_mean_square(std::span<const float> frame) {
  double sum = 0;
  for (const float x : frame) sum += static_cast<double>(x * x);
  return static_cast<float>(std::sqrt(sum / static_cast<double>(frame.size())));
}

float zero_crossing_rate(std::span<const float> frame, Definition definition) {
  std::int64_t crossings = 0;
  if (definition == Definition::textbook) {
    float before = 0;
    for (const float x : frame) {
      if (before * x < 0) ++crossings;
      if (x != 0) before = x;
    }
    return static_cast<float>(crossings) / static_cast<float>(frame.size());
  }
  for (std::size_t i = 1; i + 1 < frame.size(); ++i)
    if (frame[i - 1] * frame[i] < 0 || (frame[i] == 0 && frame[i - 1] * frame[i + 1] <= 0)) ++crossings;
  return static_cast<float>(static_cast<double>(crossings) / static_cast<double>(frame.size()));
}

SpectralShapes::SpectralShapes(const Framing& framing)
    : definition_(framing.definition), bin_(framing.bin), bins_(static_cast<std::size_t>(framing.bins())) {
  for (std::size_t k = 0; k < bins_; ++k) f_.push_back(static_cast<double>(k) * bin_);
  for (std::size_t k = 1; k < bins_; ++k) sum_f_ += f_[k], sum_f2_ += f_[k] * f_[k];
  low_ = band(25, 650);
  mid_ = band(1000, 4000);
}

/// The bins from `lower` to `upper`. Quirk: the bin below `lower` counts with the part of the way from `lower` to the
/// bin above it, DC, too, and the one above `upper` likewise.
SpectralShapes::Band SpectralShapes::band(double lower, double upper) const {
  const auto first = [&](auto&& accepts) {
    std::size_t k = 0;
    while (k + 1 < bins_ && !accepts(f_[k])) ++k;
    return k;
  };
  Band b{};
  if (definition_ == Definition::textbook) {
    b.left = first([&](double f) { return f >= lower; });
    b.right = first([&](double f) { return f > upper; });
    if (f_[b.right] > upper) --b.right;
    if (f_[b.left] < lower) b = {1, 0, 0, 0};  // it lies above the spectrum
    return b;
  }
  const std::size_t above = first([&](double f) { return f > lower; });
  b.left = above > 0 ? above - 1 : 0;
  b.left_weight = (f_[b.left + 1] - lower) / bin_;
  const std::size_t reached = first([&](double f) { return f >= upper; });
  b.right = f_[reached] == upper ? reached : first([&](double f) { return f > upper; }) - 1;
  b.right_weight = (upper - f_[reached - 1]) / bin_;
  if (b.left_weight == 0) b.left_weight = 1;
  if (b.right_weight == 0) b.right_weight = 1;
  return b;
}

double SpectralShapes::mean_power(const Band& b, std::span<const float> power) const {
  if (definition_ == Definition::textbook) {
    double all = 0;
    for (std::size_t k = b.left; k <= b.right; ++k) all += static_cast<double>(power[k]);
    return all / static_cast<double>(bins_ - 1);
  }
  double sum = static_cast<double>(power[b.left]) * b.left_weight;
  for (std::size_t k = b.left + 1; k < b.right; ++k) sum += static_cast<double>(power[k]);
  sum += static_cast<double>(power[b.right]) * b.right_weight;
  return sum / static_cast<double>(bins_ - 1);
}

SpectralShape SpectralShapes::operator()(std::span<const float> magnitude, std::span<const float> power) {
  constexpr double fractions[]{0.25, 0.50, 0.75, 0.90}, least = 1e-7;
  constexpr auto least_sum = static_cast<double>(1e-7F);
  const auto n = static_cast<double>(bins_ - 1);
  SpectralShape s{};
  s.low_band = static_cast<float>(mean_power(low_, power));
  s.mid_band = static_cast<float>(mean_power(mid_, power));

  double S = 0, weighted = 0;
  for (std::size_t k = 1; k < bins_; ++k) {
    S += static_cast<double>(power[k]);
    weighted += f_[k] * static_cast<double>(power[k]);
  }
  double below = 0;
  std::size_t reached = 0;
  for (std::size_t k = 1; k < bins_ && reached < 4; ++k) {
    below += static_cast<double>(power[k]);
    while (reached < 4 && below >= fractions[reached] * S) s.roll_off[reached++] = static_cast<float>(f_[k]);
  }

  double change = 0;
  if (!before_.empty())
    for (std::size_t k = 1; k < bins_; ++k) {
      const double d = static_cast<double>(magnitude[k]) - static_cast<double>(before_[k]);
      change += d * d;
    }
  s.flux = static_cast<float>(std::sqrt(change / n));
  before_.assign(magnitude.begin(), magnitude.end());

  const bool textbook = definition_ == Definition::textbook;
  double entropy = 0;
  for (std::size_t k = 1; k < bins_; ++k) {
    const double P = static_cast<double>(power[k]), p = textbook ? P / S : std::max(P, least) / std::max(S, least_sum);
    if (p > 0) entropy -= p * std::log2(p);
  }
  s.entropy = static_cast<float>(entropy);

  const auto centroid = static_cast<double>(S > 0 ? static_cast<float>(weighted / S) : 0.0F);
  double second = 0, third = 0, fourth = 0;
  for (std::size_t k = 1; k < bins_; ++k) {
    const double d = f_[k] - centroid, p = static_cast<double>(power[k]);
    second += d * d * p, third += d * d * d * p, fourth += d * d * d * d * p;
  }
  if (S > 0) {
    const double variance = second / S, deviation = std::sqrt(variance);
    s.variance = static_cast<float>(variance);
    if (variance > 0) {
      s.skewness = static_cast<float>(third / (S * variance * deviation));
      s.kurtosis = static_cast<float>(fourth / (S * variance * variance));
    }
  }
  s.slope = static_cast<float>((textbook ? 1 : n - 1) * (n * weighted - sum_f_ * S) / (n * sum_f2_ - sum_f_ * sum_f_));
  return s;
}

}  // namespace emograd::audio
