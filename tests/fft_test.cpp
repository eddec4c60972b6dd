#include "audio/fft.h"

#include <doctest/doctest.h>

#include <cmath>
#include <numbers>

#include "tensor/error.h"
#include "tests/golden.h"

using emograd::audio::RealFft;

namespace {

/// By the definition, in f64.
std::vector<std::complex<double>> transform(const std::vector<float>& x) {
  std::vector<std::complex<double>> X(x.size() / 2 + 1);
  const auto n = static_cast<double>(x.size());
  for (std::size_t k = 0; k < X.size(); ++k)
    for (std::size_t i = 0; i < x.size(); ++i)
      X[k] +=
          static_cast<double>(x[i]) * std::polar(1.0, 2 * std::numbers::pi * static_cast<double>(k * i % x.size()) / n);
  return X;
}

std::vector<std::complex<float>> by_fft(const std::vector<float>& x) {
  RealFft fft(static_cast<std::int64_t>(x.size()));
  std::vector<std::complex<float>> X(static_cast<std::size_t>(fft.bins()));
  fft(x, X);
  return X;
}

}  // namespace

TEST_CASE("RealFft is the transform's definition, at every size") {
  for (const std::int64_t n : {32, 64, 128, 256, 512, 1024, 2048, 4096}) {
    CAPTURE(n);
    std::vector<float> x;
    for (std::int64_t i = 0; i < n; ++i)
      x.push_back(static_cast<float>(std::sin(0.37 * static_cast<double>(i * i % 89))));
    const auto expected = transform(x);
    const auto X = by_fft(x);
    double norm = 0, error = 0;
    for (std::size_t k = 0; k < X.size(); ++k) {
      norm += std::norm(expected[k]);
      error += std::norm(expected[k] - std::complex<double>(X[k]));
    }
    CHECK(std::sqrt(error / norm) < 2e-7);
    CHECK(X.front().imag() == 0);
    CHECK(X.back().imag() == 0);
  }
}

TEST_CASE("RealFft: the inverse is the definition's, and gives back what was transformed") {
  for (const std::int64_t n : {32, 64, 256, 4096}) {
    CAPTURE(n);
    const auto size = static_cast<std::size_t>(n);
    std::vector<float> x, back(size);
    for (std::size_t i = 0; i < size; ++i)
      x.push_back(static_cast<float>(std::sin(0.37 * static_cast<double>(i * i % 89))));
    std::vector<std::complex<float>> X = by_fft(x);
    emograd::audio::RealFft fft(n);
    fft.inverse(X, back);
    double norm = 0, error = 0;
    for (std::size_t i = 0; i < size; ++i) {
      norm += std::pow(static_cast<double>(x[i]), 2);
      error += std::pow(static_cast<double>(x[i]) - static_cast<double>(back[i]), 2);
    }
    CHECK(std::sqrt(error / norm) < 2 * 2e-7);
    // One bin alone is a cosine of its phase: of e^{−iθkn}, since the transform has e^{+iθkn}.
    std::fill(X.begin(), X.end(), 0.F);
    X[3] = {0.6F, -0.8F};
    fft.inverse(X, back);
    for (std::size_t i = 0; i < size; ++i) {
      const double angle = 2 * std::numbers::pi * static_cast<double>(3 * i % size) / static_cast<double>(n);
      CHECK(static_cast<double>(back[i]) * static_cast<double>(n) / 2 ==
            doctest::Approx(0.6 * std::cos(angle) - 0.8 * std::sin(angle)).epsilon(1e-6));
    }
  }
  emograd::audio::RealFft fft(32);
  std::vector<std::complex<float>> X(16);
  std::vector<float> x(32);
  CHECK_THROWS_AS(fft.inverse(X, x), emograd::Error);
}

TEST_CASE("RealFft is Ooura's package to the bit") {
  for (const char* n : {"32", "64", "128", "256", "512", "1024"}) {
    CAPTURE(n);
    const Arrays& all = golden("fft");
    const auto of = [&](const std::string& part) { return all.at(part + "_" + n).to_vector<float>(); };
    const auto X = by_fft(of("x"));
    const auto re = of("re"), im = of("im");
    for (std::size_t k = 0; k < X.size(); ++k) {
      CAPTURE(k);
      REQUIRE(X[k].real() == re[k]);
      REQUIRE(X[k].imag() == im[k]);
    }
  }
}

TEST_CASE("RealFft says which sizes it takes") {
  for (const std::int64_t n : {-8, 0, 1, 16, 48, 1000})
    CHECK_THROWS_WITH_AS(RealFft{n}, doctest::Contains("needs a power of two, at least 32"), emograd::Error);
  RealFft fft(64);
  std::vector<float> x(63);
  std::vector<std::complex<float>> X(33);
  CHECK_THROWS_WITH_AS(fft(x, X), doctest::Contains("63 samples and 33 bins given, needs 64 and 33"), emograd::Error);
}
