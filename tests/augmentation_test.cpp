// Augmentation of sound and of spectrograms, against what is known of them and against sums by definition in f64.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <complex>
#include <functional>
#include <numbers>

#include "audio/augmentation/chain.h"
#include "audio/augmentation/draws.h"
#include "audio/augmentation/mixup.h"
#include "audio/augmentation/noise.h"
#include "audio/augmentation/reverb.h"
#include "audio/augmentation/spec_augment.h"
#include "audio/augmentation/speed.h"
#include "audio/front_ends/frames.h"
#include "audio/front_ends/spectrum.h"
#include "audio/sound_file.h"
#include "tensor/error.h"
#include "tests/temporary_folder.h"

using namespace emograd;
using namespace emograd::audio;

namespace {

constexpr double pi = std::numbers::pi;

std::vector<float> tone(double frequency, double rate, std::size_t count, double amplitude = 0.5) {
  std::vector<float> x(count);
  for (std::size_t i = 0; i < count; ++i)
    x[i] = static_cast<float>(amplitude * std::cos(2 * pi * frequency * static_cast<double>(i) / rate + 1));
  return x;
}

std::vector<float> noise_of(std::size_t count, std::uint64_t seed) {
  Rng rng{seed, 0};
  return white_noise(static_cast<std::int64_t>(count), rng);
}

struct Peak {
  double hertz;
  double apart;  // dB: what is more than 20 bins away, relative to what is near
};
constexpr std::int64_t long_fft = 1 << 15;
/// Of so many samples from the middle, under a Gaussian window of ±6 σ: the logarithm of its transform is a parabola
/// but for 10⁻⁷, so that the one through the greatest bin and its neighbours has its vertex at the frequency, and 20
/// bins away the tone has sunk below −300 dB, but for the −156 dB of the window's ends.
Peak peak_of(const std::vector<float>& x, double rate) {
  REQUIRE(std::ssize(x) >= long_fft);
  Tensor rows = from_values<double>({1, long_fft}, std::vector<double>(x.begin() + (std::ssize(x) - long_fft) / 2,
                                                                       x.begin() + (std::ssize(x) + long_fft) / 2));
  for (std::int64_t i = 0; i < long_fft; ++i) {
    const double t = 12 * (static_cast<double>(i) / long_fft - 0.5);
    rows.mutable_data<double>()[i] *= std::exp(-t * t / 2);
  }
  const std::vector<double> p = power(rfft(rows, long_fft)).to_vector<double>();
  const auto k = static_cast<std::size_t>(std::max_element(p.begin() + 1, p.end() - 1) - p.begin());
  const double a = std::log(p[k - 1]), b = std::log(p[k]), c = std::log(p[k + 1]);
  double near = 0, far = 0;
  for (std::size_t i = 0; i < p.size(); ++i) (i + 20 < k || i > k + 20 ? far : near) += p[i];
  return {(static_cast<double>(k) + (a - c) / (2 * (a - 2 * b + c))) * rate / long_fft, 10 * std::log10(far / near)};
}
double tolerance_of_peak(double rate) { return 0.001 * rate / long_fft; }

double decibels(double ratio) { return 10 * std::log10(ratio); }

/// The ratio, in dB, of the power of x to that of what y has more.
double measured_snr(const std::vector<float>& x, const std::vector<float>& y) {
  double difference = 0, signal = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double s = static_cast<double>(x[i]), d = static_cast<double>(y[i]) - s;
    difference += d * d, signal += s * s;
  }
  return decibels(signal / difference);
}

bool all_finite(const std::vector<float>& x) {
  return std::all_of(x.begin(), x.end(), [](float v) { return std::isfinite(v); });
}

}  // namespace

TEST_CASE("speed: a tone played 1.1 times as fast is 1.1 times as high and as much shorter") {
  const std::vector<float> x = tone(440, 16000, 40000), y = with_speed(x, 1.1);
  CHECK(y.size() == 36364);  // ⌈40000 / 1.1⌉
  const Peak peak = peak_of(y, 16000);
  CHECK(std::abs(peak.hertz - 484) < tolerance_of_peak(16000));
  CHECK(peak.apart < -100);
  CHECK(with_speed(x, 1) == x);
  const std::vector<float> slow = with_speed(x, 0.9);
  CHECK(slow.size() == 44445);
  CHECK(std::abs(peak_of(slow, 16000).hertz - 396) < tolerance_of_peak(16000));
  CHECK_ERROR(with_speed(x, 0.2), "with_speed: the factor is 0.2, must lie in 0.25 … 4");
  CHECK_ERROR(with_speed(x, std::nan("")), "must lie in");
}

TEST_CASE("speed: fractions are the nearest there are") {
  const Fraction f = nearest_fraction(std::exp2(1. / 12), 500);
  CHECK(f.p == 196);
  CHECK(f.q == 185);
  CHECK(nearest_fraction(1.1, 500).p == 11);
  CHECK(nearest_fraction(0.25, 500).q == 4);
  CHECK(nearest_fraction(3, 500).q == 1);
  // As far from a fraction as can be: half-way from 1 to 501/500.
  for (const double x : {1.000999, 0.999001, 1.43219, 0.30127, 3.9991}) {
    const Fraction near = nearest_fraction(x, 500);
    CHECK(near.q <= 500);
    CHECK(std::abs(static_cast<double>(near.p) / static_cast<double>(near.q) - x) <= 1. / 1000);
  }
}

