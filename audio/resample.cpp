#include "audio/resample.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <numeric>

#include "tensor/error.h"

namespace emograd::audio {
namespace {

// Kaiser's formulas: a stop-band this deep, in dB and with a little to spare, takes this β and this many samples on
// either side for the width of the transition.
constexpr double rejection = 102;
constexpr double beta = 0.1102 * (rejection - 8.7);
constexpr double half_width = (rejection - 7.95) / (2.285 * std::numbers::pi * (1 - Resampler::pass_band)) / 2;

// I₀, the modified Bessel function.
double bessel(double x) {
  double sum = 1, term = 1;
  for (int k = 1; term > 1e-17 * sum; ++k) sum += term *= (x / 2 / k) * (x / 2 / k);
  return sum;
}

// At the time t in samples of the lower rate.
double low_pass(double t) {
  const double r = t / half_width, x = std::numbers::pi * (1 + Resampler::pass_band) / 2 * t;
  if (std::abs(r) >= 1) return 0;
  return (x == 0 ? 1 : std::sin(x) / x) * bessel(beta * std::sqrt(1 - r * r));
}

// Sums side by side, in an order of their own, so that the compiler may use vectors and all of them give the same bits.
// In f32 their rounding is heard at −130 dB.
constexpr std::int64_t lanes = 8;
float dot(const float* a, const float* b, std::int64_t n) {
  std::array<float, lanes> sums{};
  for (std::int64_t i = 0; i < n; i += lanes)
    for (std::int64_t j = 0; j < lanes; ++j) sums[static_cast<std::size_t>(j)] += a[i + j] * b[i + j];
  return ((sums[0] + sums[4]) + (sums[2] + sums[6])) + ((sums[1] + sums[5]) + (sums[3] + sums[7]));
}

}  // namespace

Resampler::Resampler(std::int64_t from, std::int64_t to) {
  check(from >= 1 && to >= 1, "Resampler: rates are at least 1 Hz, not {} and {}", from, to);
  const std::int64_t divisor = std::gcd(from, to);
  up_ = to / divisor, down_ = from / divisor;
  const double stretch = std::max(1., static_cast<double>(down_) / static_cast<double>(up_));
  const double reach = std::ceil(half_width * stretch * 2 / lanes) * lanes / 2,
               coefficients = 2 * reach * static_cast<double>(up_);
  check(up_ == down_ || coefficients <= static_cast<double>(max_coefficients),
        "Resampler: from {} to {} Hz is the ratio {}/{}, whose filter has {:.3g} coefficients, more than {}; choose a "
        "rate with a larger common divisor",
        from, to, up_, down_, coefficients, max_coefficients);
  if (up_ == down_) return;

  reach_ = static_cast<std::int64_t>(reach);
  std::vector<double> phase(static_cast<std::size_t>(2 * reach_));
  for (std::int64_t f = 0; f < up_; ++f) {
    const double t = static_cast<double>(f) / static_cast<double>(up_);
    for (std::int64_t i = 0; i < 2 * reach_; ++i)
      phase[static_cast<std::size_t>(i)] = low_pass((t - static_cast<double>(i - reach_ + 1)) / stretch);
    const double sum = std::accumulate(phase.begin(), phase.end(), 0.);  // what is constant stays as it is
    for (const double c : phase) table_.push_back(static_cast<float>(c / sum));
  }
  begin();
}

void Resampler::begin() {
  inputs_ = whole_ = fraction_ = 0;
  first_ = 1 - reach_;
  kept_.assign(static_cast<std::size_t>(reach_ - 1), 0);
}

// Appends the outputs of times before that of input `before`.
void Resampler::emit(std::int64_t before, std::vector<float>& out) {
  while (whole_ < before) {
    out.push_back(dot(&table_[static_cast<std::size_t>(fraction_ * 2 * reach_)],
                      &kept_[static_cast<std::size_t>(whole_ - reach_ + 1 - first_)], 2 * reach_));
    whole_ += down_ / up_, fraction_ += down_ % up_;
    if (fraction_ >= up_) ++whole_, fraction_ -= up_;
  }
}

std::vector<float> Resampler::push(std::span<const float> samples) {
  if (up_ == down_) return {samples.begin(), samples.end()};
  std::vector<float> out;
  inputs_ += std::ssize(samples);
  kept_.insert(kept_.end(), samples.begin(), samples.end());
  emit(inputs_ - reach_, out);
  const std::int64_t done = std::min(whole_ - reach_ + 1 - first_, std::ssize(kept_));
  kept_.erase(kept_.begin(), kept_.begin() + done);
  first_ += done;
  return out;
}

std::vector<float> Resampler::finish() {
  std::vector<float> out;
  if (up_ == down_) return out;
  kept_.insert(kept_.end(), static_cast<std::size_t>(reach_), 0);
  emit(inputs_, out);
  begin();
  return out;
}

std::vector<float> resampled(std::span<const float> samples, std::int64_t from, std::int64_t to) {
  Resampler resampler(from, to);
  std::vector<float> all = resampler.push(samples);
  const std::vector<float> rest = resampler.finish();
  all.insert(all.end(), rest.begin(), rest.end());
  return all;
}

}  // namespace emograd::audio
