// Prosody against what was put into synthetic voices, against sums by definition, and by what is known of tones.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <complex>
#include <limits>
#include <map>
#include <numbers>
#include <random>
#include <string>
#include <vector>

#include "audio/voice/formants.h"
#include "audio/voice/frames.h"
#include "audio/voice/loudness.h"
#include "audio/voice/lowered.h"
#include "audio/voice/periods.h"
#include "audio/voice/pitch.h"
#include "audio/voice/prosody.h"
#include "audio/voice/spectrogram.h"
#include "tests/error_checks.h"
#include "tests/synthetic_voices.h"

using namespace emograd;
using namespace emograd::audio;
using namespace emograd::audio::voice;

TEST_CASE("voice: F0 of a vowel, at any rate") {
  for (const double rate : rates)
    for (const double f0 : {70.0, 123.4, 220.5, 391.0}) {
      CAPTURE(rate);
      CAPTURE(f0);
      const Pitch p = pitch(steady(f0, rate, 0.4), rate);
      CHECK(p.f0.size() == 40);
      double worst = 0, least = 1;
      inner(p.f0.size(), [&](std::size_t i) {
        worst = std::max(worst, std::isnan(p.f0[i]) ? 1 : std::abs(p.f0[i] / f0 - 1));
        least = std::min(least, p.periodicity[i]);
      });
      CHECK(worst < 0.005);
      // Dividing by the window's own autocorrelation is exact where the window sees many pulses.
      CHECK(least > (f0 > 120 ? 0.999 : 0.96));
    }
}

TEST_CASE("voice: up to 192 kHz sound is measured as it is, above at a rate that is bounded") {
  const std::vector<float> x = noise(48000, 0.5, 0.1);
  for (const double rate : {1000.0, 8000.0, 44100.0, 192000.0}) {
    const Lowered same(x, rate);
    CHECK(same.samples().data() == x.data());
    CHECK(same.samples().size() == x.size());
    CHECK(same.rate() == rate);
  }
  CHECK(Lowered(x, 1e6, 125000).samples().data() == x.data());  // F0 wants more
  CHECK(Lowered(x, 1e6, 100000).rate() == 5e5);
  for (const double rate : {192001.0, 200000.0, 384000.0, 384001.0, 705600.0, 999999.0, 1e6, 123456789.0})
    for (const std::size_t n : {1UL, 2UL, 1920UL, 2000UL, 2001UL, 10000UL, 20000UL, 20001UL}) {
      CAPTURE(rate);
      CAPTURE(n);
      const auto some = std::span(x).first(n);
      const Lowered low(some, rate);
      CHECK(low.rate() <= Lowered::most);
      CHECK(low.rate() > Lowered::most / 2);
      CHECK(frame_count(low.samples(), low.rate()) == frame_count(some, rate));
      CHECK(std::abs(static_cast<double>(low.samples().size()) - static_cast<double>(n) / rate * low.rate()) < 1);
    }
  CHECK_ERROR(Lowered(x, 1e10), "more than 4194304");
  CHECK_ERROR(Lowered(x, 1e300), "a rate of 1e+300 Hz");
  CHECK_ERROR(Lowered({}, 1e6), "no samples");

  // All that looks at a sound frame by frame looks at that one: the same bits.
  const std::vector<float> y = harmonic_vowel(150, 1e6, 0.15);
  const Lowered low(y, 1e6);
  const auto same = [](const std::vector<double>& a, const std::vector<double>& b) {
    CHECK(bitwise_equal(from_values<double>({std::ssize(a)}, a), from_values<double>({std::ssize(b)}, b)));
  };
  const Pitch here = pitch(y, 1e6), there = pitch(low.samples(), low.rate());
  same(here.f0, there.f0);
  same(here.periodicity, there.periodicity);
  same(loudness(y, 1e6).loudness, loudness(low.samples(), low.rate()).loudness);
  const auto times = [&](std::span<const float> samples, double rate) {
    std::vector<double> out;
    for (const Pulse& p : pulses(samples, rate, here.f0)) out.push_back(p.time);
    return out;
  };
  CHECK(times(y, 1e6).size() > 10);
  same(times(y, 1e6), times(low.samples(), low.rate()));
  same(spectral_balance(y, 1e6).alpha_ratio, spectral_balance(low.samples(), low.rate()).alpha_ratio);
  const Formants f = formants(y, 1e6);
  same(harmonics(y, 1e6, here.f0, f).h1_h2, harmonics(low.samples(), low.rate(), here.f0, f).h1_h2);
  CHECK(bitwise_equal(mel_spectrogram(y, 1e6, 96, 1000).decibels,
                      mel_spectrogram(low.samples(), low.rate(), 96, 1000).decibels));
}

