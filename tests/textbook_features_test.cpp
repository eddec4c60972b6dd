// Definition::textbook: what remains of each quirk of the feature sets where it is left out.
#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <complex>
#include <numbers>

#include "audio/descriptors/auditory.h"
#include "audio/descriptors/frame_analysis.h"
#include "audio/descriptors/lsp.h"
#include "audio/descriptors/mel.h"
#include "audio/descriptors/smoothing.h"
#include "audio/descriptors/spectral.h"
#include "audio/feature_sets/feature_set.h"
#include "tests/temporary_folder.h"

using namespace emograd;
using namespace emograd::audio;

namespace {

using V = std::vector<float>;
constexpr double pi = std::numbers::pi;
constexpr auto textbook = Definition::textbook;

double value(const std::string& name, const V& x, const V& levels = {}) {
  Contour contour(x, levels, textbook);
  return static_cast<double>(functionals({name}).front().value(contour));
}

double feature(const std::string& set_name, const V& x, const std::string& name) {
  const FeatureSet& set = feature_set(set_name);
  const auto names = set.names();
  Samples sound(x, 16000);
  const auto at = std::find(names.begin(), names.end(), name) - names.begin();
  return static_cast<double>(set.features(sound, textbook)[static_cast<std::size_t>(at)]);
}

V tone(double f0, std::size_t samples) {
  V x;
  for (std::size_t i = 0; i < samples; ++i) {
    double sum = 0;
    for (int h = 1; h <= 12; ++h) sum += std::sin(2 * pi * f0 * h * static_cast<double>(i) / 16000) / h;
    x.push_back(static_cast<float>(0.2 * sum));
  }
  return x;
}

double mel(double f) { return 1127 * std::log(1 + f / 700); }

}  // namespace

TEST_CASE("samples, bins of spectra and zero crossings") {
  const TemporaryFolder folder;
  write_wav(folder / "a.wav", V{-1, 0.5F, 0.25F}, 16000);
  Samples plain(folder / "a.wav", textbook), scaled(folder / "a.wav");
  CHECK(plain.at(0, 3)[0] == -1);
  CHECK(scaled.at(0, 3)[0] < -1);
  CHECK(framing(22050, 0.025, textbook).bin == 22050 / 1024.0);
  CHECK(zero_crossing_rate(V(320), textbook) == 0);
  CHECK(zero_crossing_rate(V{1, 0, -1, 0, 1, 0, 1}, textbook) == doctest::Approx(2.0 / 7));
}

TEST_CASE("spectral shape") {
  const Framing frames = framing(16000, 0.020, textbook);
  SpectralShapes shapes(frames);
  const V flat(257, 1.0F);
  const SpectralShape s = shapes(flat, flat);
  CHECK(static_cast<double>(s.entropy) == doctest::Approx(8).epsilon(1e-6));  // log₂ of 256 bins
  CHECK(static_cast<double>(s.low_band) == doctest::Approx(20 / 256.0));      // 31.25 … 625 Hz
  CHECK(static_cast<double>(s.mid_band) == doctest::Approx(97 / 256.0));      // 1000 … 4000 Hz
  V direct(257);
  direct[0] = 1;
  CHECK(shapes(direct, direct).low_band == 0);  // DC lies below it
  V straight;
  for (int k = 0; k < 257; ++k) straight.push_back(static_cast<float>(3 * 31.25 * k));
  CHECK(static_cast<double>(shapes(straight, straight).slope) == doctest::Approx(3).epsilon(1e-6));
  CHECK(shapes(V(257), V(257)).entropy == 0);
  SpectralShapes low_rate(framing(1800, 0.025, textbook));  // 0 … 900 Hz: nothing of 1 … 4 kHz is in it
  CHECK(low_rate(V(33, 1.0F), V(33, 1.0F)).mid_band == 0);
}

