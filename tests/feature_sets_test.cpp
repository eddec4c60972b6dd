#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <numbers>
#include <random>
#include <set>

#include "audio/feature_sets/feature_set.h"
#include "audio/sound_file.h"
#include "tensor/error.h"
#include "tensor/io/npy.h"
#include "tests/golden.h"
#include "tests/temporary_folder.h"

using namespace emograd;
using namespace emograd::audio;
namespace fs = std::filesystem;

namespace {

std::vector<float> features_of(const FeatureSet& set, const std::vector<float>& x, double rate,
                               Definition definition = Definition::opensmile) {
  Samples sound(x, rate);
  return set.features(sound, definition);
}

/// A voice that glides, with pauses and noise.
std::vector<float> speech_like(double rate, double seconds) {
  std::mt19937 engine(17);
  std::vector<float> x;
  double phase = 0;
  for (int i = 0; i < static_cast<int>(rate * seconds); ++i) {
    const double t = i / rate, f0 = 140 + 40 * std::sin(2 * t);
    phase += 2 * std::numbers::pi * f0 / rate;
    const bool voiced = std::fmod(t, 0.5) < 0.35;
    double sum = 0.01 * (static_cast<double>(engine()) / 4294967296.0 - 0.5);
    for (int h = 1; voiced && h < 12; ++h) sum += 0.1 * std::sin(h * phase) / h;
    x.push_back(static_cast<float>(sum));
  }
  return x;
}

std::vector<std::string> lines(const fs::path& path) {
  std::vector<std::string> all;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) all.push_back(line);
  return all;
}

}  // namespace

TEST_CASE("feature sets: as many names as values, none twice, in the grammar's order") {
  CHECK(is10_names().size() == 1582);
  CHECK(is11_names().size() == 4368);
  CHECK(is10_names()[0] == "pcm_loudness_sma_maxPos");
  CHECK(is10_names()[714 + 21] == "mfcc_sma_de[0]_maxPos");
  CHECK(is10_names().back() == "F0final__Turn_duration");
  CHECK(is11_names()[0] == "audspec_lengthL1norm_sma_quartile1");
  CHECK(is11_names()[4 * 37] == "audspec_lengthL1norm_sma_de_quartile1");
  CHECK(is11_names()[8 * 37] == "audSpec_Rfilt_sma[0]_quartile1");
  CHECK(is11_names()[4368 - 12] == "F0final_sma_ff0_nnz");
  CHECK(is11_names().back() == "F0final_sma_ff0_de_duration");
  for (const FeatureSet& set : feature_sets()) {
    const std::vector<std::string> names = set.names();
    CHECK(std::set(names.begin(), names.end()).size() == names.size());
  }
  CHECK_THROWS_WITH_AS(feature_set("is12"), doctest::Contains("no feature set 'is12'; there are is10, is11"), Error);
}

TEST_CASE(
    "features are finite numbers: speech, silence, a constant, noise, a click; long and as short as can be; any rate") {
  for (const double rate : {8000.0, 16000.0, 22050.0, 44100.0, 48000.0})
    for (const FeatureSet& set : feature_sets()) {
      CAPTURE(rate);
      CAPTURE(set.name);
      const auto shortest = static_cast<std::size_t>(std::llround(0.060 * rate) + std::llround(0.010 * rate));
      std::vector<float> click(static_cast<std::size_t>(rate / 2));
      click[click.size() / 2] = 1;
      for (const std::vector<float>& x : {speech_like(rate, 1), std::vector<float>(static_cast<std::size_t>(rate)),
                                          std::vector<float>(static_cast<std::size_t>(rate / 2), 0.25F), click,
                                          speech_like(rate, 1.2 * 0.070), std::vector<float>(shortest, 0.1F)}) {
        const std::vector<float> features = features_of(set, x, rate);
        CHECK(features.size() == set.names().size());
        CHECK(std::all_of(features.begin(), features.end(), [](float f) { return std::isfinite(f); }));
        CHECK(features == features_of(set, x, rate));
        const std::vector<float> sane = features_of(set, x, rate, Definition::textbook);
        CHECK(sane.size() == features.size());
        CHECK(std::all_of(sane.begin(), sane.end(), [](float f) { return std::isfinite(f); }));
      }
      CHECK_THROWS_WITH_AS(features_of(set, std::vector<float>(shortest - 1), rate),
                           doctest::Contains("needs 70 ms at least"), Error);
      CHECK_THROWS_AS(features_of(set, {}, rate), Error);
    }
}