/// The level in dB that anything besides a vocoded tone must stay below. A window of N samples sees the tone's image at
/// −f, d = 2fN/rate bins away, by the side lobes of Hann's window, 1/(πd(d² − 1)), and may turn them the wrong way
/// round: twice that. And there is the rounding of f32 transforms.
double vocoder_level(double frequency, double rate) {
  const double window = std::exp2(std::round(std::log2(0.064 * rate))), d = 2 * frequency * window / rate;
  return std::max(-100., 20 * std::log10(2 / (pi * d * (d * d - 1))));
}

TEST_CASE("tempo: other lengths, the same frequencies") {
  for (const double rate : {8000., 16000., 44100.})
    for (const double factor : {0.5, 0.8, 0.93, 1.07, 1.25, 2.})
      for (const double frequency : {220., 440., 3111.}) {
        CAPTURE(fmt::format("{} Hz of {}, {} times as fast", frequency, rate, factor));
        const std::vector<float> x = tone(frequency, rate, 80000), y = with_tempo(x, rate, factor);
        CHECK(y.size() == static_cast<std::size_t>(std::ceil(80000 / factor - 1e-9)));
        const Peak peak = peak_of(y, rate);
        CHECK(std::abs(peak.hertz - frequency) < tolerance_of_peak(rate));
        CHECK(peak.apart < vocoder_level(frequency, rate));
      }
}

TEST_CASE("tempo: as fast as it is, and events at their time") {
  const std::vector<float> x = noise_of(20000, 3), same = with_tempo(x, 16000, 1);
  for (std::size_t i = 0; i < x.size(); ++i)  // two transforms in f32 of 1024 samples, of deviation 1
    REQUIRE(std::abs(same[i] - x[i]) < 1e-5F);

  std::vector<float> burst(32000);
  std::copy_n(x.begin(), 800, burst.begin() + 15600);  // its middle is at 1 s
  for (const double factor : {0.8, 1.25}) {
    const std::vector<float> y = with_tempo(burst, 16000, factor);
    double energy = 0, moment = 0;
    for (std::size_t i = 0; i < y.size(); ++i) {
      const double e = std::pow(static_cast<double>(y[i]), 2);
      energy += e, moment += e * static_cast<double>(i) / 16000;
    }
    CHECK(std::abs(moment / energy - 1 / factor) < 0.016);  // a quarter of a window, its hop
  }
}

TEST_CASE("tempo: several tones at a time keep their levels") {
  const std::vector<double> frequencies{300, 500, 1210, 2900}, amplitudes{0.5, 0.1, 0.3, 0.02};
  std::vector<float> x(60000);
  for (std::size_t k = 0; k < 4; ++k) {
    const std::vector<float> part = tone(frequencies[k], 16000, x.size(), amplitudes[k]);
    std::transform(x.begin(), x.end(), part.begin(), x.begin(), std::plus());
  }
  const std::vector<float> y = with_tempo(x, 16000, 0.87);
  for (std::size_t k = 0; k < 4; ++k) {
    std::complex<double> sum = 0;
    double weights = 0;
    for (std::size_t i = 8000; i < 56000; ++i) {
      const double w = 0.5 - 0.5 * std::cos(2 * pi * static_cast<double>(i - 8000) / 48000);
      sum += w * static_cast<double>(y[i]) * std::polar(1., -2 * pi * frequencies[k] / 16000 * static_cast<double>(i));
      weights += w;
    }
    CAPTURE(frequencies[k]);
    // Its neighbours, 200 Hz or 12.8 bins away and up to 5 times as loud, reach it by Hann's side lobes.
    CHECK(std::abs(20 * std::log10(2 * std::abs(sum) / weights / amplitudes[k])) < 0.01);
  }
}

TEST_CASE("pitch: other frequencies, the same length") {
  for (const double semitones : {-24., -12., -5., -1., -0.3, 0.5, 1., 2., 7., 12., 24.}) {
    CAPTURE(semitones);
    const std::vector<float> x = tone(440, 16000, 40001), y = with_pitch(x, 16000, semitones);
    CHECK(y.size() == x.size());
    const double exact = std::exp2(semitones / 12);
    const Fraction f = nearest_fraction(exact, 500);
    const double factor = static_cast<double>(f.p) / static_cast<double>(f.q);
    const Peak peak = peak_of(y, 16000);
    CHECK(std::abs(factor / exact - 1) < 0.001);
    CHECK(std::abs(peak.hertz - 440 * factor) < tolerance_of_peak(16000));
    CHECK(peak.apart < -100);
  }
  // What would lie above half of the rate, 7000 · 1.26 Hz, does not come back below it: the filter's −100 dB and the
  // vocoder's.
  const std::vector<float> y = with_pitch(tone(7000, 16000, 40000), 16000, 4);
  CHECK(decibels(mean_power({y.data() + 2000, y.size() - 4000}) / 0.125) < -97);
  CHECK_ERROR(with_pitch(y, 16000, 25), "with_pitch: 25 semitones; must lie in −24 … 24");
  CHECK_ERROR(with_tempo(y, 0, 1.1), "a rate of 0 Hz");
}

