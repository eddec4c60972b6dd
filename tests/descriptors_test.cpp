#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <numbers>
#include <random>

#include "audio/descriptors/auditory.h"
#include "audio/descriptors/frame_analysis.h"
#include "audio/descriptors/lpc.h"
#include "audio/descriptors/lsp.h"
#include "audio/descriptors/mel.h"
#include "audio/descriptors/parabola.h"
#include "audio/descriptors/smoothing.h"
#include "audio/descriptors/spectral.h"
#include "tensor/error.h"

using namespace emograd::audio;

namespace {

constexpr double pi = std::numbers::pi;

std::vector<float> noise(std::size_t n, unsigned seed) {
  std::mt19937 engine(seed);
  std::vector<float> x;
  for (std::size_t i = 0; i < n; ++i)
    x.push_back(static_cast<float>(static_cast<double>(engine()) / 4294967296.0 - 0.5));
  return x;
}

/// Harmonics 1 … 12 of f0, falling off, as long as seconds at 16 kHz.
std::vector<float> tone(double f0, double seconds) {
  std::vector<float> x;
  for (int i = 0; i < static_cast<int>(seconds * 16000); ++i) {
    double sum = 0;
    for (int h = 1; h <= 12; ++h) sum += std::sin(2 * pi * f0 * h * i / 16000.0) / h;
    x.push_back(static_cast<float>(0.2 * sum));
  }
  return x;
}

/// How many whole frames there are in so many samples.
int frames_of(const Framing& framing, std::size_t samples) {
  Samples sound(std::vector<float>(samples), 16000);
  int count = 0;
  each_frame(sound, framing, [&](std::span<const float>) { ++count; });
  return count;
}

constexpr PitchRules rules{.window_sigma = 0.4, .lowest = 25, .candidates = 4, .highest = false, .zeros_around = false};

}  // namespace

TEST_CASE("framing: lengths at usual rates, whole frames only") {
  struct Case {
    double rate, seconds;
    std::int64_t length, hop, fft;
  };
  for (const Case& c : {Case{16000, 0.025, 400, 160, 512},
                        {16000, 0.060, 960, 160, 1024},
                        {16000, 0.020, 320, 160, 512},
                        {22050, 0.025, 551, 221, 1024},
                        {22050, 0.060, 1323, 221, 2048},
                        {44100, 0.020, 882, 441, 1024},
                        {44100, 0.060, 2646, 441, 4096}}) {
    const Framing f = framing(c.rate, c.seconds);
    CHECK(f.length == c.length);
    CHECK(f.hop == c.hop);
    CHECK(f.fft == c.fft);
  }
  const Framing f = framing(16000, 0.020);
  CHECK(f.bin == 31.25);
  CHECK(frames_of(f, 319) == 0);
  CHECK(frames_of(f, 320) == 1);
  CHECK(frames_of(f, 479) == 1);
  CHECK(frames_of(f, 480) == 2);
  CHECK_THROWS_WITH_AS(framing(800, 0.020), doctest::Contains("too few for frames of 0.02 s"), emograd::Error);
  CHECK_THROWS_WITH_AS(framing(0, 0.020), doctest::Contains("a rate of 0"), emograd::Error);
}

TEST_CASE("samples: integers end at 1, floats stay") {
  CHECK(scaled_as_opensmile(1.0F - 1.0F / 32768, 16) == 1.0F);
  CHECK(scaled_as_opensmile(-1.0F, 16) == -32768.0F / 32767.0F);
  CHECK(scaled_as_opensmile(127.0F / 128, 8) == 1.0F);
  CHECK(scaled_as_opensmile(0.3F, 0) == 0.3F);
}