TEST_CASE("voice: what is measured at 1 MHz is what is measured at 48 kHz") {
  const Prosody here = prosody({.samples = harmonic_vowel(120, 1e6, 0.3), .rate = 1e6}),
                there = prosody({.samples = harmonic_vowel(120, 48000, 0.3), .rate = 48000});
  REQUIRE(here.f0.size() == there.f0.size());
  // The resampler's ripple and images are 1e-5 of an amplitude each. At 1 MHz/6 frames begin up to half a sample, 3 µs,
  // apart and are 8333 in place of 8333⅓ samples long: 6e-5 and 4e-5 of a window of 50 ms. These change r by ε at most,
  // as fast as r itself changes, that is by B, the sound's mean frequency: the maximum at T moves by ε/(2πB) < ε·T.
  constexpr double epsilon = 2 * 1e-5 + 1e-5 + 6e-5 + 4e-5;
  // The mean square under a window of 25 ms, twice as much as its amplitudes and its place.
  const double decibels = 10 / std::log(10) * 2 * (2 * 1e-5 + 1e-5 + 12e-5 + 8e-5);
  // Formants 30 dB below the strongest harmonic see 30 dB more of it, as a part of themselves; as much of its bandwidth
  // a pole moves by.
  const double of_bandwidth = 2e-5 * std::pow(10, 30.0 / 20);
  inner(here.f0.size(), [&](std::size_t i) {
    CHECK(std::abs(here.f0[i] / there.f0[i] - 1) < epsilon);
    CHECK(std::abs(here.f0[i] / 120 - 1) < 0.005);
    CHECK(std::abs(here.level[i] - there.level[i]) < decibels);
    CHECK(std::abs(here.harmonics.h1_h2[i] - there.harmonics.h1_h2[i]) <
          decibels);  // amplitudes, of which there are two
    for (std::size_t k = 0; k < Formants::count; ++k)
      CHECK(std::abs(here.formants.frequency[k][i] - there.formants.frequency[k][i]) <
            of_bandwidth * (60 + (550 + 1100 * static_cast<double>(k)) / 50));
  });
}

TEST_CASE("voice: a gliding F0") {
  const Pitch p = pitch(vowel(glide(100, 200, 1), neutral(16000), 16000, 1), 16000);
  inner(p.f0.size(), [&](std::size_t i) {
    // A period has its energy behind its pulse: what the window sees as its middle may be half a period off. And F1, 71
    // Hz wide, delays a harmonic in it by 1/(π·71 Hz).
    const double truth = 100 + 200 * centre(static_cast<std::int64_t>(i));
    CHECK(std::abs(p.f0[i] - truth) < 200 * (0.5 / truth + 1 / (pi * 71)));
  });
}

TEST_CASE("voice: octaves are not mistaken") {
  const auto heard = [](const std::map<int, double>& harmonics, double f0) {
    const auto x = sampled(16000, 0.3, [&](double t) {
      double sum = 0;
      for (const auto& [k, a] : harmonics) sum += a * std::cos(2 * pi * k * f0 * t + k);
      return 0.2 * sum;
    });
    const Pitch p = pitch(x, 16000);
    inner(p.f0.size(), [&](std::size_t i) { CHECK(p.f0[i] == doctest::Approx(p.f0[15]).epsilon(0.005)); });
    return p.f0[15] / f0;
  };
  CHECK(heard({{1, 1}}, 300) == doctest::Approx(1).epsilon(0.005));                  // 150 and 100 fit as well
  CHECK(heard({{3, 1}, {4, 1}, {5, 1}}, 150) == doctest::Approx(1).epsilon(0.005));  // no fundamental
  // Half the period fits but for the odd harmonics, a part q of the power: r = 1 − 2q. It is the shorter by an octave,
  // which is worth 0.01, so that the fundamental decides from q = 0.005 on.
  CHECK(heard({{1, 0.12}, {2, 1}}, 120) == doctest::Approx(1).epsilon(0.005));  // q = 0.014
  CHECK(heard({{1, 0.04}, {2, 1}}, 120) == doctest::Approx(2).epsilon(0.005));  // q = 0.0016
}