TEST_CASE("the lowest and the highest bins of mel bands, the ear's sensitivity, RASTA") {
  const Framing frames = framing(16000, 0.025, textbook);
  const MelBank bank(frames, 26, 20, 7990);
  V power(257), energy(26);
  power[1] = 1, power[255] = 1;  // 31.25 and 7968.75 Hz
  bank(power, energy);
  const double step = (mel(7990) - mel(20)) / 27;
  CHECK(static_cast<double>(energy[0]) == doctest::Approx((mel(31.25) - mel(20)) / step).epsilon(1e-5));
  // An f32 of 2840 mel has a unit of 2.4e-4 in the last place, of which the difference of two has one at most.
  CHECK(static_cast<double>(energy[25]) == doctest::Approx((mel(7990) - mel(7968.75)) / step).epsilon(2.4e-4 / 2.7));

  const AuditorySpectrum auditory(bank);
  for (std::int64_t b = 0; b < 26; ++b) {
    const double w2 = std::pow(2 * pi * bank.centre(b), 2);
    const double to_5_khz = (w2 + 56.8e6) * w2 * w2 / (std::pow(w2 + 6.3e6, 2) * (w2 + 0.38e9));
    CHECK(static_cast<double>(auditory.weights()[static_cast<std::size_t>(b)]) ==
          doctest::Approx(to_5_khz / (w2 * w2 * w2 / 9.58e26 + 1)).epsilon(1e-6));
  }

  RastaSpectrum rasta(auditory);
  V loudness(26);
  std::vector<double> x, y;
  constexpr double h[]{0.2, 0.1, 0, -0.1, -0.2};
  for (std::size_t n = 0; n < 30; ++n) {
    energy[3] = static_cast<float>(1 + 0.5 * std::sin(0.7 * static_cast<double>(n * n)));
    rasta(energy, loudness);
    x.push_back(std::log(static_cast<double>(energy[3])));
    double sum = n > 4 ? 0.98 * y.back() : 0;
    for (std::size_t k = 0; k < 5 && k <= n; ++k) sum += h[k] * x[n - k];
    y.push_back(sum);
    const double filtered = n >= 4 ? sum : 0;
    CHECK(static_cast<double>(loudness[3]) ==
          doctest::Approx(std::exp(0.33 * (filtered + std::log(static_cast<double>(auditory.weights()[3])))))
              .epsilon(1e-5));
  }
}

TEST_CASE("line spectral pairs of an all-pole spectrum are those of its poles") {
  V a{1};
  for (const auto& [angle, radius] : {std::pair{0.4, 0.9}, {0.9, 0.85}, {1.6, 0.9}, {2.4, 0.8}}) {
    const V pair{1, static_cast<float>(-2 * radius * std::cos(angle)), static_cast<float>(radius * radius)};
    V product(a.size() + 2);
    for (std::size_t i = 0; i < a.size(); ++i)
      for (std::size_t j = 0; j < 3; ++j) product[i + j] += a[i] * pair[j];
    a = product;
  }
  const Framing frames = framing(16000, 0.025, textbook);
  std::vector<std::complex<float>> spectrum(257);
  constexpr std::size_t band = 176;  // bins to 5.5 kHz
  for (std::size_t k = 0; k <= band; ++k) {
    std::complex<double> A = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
      A += static_cast<double>(a[i]) * std::polar(1.0, -pi * static_cast<double>(k * i) / band);
    spectrum[k] = std::complex<float>(1.0 / A);
  }
  V found(8), want(8);
  LineSpectrum(frames, 16000)(spectrum, found);
  line_spectral_pairs(std::span(a).subspan(1), want);
  // Aliases of the autocorrelation beyond 2·176 lags are below 0.9³⁴⁴; the roots are bisected to 0.2/2¹¹ in cosine.
  for (std::size_t i = 0; i < 8; ++i) CHECK(found[i] == doctest::Approx(want[i]).epsilon(1e-3));
}

TEST_CASE("pitch from the first frame on, with its voicing; periods where F0 is, and every one of them") {
  constexpr PitchRules rules{
      .window_sigma = 0.4, .lowest = 25, .candidates = 4, .highest = false, .zeros_around = false};
  Samples sound(tone(150, 8000), 16000);
  const FrameTable voice = voice_descriptors(sound, rules, 0.25, textbook);
  CHECK(voice.values(0)[0] == doctest::Approx(150).epsilon(0.01));
  CHECK(voice.values(1)[0] > 0.7F);

  // Periods of 80 and 84 samples by turns, of which the longer ones are 0.8 as loud. No noise is needed.
  V x(16000);
  std::size_t at = 0;
  for (int p = 0; at + 84 < x.size(); at += p++ % 2 == 0 ? 80 : 84)
    for (std::size_t i = 0; i < 40; ++i)
      x[at + i] = (p % 2 == 0 ? 1.0F : 0.8F) * static_cast<float>(std::sin(pi * static_cast<double>(i) / 40) *
                                                                  std::exp(-0.1 * static_cast<double>(i)));
  Samples pulses(x, 16000);
  VoicePeriods periods(pulses, 0.25, textbook);
  for (int j = 0; j < 10; ++j) {
    const VoiceQuality q = periods(16000 / 82.0F);
    if (j < 2) continue;  // the first period has none before it
    CHECK(static_cast<double>(q.jitter) == doctest::Approx(4 / 82.0).epsilon(0.05));
    CHECK(static_cast<double>(q.shimmer) == doctest::Approx(0.2 / 0.9).epsilon(0.01));
  }

  Samples none(V(4000), 16000);  // where F0 is said to be, but no period is found
  VoicePeriods after(pulses, 0.25, textbook), nothing(none, 0.25, textbook);
  for (int j = 0; j < 3; ++j) after(200);
  CHECK(nothing(200).jitter == 0);

  V steady = tone(200, 4000);
  for (std::size_t i = 0; i < 80; ++i) steady[i] *= 0.5F;  // the first period
  Samples softly(steady, 16000);
  VoicePeriods from_there(softly, 0.25, textbook);
  CHECK(from_there(200).shimmer > 0.05F);
  CHECK(from_there(200).shimmer < 0.01F);
}

