// The balance of spectra and the levels of harmonics: spectra that are written down, sounds of known amplitudes, and
// the same sums by definition.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>
#include <random>
#include <vector>

#include "audio/front_ends/features.h"
#include "audio/front_ends/frames.h"
#include "audio/front_ends/mel_filters.h"
#include "audio/front_ends/spectrum.h"
#include "audio/voice/frames.h"
#include "audio/voice/harmonics.h"
#include "audio/voice/pitch.h"
#include "audio/voice/spectral_balance.h"
#include "tests/error_checks.h"
#include "tests/synthetic_voices.h"

using namespace emograd;
using namespace emograd::audio;
using namespace emograd::audio::voice;

namespace {

constexpr double neper = 20 / std::numbers::ln10;  // dB

/// Powers f(Hz) every 25 Hz up to `highest`.
template <class F>
std::vector<double> spectrum(F f, double highest = 8000) {
  std::vector<double> out;
  for (double hertz = 0; hertz <= highest; hertz += 25) out.push_back(f(hertz));
  return out;
}
PowerSpectrum of(const std::vector<double>& power) { return {power, 25}; }

/// The slope of the line through 10 log₁₀ f(Hz), in dB per kHz, by the normal equations.
template <class F>
double slope_of(F f, double from, double to, double spacing) {
  double n = 0, sx = 0, sy = 0, sxx = 0, sxy = 0;
  for (int k = 1; k * spacing <= to; ++k) {
    if (k * spacing <= from) continue;
    const double x = k * spacing / 1000, y = 10 * std::log10(f(k * spacing));
    n += 1, sx += x, sy += y, sxx += x * x, sxy += x * y;
  }
  return (n * sxy - sx * sy) / (n * sxx - sx * sx);
}

/// The transform of a Hann window so many bins from its middle, whose value there is 1.
double hann_lobe(double bins) {
  return std::abs(bins) < 1e-9 ? 1 : std::abs(std::sin(pi * bins) / (pi * bins * (1 - bins * bins)));
}

/// Σ a[k − 1] sin(2πk·f0·t + phase).
std::vector<float> complex_of(const std::vector<double>& a, double f0, double rate, double seconds) {
  return sampled(rate, seconds, [&](double t) {
    double sum = 0;
    for (std::size_t k = 1; k <= a.size(); ++k) {
      const auto n = static_cast<double>(k);
      if (n * f0 < 0.45 * rate) sum += a[k - 1] * std::sin(2 * pi * n * f0 * t + n * n);
    }
    return sum;
  });
}

Formants constant_formants(std::size_t frames, const std::array<double, 3>& hertz) {
  Formants f;
  for (std::size_t k = 0; k < 3; ++k) f.frequency[k].assign(frames, hertz[k]);
  return f;
}

}  // namespace

