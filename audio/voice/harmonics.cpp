#include "audio/voice/harmonics.h"

#include <algorithm>
#include <cmath>
#include <complex>
#include <limits>
#include <numbers>

#include "audio/voice/frames.h"
#include "audio/voice/lowered.h"
#include "audio/voice/parabola.h"
#include "tensor/error.h"

namespace emograd::audio::voice {
namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();
constexpr double turn = 2 * std::numbers::pi;
constexpr double least_periods = 4, least_seconds = 0.025;
constexpr double f0_error = 0.01, furthest = 0.125;  // parts of F0
constexpr double around_f3 = 0.1;                    // parts of F3

}  // namespace

HarmonicSpectrum::HarmonicSpectrum(std::span<const float> samples, double rate, double time, double f0)
    : rate_(rate), f0_(f0) {
  const double half = std::max(least_periods, std::ceil(least_seconds * f0)) / f0 * rate / 2, middle = time * rate;
  const auto first = static_cast<std::int64_t>(std::ceil(middle - half)),
             last = static_cast<std::int64_t>(std::floor(middle + half));
  for (std::int64_t i = std::max<std::int64_t>(first, 0); i <= std::min(last, std::ssize(samples) - 1); ++i) {
    const double window = (1 + std::cos(turn / 2 * (static_cast<double>(i) - middle) / half)) / half;
    x_.push_back(window * static_cast<double>(samples[static_cast<std::size_t>(i)]));
  }
}

double HarmonicSpectrum::decibels_at(double hertz) const {
  const std::complex<double> step = std::polar(1.0, -turn * hertz / rate_);
  double re = 1, im = 0, sum_re = 0, sum_im = 0;
  for (const double x : x_) {
    sum_re += x * re;
    sum_im += x * im;
    const double next = re * step.real() - im * step.imag();
    im = re * step.imag() + im * step.real();
    re = next;
  }
  return 10 * std::log10(sum_re * sum_re + sum_im * sum_im);
}

double HarmonicSpectrum::level(std::int64_t number) const {
  const auto n = static_cast<double>(number);
  if (number < 1 || n * f0_ >= rate_ / 2) return none;
  const double f = n * f0_, step = f0_ * std::min(n * f0_error, furthest);
  const double level = vertex(f, step, decibels_at(f - step), decibels_at(f), decibels_at(f + step)).y;
  return std::isfinite(level) ? level : none;
}

std::int64_t HarmonicSpectrum::nearest(double hertz) const {
  return std::max<std::int64_t>(1, std::llround(hertz / f0_));
}

Harmonics harmonics(std::span<const float> samples, double rate, std::span<const double> f0, const Formants& formants) {
  const auto count = static_cast<std::size_t>(frame_count(samples, rate));
  check(f0.size() == count, "harmonics: {} values of F0; needs one per frame, {}", f0.size(), count);
  for (const auto& track : formants.frequency)
    check(track.size() == count, "harmonics: {} values of a formant; needs one per frame, {}", track.size(), count);
  Harmonics out;
  out.h1_h2.assign(count, none);
  out.h1_a3.assign(count, none);
  for (auto& contour : out.relative_level) contour.assign(count, none);
  const Lowered lowered(samples, rate);
  const std::vector<float> centred = without_offset(lowered.samples());
  for (std::size_t i = 0; i < count; ++i) {
    if (std::isnan(f0[i])) continue;
    const HarmonicSpectrum spectrum(centred, lowered.rate(), centre(static_cast<std::int64_t>(i)), f0[i]);
    const double h1 = spectrum.level(1);
    out.h1_h2[i] = h1 - spectrum.level(2);
    for (std::size_t k = 0; k < Formants::count; ++k)
      if (const double f = formants.frequency[k][i]; !std::isnan(f))
        out.relative_level[k][i] = spectrum.level(spectrum.nearest(f)) - h1;
    const double f3 = formants.frequency[2][i];
    if (std::isnan(f3)) continue;
    const auto first = static_cast<std::int64_t>(std::ceil((1 - around_f3) * f3 / f0[i])),
               last = static_cast<std::int64_t>(std::floor((1 + around_f3) * f3 / f0[i]));
    double a3 = h1 + out.relative_level[2][i];
    for (std::int64_t n = first; n <= last; ++n) a3 = std::fmax(a3, spectrum.level(n));
    out.h1_a3[i] = h1 - a3;
  }
  return out;
}

}  // namespace emograd::audio::voice