TEST_CASE("mel bank: centres, and every bin's power in one band or two") {
  const Framing f = framing(16000, 0.025);
  const MelBank bank(f, 26, 20, 8000), wide(f, 8, 20, 6500);
  const std::vector<double> centres{89.61,   165.95,  249.68,  341.49,  442.19,  552.62,  673.72,  806.54,  952.20,
                                    1111.93, 1287.12, 1479.24, 1689.93, 1921.00, 2174.40, 2452.31, 2757.08, 3091.32,
                                    3457.87, 3859.87, 4300.73, 4784.21, 5314.44, 5895.93, 6533.65, 7233.01};
  for (std::size_t b = 0; b < centres.size(); ++b)
    CHECK(std::abs(bank.centre(static_cast<std::int64_t>(b)) - centres[b]) < 0.0051);
  CHECK(wide.centre(7) == doctest::Approx(4874.70).epsilon(1e-5));

  // A single bin: its power goes to the two bands whose centres lie around it, in parts that add up to all of it.
  std::vector<float> power(257), energy(26);
  power[40] = 2;  // 1250 Hz, between centres 9 and 10
  bank(power, energy);
  const auto mel = [](double hertz) { return std::log(1 + hertz / 700); };
  const double part = (mel(1250) - mel(centres[9])) / (mel(centres[10]) - mel(centres[9]));
  for (std::size_t b = 0; b < energy.size(); ++b)
    CHECK(static_cast<double>(energy[b]) == doctest::Approx(b == 9    ? 2 * (1 - part)
                                                            : b == 10 ? 2 * part
                                                                      : 0)
                                                .epsilon(1e-4));
  power[40] = 0, power[0] = power[1] = power[256] = 1;  // bins at the ends do not count
  bank(power, energy);
  for (const float e : energy) CHECK(e == 0);
}

TEST_CASE("cepstrum is a scaled cosine transform") {
  const Cepstrum cepstrum(26, 0, 14);
  const std::vector<float> l = noise(26, 3);
  std::vector<float> c(15);
  cepstrum(l, c);
  for (int i = 0; i < 15; ++i) {
    double sum = 0;
    for (int m = 0; m < 26; ++m)
      sum += static_cast<double>(l[static_cast<std::size_t>(m)]) * std::cos(pi * i * (m + 0.5) / 26);
    sum *= std::sqrt(2.0 / 26) * (1 + 11 * std::sin(pi * i / 22));
    CHECK(static_cast<double>(c[static_cast<std::size_t>(i)]) == doctest::Approx(sum).epsilon(1e-5));
  }
}

TEST_CASE("linear predictor solves the normal equations") {
  const std::vector<float> x = noise(300, 5);
  std::array<float, 9> r;
  std::array<float, 8> a;
  autocorrelation(x, r);
  const float error = linear_predictor(r, a);
  double left = static_cast<double>(r[0]);
  for (std::size_t i = 1; i <= 8; ++i) {
    double sum = static_cast<double>(r[i]);
    for (std::size_t j = 1; j <= 8; ++j)
      sum += static_cast<double>(a[j - 1]) * static_cast<double>(r[i > j ? i - j : j - i]);
    CHECK(std::abs(sum) < 1e-5 * static_cast<double>(r[0]));
    left += static_cast<double>(a[i - 1]) * static_cast<double>(r[i]);
  }
  CHECK(static_cast<double>(error) == doctest::Approx(left).epsilon(1e-5));

  std::array<float, 4> few;
  autocorrelation(std::array{1.0F, 2.0F}, few);
  CHECK(few == std::array{5.0F, 2.0F, 0.0F, 0.0F});
  std::array<float, 9> nothing{};
  CHECK(linear_predictor(nothing, a) == 0);
  CHECK(a == std::array<float, 8>{});
}

TEST_CASE("line spectral pairs are roots of the sum and the difference polynomial, in turn") {
  const std::vector<float> x = noise(275, 9);
  std::array<float, 9> r;
  std::array<float, 8> a, angles;
  autocorrelation(x, r);
  linear_predictor(r, a);
  line_spectral_pairs(a, angles);
  // |A(z) ± z^{−9} A(1/z)| at z = e^{iω}: + for the first, third, …
  const auto polynomial = [&](double w, double sign) {
    std::complex<double> sum = 0;
    for (int n = 0; n <= 9; ++n) {
      const double forward = n == 0 ? 1 : n <= 8 ? static_cast<double>(a[static_cast<std::size_t>(n - 1)]) : 0;
      const double backward = n == 9 ? 1 : n >= 1 ? static_cast<double>(a[static_cast<std::size_t>(8 - n)]) : 0;
      sum += (forward + sign * backward) * std::polar(1.0, -w * n);
    }
    return std::abs(sum);
  };
  for (std::size_t i = 0; i < 8; ++i) {
    const auto w = static_cast<double>(angles[i]);
    CHECK(polynomial(w, i % 2 == 0 ? 1 : -1) < 0.01);
    if (i > 0) CHECK(angles[i] > angles[i - 1]);
  }
  line_spectral_pairs(std::array<float, 8>{}, angles);  // silence: evenly spread
  for (std::size_t i = 0; i < 8; ++i)
    CHECK(static_cast<double>(angles[i]) == doctest::Approx(pi * static_cast<double>(i + 1) / 9).epsilon(1e-3));
}