TEST_CASE("spectral balance: spectra that are written down") {
  const auto two = spectrum([](double f) { return f <= 1000 ? 4.0 : 1.0; });
  CHECK(alpha_ratio(of(two)) == doctest::Approx(10 * std::log10(4.0 * 38 / 160)));  // 75 … 1000, 1025 … 5000 Hz
  // What is below 50 Hz and above 5 kHz does not count, nor does an offset.
  const auto beyond = spectrum([](double f) { return f <= 50 || f > 5000 ? 1e6 : f <= 1000 ? 4.0 : 1.0; });
  CHECK(alpha_ratio(of(beyond)) == doctest::Approx(alpha_ratio(of(two))));
  const auto peaks = spectrum([](double f) { return f == 2000 ? 100.0 : f == 2025 ? 5.0 : f == 0 ? 1e6 : 1.0; });
  CHECK(hammarberg_index(of(peaks)) == doctest::Approx(10 * std::log10(20)));
  const auto line = spectrum([](double f) { return 3 * std::pow(10, -1.2 * f / 1000); });
  CHECK(spectral_slope(of(line), 0, 500) == doctest::Approx(-12));
  CHECK(spectral_slope(of(line), 500, 1500) == doctest::Approx(-12));
  // 12 dB per octave: f⁻⁴.
  const auto octaves = [](double f) { return f == 0 ? 1 : std::pow(f, -4); };
  CHECK(spectral_slope(of(spectrum(octaves)), 500, 1500) == doctest::Approx(slope_of(octaves, 500, 1500, 25)));

  const auto low = spectrum([](double f) { return f <= 1000 ? 3.0 : 0.0; });
  const auto high = spectrum([](double f) { return f <= 1000 ? 0.0 : 7.0; });
  const auto one = spectrum([](double f) { return f == 100 ? 1.0 : 0.0; });
  const auto both = spectrum([](double f) { return f == 100 || f == 200 ? 9.0 : 0.0; });
  CHECK(spectral_flux(of(low), of(low)) == 0);
  CHECK(spectral_flux(of(two), of(line)) == doctest::Approx(spectral_flux(of(line), of(two))));
  CHECK(spectral_flux(of(low), of(high)) == doctest::Approx(2));
  CHECK(spectral_flux(of(one), of(both)) == doctest::Approx(2 - std::sqrt(2)));

  const auto nothing = spectrum([](double) { return 0.0; });
  CHECK(std::isnan(alpha_ratio(of(nothing))));
  CHECK(std::isnan(alpha_ratio(of(low))));  // nothing to divide by
  CHECK(std::isnan(hammarberg_index(of(high)) - hammarberg_index(of(low))));
  CHECK(std::isnan(spectral_slope(of(nothing), 0, 500)));
  CHECK(std::isnan(spectral_flux(of(nothing), of(low))));
  const auto narrow = spectrum([](double) { return 1.0; }, 4975);
  CHECK(std::isnan(alpha_ratio(of(narrow))));
  CHECK(std::isnan(hammarberg_index(of(narrow))));
  CHECK(std::isnan(spectral_flux(of(narrow), of(narrow))));
  CHECK(spectral_slope(of(narrow), 500, 1500) == doctest::Approx(0));
  CHECK(std::isnan(spectral_slope(of(spectrum([](double) { return 1.0; }, 1475)), 500, 1500)));
}

TEST_CASE("spectral balance: a frame by definition, and MFCC as the front ends make them") {
  const double rate = 16000;
  std::vector<float> x = noise(rate, 0.05, 0.1);  // and its negative: no offset, exactly
  for (std::size_t i = 0; i < 800; ++i) x.push_back(-x[i]);
  const SpectralBalance b = spectral_balance(x, rate);
  REQUIRE(b.alpha_ratio.size() == 10);
  constexpr int length = 400, fft = 512;
  const auto powers_of = [&](int frame) {
    std::vector<double> power;
    for (int k = 0; k <= fft / 2; ++k) {
      std::complex<double> sum;
      for (int i = 0; i < length; ++i)
        sum += (0.5 - 0.5 * std::cos(2 * pi * i / length)) *
               static_cast<double>(x[static_cast<std::size_t>(frame * 160 + 80 - length / 2 + i)]) *
               std::polar(1.0, -2 * pi * k * i / fft);
      power.push_back(std::norm(sum));
    }
    return power;
  };
  const std::vector<double> before = powers_of(4), now = powers_of(5);
  const PowerSpectrum s{now, rate / fft};
  CHECK(b.alpha_ratio[5] == doctest::Approx(alpha_ratio(s)).epsilon(1e-9));
  CHECK(b.hammarberg_index[5] == doctest::Approx(hammarberg_index(s)).epsilon(1e-9));
  CHECK(b.slope_to_500[5] == doctest::Approx(spectral_slope(s, 0, 500)).epsilon(1e-9));
  CHECK(b.slope_to_1500[5] == doctest::Approx(spectral_slope(s, 500, 1500)).epsilon(1e-9));
  CHECK(b.flux[5] == doctest::Approx(spectral_flux({before, rate / fft}, s)).epsilon(1e-9));
  CHECK(std::isnan(b.flux[0]));

  const auto mel = [](double f) { return 2595 * std::log10(1 + f / 700); };
  const double step = (mel(8000) - mel(20)) / 27;
  std::vector<double> logarithm;
  for (int m = 1; m <= 26; ++m) {
    double energy = 0;
    for (std::size_t k = 0; k < now.size(); ++k)
      energy +=
          now[k] * std::max(0.0, 1 - std::abs(mel(static_cast<double>(k) * rate / fft) - mel(20) - m * step) / step);
    logarithm.push_back(std::log(energy));
  }
  for (std::size_t c = 1; c <= 4; ++c) {
    double sum = 0;
    for (std::size_t m = 0; m < 26; ++m)
      sum += std::sqrt(2.0 / 26) * logarithm[m] *
             std::cos(pi * static_cast<double>(c) * (static_cast<double>(m) + 0.5) / 26);
    CHECK(b.mel_cepstra[c - 1][5] == doctest::Approx(sum).epsilon(1e-9));
  }
  // The front ends' own path, whose parts tests hold to librosa and torchaudio. Its first window lies 56 samples behind
  // the beginning, in the middle of 512; ours 120 before it.
  std::vector<double> padded(176);
  padded.insert(padded.end(), x.begin(), x.end());
  const Tensor spectra = power(stft(from_values<double>({static_cast<std::int64_t>(padded.size())}, padded),
                                    hann(length, Hann::periodic), fft, 160));
  const Tensor path =
      mfcc(log_mel(spectra, mel_matrix({rate, fft, 26, 20, 8000, MelScale::htk, MelFilters::Sides::mel}), 1e-300), 5);
  REQUIRE(path.dim(0) == 8);
  for (std::size_t i = 0; i < 8; ++i)
    for (std::size_t c = 0; c < 4; ++c)
      CHECK(b.mel_cepstra[c][i] == doctest::Approx(path.data<double>()[i * 5 + c + 1]).epsilon(1e-9));
}