TEST_CASE("voice: an offset is no voice, and changes nothing") {
  std::vector<float> x = steady(150, 16000, 0.6);
  for (std::size_t i = x.size() / 2; i < x.size(); ++i) x[i] *= 0.005F;  // too soft to be a voice beside the rest
  std::vector<float> shifted = x;
  for (float& v : shifted) v += 0.2F;
  const Prosody there = prosody({.samples = x, .rate = 16000}), here = prosody({.samples = shifted, .rate = 16000});
  // 0.2 + x is rounded to 2^-26 at most, 3e-6 of what is soft, and 3e-8 of what is voiced.
  for (std::size_t i = 0; i < there.f0.size(); ++i) {
    CHECK(std::isnan(here.f0[i]) == std::isnan(there.f0[i]));
    if (std::isnan(there.f0[i])) continue;
    CHECK(here.f0[i] == doctest::Approx(there.f0[i]).epsilon(1e-5));
    CHECK(here.formants.frequency[0][i] == doctest::Approx(there.formants.frequency[0][i]).epsilon(1e-3));
  }
  CHECK(jitter(here.pulses) == doctest::Approx(jitter(there.pulses)).epsilon(1e-3));
  CHECK(shimmer(here.pulses) == doctest::Approx(shimmer(there.pulses)).epsilon(1e-3));
}

TEST_CASE("voice: silence and noise have no voice, and a voice between them is found where it is") {
  for (const double rate : rates) {
    CAPTURE(rate);
    for (const Pitch& p : {pitch(std::vector<float>(samples_of(0.5, rate)), rate), pitch(noise(rate, 1, 0.1), rate)})
      CHECK(std::all_of(p.f0.begin(), p.f0.end(), [](double f) { return std::isnan(f); }));
    // Noise at −60 dB, a vowel of 0.3 s, noise.
    std::vector<float> x = noise(rate, 0.9, 0.0003);
    const std::vector<float> v = steady(150, rate, 0.3);
    for (std::size_t i = 0; i < v.size(); ++i) x[samples_of(0.3, rate) + i] += v[i];
    const Pitch p = pitch(x, rate);
    // A window reaches 25 ms beyond its frame, and so may voice.
    for (std::size_t i = 0; i < p.f0.size(); ++i) {
      const double t = centre(static_cast<std::int64_t>(i));
      CAPTURE(t);
      if (t < 0.27 || t > 0.64) CHECK(std::isnan(p.f0[i]));
      if (t > 0.31 && t < 0.59) CHECK(p.f0[i] == doctest::Approx(150).epsilon(0.005));
    }
  }
}

TEST_CASE("voice: the harmonics-to-noise ratio is that of tone and noise") {
  CHECK(hnr(0.5) == 0);
  CHECK(hnr(10.0 / 11) == doctest::Approx(10));
  CHECK(hnr(1) == doctest::Approx(100));
  for (const double rate : {16000.0, 48000.0})
    for (const double decibels : {10.0, 20.0, 30.0}) {
      CAPTURE(decibels);
      const double rms = 0.1 * std::pow(10, -decibels / 20);
      std::vector<float> x = noise(rate, 2, rms);
      for (std::size_t i = 0; i < x.size(); ++i)
        x[i] += static_cast<float>(0.1 * std::sqrt(2.0) * std::sin(2 * pi * 200 * static_cast<double>(i) / rate));
      const Pitch p = pitch(x, rate);
      std::vector<double> ratios;
      for (const double r : p.periodicity) ratios.push_back(hnr(r));
      // In one frame of n samples noise resembles itself by ±1/√n_eff, where a Hann window leaves half of n; with
      // q = 1 − r of the power that is q/√n_eff of r, and 10/ln 10/(r √n_eff) dB. The mean of 200 frames is closer.
      const double n = 3 * rate / 60 / 2, r = 1 / (1 + std::pow(10, -decibels / 10));
      CHECK(std::abs(mean_of(ratios) - decibels) < 10 / std::log(10) / (r * std::sqrt(n)));
    }
}