TEST_CASE("noise: the ratio that was asked for") {
  const std::vector<float> x = tone(440, 16000, 16000), white = noise_of(x.size(), 1);
  for (const double snr : {-20., -3., 0., 10., 30., 60.}) {
    CAPTURE(snr);
    // Rounding the sum moves each sample by 2⁻²⁴ of itself at most.
    const double tolerance = 8.7 * 0x1p-24 * (1 + std::pow(10, snr / 20));
    CHECK(std::abs(measured_snr(x, with_noise(x, white, snr)) - snr) < tolerance);
    CHECK(std::abs(measured_snr(x, with_noise(x, with_gain(white, -70), snr)) - snr) < tolerance);
  }
  const std::vector<float> silence(100), some(white.begin(), white.begin() + 100);
  CHECK(with_noise(silence, some, 10) == silence);
  CHECK(with_noise(some, silence, 10) == some);
  CHECK(with_noise({}, {}, 10).empty());
  CHECK_ERROR(with_noise(x, some, 10), "16000 samples and 100 of noise");
}

TEST_CASE("noise: white is normal, of variance 1, and knows nothing of its neighbour") {
  const std::size_t n = 200000;
  const std::vector<float> x = noise_of(n, 5);
  double mean = 0, neighbours = 0, beyond = 0;
  for (std::size_t i = 0; i < n; ++i) {
    mean += static_cast<double>(x[i]) / n;
    neighbours += static_cast<double>(x[i]) * static_cast<double>(x[(i + 1) % n]) / n;
    beyond += std::abs(x[i]) > 1.959964F ? 1. / n : 0;
  }
  const double sd = 1 / std::sqrt(static_cast<double>(n));
  CHECK(std::abs(mean) < 4 * sd);
  CHECK(std::abs(neighbours) < 4 * sd);
  CHECK(std::abs(mean_power(x) - 1) < 4 * std::sqrt(2) * sd);
  CHECK(std::abs(beyond - 0.05) < 4 * std::sqrt(0.05 * 0.95) * sd);
  Rng rng{5, 0};
  std::vector<float> halves = white_noise(1000, rng);  // a stream goes on
  CHECK(rng.offset == 1000);
  const std::vector<float> rest = white_noise(1000, rng);
  halves.insert(halves.end(), rest.begin(), rest.end());
  CHECK(std::equal(halves.begin(), halves.end(), x.begin()));
}

TEST_CASE("noise: pink falls by 3 dB per octave of density, above 20 Hz") {
  constexpr std::int64_t n = 1 << 17;
  Rng rng{6, 0};
  const std::vector<float> x = pink_noise(n, 16000, rng);
  const std::vector<double> p =
      power(rfft(from_values<double>({1, n}, std::vector<double>(x.begin(), x.end())), n)).to_vector<double>();
  // Powers of bins vary as the exponential distribution does; over an octave of m bins, of weights 1/k, the sum has a
  // relative deviation of 1.02/√m. It is the same in all octaves, so that the density falls by 10·log₁₀ 2 dB.
  double first = 0;
  for (std::int64_t begin = 512; begin < n / 2; begin *= 2) {
    double sum = 0;
    for (std::int64_t k = begin; k < 2 * begin; ++k) sum += p[static_cast<std::size_t>(k)];
    const double expected = std::log(2.) / std::log(8000. / 20) * n * n / 2, m = static_cast<double>(begin);
    CAPTURE(begin);
    CHECK(std::abs(sum / expected - 1) < 4 * 1.02 / std::sqrt(m) + 0.003);  // sums over k for integrals
    if (first == 0) first = decibels(sum / m);
    const double octaves = std::log2(m / 512);
    CHECK(std::abs(decibels(sum / m) - first + 3.0103 * octaves) < 4 * 1.02 * 4.343 * std::sqrt(2. / 512));
  }
  double below = 0;
  for (std::size_t k = 0; k < 164; ++k) below += p[k];  // 20 Hz are 163.84 bins
  CHECK(below / (static_cast<double>(n) * n) < 1e-12);
  CHECK(std::abs(mean_power(x) - 1) < 4 * 0.013);  // √(Σ k⁻²)/Σ k⁻¹ from 164 on
  for (const std::int64_t few : {0, 1, 5, 33}) CHECK(std::ssize(pink_noise(few, 16000, rng)) == few);
  CHECK(all_finite(pink_noise(40, 1, rng)));
}