TEST_CASE("spectral balance: two tones have the ratio of their powers") {
  for (const double rate : {10000.0, 16000.0, 22050.0, 44100.0, 48000.0})
    for (const double ratio : {0.1, 1.0, 30.0}) {
      CAPTURE(rate);
      CAPTURE(ratio);
      const double spacing = rate / std::exp2(std::ceil(std::log2(rate / 32)));
      const double low = std::round(600 / spacing) * spacing, high = std::round(3000 / spacing) * spacing;
      const SpectralBalance b = spectral_balance(
          sampled(rate, 0.3,
                  [&](double t) { return 0.02 * (ratio * std::sin(2 * pi * low * t) + std::sin(2 * pi * high * t)); }),
          rate);
      // Bins lie on both tones alike. The window is 1/25 ms = 40 Hz to a bin, and at 400 Hz, from the lower tone to
      // 1 kHz, its transform is below 1/(π·9.75³) of its peak: that much of the one tone is seen beside the other.
      const double leak = 1 / (pi * std::pow(9.5, 3)) * std::max(ratio, 1 / ratio);
      inner(b.alpha_ratio.size(), [&](std::size_t i) {
        CHECK(std::abs(b.alpha_ratio[i] - 20 * std::log10(ratio)) < neper * leak);
        CHECK(std::abs(b.hammarberg_index[i] - 20 * std::log10(ratio)) < neper * leak);
        CHECK(b.flux[i] < 1e-3);  // stationary, but for the phase in which tones meet their mirror images
      });
    }
}

TEST_CASE("spectral balance: the slope of a filter, of a click and of noise") {
  // 1 + z⁻¹/2: what a click becomes in one frame, whose window is 1 − (π/400)² at least there.
  const double rate = 16000;
  const auto filter = [rate](double f) { return 1.25 + std::cos(2 * pi * f / rate); };
  std::vector<float> click(16000);
  click[50 * 160 + 80] = 0.5F, click[50 * 160 + 81] = 0.25F;
  const SpectralBalance of_click = spectral_balance(click, rate);
  CHECK(std::abs(of_click.slope_to_1500[50] - slope_of(filter, 500, 1500, 31.25)) < 1e-3);

  // Noise through one pole at 50 Hz: 6 dB per octave above it.
  const double pole = std::exp(-2 * pi * 50 / rate);
  std::vector<float> x = noise(rate, 20, 0.01);
  double y = 0;
  for (float& v : x) v = static_cast<float>(y = static_cast<double>(v) + pole * y);
  const auto response = [=](double f) { return 1 / (1 + pole * pole - 2 * pole * std::cos(2 * pi * f / rate)); };
  const SpectralBalance b = spectral_balance(x, rate);
  // The logarithm of a bin's power has a deviation of 5.6 dB (π/√6 nepers of power); neighbours resemble each other,
  // which makes variances 2.5 times as large. Of 2000 frames, 2.5 hops long, 800 are independent. Σ(f − mean)² is that
  // of n bins 31.25 Hz apart.
  const auto tolerance = [](double n) { return 4 * 5.6 * std::sqrt(2.5 / 800 / (n * (n * n - 1) / 12)) / 0.03125; };
  CHECK(std::abs(mean_of(b.slope_to_1500) - slope_of(response, 500, 1500, 31.25)) < tolerance(32));
  CHECK(std::abs(slope_of(response, 500, 1500, 31.25)) > 8 * tolerance(32));
  const SpectralBalance white = spectral_balance(noise(rate, 20, 0.01), rate);
  CHECK(std::abs(mean_of(white.slope_to_500)) < tolerance(16));
  CHECK(std::abs(mean_of(white.slope_to_1500)) < tolerance(32));
}