TEST_CASE("voice: jitter and shimmer are those that were put in") {
  // Periods of 10 ms, through resonators so damped that 0.2 % of a response is left for the next (e^(−π·200 Hz·10 ms)).
  const std::vector<Formant> damped{{500, 200}, {1500, 200}, {2500, 250}};
  for (const double rate : rates)
    for (const double spread : {0.0, 0.01, 0.03}) {
      CAPTURE(rate);
      CAPTURE(spread);
      std::mt19937_64 random(7);
      std::uniform_real_distribution<double> deviation(-spread, spread);
      Glottis g;
      for (double t = 0.005; t < 1.0; t += 0.01 * (1 + deviation(random)))
        g.times.push_back(t), g.amplitudes.push_back(1 + 2 * deviation(random));
      const std::vector<float> x = vowel(g, damped, rate, 1, 200);
      const std::vector<Pulse> found = pulses(x, rate, pitch(x, rate).f0);
      REQUIRE(found.size() > 90);

      std::vector<Pulse> truth;
      for (std::size_t i = 0; i < g.times.size(); ++i)
        if (g.times[i] > found.front().time - 0.005 && g.times[i] < found.back().time + 0.005)
          truth.push_back({g.times[i], i + 1 < g.times.size() ? g.times[i + 1] - g.times[i] : none, g.amplitudes[i]});
      REQUIRE(found.size() == truth.size());
      double worst = 0;
      for (std::size_t i = 0; i + 1 < found.size(); ++i)
        worst = std::max(worst, std::abs(found[i].period - truth[i].period) * rate);
      truth.back().period = none;
      // A parabola is within 1/50 of a sample. What is left of the last response lies where the period has moved it, by
      // 2·spread at most, and moves the maximum by its part of that; a difference of periods is of two of them.
      const double left = std::exp(-pi * 200 * 0.01), error = 0.02 / rate + left * 2 * spread * 0.01;
      CHECK(worst < error * rate);
      CHECK(std::abs(jitter(found) - jitter(truth)) < 2 * error / 0.01);
      CHECK(std::abs(shimmer(found) - shimmer(truth)) < 2 * left);  // amplitudes lie between 1 − left and 1 + left
      if (spread > 0) CHECK(jitter(truth) > 0.006);
      if (spread > 0) CHECK(shimmer(truth) > 0.01);
    }
}

TEST_CASE("voice: pulses follow a glide, and pairs that are no periods of a voice do not count") {
  const Glottis g = glide(100, 200, 1);
  const std::vector<float> x = vowel(g, neutral(16000), 16000, 1);
  const std::vector<Pulse> found = pulses(x, 16000, pitch(x, 16000).f0);
  CHECK(std::abs(static_cast<double>(found.size()) - static_cast<double>(g.times.size())) <= 3);
  CHECK(std::isnan(found.back().period));
  for (std::size_t i = 1; i < found.size(); ++i)
    CHECK(found[i].time - found[i - 1].time == doctest::Approx(found[i - 1].period));

  const std::vector<Pulse> some{
      {0, 0.01, 1}, {0.01, 0.012, 1.2}, {0.022, 0.02, 1.5}, {0.042, 0.019, 0.5}, {0.061, none, 0.6}};
  CHECK(jitter(some) == doctest::Approx((0.002 + 0.001) / (0.011 + 0.0195)));        // 0.012 to 0.02 is too much
  CHECK(shimmer(some) == doctest::Approx((0.2 + 0.3 + 0.1) / (1.1 + 1.35 + 0.55)));  // 1.5 to 0.5 is, too
  CHECK(std::isnan(jitter({})));
  CHECK(std::isnan(shimmer(std::span(some).last(1))));
}

TEST_CASE("voice: the zeros of polynomials") {
  using C = std::complex<double>;
  const std::vector<C> zeros{{0.9, 0},     {-0.5, 0},     {0.3, 0.8}, {0.3, -0.8},
                             {-0.7, 0.69}, {-0.7, -0.69}, {0, 0.99},  {0, -0.99}};
  std::vector<C> c{1};
  for (const C& z : zeros) {
    c.push_back(0);
    for (std::size_t i = c.size() - 1; i > 0; --i) c[i] -= z * c[i - 1];
  }
  std::vector<double> real;
  for (std::size_t i = 1; i < c.size(); ++i) real.push_back(c[i].real());
  const std::vector<C> found = roots(real);
  REQUIRE(found.size() == zeros.size());
  for (const C& z : zeros) {
    const double nearest = std::abs(*std::min_element(found.begin(), found.end(), [&](const C& a, const C& b) {
      return std::abs(a - z) < std::abs(b - z);
    }) - z);
    CHECK(nearest < 1e-12);  // these are well apart: conditioned to some ten roundings of the coefficients
  }
  CHECK(roots({}).empty());
  CHECK(std::abs(roots(std::vector<double>{0.5})[0] + 0.5) < 1e-15);
  for (const C& z : roots(std::vector<double>(4, 0.0))) CHECK(std::abs(z) < 1e-3);  // four of them in one place

  const std::vector<Formant> r = resonances(std::vector<double>{-2 * 0.95 * std::cos(0.3), 0.95 * 0.95}, 10000);
  REQUIRE(r.size() == 1);
  CHECK(r[0].frequency == doctest::Approx(0.3 * 10000 / (2 * pi)));
  CHECK(r[0].bandwidth == doctest::Approx(-std::log(0.95) * 10000 / pi));
}