TEST_CASE("noise: pieces of a sound, cut or going round") {
  std::vector<float> ramp(10);
  for (std::size_t i = 0; i < 10; ++i) ramp[i] = static_cast<float>(i);
  Rng rng{1, 0};
  std::vector<int> starts(10), round(10);
  for (int i = 0; i < 4000; ++i) {
    const std::vector<float> piece = random_piece(ramp, 7, rng);
    REQUIRE(piece[6] == piece[0] + 6);
    ++starts[static_cast<std::size_t>(piece[0])];
    const std::vector<float> looped = random_piece(ramp, 25, rng);
    for (std::size_t k = 0; k + 1 < 25; ++k)
      REQUIRE(static_cast<int>(looped[k] + 1) % 10 == static_cast<int>(looped[k + 1]));
    ++round[static_cast<std::size_t>(looped[0])];
  }
  for (std::size_t i = 0; i < 10; ++i) {
    CHECK(std::abs(starts[i] - (i < 4 ? 1000 : 0)) <= (i < 4 ? 4 * std::sqrt(4000 * 0.25 * 0.75) : 0));
    CHECK(std::abs(round[i] - 400) < 4 * std::sqrt(4000 * 0.1 * 0.9));
  }
  CHECK(random_piece(ramp, 10, rng) == ramp);
  CHECK_ERROR(random_piece({}, 3, rng), "no samples");
}

TEST_CASE("dither: rounding errs by 0 on average and by a variance of ¼, whatever is rounded") {
  constexpr std::int64_t n = 100'000;
  for (const double value : {0.0, 0.1, 0.25, 0.5, 0.9}) {  // steps
    CAPTURE(value);
    Rng rng{5, 0};
    const std::vector<float> x(n, static_cast<float>(value * 0x1p-15)), y = dithered(x, 16, rng);
    double sum = 0, squares = 0;
    for (const float v : y) {
      const double error = std::nearbyint(static_cast<double>(v) * 0x1p15) - value;
      sum += error, squares += error * error;
    }
    // The error is within ±1.5, so a square's variance is below 1.5² times its mean, ¼. Five deviations.
    CHECK(std::abs(sum / n) < 5 * 0.5 / std::sqrt(double{n}));
    CHECK(std::abs(squares / n - 0.25) < 5 * 0.75 / std::sqrt(double{n}));
  }
  Rng rng{5, 0};
  for (const float v : dithered(std::vector<float>{1, -1, 1, -1, 1, -1}, 16, rng)) CHECK(std::abs(v) <= 1);
}

TEST_CASE("reverb: convolution is the sum that defines it") {
  for (const auto& sizes : {std::pair{1, 1}, {1, 300}, {300, 1}, {31, 2}, {700, 300}, {5000, 37}, {2000, 2000}}) {
    const int n = sizes.first, m = sizes.second;
    CAPTURE(fmt::format("{} * {}", n, m));
    const std::vector<float> x = noise_of(static_cast<std::size_t>(n), 1), h = noise_of(static_cast<std::size_t>(m), 2);
    const std::vector<float> y = convolved(x, h);
    REQUIRE(std::ssize(y) == n + m - 1);
    double error = 0, size = 0;
    for (int i = 0; i < n + m - 1; ++i) {
      double sum = 0;
      for (int j = std::max(0, i - n + 1); j <= std::min(i, m - 1); ++j)
        sum += static_cast<double>(h[static_cast<std::size_t>(j)]) *
               static_cast<double>(x[static_cast<std::size_t>(i - j)]);
      error += std::pow(static_cast<double>(y[static_cast<std::size_t>(i)]) - sum, 2), size += sum * sum;
    }
    CHECK(std::sqrt(error / size) < 3 * 2e-7 + 0x1p-23);  // three transforms, as exact as fft_test says, and a product
  }
  CHECK(convolved({}, noise_of(3, 1)).empty());
}

TEST_CASE("reverb: the direct sound stays at its time and the sound at its power") {
  const std::vector<float> x = noise_of(4000, 7);
  const ImpulseResponse late = recorded_response({0, 0.1F, 0, -2, 0.5F, 0.25F});
  CHECK(late.direct == 3);
  const std::vector<float> y = reverberated(x, late);
  REQUIRE(y.size() == x.size());
  CHECK(std::abs(decibels(mean_power(y) / mean_power(x))) < 1e-5);
  // Up to the gain it is −2 x[i] + 0.1 x[i + 2] + 0.5 x[i − 1] + 0.25 x[i − 2].
  double product = 0, size = 0;
  std::vector<double> expected;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const auto at = [&](std::size_t j) { return j < x.size() ? static_cast<double>(x[j]) : 0; };  // also j = −1, −2
    expected.push_back(-2 * at(i) + 0.1 * at(i + 2) + 0.5 * at(i - 1) + 0.25 * at(i - 2));
    product += expected[i] * static_cast<double>(y[i]), size += expected[i] * expected[i];
  }
  for (std::size_t i = 0; i < x.size(); ++i)
    REQUIRE(std::abs(static_cast<double>(y[i]) - product / size * expected[i]) < 1e-5);

  CHECK(reverberated(std::vector<float>(50), late) == std::vector<float>(50));
  CHECK(reverberated(std::vector<float>{0.5F}, late) == std::vector<float>{-0.5F});
  CHECK(reverberated({}, late).empty());
  CHECK_ERROR(recorded_response({0, 0}), "without any sound");
  CHECK_ERROR(recorded_response({}), "without any sound");
  CHECK_ERROR(reverberated(x, ImpulseResponse{{1}, 1}), "sample 1 of 1");
}

