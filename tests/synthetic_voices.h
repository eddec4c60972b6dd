// Sounds of which everything is known, and how their frames are looked at.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstdint>
#include <limits>
#include <numbers>
#include <random>
#include <vector>

#include "audio/voice/formants.h"

namespace emograd {

inline constexpr double pi = std::numbers::pi;
inline constexpr double rates[] = {8000, 16000, 22050, 44100, 48000};
inline constexpr double none = std::numeric_limits<double>::quiet_NaN();

inline std::size_t samples_of(double seconds, double rate) {
  return static_cast<std::size_t>(std::lround(seconds * rate));
}

/// f(t) of so many seconds.
template <class F>
std::vector<float> sampled(double rate, double seconds, F f) {
  std::vector<float> x(samples_of(seconds, rate));
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(f(static_cast<double>(i) / rate));
  return x;
}

struct Glottis {
  std::vector<double> times, amplitudes;
};

/// Pulses at these times, band-limited (sinc under a Hann window), whose spectrum falls by 6 dB per octave from 50 Hz
/// on as that of a voice with its radiation, through resonators with two poles each.
inline std::vector<float> vowel(const Glottis& glottis, const std::vector<audio::voice::Formant>& formants, double rate,
                                double seconds, double slope_from = 50) {
  constexpr std::int64_t reach = 32;
  std::vector<double> x(samples_of(seconds, rate));
  for (std::size_t p = 0; p < glottis.times.size(); ++p) {
    const double at = glottis.times[p] * rate;
    const auto middle = static_cast<std::int64_t>(std::floor(at));
    for (std::int64_t i = middle - reach + 1; i <= middle + reach; ++i) {
      if (i < 0 || i >= std::ssize(x)) continue;
      const double t = static_cast<double>(i) - at, sinc = t == 0 ? 1 : std::sin(pi * t) / (pi * t);
      x[static_cast<std::size_t>(i)] += glottis.amplitudes[p] * sinc * (0.5 + 0.5 * std::cos(pi * t / reach));
    }
  }
  double slope = 0;
  for (double& v : x) v = slope = v + std::exp(-2 * pi * slope_from / rate) * slope;
  for (const audio::voice::Formant& f : formants) {
    const double r = std::exp(-pi * f.bandwidth / rate), a = 2 * r * std::cos(2 * pi * f.frequency / rate), b = -r * r;
    double y1 = 0, y2 = 0;
    for (double& v : x) {
      const double y = (1 - a - b) * v + a * y1 + b * y2;
      y2 = y1, y1 = v = y;
    }
  }
  std::vector<float> out(x.size());
  double most = 0;
  for (const double v : x) most = std::max(most, std::abs(v));
  for (std::size_t i = 0; i < x.size(); ++i) out[i] = static_cast<float>(0.5 * x[i] / most);
  return out;
}

/// A tube of 16 cm, closed at one end, as far as pulses can be made band-limited.
inline std::vector<audio::voice::Formant> neutral(double rate) {
  std::vector<audio::voice::Formant> out;
  for (double f = 550; f < 0.45 * rate; f += 1100) out.push_back({f, 60 + f / 50});
  return out;
}

/// A pulse wherever the phase ∫(f0 + slope·t)dt is a whole number.
inline Glottis glide(double f0, double slope, double seconds) {
  Glottis g;
  for (double phase = 1, t = 0; t < seconds; ++phase) {
    t = slope == 0 ? phase / f0 : (std::sqrt(f0 * f0 + 2 * slope * phase) - f0) / slope;
    g.times.push_back(t), g.amplitudes.push_back(1);
  }
  return g;
}
inline std::vector<float> steady(double f0, double rate, double seconds) {
  return vowel(glide(f0, 0, seconds), neutral(rate), rate, seconds);
}

/// The harmonics up to 20 kHz of such a vowel, of four formants: any rate above 40 kHz has the values of one and the
/// same sound.
inline std::vector<float> harmonic_vowel(double f0, double rate, double seconds) {
  std::vector<std::complex<double>> amplitudes;
  for (double f = f0; f < 20000; f += f0) {
    const std::complex<double> s(0, 2 * pi * f);
    amplitudes.push_back(0.02 / (1.0 + s / (2 * pi * 50)));
    for (const audio::voice::Formant& each : neutral(8000)) {
      const std::complex<double> pole(-pi * each.bandwidth, 2 * pi * each.frequency);
      amplitudes.back() *= std::norm(pole) / ((s - pole) * (s - std::conj(pole)));
    }
  }
  return sampled(rate, seconds, [&](double t) {
    double sum = 0;
    for (std::size_t k = 0; k < amplitudes.size(); ++k)
      sum += (amplitudes[k] * std::polar(1.0, 2 * pi * f0 * static_cast<double>(k + 1) * t)).real();
    return sum;
  });
}

/// Frames whose windows lie within the sound.
template <class F>
void inner(std::size_t frames, F f) {
  REQUIRE(frames > 10);
  for (std::size_t i = 3; i + 3 < frames; ++i) f(i);
}

inline double mean_of(const std::vector<double>& v) {
  double sum = 0, n = 0;
  inner(v.size(), [&](std::size_t i) { sum += v[i], ++n; });
  return sum / n;
}

inline std::vector<float> noise(double rate, double seconds, double rms, unsigned seed = 1) {
  std::mt19937_64 random(seed);
  std::normal_distribution<double> normal(0, rms);
  return sampled(rate, seconds, [&](double) { return normal(random); });
}

}  // namespace emograd
