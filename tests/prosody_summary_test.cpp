// The numbers of the prosody summary from contours that are written down, and what of them is there at which rate.
#include <doctest/doctest.h>

#include <cmath>
#include <map>
#include <numeric>
#include <string>
#include <vector>

#include "audio/voice/prosody.h"
#include "tests/synthetic_voices.h"

using namespace emograd;
using namespace emograd::audio;
using namespace emograd::audio::voice;

namespace {

using Values = std::map<std::string, double>;

Values values_of(const Prosody& p) {
  Values v;
  for (const Measure& m : prosody_summary(p)) {
    CHECK(v.emplace(m.group + ": " + m.name, m.value).second);
    CHECK_FALSE(m.group.empty());
  }
  return v;
}

bool starts(const std::string& name, const std::string& part) { return name.rfind(part, 0) == 0; }
bool is_spectral(const std::string& name) {
  return starts(name, "Spectral") || starts(name, "MFCC") || name.find("H1–") != std::string::npos ||
         name.find("re F0") != std::string::npos;
}

/// A voice of 150 Hz in noise of −40 dB, and then the noise alone.
std::vector<float> voice_and_noise(double rate) {
  std::vector<float> x = noise(rate, 0.6, 0.01);
  const std::vector<float> v = steady(150, rate, 0.3);
  for (std::size_t i = 0; i < v.size(); ++i) x[i] += v[i];
  return x;
}

}  // namespace

TEST_CASE("prosody summary: numbers of contours") {
  Prosody p;
  p.seconds = 0.08;
  p.equivalent_level = -20;
  p.f0 = {none, 110, 110 * std::exp2(2 / 12.0), 110 * std::exp2(1 / 12.0), none, none, 220, none};
  p.loudness = {0, 1, 2, 3, 4, 3, 2, 1};
  p.hnr = {none, 10, 12, 14, none, none, 12, none};
  for (auto* tracks : {&p.formants.frequency, &p.formants.bandwidth})
    for (auto& track : *tracks) track = {9999, 400, 500, 600, 9999, 9999, none, 9999};
  p.pulses = {{0.01, 0.010, 1}, {0.02, 0.011, 1.1}, {0.031, none, 1}};
  p.jitter = {none, 0.01, 0.02, 0.03, none, none, none, none};
  p.shimmer = {none, 0.1, 0.1, 0.1, none, none, none, none};
  p.harmonics.h1_h2 = {none, 2, 4, 6, none, none, none, none};
  p.harmonics.h1_a3 = {none, 20, 30, 40, none, none, none, none};
  for (std::size_t k = 0; k < Formants::count; ++k)
    p.harmonics.relative_level[k] = std::vector<double>(8, -10.0 * static_cast<double>(k));
  p.balance.alpha_ratio = {-1, 10, 12, 14, none, -3, none, none};
  p.balance.hammarberg_index = {0, 20, 20, 20, 4, none, 20, 8};
  p.balance.slope_to_500 = {none, 5, 15, none, 2, none, none, none};
  p.balance.slope_to_1500 = {none, -5, -15, none, -2, none, none, none};
  p.balance.flux = {none, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7};
  for (std::size_t k = 0; k < SpectralBalance::coefficients; ++k)
    p.balance.mel_cepstra[k] = {-1, 1, 2, 3, -2, -3, 4, none};
  const Values v = values_of(p);
  CHECK(v.size() == 89);  // 88, and the part of voiced frames
  const auto is = [&](const char* name, double value) {
    CAPTURE(name);
    REQUIRE(v.count(name) == 1);
    CHECK(v.at(name) == doctest::Approx(value));
  };
  // Semitones: 24, 26, 25 and 36.
  is("F0: mean", 27.75);
  is("F0: variation", std::sqrt((3.75 * 3.75 + 1.75 * 1.75 + 2.75 * 2.75 + 8.25 * 8.25) / 4) / 27.75);
  is("F0: 20th percentile", 24.6);
  is("F0: 50th percentile", 25.5);
  is("F0: 80th percentile", 30);
  is("F0: range from 20th to 80th", 5.4);
  is("F0: rising slope, mean", 200);
  is("F0: rising slope, standard deviation", 0);
  is("F0: falling slope, mean", -100);
  is("Loudness: mean", 2);
  is("Loudness: rising slope, mean", 100);
  is("Loudness: falling slope, standard deviation", 0);
  is("Loudness: peaks per second", 1 / 0.08);
  is("Loudness: equivalent level", -20);
  is("Voice quality: jitter, local", 100 * 0.001 / 0.0105);
  is("Voice quality: shimmer, local", 100 * 0.2 / 2.1);
  const double of_three = std::sqrt(2.0 / 3);  // the deviation of −1, 0, 1
  is("Voice quality: jitter, variation", of_three / 2);
  is("Voice quality: shimmer, variation", 0);
  is("Voice quality: HNR, mean", 12);
  is("Voice quality: H1–H2, mean", 4);
  is("Voice quality: H1–H2, standard deviation", 2 * of_three);
  is("Voice quality: H1–A3, mean", 30);
  is("Voice quality: H1–A3, standard deviation", 10 * of_three);
  is("Formants: F1, variation of bandwidth", of_three / 5);
  is("Formants: F3 re F0, mean", -20);
  is("Formants: F3 re F0, standard deviation", 0);
  is("Spectral balance: alpha ratio, mean", 12);
  is("Spectral balance: alpha ratio, standard deviation", 2 * of_three);
  is("Spectral balance: alpha ratio, unvoiced mean", -2);
  is("Spectral balance: Hammarberg index, mean", 20);
  is("Spectral balance: Hammarberg index, unvoiced mean", 4);
  is("Spectral balance: slope 0–500 Hz, mean", 10);
  is("Spectral balance: slope 0–500 Hz, standard deviation", 5);
  is("Spectral balance: slope 500–1500 Hz, mean", -10);
  is("Spectral balance: slope 500–1500 Hz, unvoiced mean", -2);
  is("Spectral flux: all, mean", 0.4);
  is("Spectral flux: all, variation", 0.5);
  is("Spectral flux: voiced, mean", 0.3);
  is("Spectral flux: voiced, variation", std::sqrt(0.14 / 4) / 0.3);
  is("Spectral flux: unvoiced, mean", 1.6 / 3);
  is("MFCC: 1, all, mean", 4.0 / 7);
  is("MFCC: 4, voiced, mean", 2.5);
  is("MFCC: 4, voiced, standard deviation", std::sqrt(1.25));
  is("Formants: F1, mean", 500);
  is("Formants: F3, mean bandwidth", 500);
  is("Timing: voiced part", 50);
  is("Timing: voiced segments per second", 25);
  is("Timing: voiced segments, mean length", 0.02);
  is("Timing: voiced segments, standard deviation", 0.01);
  is("Timing: unvoiced segments, mean length", 0.04 / 3);
}