TEST_CASE("reverb: an invented room decays by 60 dB in its reverberation time") {
  Rng rng{8, 0};
  for (const double rate : {8000., 16000., 48000.})
    for (const double rt60 : {0.2, 0.5, 1.3}) {
      CAPTURE(fmt::format("{} s at {} Hz", rt60, rate));
      const ImpulseResponse room = decaying_response(rt60, rate, rng);
      REQUIRE(std::ssize(room.samples) == std::llround(rt60 * rate) + 1);
      CHECK(recorded_response(room.samples).direct == 0);
      // Schroeder's integral, the energy still to come, and its slope from −5 to −35 dB (ISO 3382-1: T30).
      std::vector<double> left(room.samples.size());
      double sum = 0;
      for (std::size_t i = left.size(); i-- > 0;) left[i] = sum += std::pow(static_cast<double>(room.samples[i]), 2);
      CHECK(left[1] == doctest::Approx(1).epsilon(1e-5));  // as much as the direct sound
      double n = 0, t = 0, d = 0, tt = 0, td = 0;
      for (std::size_t i = 1; i < left.size(); ++i) {
        const double level = decibels(left[i] / left[1]), time = static_cast<double>(i) / rate;
        if (level > -5 || level < -35) continue;
        n += 1, t += time, d += level, tt += time * time, td += time * level;
      }
      const double measured = -60 / ((n * td - t * d) / (n * tt - t * t));
      // The deviation of T30 from one response (ISO 3382-1, A.3.4) is 0.55·√2.52/√(bandwidth·T).
      CHECK(std::abs(measured / rt60 - 1) < 4 * 0.55 * std::sqrt(2.52 / (rate / 2 * rt60)));
    }
  const ImpulseResponse dry = decaying_response(0.3, 16000, rng, 12);
  CHECK(mean_power({dry.samples.data() + 1, 4800}) * 4800 == doctest::Approx(std::pow(10, -1.2)).epsilon(1e-5));
  CHECK_ERROR(decaying_response(0.01, 16000, rng), "a reverberation time of 0.01 s; must lie in 0.05 … 10");
  CHECK_ERROR(decaying_response(1, 0, rng), "a rate of 0 Hz");
}

TEST_CASE("mixup: weights have a beta distribution") {
  struct Case {
    double alpha;
    double (*distribution)(double);
  };
  const std::vector<Case> cases{{0.5, [](double x) { return 2 / pi * std::asin(std::sqrt(x)); }},
                                {1, [](double x) { return x; }},
                                {2, [](double x) { return x * x * (3 - 2 * x); }}};
  for (const Case& c : cases) {
    CAPTURE(c.alpha);
    Rng rng{9, 0};
    std::vector<double> weights;
    for (int i = 0; i < 20000; ++i) weights.push_back(mixup_weight(c.alpha, rng));
    std::sort(weights.begin(), weights.end());
    double apart = 0;  // Kolmogorov and Smirnov's; beyond 2.23/√n once in 10⁴ times
    for (std::size_t i = 0; i < weights.size(); ++i)
      apart = std::max(apart, std::abs(c.distribution(weights[i]) - (static_cast<double>(i) + 0.5) / 20000));
    CHECK(apart < 2.23 / std::sqrt(20000.));
  }
  Rng rng{9, 0};
  int ends = 0;
  for (int i = 0; i < 1000; ++i) {
    const double w = mixup_weight(1e-4, rng);
    REQUIRE(w >= 0);
    REQUIRE(w <= 1);
    ends += w < 1e-9 || w > 1 - 1e-9 ? 1 : 0;
  }
  CHECK(ends > 980);  // P(1e-9 < λ < 1 − 1e-9) is about 2 · 20.7 · 1e-4 / 2
  CHECK(mixup_weight(1e9, rng) == doctest::Approx(0.5).epsilon(1e-3));
  CHECK_ERROR(mixup_weight(0, rng), "alpha is 0, must be positive");
  CHECK_ERROR(mixup_weight(1e-310, rng), "1e-300 at least");
  for (int i = 0; i < 100; ++i) CHECK(std::isfinite(mixup_weight(1e-300, rng)));
  CHECK(mixed(std::vector<float>{1, 2, 3}, std::vector<float>{5}, 0.25) == std::vector<float>{4, 0.5F, 0.75F});
  CHECK(mixed(std::vector<float>{5}, std::vector<float>{1, 2, 3}, 1) == std::vector<float>{5, 0, 0});
  CHECK_ERROR(mixed({}, {}, 1.5), "the weight is 1.5");
}

