#include "audio/fft.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <numbers>
#include <type_traits>

#include "tensor/error.h"
#include "tests/golden.h"

using emograd::audio::RealFft;

namespace {

constexpr std::int64_t sizes[] = {2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096};

template <class T>
std::vector<T> invented(std::int64_t n) {
  std::vector<T> x;
  for (std::int64_t i = 0; i < n; ++i)
    x.push_back(static_cast<T>(std::sin(0.37 * static_cast<double>(i * i % 89 + 1))));
  return x;
}

/// By the definition, in long double.
template <class T>
std::vector<std::complex<long double>> transform(const std::vector<T>& x) {
  std::vector<std::complex<long double>> X(x.size() / 2 + 1), turn;
  for (std::size_t i = 0; i < x.size(); ++i)
    turn.push_back(std::polar(
        1.0L, 2 * std::numbers::pi_v<long double> * static_cast<long double>(i) / static_cast<long double>(x.size())));
  for (std::size_t k = 0; k < X.size(); ++k)
    for (std::size_t i = 0; i < x.size(); ++i) X[k] += static_cast<long double>(x[i]) * turn[k * i % x.size()];
  return X;
}

template <class T>
std::vector<std::complex<T>> by_fft(const std::vector<T>& x) {
  RealFft<T> fft(static_cast<std::int64_t>(x.size()));
  std::vector<std::complex<T>> X(static_cast<std::size_t>(fft.bins()));
  fft(x, X);
  return X;
}

/// √(Σ|b − a|² / Σ|a|²).
template <class A, class B>
double relative_error(const std::vector<A>& expected, const std::vector<B>& found) {
  REQUIRE(found.size() == expected.size());
  long double norm = 0, error = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    norm += std::norm(expected[i]);
    error += std::norm(expected[i] - static_cast<A>(found[i]));
  }
  return static_cast<double>(std::sqrt(error / norm));
}

/// An error of η·log₂ N, where η = μ + 4√2 u (Higham, Accuracy and Stability of Numerical Algorithms, 2002, theorem
/// 24.2) with u = ε/2, if twiddle factors are wrong by μ. Theirs are 3 roundings of an angle of up to 3π/4, 7 u, one of
/// the cosine, and where they are interpolated 4 more. One level more takes even and odd samples' spectra apart.
template <class T>
double bound(std::int64_t n) {
  const double u = static_cast<double>(std::numeric_limits<T>::epsilon()) / 2;
  return (12 + 4 * std::numbers::sqrt2) * u * (std::log2(static_cast<double>(n)) + 1);
}

}  // namespace

TEST_CASE_TEMPLATE("RealFft is the transform's definition, at every size", T, float, double) {
  for (const std::int64_t n : sizes) {
    CAPTURE(n);
    const std::vector<T> x = invented<T>(n);
    const auto X = by_fft(x);
    const double error = relative_error(transform(x), X);
    CHECK(error < bound<T>(n));
    if (std::is_same_v<T, float>) CHECK(error < 2e-7);
    CHECK(X.front().imag() == 0);
    CHECK(X.back().imag() == 0);
  }
}

TEST_CASE_TEMPLATE("RealFft: the inverse is the definition's, and gives back what was transformed", T, float, double) {
  for (const std::int64_t n : sizes) {
    CAPTURE(n);
    const std::vector<T> x = invented<T>(n);
    std::vector<T> back(x.size());
    std::vector<std::complex<T>> X = by_fft(x);
    RealFft<T> fft(n);
    fft.inverse(X, back);
    CHECK(relative_error(x, back) < 2 * bound<T>(n));
    if (std::is_same_v<T, float>) CHECK(relative_error(x, back) < 2 * 2e-7);
    // One bin alone is a cosine of its phase: of e^{−iθkn}, since the transform has e^{+iθkn}.
    if (n < 8) continue;
    std::fill(X.begin(), X.end(), T{0});
    X[3] = {static_cast<T>(0.6), static_cast<T>(-0.8)};
    fft.inverse(X, back);
    std::vector<double> expected;
    for (std::int64_t i = 0; i < n; ++i) {
      const double angle = 2 * std::numbers::pi * static_cast<double>(3 * i % n) / static_cast<double>(n);
      expected.push_back(0.6 * std::cos(angle) - 0.8 * std::sin(angle));
      back[static_cast<std::size_t>(i)] *= static_cast<T>(n / 2);  // a power of two: exact
      CHECK(static_cast<double>(back[static_cast<std::size_t>(i)]) == doctest::Approx(expected.back()).epsilon(1e-6));
    }
    CHECK(relative_error(expected, back) < bound<T>(n));
  }
  RealFft<T> fft(32);
  std::vector<std::complex<T>> X(16);
  std::vector<T> x(32);
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
  for (const std::int64_t n : {-8, 0, 1, 3, 48, 1000})
    CHECK_THROWS_WITH_AS(RealFft<float>{n}, doctest::Contains("needs a power of two, at least 2"), emograd::Error);
  RealFft<float> fft(64);
  std::vector<float> x(63);
  std::vector<std::complex<float>> X(33);
  CHECK_THROWS_WITH_AS(fft(x, X), doctest::Contains("63 samples and 33 bins given, needs 64 and 33"), emograd::Error);
}