TEST_CASE("digital silence: what the definition gives") {
  const std::vector<float> silence(16000);
  const auto names10 = is10_names(), names11 = is11_names();
  const auto f10 = features_of(feature_set("is10"), silence, 16000),
             f11 = features_of(feature_set("is11"), silence, 16000);
  const auto of = [](const auto& names, const auto& f, const std::string& name) {
    return static_cast<double>(
        f[static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin())]);
  };
  CHECK(of(names10, f10, "pcm_loudness_sma_amean") == 0);
  CHECK(of(names10, f10, "logMelFreqBand_sma[3]_amean") == doctest::Approx(-27.631).epsilon(1e-4));
  CHECK(of(names10, f10, "mfcc_sma[0]_amean") == doctest::Approx(-132.83).epsilon(1e-4));
  CHECK(of(names10, f10, "lspFreq_sma[2]_amean") == doctest::Approx(std::numbers::pi * 3 / 9).epsilon(1e-3));
  CHECK(of(names10, f10, "F0final_sma_amean") == 0);
  CHECK(of(names10, f10, "F0final__Turn_onsetRate") == 0);
  CHECK(of(names10, f10, "F0final__Turn_duration") == doctest::Approx(0.94));
  CHECK(of(names11, f11, "pcm_zcr_sma_amean") == doctest::Approx(0.99375));
  CHECK(of(names11, f11, "pcm_fftMag_spectralEntropy_sma_amean") == doctest::Approx(4.316e-6).epsilon(1e-3));
  CHECK(of(names11, f11, "pcm_fftMag_spectralRollOff90.0_sma_amean") == 31.25);
  CHECK(of(names11, f11, "pcm_fftMag_mfcc_sma[1]_amean") == 0);
  CHECK(of(names11, f11, "F0final_sma_ff0_duration") == doctest::Approx(0.92));
}

TEST_CASE("a file has the features of its samples; of a long one little is in memory, and nothing else changes") {
  const TemporaryFolder folder;
  const double rate = 8000, seconds = 170;  // more samples, and more frames, than are kept
  static_assert(FrameTable::most_in_memory < 17000);
  const std::vector<float> x = speech_like(rate, seconds);
  write_wav(folder / "long.wav", x, 8000, WavSamples::f32);
  for (const FeatureSet& set : feature_sets()) {
    Samples file(folder / "long.wav");
    CHECK(set.features(file, Definition::opensmile) == features_of(set, x, rate));
    CHECK(file.count() == std::ssize(x));
  }
}

TEST_CASE("features are what they were when they agreed with the published program") {
  // Removing a rounding or turning a sum around is seen here, also where no reference values are.
  const std::vector<float> x = speech_like(16000, 1);
  for (const FeatureSet& set : feature_sets()) {
    const std::vector<float> want = golden("features").at(set.name).to_vector<float>(),
                             have = features_of(set, x, 16000);
    REQUIRE(have.size() == want.size());
    std::size_t apart = 0;
    for (std::size_t i = 0; i < want.size(); ++i)
      if (std::abs(have[i] - want[i]) > 1e-3F * std::abs(want[i])) ++apart;
    CAPTURE(set.name);
    CHECK(apart <= 2);
  }
}

TEST_CASE("features of real speech are the published program's") {
  // The reference values may not be copied into a project; where somebody has them, they are compared.
  const char *folder = std::getenv("EMOGRAD_OPENSMILE"), *sounds = std::getenv("EMOGRAD_EMODB");
  if (!folder || !sounds) {
    MESSAGE("SKIPPED: EMOGRAD_OPENSMILE names no folder with emodb_is10.npy …, or EMOGRAD_EMODB none with wav files");
    return;
  }
  for (const char* name : {"is10", "is11"}) {
    const FeatureSet& set = feature_set(name);
    CHECK(set.names() == lines(fs::path(folder) / (std::string(name) + "_names.txt")));
    const std::vector<float> all =
        read_npy(fs::path(folder) / ("emodb_" + std::string(name) + ".npy")).to_vector<float>();
    const std::vector<std::string> files = lines(fs::path(folder) / "emodb_files.txt");
    const std::size_t width = set.names().size();
    REQUIRE(all.size() == files.size() * width);
    std::size_t apart = 0, count = 0;
    for (std::size_t row = 0; row < files.size(); row += 7) {
      Samples sound(fs::path(sounds) / files[row]);
      const std::vector<float> x = set.features(sound, Definition::opensmile);
      for (std::size_t i = 0; i < width; ++i, ++count) {
        const auto want = static_cast<double>(all[row * width + i]);
        if (std::abs(static_cast<double>(x[i]) - want) > 1e-3 * std::abs(want)) ++apart;
      }
    }
    MESSAGE(set.name << ": " << apart << " of " << count << " values apart");
    CHECK(apart <= 3);  // regressions of a constant contour, for which the program prints rounding errors
  }
}