TEST_CASE("voice: Burg's predictor finds the process that made a signal") {
  const std::vector<double> truth{-1.2, 0.9, -0.3, 0.1};
  std::mt19937_64 random(3);
  std::normal_distribution<double> normal;
  std::vector<double> x(40000);
  for (std::size_t n = 4; n < x.size(); ++n) {
    x[n] = normal(random);
    for (std::size_t m = 0; m < 4; ++m) x[n] -= truth[m] * x[n - 1 - m];
  }
  const std::vector<double> a = burg(x, 6);
  // Their standard errors are 1/√n at most, 0.005 (Box & Jenkins, 1976, A7.5).
  for (std::size_t m = 0; m < 6; ++m) CHECK(std::abs(a[m] - (m < 4 ? truth[m] : 0)) < 4 / std::sqrt(40000.0));
  for (const auto& z : roots(a)) CHECK(std::abs(z) < 1);
  // The first coefficient by definition.
  const std::vector<double> three{1, 2, 4};
  CHECK(burg(three, 1)[0] == doctest::Approx(-2.0 * (1 * 2 + 2 * 4) / (1 + 4 + 4 + 16)));
  CHECK(burg(std::vector<double>(10, 0.0), 4) == std::vector<double>(4, 0.0));
  CHECK(burg(std::vector<double>{1}, 2) == std::vector<double>(2, 0.0));
}

TEST_CASE("voice: formants of a vowel, at any rate") {
  for (const double rate : {8000.0, 11000.0, 16000.0, 22050.0, 44100.0, 44101.0, 48000.0})
    for (const double f0 : {60.0, 100.0, 200.0}) {
      CAPTURE(rate);
      CAPTURE(f0);
      const Formants f = formants(steady(f0, rate, 0.4), rate);
      for (std::size_t k = 0; k < Formants::count; ++k) {
        const double truth = 550 + 1100 * static_cast<double>(k), found = mean_of(f.frequency[k]);
        CAPTURE(found);
        // All that there is of the spectrum is its harmonics: LPC is drawn to the nearest one, and not beyond it. Where
        // the sound is brought to a lower rate, 5 % of the band fade out, which moves what is in it by 1 %.
        const double nearest = std::abs(truth - f0 * std::round(truth / f0));
        CHECK(std::abs(found - truth) < nearest + 0.01 * truth);
        // The window alone is 1.44/50 ms = 29 Hz wide, at half its power. Harmonics further apart than a formant is
        // wide tell nothing of its bandwidth.
        if (f0 <= 100) CHECK(std::abs(mean_of(f.bandwidth[k]) - (60 + truth / 50)) < 1.44 / 0.05);
      }
    }
}

TEST_CASE("voice: loudness and level by definition") {
  // The sums of one frame: Hann window, transform, mel triangles, the ear's sensitivity, the power law.
  const double rate = 16000;
  const std::vector<float> x = noise(rate, 0.1, 0.1);
  const Loudness l = loudness(x, rate);
  REQUIRE(l.loudness.size() == 10);
  constexpr int length = 400, fft = 512, start = 5 * 160 + 80 - length / 2;  // the frame from 50 to 60 ms
  std::vector<double> y(length), density(fft / 2 + 1);
  double window = 0, square = 0;
  for (int i = 0; i < length; ++i) {
    const double w = 0.5 - 0.5 * std::cos(2 * pi * i / length);
    y[static_cast<std::size_t>(i)] = w * static_cast<double>(x[static_cast<std::size_t>(start + i)]);
    window += w * w, square += y[static_cast<std::size_t>(i)] * y[static_cast<std::size_t>(i)];
  }
  for (std::size_t k = 0; k < density.size(); ++k) {
    std::complex<double> sum;
    for (int i = 0; i < length; ++i)
      sum += y[static_cast<std::size_t>(i)] * std::polar(1.0, -2 * pi * static_cast<double>(k) * i / fft);
    density[k] = 2 * std::norm(sum) / (fft * window);
  }
  const auto mel = [](double f) { return 2595 * std::log10(1 + f / 700); };
  const auto ear = [](double f) {
    const double w2 = std::pow(2 * pi * f, 2);
    return (w2 + 56.8e6) * w2 * w2 / (std::pow(w2 + 6.3e6, 2) * (w2 + 0.38e9) * (std::pow(w2, 3) + 9.58e26));
  };
  const double step = (mel(8000) - mel(20)) / 27;
  double sum = 0;
  for (int b = 1; b <= 26; ++b) {
    const double middle = mel(20) + b * step;
    double energy = 0;
    for (std::size_t k = 0; k < density.size(); ++k)
      energy += std::max(0.0, 1 - std::abs(mel(static_cast<double>(k) * rate / fft) - middle) / step) * density[k];
    sum += std::pow(energy * ear(700 * (std::pow(10, middle / 2595) - 1)) / ear(1000), 0.33);
  }
  CHECK(l.loudness[5] == doctest::Approx(sum).epsilon(1e-10));
  CHECK(l.level[5] == doctest::Approx(10 * std::log10(square / window)).epsilon(1e-12));
}