TEST_CASE("SpecAugment: widths and places of masks") {
  const SpecAugment policy{.time_masks = 3, .longest = 40, .longest_share = 0.2, .band_masks = 2, .widest = 9};
  std::vector<int> widths(10), times(31), at_zero(81);
  Rng rng{10, 0};
  constexpr int draws = 20000;
  for (int i = 0; i < draws; ++i) {
    const SpecMasks masks = draw_masks(policy, 150, 80, rng);
    REQUIRE(masks.frames.size() == 3);
    REQUIRE(masks.bands.size() == 2);
    for (const Stretch& s : masks.frames) {
      REQUIRE(s.count <= 30);  // a fifth of 150, less than 40
      REQUIRE(s.first >= 0);
      REQUIRE(s.first + s.count <= 150);
      ++times[static_cast<std::size_t>(s.count)];
    }
    const Stretch b = masks.bands[1];
    REQUIRE(b.first >= 0);
    REQUIRE(b.first + b.count <= 80);
    ++widths.at(static_cast<std::size_t>(b.count));
    if (b.count == 0) ++at_zero[static_cast<std::size_t>(b.first)];
  }
  const auto within = [](int count, double n, double p) {
    CHECK(std::abs(count - n * p) < 4.5 * std::sqrt(n * p * (1 - p)));
  };
  for (const int count : widths) within(count, draws, 0.1);
  for (const int count : times) within(count, 3 * draws, 1. / 31);
  for (const int count : at_zero) within(count, widths[0], 1. / 81);
  for (const std::int64_t none : {0, 1, 2}) {  // spectrograms narrower than masks
    const SpecMasks masks = draw_masks({}, none, none, rng);
    for (const Stretch& s : masks.bands) CHECK(s.first + s.count <= none);
  }
  CHECK_ERROR(draw_masks({.widest = -1}, 10, 10, rng), "none may be negative");
  CHECK_ERROR(draw_masks({.longest_share = 1.5}, 10, 10, rng), "a share of 1.5");
}

TEST_CASE("SpecAugment: masks hide what they cover, and nothing else") {
  std::vector<float> values(50 * 20);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i) + 0.5F;
  const Tensor x = from_values<float>({50, 20}, values);
  const SpecMasks masks{{{3, 4}, {5, 10}, {49, 1}, {7, 0}}, {{0, 2}, {18, 2}}};
  const std::vector<float> y = masked(x, masks, -7).to_vector<float>();
  for (std::size_t frame = 0; frame < 50; ++frame)
    for (std::size_t band = 0; band < 20; ++band) {
      const bool hidden = (frame >= 3 && frame < 15) || frame == 49 || band < 2 || band >= 18;
      CHECK(y[frame * 20 + band] == (hidden ? -7 : values[frame * 20 + band]));
    }
  CHECK(x.to_vector<float>() == values);
  CHECK_ERROR(masked(x, {{{45, 6}}, {}}, 0), "frames 45 … 50 of 50");
  CHECK_ERROR(masked(x, {{}, {{-1, 2}}}, 0), "bands -1 … 0 of 20");
  CHECK_ERROR(masked(from_values<double>({1, 1}, std::vector<double>{1}), {}, 0), "(frames, bands) in f32");

  Rng rng{11, 0};
  const SpecAugment none{.time_masks = 0, .band_masks = 0};
  CHECK(spec_augmented(x, none, rng).to_vector<float>() == values);
  const SpecAugment policy{.time_masks = 1, .longest = 10, .band_masks = 1, .widest = 5, .value = -1};
  Rng again = rng;
  const SpecMasks drawn = draw_masks(policy, 50, 20, again);
  CHECK(bitwise_equal(spec_augmented(x, policy, rng), masked(x, drawn, -1)));
}

TEST_CASE("SpecAugment: time is bent") {
  std::vector<float> ramp(101 * 2);
  for (std::size_t i = 0; i < 101; ++i) ramp[2 * i] = static_cast<float>(i), ramp[2 * i + 1] = 1;
  const Tensor x = from_values<float>({101, 2}, ramp);
  const std::vector<float> y = time_warped(x, 40, 50).to_vector<float>();
  for (std::size_t i = 0; i < 101; ++i) {
    const auto t = static_cast<double>(i);
    const double source = t <= 50 ? t * 40 / 50 : 40 + (t - 50) * 60 / 50;
    CHECK(static_cast<double>(y[2 * i]) == doctest::Approx(source).epsilon(1e-6));
    CHECK(y[2 * i + 1] == doctest::Approx(1));
  }
  CHECK(y[100] == 40);
  CHECK(bitwise_equal(time_warped(x, 30, 30), x));
  CHECK_ERROR(time_warped(x, 0, 3), "frame 0 to 3 of 101; both lie inside");
  CHECK_ERROR(time_warped(x, 5, 100), "both lie inside");

  // Of 61 frames only that in the middle is 30 away from both ends.
  const Tensor middle = from_values<float>({61, 2}, std::vector<float>(ramp.begin(), ramp.begin() + 122));
  const SpecAugment warp{.time_masks = 0, .band_masks = 0, .warp = 30};
  Rng rng{12, 0};
  std::vector<int> moved_to(61);
  for (int i = 0; i < 5900; ++i) {
    const std::vector<float> bent = spec_augmented(middle, warp, rng).to_vector<float>();
    REQUIRE(bent[0] == 0);
    REQUIRE(bent[120] == 60);
    std::size_t to = 0;
    while (bent[2 * to] < 29.999F) ++to;
    REQUIRE(bent[2 * to] == doctest::Approx(30));
    ++moved_to[to];
  }
  for (std::size_t to = 0; to < 61; ++to)  // fewer than W frames to either side, all alike
    CHECK(std::abs(moved_to[to] - (to > 0 && to < 60 ? 100 : 0)) < 4.5 * std::sqrt(100.));
  const Tensor few = from_values<float>({2, 2}, std::vector<float>{1, 2, 3, 4});
  CHECK(bitwise_equal(spec_augmented(few, warp, rng), few));
}

