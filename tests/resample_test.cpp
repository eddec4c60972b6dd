#include "audio/resample.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "tensor/error.h"

using namespace emograd;
using namespace emograd::audio;

namespace {

constexpr double pi = 3.141592653589793;
// As the header says: within 0.0001 dB, and images and aliases 100 dB below.
const double ripple = std::pow(10, 0.0001 / 20) - 1, rejected = std::pow(10, -100. / 20);

struct Rates {
  std::int64_t from, to;
  double lower() const { return static_cast<double>(std::min(from, to)); }
};
const std::vector<Rates> all_rates{{8000, 16000},  {16000, 8000},  {11025, 16000}, {16000, 11025}, {16000, 48000},
                                   {48000, 16000}, {44100, 16000}, {16000, 44100}, {22050, 16000}, {24000, 32000},
                                   {32000, 24000}, {96000, 8000},  {96000, 11025}, {8000, 96000},  {44100, 48000}};

/// cos(2π f t + 1), half a second of it.
std::vector<float> tone(double frequency, std::int64_t rate) {
  std::vector<float> x(static_cast<std::size_t>(rate / 2));
  for (std::size_t i = 0; i < x.size(); ++i)
    x[i] = static_cast<float>(std::cos(2 * pi * frequency * static_cast<double>(i) / static_cast<double>(rate) + 1));
  return x;
}

std::vector<float> noise(std::size_t count) {
  std::vector<float> x(count);
  std::uint32_t state = 7;
  for (float& v : x)
    v = std::ldexp(static_cast<float>(static_cast<std::int32_t>(state = state * 1664525 + 1013904223)), -31);
  return x;
}

/// Outputs this near the ends hear the silence outside: the filter's half, 132 samples of the lower rate.
std::size_t edge(const Rates& r) {
  return static_cast<std::size_t>(std::ceil(132 * static_cast<double>(r.to) / r.lower()));
}

/// How far the middle of y is from a tone, or with amplitude 0 from silence.
double error_of(const std::vector<float>& y, const Rates& r, double amplitude, double frequency) {
  double worst = 0;
  REQUIRE(y.size() > 2 * edge(r) + 1000);
  for (std::size_t i = edge(r); i < y.size() - edge(r); ++i) {
    const double t = static_cast<double>(i) / static_cast<double>(r.to);
    worst = std::max(worst, std::abs(y[i] - amplitude * std::cos(2 * pi * frequency * t + 1)));
  }
  return worst;
}

/// The definition, in f64: a windowed sinc around every output's time, of sum 1.
std::vector<double> by_definition(const std::vector<float>& x, const Rates& r) {
  const double beta = 0.1102 * (102 - 8.7), half = (102 - 7.95) / (2.285 * pi * 0.05) / 2;
  const double stretch = static_cast<double>(r.from) / r.lower();  // input samples in one of the lower rate
  std::vector<double> y;
  for (std::int64_t k = 0; k * r.from < std::ssize(x) * r.to; ++k) {
    const double time = static_cast<double>(k * r.from) / static_cast<double>(r.to);
    double sum = 0, weights = 0;
    for (auto n = static_cast<std::int64_t>(time - half * stretch) - 2;
         static_cast<double>(n) < time + half * stretch + 2; ++n) {
      const double t = (time - static_cast<double>(n)) / stretch, u = pi * 0.975 * t;
      if (std::abs(t) >= half) continue;
      const double w =
          (u == 0 ? 1 : std::sin(u) / u) * std::cyl_bessel_i(0., beta * std::sqrt(1 - t * t / half / half));
      weights += w;
      if (n >= 0 && n < std::ssize(x)) sum += w * x[static_cast<std::size_t>(n)];
    }
    y.push_back(sum / weights);
  }
  return y;
}

}  // namespace

TEST_CASE("resample: what the definition says, from the first sample to the last") {
  const std::vector<float> x = noise(700);
  for (const Rates& r : {Rates{16000, 48000}, {44100, 16000}, {11025, 16000}, {96000, 8000}, {3, 2}, {7, 8}}) {
    CAPTURE(fmt::format("{} to {}", r.from, r.to));
    const std::vector<float> y = resampled(x, r.from, r.to);
    const std::vector<double> expected = by_definition(x, r);
    REQUIRE(y.size() == expected.size());
    double worst = 0;
    for (std::size_t i = 0; i < y.size(); ++i) worst = std::max(worst, std::abs(y[i] - expected[i]));
    CHECK(worst < 1e-6);  // 16 roundings of f32; the coefficients' errors are less
  }
}

TEST_CASE("resample: tones pass as they are, without images") {
  for (const Rates& r : all_rates)
    for (const double part : {0.001, 0.02, 0.25, 0.5, 0.713, 0.9, 0.94, Resampler::pass_band}) {
      CAPTURE(fmt::format("{} to {}, {} of half of the lower rate", r.from, r.to, part));
      const double frequency = part * r.lower() / 2;
      CHECK(error_of(resampled(tone(frequency, r.from), r.from, r.to), r, 1, frequency) < ripple + rejected);
    }
}

TEST_CASE("resample: what the lower rate cannot hold does not come back as an alias") {
  for (const Rates& r : all_rates) {
    const double half = r.lower() / 2, highest = static_cast<double>(r.from) / 2;
    for (const double frequency : {half, 1.001 * half, 1.004 * half, 1.01 * half, 1.05 * half, 1.3 * half, 1.9 * half,
                                   2 * half, 2.05 * half, 3 * half, 0.99 * highest}) {
      if (r.to > r.from || frequency < half || frequency >= highest) continue;
      CAPTURE(fmt::format("{} to {}, {} Hz", r.from, r.to, frequency));
      CHECK(error_of(resampled(tone(frequency, r.from), r.from, r.to), r, 0, 0) < rejected);
    }
    if (r.to > r.from) continue;
    // The transition is where the header has it: half of the amplitude in its middle.
    const double middle = (1 + Resampler::pass_band) / 2 * half;
    CHECK(error_of(resampled(tone(middle, r.from), r.from, r.to), r, 0.5, middle) < 0.001);
  }
}