TEST_CASE("spectral balance: the flux of a sound that turns from one tone into another") {
  // cos θ of the one and sin θ of the other, the angle growing by 0.1 per frame: unit spectra at that angle, and a flux
  // of 2 − 2 cos 0.1. Within a window, whose deviation in time is 0.14·25 ms, θ moves by 0.035 up and down.
  constexpr double turning = 0.1, moves = turning / hop * 0.1414 * 0.025;
  const double rate = 16000;
  const auto x = sampled(rate, 0.15, [](double t) {
    return 0.2 * (std::cos(turning * t / hop) * std::sin(2 * pi * 500 * t) +
                  std::sin(turning * t / hop) * std::sin(2 * pi * 2500 * t));
  });
  const SpectralBalance b = spectral_balance(x, rate);
  for (std::size_t i = 4; i < 12; ++i) {
    // The tone that is weak is wider by what θ moves, in quadrature: squares add.
    CHECK(b.flux[i] == doctest::Approx(2 - 2 * std::cos(turning)).epsilon(20 * moves * moves));
  }
  // Tones that fit into a hop have the same spectrum in every frame.
  const SpectralBalance still =
      spectral_balance(sampled(rate, 0.3, [](double t) { return 0.5 * std::sin(2 * pi * 500 * t); }), rate);
  inner(still.flux.size(), [&](std::size_t i) { CHECK(still.flux[i] < 1e-12); });
}

TEST_CASE("spectral balance: silence, and beside it") {
  std::vector<float> x(16000);
  const std::vector<float> n = noise(16000, 0.5, 0.1);
  std::copy(n.begin(), n.end(), x.begin());
  std::copy_n(n.begin(), 3200, x.end() - 3200);
  const SpectralBalance b = spectral_balance(x, 16000);
  for (const auto* contour : {&b.alpha_ratio, &b.hammarberg_index, &b.slope_to_500, &b.slope_to_1500, &b.flux,
                              &b.mel_cepstra[0], &b.mel_cepstra[3]}) {
    REQUIRE(contour->size() == 100);
    // Windows reach 7.5 ms beyond their frames: 50 and 79 see noise. From silence there is no flux.
    const std::size_t again = contour == &b.flux ? 80 : 79;
    for (std::size_t i = 1; i < 100; ++i) CHECK(std::isnan((*contour)[i]) == (i > 50 && i < again));
  }
}

TEST_CASE("harmonics: the levels of those that were put in") {
  std::mt19937_64 random(5);
  std::uniform_real_distribution<double> decibels(-26, -6);
  for (const double rate : rates)
    for (const double f0 : {70.0, 123.4, 220.5, 391.0}) {
      CAPTURE(rate);
      CAPTURE(f0);
      std::vector<double> a;
      for (double f = f0; f < 0.45 * rate; f += f0) a.push_back(std::pow(10, decibels(random) / 20) / 3);
      const std::vector<float> x = complex_of(a, f0, rate, 0.3);
      const HarmonicSpectrum spectrum(x, rate, 0.1505, f0);
      const double periods = std::max(4.0, std::ceil(0.025 * f0));
      for (std::size_t k = 0; k < a.size(); ++k) {
        CAPTURE(k);
        // A harmonic is looked for up to so many bins away, and there sees the side lobes of the others.
        const auto n = static_cast<double>(k + 1);
        const double away = periods * std::min(n / 100, 0.125);
        double seen = 0;
        for (std::size_t j = 0; j < a.size(); ++j) {
          const double bins = periods * std::abs(static_cast<double>(j) - static_cast<double>(k));
          if (j != k) seen += a[j] / a[k] * std::max(hann_lobe(bins - away), hann_lobe(bins + away));
        }
        CHECK(std::abs(spectrum.level(static_cast<std::int64_t>(k + 1)) - 20 * std::log10(a[k])) < neper * seen + 1e-3);
      }
      CHECK(std::isnan(spectrum.level(static_cast<std::int64_t>(std::ceil(rate / 2 / f0)))));
    }
}