TEST_CASE("chain: text to steps to text") {
  for (const char* text : {"speed:0.9..1.1,noise:10..30,reverb:0.3..0.8", "tempo:1.2@0.5,pitch:-2..2,gain:-6",
                           "background:0..15:noises/a b.wav@0.25,pink:5", "room:rooms/x:1.wav", "gain:-0.0001..1e-07@0",
                           "room:a@b.wav@1", "gain:0.1,gain:0.2@0.3333333333333333"}) {
    CAPTURE(text);
    const std::vector<Step> steps = parse_chain(text);
    CHECK(chain_text(steps) == text);
    CHECK(parse_chain(chain_text(steps)) == steps);
  }
  const std::vector<Step> steps = parse_chain(" speed : 0.90 .. 1.1 @ 0.50 , background:3: x.wav ");
  REQUIRE(steps.size() == 2);
  CHECK(steps[0] == Step{Effect::speed, 0.9, 1.1, "", 0.5});
  CHECK(steps[1] == Step{Effect::background, 3, 3, "x.wav", 1});
  for (std::size_t i = 0; i < effects().size(); ++i) {
    const EffectInfo& e = effects()[i];
    const std::string text =
        e.name + (e.number.empty() ? "" : fmt::format(":{}..{}", e.lowest, e.highest)) + (e.file ? ":f" : "");
    CHECK(static_cast<std::size_t>(parse_chain(text)[0].effect) == i);
  }
}

TEST_CASE("chain: errors name the step and what is wrong with it") {
  CHECK_ERROR(parse_chain("speed:1.1,nois:10"),
              "chain, step 2 (nois:10): there is no 'nois'; there are speed, tempo, pitch, noise, pink, background, "
              "reverb, room, gain");
  CHECK_ERROR(parse_chain(""), "chain, step 1 (): there is nothing; write NAME:NUMBER");
  CHECK_ERROR(parse_chain("gain:3,"), "step 2 (): there is nothing");
  CHECK_ERROR(parse_chain("speed"), "'speed' needs the factor: speed:NUMBER, or speed:LOW..HIGH");
  CHECK_ERROR(parse_chain("speed:9"), "the factor is 9; must lie in 0.25 … 4");
  CHECK_ERROR(parse_chain("speed:0.1..1"), "the factor is 0.1; must lie in 0.25 … 4");
  CHECK_ERROR(parse_chain("gain:3..1"), "from 3 to 1 there is nothing; the lower number comes first");
  CHECK_ERROR(parse_chain("gain:3..x"), "'x' is no number");
  CHECK_ERROR(parse_chain("gain:nan"), "'nan' is no number");
  CHECK_ERROR(parse_chain("gain:3.."), "'' is no number");
  CHECK_ERROR(parse_chain("gain:3@2"), "a probability of 2; must lie in 0 … 1");
  CHECK_ERROR(parse_chain("gain:3@often"), "'often' is no probability");
  CHECK_ERROR(parse_chain("gain:3:a.wav"), "'gain' takes no file such as 'a.wav'");
  CHECK_ERROR(parse_chain("background:3"), "'background' needs a file or a folder of sounds: background:NUMBER:FILE");
  CHECK_ERROR(parse_chain("room"), "'room' needs a file or a folder of sounds: room:FILE");
  CHECK_ERROR(Chain(std::vector<Step>{}), "chain: there is no step");
  CHECK_ERROR(Chain({{Effect::gain, 1, 1, "", 2}}), "chain, step 1 (gain): a probability of 2");
  CHECK_ERROR(Chain({{Effect::room, 0, 0, "a,b"}}), "has a comma, which would end the step");
  CHECK_ERROR(Chain("gain:1")({}, 16000, {}), "0 samples at 16000 Hz");

  const TemporaryFolder folder;
  write_wav(folder / "silent.wav", std::vector<float>(10), 16000);
  std::filesystem::create_directory(folder / "empty");
  const auto background = [&](const char* file) { return Chain("background:3:" + (folder / file).string()); };
  CHECK_FILE_ERROR(background("silent.wav"), "silent.wav: all of it is silence");
  CHECK_FILE_ERROR(background("absent.wav"), "absent.wav: does not exist");
  CHECK_ERROR(background("empty"), "chain, step 1 (background): there is no sound file in");
}

TEST_CASE("chain: steps are taken one after the other, each as the library has it") {
  const std::vector<float> x = tone(440, 16000, 5000);
  const Rng rng{13, 2};
  const auto both = Chain("speed:0.8..1.2,gain:-6,tempo:1.1")(x, 16000, rng);
  REQUIRE(both.taken.size() == 3);
  const double factor = both.taken[0].low;
  CHECK(factor >= 0.8);
  CHECK(factor <= 1.2);
  CHECK(std::abs(factor * 1e4 - std::round(factor * 1e4)) < 1e-9);
  CHECK(both.samples == with_tempo(with_gain(with_speed(x, factor), -6), 16000, 1.1));
  CHECK(parse_chain(chain_text(both.taken)) == both.taken);
  // In the other order they are something else: a gain behind noise at an SNR is one of both.
  const auto behind = Chain("noise:10,gain:-20")(x, 16000, rng), before = Chain("gain:-20,noise:10")(x, 16000, rng);
  CHECK(std::abs(measured_snr(with_gain(x, -20), behind.samples) - 10) < 1e-4);
  CHECK(behind.samples != before.samples);
  // A chain is the chain of its parts.
  const Chain one("pink:3..20"), other("pitch:-3..3,reverb:0.1..0.4");
  const auto whole = Chain("pink:3..20,pitch:-3..3,reverb:0.1..0.4")(x, 16000, rng);
  CHECK(whole.samples == other(one(x, 16000, rng).samples, 16000, rng).samples);
}

