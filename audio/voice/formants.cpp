#include "audio/voice/formants.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "audio/front_ends/frames.h"
#include "audio/resample.h"
#include "audio/voice/frames.h"
#include "tensor/error.h"

namespace emograd::audio::voice {
namespace {

using Complex = std::complex<double>;
constexpr double pi = std::numbers::pi;
constexpr double emphasised_from = 50, edge = 50, widest = 1000, spacing = 1100, window_seconds = 0.05;  // Hz, s
constexpr std::int64_t kilohertz = 11;

/// p(z)/p′(z) of the monic polynomial, by Horner's scheme; 0 at a zero.
Complex newton_step(std::span<const double> c, Complex z) {
  Complex p = 1, slope = 0;
  for (const double coefficient : c) {
    slope = slope * z + p;
    p = p * z + coefficient;
  }
  return p == 0.0 ? p : p / slope;
}

}  // namespace

std::vector<double> burg(std::span<const double> x, std::size_t order) {
  std::vector<double> forward(x.begin(), x.end()), backward = forward, a(order);
  for (std::size_t m = 0; m < order && m + 1 < x.size(); ++m) {
    double product = 0, energy = 0;
    for (std::size_t n = m + 1; n < x.size(); ++n) {
      product += forward[n] * backward[n - 1];
      energy += forward[n] * forward[n] + backward[n - 1] * backward[n - 1];
    }
    if (energy == 0) break;
    const double reflection = -2 * product / energy;
    const std::vector<double> before(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(m));
    for (std::size_t i = 0; i < m; ++i) a[i] += reflection * before[m - 1 - i];
    a[m] = reflection;
    for (std::size_t n = x.size() - 1; n > m; --n) {
      const double f = forward[n], b = backward[n - 1];
      forward[n] = f + reflection * b;
      backward[n] = b + reflection * f;
    }
  }
  return a;
}

std::vector<Complex> roots(std::span<const double> c) {
  constexpr int most_rounds = 200;
  constexpr double enough = 1e-14;
  std::vector<Complex> z;
  const auto n = static_cast<double>(c.size());
  for (std::size_t i = 0; i < c.size(); ++i)  // on a circle, none of them real or another's conjugate
    z.push_back(std::polar(0.9, 2 * pi * static_cast<double>(i) / n + 0.5 / n));
  for (int round = 0; round < most_rounds; ++round) {
    double furthest = 0;
    for (Complex& zi : z) {
      const Complex newton = newton_step(c, zi);
      Complex repulsion = 0;
      for (const Complex& zj : z)
        if (&zj != &zi) repulsion += 1.0 / (zi - zj);
      const Complex step = newton / (1.0 - newton * repulsion);
      if (!std::isfinite(step.real()) || !std::isfinite(step.imag())) continue;
      zi -= step;
      furthest = std::max(furthest, std::abs(step));
    }
    if (furthest < enough) break;
  }
  return z;
}

std::vector<Formant> resonances(std::span<const double> predictor, double rate) {
  std::vector<Formant> out;
  for (const Complex z : roots(predictor)) {
    const Formant f{std::arg(z) * rate / (2 * pi), -std::log(std::abs(z)) * rate / pi};
    if (f.frequency > edge && f.frequency < rate / 2 - edge && f.bandwidth < widest) out.push_back(f);
  }
  std::sort(out.begin(), out.end(), [](const Formant& a, const Formant& b) { return a.frequency < b.frequency; });
  return out;
}

Formants formants(std::span<const float> samples, double rate) {
  const std::int64_t count = frame_count(samples, rate);
  check(rate >= Formants::least_rate, "formants: a rate of {} Hz; needs {} at least", rate, Formants::least_rate);
  const auto silent = [samples, rate](std::int64_t frame) { return is_silent(samples, rate, frame, window_seconds); };
  std::vector<float> centred = without_offset(samples);
  if (const std::int64_t from = std::llround(rate / 1000); from > kilohertz) {
    centred = resampled(centred, from, kilohertz);
    rate *= static_cast<double>(kilohertz) / static_cast<double>(from);
  }
  const auto order = 2 * static_cast<std::size_t>(std::lround(rate / 2 / spacing));
  const double emphasis = std::exp(-2 * pi * emphasised_from / rate);

  Formants out;
  for (auto* tracks : {&out.frequency, &out.bandwidth})
    for (auto& track : *tracks) track.assign(static_cast<std::size_t>(count), std::numeric_limits<double>::quiet_NaN());
  const Tensor window = hann(std::llround(window_seconds * rate), Hann::periodic),
               flat = ones(window.shape(), DType::f64);
  const std::int64_t length = window.numel();
  std::vector<double> x(static_cast<std::size_t>(length));
  each_windowed(centred, rate, flat, Mean::kept, [&](std::int64_t first, const Tensor& rows) {
    const Tensor emphasised = windowed(pre_emphasised(rows, emphasis), window);
    for (std::int64_t j = 0; j < rows.dim(0) && first + j < count; ++j) {
      if (silent(first + j)) continue;
      std::copy_n(emphasised.data<double>() + j * length, length, x.begin());
      const std::vector<Formant> found = resonances(burg(x, order), rate);
      for (std::size_t k = 0; k < std::min(found.size(), Formants::count); ++k) {
        out.frequency[k][static_cast<std::size_t>(first + j)] = found[k].frequency;
        out.bandwidth[k][static_cast<std::size_t>(first + j)] = found[k].bandwidth;
      }
    }
  });
  return out;
}

}  // namespace emograd::audio::voice