TEST_CASE("resample: what is constant stays so") {
  for (const Rates& r : all_rates) {
    CAPTURE(fmt::format("{} to {}", r.from, r.to));
    const std::vector<float> x(static_cast<std::size_t>(r.from / 2), 0.7f), y = resampled(x, r.from, r.to);
    for (std::size_t i = edge(r); i < y.size() - edge(r); ++i) REQUIRE(std::abs(y[i] - 0.7f) < 5e-7f);
  }
}

TEST_CASE("resample: lengths") {
  for (const Rates& r : {Rates{8000, 16000}, {16000, 8000}, {44100, 16000}, {16000, 44100}, {3, 2}, {2, 3}, {1, 1}})
    for (const std::int64_t n : {0, 1, 2, 3, 4, 5, 100, 440, 441, 442, 1001}) {
      CAPTURE(fmt::format("{} samples, {} to {}", n, r.from, r.to));
      const std::vector<float> x(static_cast<std::size_t>(n));
      CHECK(std::ssize(resampled(x, r.from, r.to)) == (n * r.to + r.from - 1) / r.from);
    }
}

TEST_CASE("resample: the same bits however a sound is cut, and at once what can be told") {
  const std::vector<float> x = noise(5000);
  for (const Rates& r : {Rates{16000, 48000}, {48000, 16000}, {44100, 16000}, {16000, 44100}, {96000, 8000}, {5, 5}}) {
    Resampler resampler(r.from, r.to);
    const std::vector<float> whole = resampled(x, r.from, r.to);
    for (const std::size_t size : {1u, 7u, 160u, 999u, 5000u}) {  // one after the other: each is a new sound
      CAPTURE(fmt::format("{} to {} in blocks of {}", r.from, r.to, size));
      std::vector<float> y;
      for (std::size_t at = 0; at < x.size(); at += size) {
        const std::size_t end = std::min(at + size, x.size());
        const std::vector<float> block = resampler.push(std::span(x).subspan(at, end - at));
        y.insert(y.end(), block.begin(), block.end());
        const double told = static_cast<double>(end) * static_cast<double>(r.to) / static_cast<double>(r.from);
        REQUIRE(static_cast<double>(y.size()) > told - 1.1 * static_cast<double>(edge(r)) - 4);
        REQUIRE(resampler.push({}).empty());
      }
      const std::vector<float> rest = resampler.finish();
      y.insert(y.end(), rest.begin(), rest.end());
      CHECK(y == whole);
    }
    CHECK(resampler.finish().empty());
  }
}

TEST_CASE("resample: equal rates copy") {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const std::vector<float> y = resampled(std::vector<float>{0.1f, -0.f, nan, 3}, 44101, 44101);
  REQUIRE(y.size() == 4);
  CHECK(y[0] == 0.1f);
  CHECK(std::signbit(y[1]));
  CHECK(std::isnan(y[2]));
  CHECK(y[3] == 3);
}

TEST_CASE("resample: there and back") {
  for (const Rates& r : {Rates{16000, 48000}, {16000, 44100}, {44100, 16000}, {48000, 11025}}) {
    CAPTURE(fmt::format("{} to {}", r.from, r.to));
    std::vector<float> x = tone(0.3 * r.lower() / 2, r.from);
    const std::vector<float> high = tone(0.93 * r.lower() / 2, r.from);
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = (x[i] + high[i]) / 2;
    const std::vector<float> y = resampled(resampled(x, r.from, r.to), r.to, r.from);
    REQUIRE(y.size() >= x.size());
    const std::size_t ends = 2 * edge({r.to, r.from});
    double worst = 0;
    for (std::size_t i = ends; i < x.size() - ends; ++i)
      worst = std::max(worst, std::abs(static_cast<double>(y[i]) - x[i]));
    CHECK(worst < 2 * (ripple + rejected));
  }
}

TEST_CASE("resample: rates that are none, and ratios beyond all bounds") {
  CHECK_THROWS_WITH_AS(resampled({}, 0, 8000), "Resampler: rates are at least 1 Hz, not 0 and 8000", Error);
  CHECK_THROWS_WITH_AS(resampled({}, 8000, -1), "Resampler: rates are at least 1 Hz, not 8000 and -1", Error);
  CHECK_THROWS_WITH_AS(resampled({}, 44100, 44101),
                       "Resampler: from 44100 to 44101 Hz is the ratio 44101/44100, whose filter has 1.16e+07 "
                       "coefficients, more than 4194304; choose a rate with a larger common divisor",
                       Error);
  constexpr std::int64_t largest = std::numeric_limits<std::int64_t>::max();
  CHECK_THROWS_AS(Resampler(1, 1000000000), Error);
  CHECK_THROWS_AS(Resampler(1000000000, 1), Error);
  CHECK_THROWS_AS(Resampler(largest, largest - 1), Error);
  CHECK_THROWS_AS(Resampler(1, largest), Error);
  CHECK_NOTHROW(Resampler(largest, largest));
  const std::vector<std::int64_t> usual{8000, 11025, 16000, 22050, 24000, 32000, 44100, 48000, 96000};
  for (const std::int64_t from : usual)
    for (const std::int64_t to : usual) CHECK_NOTHROW(Resampler(from, to));
}