TEST_CASE("chain: what a step draws depends on the seed and its like alone") {
  const std::vector<float> x = tone(440, 16000, 5000);
  const auto drawn = [&](const char* chain, std::uint64_t seed) { return Chain(chain)(x, 16000, Rng{seed, 0}).taken; };
  const auto alone = drawn("gain:-6..6", 1);
  CHECK(drawn("gain:-6..6", 1) == alone);
  CHECK(drawn("gain:-6..6", 2) != alone);
  CHECK(drawn("noise:0..90,speed:1..1.1,gain:-6..6", 1)[2] == alone[0]);
  const auto twice = drawn("gain:-6..6,gain:-6..6", 1);
  CHECK(twice[0] == alone[0]);
  CHECK(twice[1] != alone[0]);
  CHECK(drawn("gain:-6..6@0.999999", 1)[0] == alone[0]);
}

TEST_CASE("chain: probabilities") {
  const std::vector<float> x = tone(440, 16000, 50);
  const Chain never("gain:6@0"), always("gain:6@1"), often("gain:6@0.3");
  int taken = 0;
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    const Rng rng{seed, 0};
    const auto none = never(x, 16000, rng);
    REQUIRE(none.taken.empty());
    REQUIRE(none.samples == x);
    REQUIRE(always(x, 16000, rng).samples == with_gain(x, 6));
    taken += static_cast<int>(often(x, 16000, rng).taken.size());
  }
  CHECK(std::abs(taken - 600) < 4 * std::sqrt(2000 * 0.3 * 0.7));
}

TEST_CASE("chain: recorded noises and rooms, also at other rates") {
  const TemporaryFolder folder;
  const std::vector<float> x = noise_of(8000, 20);
  write_wav(folder / "hum.wav", tone(100, 8000, 4000), 8000);
  const Chain chain("background:10..20:" + (folder / "hum.wav").string());
  const auto result = chain(x, 16000, Rng{1, 0});
  CHECK(std::abs(measured_snr(x, result.samples) - result.taken[0].low) < 1e-4);
  std::vector<float> added(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) added[i] = result.samples[i] - x[i];
  double sine = 0, cosine = 0;  // half a second of 100 Hz: almost all of what was added
  for (std::size_t i = 0; i < added.size(); ++i) {
    sine += std::sin(2 * pi * static_cast<double>(i) / 160) * static_cast<double>(added[i]) / 8000;
    cosine += std::cos(2 * pi * static_cast<double>(i) / 160) * static_cast<double>(added[i]) / 8000;
  }
  CHECK(2 * (sine * sine + cosine * cosine) / mean_power(added) > 0.99);

  std::filesystem::create_directory(folder / "rooms");
  write_wav(folder / "rooms/a.wav", std::vector<float>{0, 0.5F, 0, 0, 0.25F}, 16000);
  write_wav(folder / "rooms/b.wav", std::vector<float>{0, 0.5F, -0.25F}, 16000);
  const Chain rooms("room:" + (folder / "rooms").string());
  bool a = false, b = false;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const auto y = rooms(x, 16000, Rng{seed, 0});
    const bool is_a = y.taken[0].file.ends_with("a.wav");
    (is_a ? a : b) = true;
    const auto h = is_a ? std::vector<float>{0, 0.5F, 0, 0, 0.25F} : std::vector<float>{0, 0.5F, -0.25F};
    CHECK(y.samples == reverberated(x, recorded_response(h)));
  }
  CHECK(a);
  CHECK(b);
}

TEST_CASE("chain: silence stays silence, and a sample is enough") {
  const TemporaryFolder folder;
  write_wav(folder / "hum.wav", tone(100, 8000, 40), 8000);
  const std::string file = (folder / "hum.wav").string();
  for (const EffectInfo& e : effects()) {
    const std::string step =
        e.name + (e.number.empty() ? "" : fmt::format(":{}..{}", std::max(e.lowest, -50.), std::min(e.highest, 50.))) +
        (e.file ? ":" + file : "");
    CAPTURE(step);
    const Chain chain(step);
    for (const std::int64_t rate : {1, 100, 16000, 96000})
      for (const std::size_t n : {1u, 2u, 3u, 31u, 700u}) {
        const std::vector<float> quiet = chain(std::vector<float>(n), rate, Rng{n, 0}).samples;
        REQUIRE(!quiet.empty());
        REQUIRE(std::all_of(quiet.begin(), quiet.end(), [](float v) { return v == 0; }));
        const std::vector<float> loud = chain(noise_of(n, 1), rate, Rng{n, 0}).samples;
        REQUIRE(!loud.empty());
        REQUIRE(all_finite(loud));
        REQUIRE(mean_power(loud) > 0);
      }
  }
}