TEST_CASE("auditory weights") {
  const MelBank bank(framing(16000, 0.020), 26, 20, 8000);
  const AuditorySpectrum auditory(bank);
  const std::vector<double> weights{0.00202778, 0.0193556, 0.0719203, 0.167424, 0.296771, 0.445656, 0.604657,
                                    0.771182,   0.947174,  1.1364,    1.34258,  1.56822,  1.81383,  2.07727,
                                    2.35263,    2.62818,   2.88189,   3.07337,  3.13418,  2.97304,  2.53192,
                                    1.88339,    1.22462,   0.716758,  0.39216,  0.206651};
  for (std::size_t b = 0; b < weights.size(); ++b)
    CHECK(static_cast<double>(auditory.weights()[b]) == doctest::Approx(weights[b]).epsilon(1e-5));
}

TEST_CASE("RASTA is the difference equation it is said to be") {
  const MelBank bank(framing(16000, 0.020), 26, 20, 8000);
  const AuditorySpectrum auditory(bank);
  RastaSpectrum rasta(auditory);
  const double upper = std::cos(2 * pi * 0.29), norm = std::sqrt(10 * (32 * upper * upper + 8)),
               pole = 1 - std::sin(2 * pi * 0.01);
  const std::array<double, 5> h{2 / norm, -4 * upper / norm, 0, 4 * upper / norm, -2 / norm};
  std::vector<double> x, y;
  std::vector<float> energy(26), loudness(26);
  const std::vector<float> random = noise(40, 11);
  for (std::size_t n = 0; n < 40; ++n) {
    energy[3] = random[n] + 0.6F;
    rasta(energy, loudness);
    x.push_back(std::log(static_cast<double>(energy[3])));
    double sum = 0;
    for (std::size_t k = 0; k < 5 && k <= n; ++k) sum += h[k] * x[n - k];
    y.push_back(sum + (n >= 6 ? pole * y.back() : 0));
    const double filtered = n >= 5 ? y.back() : 0;
    CHECK(static_cast<double>(loudness[3]) ==
          doctest::Approx(std::exp(0.33 * (filtered + std::log(static_cast<double>(auditory.weights()[3])))))
              .epsilon(1e-5));
  }
}

TEST_CASE("energy and zero crossings") {
  CHECK(root_mean_square(std::array{3.0F, -4.0F}) == doctest::Approx(std::sqrt(12.5)));
  CHECK(zero_crossing_rate(std::array{1.0F, -1.0F, -1.0F, 1.0F, 1.0F}) == doctest::Approx(2.0 / 5));
  CHECK(zero_crossing_rate(std::vector<float>(320)) == doctest::Approx(0.99375));  // silence crosses everywhere
  CHECK(zero_crossing_rate(std::array{1.0F, 0.0F, 1.0F, 0.0F, -1.0F}) == doctest::Approx(0.2));  // a touch is none
}