TEST_CASE("harmonics: an F0 that is nearly right is right enough") {
  // The twentieth harmonic of an F0 that is 0.4 % too high is 0.08·F0 or 0.32 bins away, where the lobe of the window
  // is 0.6 dB below its peak. The parabola finds that but for the lobe's term of fourth order, 0.42 dB per bin⁴:
  // through −0.82, −0.32 and 0.18 bins it misses 4·0.32·0.42·0.82·0.32·0.18 dB.
  std::vector<double> a(20);
  a[19] = 0.2;
  const HarmonicSpectrum spectrum(complex_of(a, 120, 16000, 0.3), 16000, 0.15, 120 * 1.004);
  CHECK(neper * std::log(hann_lobe(0.32)) < -0.5);
  CHECK(std::abs(spectrum.level(20) - neper * std::log(0.2)) < 0.05);
  CHECK(spectrum.nearest(2450) == 20);
  CHECK(spectrum.nearest(10) == 1);
}

TEST_CASE("harmonics: differences, formants, and where they are") {
  // The sixth is the strongest of 4, 5 and 6 times 500 Hz; F3/10 around 2500 Hz reach from 2250 to 2750.
  const double rate = 16000, f0 = 125;
  std::vector<double> a(40, 0.01);
  a[0] = 0.2, a[1] = 0.1;
  a[3] = 0.15;                 // F1, 500 Hz
  a[11] = 0.05;                // F2, 1500 Hz
  a[19] = 0.02, a[21] = 0.04;  // F3, 2500 Hz, and the strongest around it, 2750 Hz
  a[16] = 0.09, a[22] = 0.09;  // too far away
  const std::vector<float> x = complex_of(a, f0, rate, 1);
  std::vector<float> other = complex_of({0.1, 0.2, 0.05, 0.05, 0.05}, f0, rate, 1);
  std::copy(x.begin(), x.begin() + 8000, other.begin());  // until 0.5 s
  std::vector<double> track(100, f0);
  std::fill(track.begin() + 90, track.end(), none);
  const Harmonics h = harmonics(other, rate, track, constant_formants(100, {510, 1480, 2500}));
  REQUIRE(h.h1_h2.size() == 100);
  for (std::size_t i = 2; i < 98; ++i) {
    CAPTURE(i);
    if (i >= 90) {
      CHECK(std::isnan(h.h1_h2[i]));
      CHECK(std::isnan(h.h1_a3[i]));
      CHECK(std::isnan(h.relative_level[0][i]));
    } else if (i <= 47) {  // the window is 32 ms long
      // Of the fundamental's side lobes, 5 and more of its own levels (the test above), 0.1 dB is left; of 0.02 beside
      // 0.01 and 0.04 half a dB.
      CHECK(std::abs(h.h1_h2[i] - neper * std::log(2)) < 0.1);
      CHECK(std::abs(h.h1_a3[i] - neper * std::log(5)) < 0.5);
      CHECK(std::abs(h.relative_level[0][i] - neper * std::log(0.75)) < 0.1);
      CHECK(std::abs(h.relative_level[1][i] - neper * std::log(0.25)) < 0.1);
      CHECK(std::abs(h.relative_level[2][i] - neper * std::log(0.1)) < 0.5);
    } else if (i >= 52) {
      CHECK(std::abs(h.h1_h2[i] - neper * std::log(0.5)) < 0.1);
    }
  }
  // By the F0 that was found.
  const Pitch p = pitch(x, rate);
  const Harmonics found = harmonics(x, rate, p.f0, constant_formants(100, {500, 1500, none}));
  inner(100, [&](std::size_t i) {
    CHECK(std::abs(found.h1_h2[i] - neper * std::log(2)) < 0.1);
    CHECK(std::abs(found.relative_level[1][i] - neper * std::log(0.25)) < 0.2);
    CHECK(std::isnan(found.relative_level[2][i]));
    CHECK(std::isnan(found.h1_a3[i]));
  });
  CHECK_ERROR(harmonics(x, rate, std::vector<double>(99, f0), constant_formants(100, {1, 2, 3})), "99 values of F0");
  CHECK_ERROR(harmonics(x, rate, std::vector<double>(100, f0), constant_formants(9, {1, 2, 3})), "9 values of a");
}