TEST_CASE("voice: loudness grows with the sound by the model's power law, and is greatest where ears are best") {
  for (const double rate : rates) {
    CAPTURE(rate);
    const auto tone = [&](double f, double a) {
      return loudness(sampled(rate, 0.3, [&](double t) { return a * std::sin(2 * pi * f * t); }), rate);
    };
    const Loudness full = tone(1000, 1), quarter = tone(1000, 0.25), deep = tone(100, 1);
    inner(full.level.size(), [&](std::size_t i) {
      CHECK(full.level[i] == doctest::Approx(10 * std::log10(0.5)).epsilon(1e-3));
      CHECK(full.level[i] - quarter.level[i] == doctest::Approx(20 * std::log10(4)).epsilon(1e-6));
      CHECK(full.loudness[i] / quarter.loudness[i] == doctest::Approx(std::pow(4, 2 * 0.33)).epsilon(1e-6));
      CHECK(deep.loudness[i] < full.loudness[i]);
    });
    const Loudness silence = loudness(std::vector<float>(1000), rate);
    CHECK(silence.loudness[0] == 0);
    CHECK(silence.level[0] == -std::numeric_limits<double>::infinity());
  }
}

TEST_CASE("voice: contours have a value per frame, however short the sound") {
  for (const double rate : rates)
    for (const std::size_t n : {1UL, 2UL, 10UL, 100UL, 480UL, 481UL, 1000UL}) {
      CAPTURE(rate);
      CAPTURE(n);
      const Sound sound{.samples = std::vector<float>(n, 0.5F), .rate = rate};
      const Prosody p = prosody(sound);
      const auto frames = static_cast<std::size_t>(std::ceil(static_cast<double>(n) / rate * 100 - 1e-9));
      for (const auto* contour : {&p.f0, &p.periodicity, &p.hnr, &p.level, &p.loudness, &p.jitter, &p.shimmer,
                                  &p.formants.frequency[0], &p.formants.bandwidth[2]})
        CHECK(contour->size() == frames);
      for (const Measure& m : prosody_summary(p)) CHECK_FALSE(std::isinf(m.value));
    }
  CHECK(prosody({.samples = std::vector<float>(160), .rate = 16000}).f0.size() == 1);
  CHECK(prosody({.samples = std::vector<float>(161), .rate = 16000}).f0.size() == 2);
}

TEST_CASE("voice: what cannot be measured") {
  const std::vector<float> x(1000);
  CHECK_ERROR(pitch({}, 16000), "no samples");
  CHECK_ERROR(pitch(x, 0), "rate of 0 Hz");
  CHECK_ERROR(pitch(x, none), "rate of nan Hz");
  CHECK_ERROR(pitch(x, 1999), "needs a rate of 2000 Hz at least, not 1999");
  CHECK_ERROR(pitch(x, 16000, {19, 500}), "needs 20 Hz at least");
  CHECK_ERROR(pitch(x, 16000, {200, 200}), "lowest below the highest");
  CHECK_ERROR(pitch(x, 16000, {none, 200}), "needs 20 Hz at least");
  CHECK_ERROR(loudness(x, 900), "needs 1000 at least");
  CHECK_ERROR(formants(x, 1999), "needs 2000 at least");
  CHECK_ERROR(prosody({.samples = x, .rate = 1800}), "formants: a rate of 1800 Hz");  // whatever the range of F0
  std::vector<float> odd = x;
  odd[7] = std::numeric_limits<float>::infinity();
  CHECK_ERROR(loudness(odd, 16000), "sample 7 is no finite number");
}