TEST_CASE("spectral shape by its definitions") {
  const Framing f = framing(16000, 0.020);
  SpectralShapes shapes(f);
  std::vector<float> X = noise(257, 21), P(257);
  for (std::size_t k = 0; k < 257; ++k) X[k] += 0.5F, P[k] = X[k] * X[k];
  const SpectralShape s = shapes(X, P);
  double S = 0, c = 0, v = 0, e = 0;
  for (std::size_t k = 1; k < 257; ++k)
    S += static_cast<double>(P[k]), c += 31.25 * static_cast<double>(k) * static_cast<double>(P[k]);
  c /= S;
  for (std::size_t k = 1; k < 257; ++k) {
    const double p = static_cast<double>(P[k]) / S, d = 31.25 * static_cast<double>(k) - c;
    v += d * d * p, e -= p * std::log2(p);
  }
  CHECK(static_cast<double>(s.variance) == doctest::Approx(v).epsilon(1e-5));
  CHECK(static_cast<double>(s.entropy) == doctest::Approx(e).epsilon(1e-3));
  CHECK(s.flux == 0);
  double low = 0.2 * static_cast<double>(P[0]) + 0.8 * static_cast<double>(P[20]), mid = 0;
  for (std::size_t k = 1; k < 20; ++k) low += static_cast<double>(P[k]);
  for (std::size_t k = 32; k <= 128; ++k) mid += static_cast<double>(P[k]);
  CHECK(static_cast<double>(s.low_band) == doctest::Approx(low / 256).epsilon(1e-5));
  CHECK(static_cast<double>(s.mid_band) == doctest::Approx(mid / 256).epsilon(1e-5));
  double below = 0;
  for (std::size_t k = 1; 31.25 * static_cast<double>(k) < static_cast<double>(s.roll_off[1]); ++k)
    below += static_cast<double>(P[k]);
  CHECK(below < 0.5 * S);

  std::vector<float> Y = X;
  for (float& x : Y) x += 2;
  CHECK(shapes(Y, P).flux == doctest::Approx(2.0F));
  std::vector<float> straight(257);  // P = 3 f: the slope is 3, times n − 1
  for (std::size_t k = 0; k < 257; ++k) straight[k] = static_cast<float>(3 * 31.25 * static_cast<double>(k));
  CHECK(static_cast<double>(shapes(straight, straight).slope) == doctest::Approx(3 * 255.0).epsilon(1e-6));

  SpectralShapes fresh(f);
  const std::vector<float> silence(257);
  const SpectralShape quiet = fresh(silence, silence);
  CHECK(quiet.roll_off[0] == 31.25F);
  CHECK(static_cast<double>(quiet.entropy) == doctest::Approx(4.316e-6).epsilon(1e-3));
  for (const float zero : {quiet.variance, quiet.skewness, quiet.kurtosis, quiet.slope, quiet.flux, quiet.low_band})
    CHECK(zero == 0);
}

TEST_CASE("vertex of a parabola") {
  const auto f = [](double x) { return 5 - 2 * (x - 1.25) * (x - 1.25); };
  const Point top = vertex({0, f(0)}, {1, f(1)}, {3, f(3)});
  CHECK(top.x == doctest::Approx(1.25));
  CHECK(top.y == doctest::Approx(5));
  CHECK(vertex({0, 1}, {1, 2}, {2, 3}).x == 2);  // on a line: the highest of the three
  CHECK(vertex({0, 1}, {0, 4}, {0, 3}).y == 4);
}

TEST_CASE("pitch of harmonic tones, with one harmonic and with the fundamental missing") {
  for (const double f0 : {70.0, 120.0, 200.0, 350.0}) {
    CAPTURE(f0);
    Samples sound(tone(f0, 0.5), 16000);
    const FrameTable voice = voice_descriptors(sound, rules, 0.25);
    const std::vector<float> f = voice.values(0), voicing = voice.values(1);
    REQUIRE(f.size() == 44);
    for (std::size_t i = 2; i + 2 < f.size(); ++i)
      CHECK(static_cast<double>(f[i]) == doctest::Approx(f0).epsilon(0.02));
    for (std::size_t i = 2; i + 2 < f.size(); ++i) CHECK(voicing[i] > 0.7F);
  }
  Samples silence(std::vector<float>(8000), 16000);
  const FrameTable none = voice_descriptors(silence, rules, 0.25);
  for (std::size_t c = 0; c < none.names().size(); ++c)
    for (const float x : none.values(c)) CHECK(x == 0);
}