TEST_CASE("prosody summary: peaks of loudness are counted per second") {
  const auto x =
      sampled(16000, 2, [](double t) { return 0.2 * (1 - std::cos(2 * pi * 4 * t)) * std::sin(2 * pi * 500 * t); });
  CHECK(values_of(prosody({.samples = x, .rate = 16000})).at("Loudness: peaks per second") == doctest::Approx(4));
}

TEST_CASE("prosody summary: what is said of spectra depends neither on gain nor on an offset") {
  const std::vector<float> x = voice_and_noise(16000);
  std::vector<float> softer = x, shifted = x;
  for (float& v : softer) v *= 0x1p-30F;
  for (float& v : shifted) v += 0.2F;
  const Values there = values_of(prosody({.samples = x, .rate = 16000})),
               quiet = values_of(prosody({.samples = softer, .rate = 16000})),
               beside = values_of(prosody({.samples = shifted, .rate = 16000}));
  int compared = 0;
  for (const auto& entry : there) {
    const std::string& name = entry.first;
    const double value = entry.second;
    CAPTURE(name);
    CHECK(std::isfinite(value));
    if (!is_spectral(name)) continue;
    ++compared;
    CHECK(quiet.at(name) == doctest::Approx(value).epsilon(1e-9));
    // 0.2 + x is rounded to 2^−26 at most, 1.5e-6 of the noise; logarithms of bins of which little is left see a
    // hundred times that, in decibels 8.7 times.
    CHECK(std::abs(beside.at(name) - value) < 1.5e-6 * 100 * 8.7 * std::max(1.0, std::abs(value)));
  }
  CHECK(compared == 4 + 6 + 12 + 5 + 16);
}

TEST_CASE("prosody summary: no number of a band that the rate does not reach, nor of silence") {
  struct Case {
    double rate;
    bool slope_to_1500, to_5000, cepstra;
  };
  for (const Case c : {Case{2000, false, false, false},
                       {4000, true, false, false},
                       {8000, true, false, false},
                       {10000, true, true, false},
                       {16000, true, true, true},
                       {44100, true, true, true}}) {
    CAPTURE(c.rate);
    const Values v = values_of(prosody({.samples = voice_and_noise(c.rate), .rate = c.rate}));
    for (const auto& entry : v) {
      const std::string& name = entry.first;
      const double value = entry.second;
      CAPTURE(name);
      const bool to_5000 = name.find("alpha") != std::string::npos || name.find("Hammarberg") != std::string::npos ||
                           starts(name, "Spectral flux");
      if (name.find("slope 0–500") != std::string::npos || name.find("H1–H2") != std::string::npos)
        CHECK(std::isfinite(value));
      if (name.find("slope 500–1500") != std::string::npos) CHECK(std::isfinite(value) == c.slope_to_1500);
      if (to_5000) CHECK(std::isfinite(value) == c.to_5000);
      if (starts(name, "MFCC")) CHECK(std::isfinite(value) == c.cepstra);
      if (name.find("H1–A3") != std::string::npos) CHECK(std::isfinite(value) == (c.rate >= 8000));  // there is an F3
    }
  }
  for (const auto& entry : values_of(prosody({.samples = std::vector<float>(8000), .rate = 16000}))) {
    const std::string& name = entry.first;
    const double value = entry.second;
    CAPTURE(name);
    if (is_spectral(name)) CHECK(std::isnan(value));
  }
}