TEST_CASE("slopes between values do not shrink") {
  const auto d = deltas_without_zeros({V{2, 4, 6, 8, 10, 12, 0, 0, 5, 5}}, 10, textbook)[0];
  CHECK(d[2] == 2);
  CHECK(d[3] == 2);
  CHECK(d[5] == 0);                   // between a value and none there is no slope
  CHECK(d[4] == doctest::Approx(2));  // one of its two differences counts
}

TEST_CASE("loudness of all of a frame, and frames to the end") {
  V square;
  for (int i = 0; i < 16000; ++i) square.push_back(i / 20 % 2 == 0 ? 0.1F : -0.1F);
  CHECK(feature("is10", square, "pcm_loudness_sma_amean") == doctest::Approx(std::pow(0.01 / 1e-6, 0.3)).epsilon(1e-5));
  CHECK(feature("is11", square, "F0final_sma_ff0_duration") == doctest::Approx(0.94));
  CHECK(feature("is10", V(16000), "F0final__Turn_duration") == doctest::Approx(0.94));
}

TEST_CASE("functionals") {
  CHECK(value("qmean", {3, 4, 0, 0, 0}) == doctest::Approx(std::sqrt(5.0)));
  CHECK(value("qregc1", {1, 4}) == 0);
  CHECK(value("qregc2", {1, 4}) == doctest::Approx(3));
  CHECK(value("qregerrQ", {1, 4}) == doctest::Approx(0).epsilon(1e-12));
  const V hills{0, 1, 4, 10, 7, 3, 0, 2, 6, 9, 5, 1, 0};
  CHECK(value("peakMean", hills) == doctest::Approx(9.5));
  CHECK(value("peakMeanMeanDist", hills) == doctest::Approx(9.5 - 48 / 13.0));
  CHECK(value("meanPeakDist", hills) == doctest::Approx(0.06));
  CHECK(value("peakMean", {5, 5.5F, 5, 20, 5}) == 20);  // the rise to 5.5 is too small to count
  CHECK(value("meanPeakDist", {0, 10, 9.5F, 9.7F, 5, 0, 8, 0}) == doctest::Approx(0.05));  // from the top at 1 to 6
  CHECK(value("meanPeakDist", {1, 2, 3, 4}) == 0);
  V stairs{0};  // small steps down do not hide a large rise
  for (int i = 0; i < 20; ++i) stairs.push_back(stairs.back() + (i % 2 == 0 ? 0.08F : -0.03F));
  const float top = *std::max_element(stairs.begin(), stairs.end());
  for (int i = 10; i > 0; --i) stairs.push_back(top * static_cast<float>(i) / 11);
  CHECK(value("peakMean", stairs) == static_cast<double>(top));
  CHECK(value("meanPeakDist", {0, 0, 1, 1, 0, 0, 1, 1, 0, 0}) == doctest::Approx(0.04));  // flat tops
  V turns;
  for (int i = 0; i < 60; ++i) turns.push_back(i / 10 % 2 == 0 ? 0.0F : 8.0F);
  CHECK(value("minSegLen", turns, {0.5F}) == doctest::Approx(0.1));  // what comes before and behind is not between
  CHECK(value("maxSegLen", turns, {0.5F}) == doctest::Approx(0.1));
  CHECK(value("maxSegLen", V(60, 3.0F), {0.25F}) == 0);  // nothing is crossed
  V runs;
  for (int i = 0; i < 750; ++i) runs.push_back(i % 5 < 3 ? 1.0F : 0.0F);
  CHECK(Contour(runs, {}, textbook).segments().size() == 150);
  CHECK(Contour(runs).segments().size() == 100);
}