TEST_CASE("pitch smoother: deletes single voiced frames, repairs one-frame octave jumps") {
  const auto smoothed_pitch = [](const std::vector<float>& f0) {
    PitchSmoother smoother;
    std::vector<float> out;
    for (std::size_t i = 0; i < f0.size(); ++i) {
      smoother.next({f0[i], f0[i] > 0 ? 0.9F : 0.1F, 1});
      if (i > 0) out.push_back(smoother.f0());
    }
    return out;
  };
  using V = std::vector<float>;
  CHECK(smoothed_pitch({0, 100, 101, 102, 0, 0}) == V{0, 100, 101, 102, 0});
  CHECK(smoothed_pitch({0, 0, 100, 0, 0}) == V{0, 0, 0, 0});                       // single
  CHECK(smoothed_pitch({0, 100, 100, 50, 100, 100}) == V{0, 100, 100, 100, 100});  // down and up again
  CHECK(smoothed_pitch({0, 100, 100, 200, 100, 100}) == V{0, 100, 100, 100, 100});
  CHECK(smoothed_pitch({0, 100, 100, 50, 50, 50}) == V{0, 100, 100, 50, 50});  // stays down
  // Between the fall and the rise there is silence: the rise repairs nothing.
  CHECK(smoothed_pitch({0, 100, 50, 0, 0, 52, 53, 101, 101}) == V{0, 100, 50, 0, 0, 52, 53, 101});
  CHECK(smoothed_pitch({100, 100, 100}) == V{0, 100});  // the first frame is not looked at
}

TEST_CASE("voice quality: none of a steady wave, what was put in of an unsteady one") {
  // Pulses 80 samples apart, every second one late by `late` samples, or weaker; a little noise, without which periods
  // correlate exactly and none is accepted.
  const auto pulses = [](int late, float weak) {
    std::vector<float> x = noise(16000, 31);
    for (float& v : x) v *= 1e-3F;
    for (int p = 0; p * 80 + late + 40 < 16000; ++p)
      for (int i = 0; i < 40; ++i) {
        const auto at = static_cast<std::size_t>(p * 80 + (p % 2) * late + i);
        x[at] += (p % 2 == 0 ? 1.0F : weak) * static_cast<float>(std::sin(pi * i / 40) * std::exp(-0.1 * i));
      }
    return x;
  };
  const auto mean_quality = [](const std::vector<float>& x) {
    Samples sound(x, 16000);
    VoicePeriods periods(sound, 0.25);
    double jitter = 0, shimmer = 0;
    for (int j = 0; j < 60; ++j) {
      const VoiceQuality q = periods(200);
      jitter += static_cast<double>(q.jitter) / 60, shimmer += static_cast<double>(q.shimmer) / 60;
    }
    return std::pair{jitter, shimmer};
  };
  const auto [none, no_shimmer] = mean_quality(pulses(0, 1));
  CHECK(none < 2e-4);
  CHECK(no_shimmer < 0.003);
  CHECK(mean_quality(pulses(2, 1)).first == doctest::Approx(2.0 / 80).epsilon(0.15));
  CHECK(mean_quality(pulses(0, 0.8F)).second == doctest::Approx(0.2 / 0.9).epsilon(0.05));
}

TEST_CASE("smoothing and slopes") {
  using V = std::vector<float>;
  CHECK(smoothed(V{3, 6, 0}) == V{4, 3, 2});
  CHECK(smoothed(V{5}) == V{5});
  CHECK(smoothed_without_zeros(V{3, 6, 0, 4}) == V{4, 4.5F, 0, 4});
  // A straight line has its slope inside; its ends are cut.
  CHECK(deltas(V{0, 1, 2, 3, 4, 5, 6}, 5)[2] == 1.0F);
  CHECK(deltas(V{0, 1, 2, 3, 4, 5, 6}, 5)[0] == doctest::Approx((1 + 2 * 2) / 10.0));
  CHECK(deltas(V{0, 0, 10}, 2)[1] == doctest::Approx((10 + 2 * 10) / 10.0));  // the last value goes on
  CHECK(deltas(V{4, 7}, 1)[0] == doctest::Approx((3 + 2 * (0 - 4)) / 10.0));  // of a single frame it does not

  // Between a value and none there is no slope; the divisor grows with every difference that counts.
  const auto d = deltas_without_zeros({V{2, 4, 6, 0, 0, 8}, V{1, 1, 2, 2, 2, 2}}, 4);
  CHECK(d[0][0] == doctest::Approx((1 * (4 - 2) + 2 * (6 - 2)) / 15.0));
  CHECK(d[1][0] == doctest::Approx((1 * (1 - 1) + 2 * (2 - 1)) / 20.0));
  CHECK(d[0][1] == doctest::Approx((1 * (6 - 2)) / 21.0));
}
