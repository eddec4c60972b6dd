#include "audio/functionals/functionals.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <numeric>
#include <random>

#include "tensor/error.h"

using namespace emograd::audio;

namespace {

using V = std::vector<float>;

V random_contour(std::size_t n) {
  std::mt19937 engine(13);
  V x;
  for (std::size_t i = 0; i < n; ++i)
    x.push_back(
        static_cast<float>(3 + std::sin(0.3 * static_cast<double>(i)) + static_cast<double>(engine()) / 4294967296.0));
  return x;
}

double value(const std::string& name, const V& x, const V& levels = {}) {
  Contour contour(x, levels);
  return static_cast<double>(functionals({name}).front().value(contour));
}

double mean(const std::vector<double>& x) {
  return std::accumulate(x.begin(), x.end(), 0.0) / static_cast<double>(x.size());
}

/// Σ_k c_k i^k by least squares, by solving the normal equations with pivots.
std::vector<double> polynomial_fit(const V& x, std::size_t degree) {
  const std::size_t n = degree + 1;
  std::vector<std::vector<double>> A(n, std::vector<double>(n + 1));
  const double scale = static_cast<double>(x.size());  // of i, so that powers stay small
  for (std::size_t i = 0; i < x.size(); ++i)
    for (std::size_t r = 0; r < n; ++r) {
      const double u = static_cast<double>(i) / scale;
      for (std::size_t c = 0; c < n; ++c) A[r][c] += std::pow(u, static_cast<double>(r + c));
      A[r][n] += std::pow(u, static_cast<double>(r)) * static_cast<double>(x[i]);
    }
  for (std::size_t p = 0; p < n; ++p) {
    for (std::size_t r = p + 1; r < n; ++r)
      if (std::abs(A[r][p]) > std::abs(A[p][p])) std::swap(A[r], A[p]);
    for (std::size_t r = 0; r < n; ++r) {
      if (r == p) continue;
      const double factor = A[r][p] / A[p][p];
      for (std::size_t c = p; c <= n; ++c) A[r][c] -= factor * A[p][c];
    }
  }
  std::vector<double> fit;
  for (std::size_t k = 0; k < n; ++k) fit.push_back(A[k][n] / A[k][k] / std::pow(scale, static_cast<double>(k)));
  return fit;
}

double squared_error(const V& x, const std::vector<double>& fit) {
  std::vector<double> e;
  for (std::size_t i = 0; i < x.size(); ++i) {
    double y = static_cast<double>(x[i]);
    for (std::size_t k = 0; k < fit.size(); ++k) y -= fit[k] * std::pow(static_cast<double>(i), static_cast<double>(k));
    e.push_back(y * y);
  }
  return mean(e);
}

}  // namespace

TEST_CASE("functionals of a long contour, by their definitions in f64") {
  const V x = random_contour(237);
  const std::vector<double> d(x.begin(), x.end());
  std::vector<double> sorted = d;
  std::sort(sorted.begin(), sorted.end());
  const double m = mean(d), n = 237;
  const auto percentile = [&](double p) {
    const double h = p * (n - 1);
    const auto i = static_cast<std::size_t>(h);
    return sorted[i] + (h - static_cast<double>(i)) * (sorted[std::min<std::size_t>(i + 1, 236)] - sorted[i]);
  };
  const auto moment = [&](int k) {
    double sum = 0;
    for (const double v : d) sum += std::pow(v - m, k);
    return sum / n;
  };
  const auto count = [&](auto&& holds) {
    double c = 0;
    for (std::size_t i = 0; i < d.size(); ++i) c += holds(i) ? 1 : 0;
    return c;
  };
  const double low = sorted.front(), range = sorted.back() - low;
  double y1 = 0;
  for (std::size_t i = 0; i < d.size(); ++i) y1 += static_cast<double>(i) * d[i];
  const std::vector<double> line = polynomial_fit(x, 1), parabola = polynomial_fit(x, 2);

  std::map<std::string, double> expected{
      {"maxPos", static_cast<double>(std::max_element(d.begin(), d.end()) - d.begin())},
      {"minPos", static_cast<double>(std::min_element(d.begin(), d.end()) - d.begin())},
      {"amean", m},
      {"qmean", moment(2) + m * m},
      {"stddev", std::sqrt(moment(2))},
      {"skewness", moment(3) / std::pow(moment(2), 1.5)},
      {"kurtosis", moment(4) / (moment(2) * moment(2))},
      {"quartile1", percentile(0.25)},
      {"quartile2", percentile(0.5)},
      {"quartile3", percentile(0.75)},
      {"iqr1-2", percentile(0.5) - percentile(0.25)},
      {"iqr2-3", percentile(0.75) - percentile(0.5)},
      {"iqr1-3", percentile(0.75) - percentile(0.25)},
      {"percentile1.0", percentile(0.01)},
      {"percentile99.0", percentile(0.99)},
      {"pctlrange0-1", percentile(0.99) - percentile(0.01)},
      {"linregc1", line[1]},
      {"linregc2", line[0]},
      {"linregerrQ", squared_error(x, line)},
      {"qregc1", parabola[2]},
      {"qregc2", parabola[1]},
      {"qregerrQ", squared_error(x, parabola)},
      {"centroid", y1 / (m * n) / n},
      {"upleveltime75", count([&](std::size_t i) { return d[i] > low + 0.75 * range; }) / n},
      {"upleveltime90", count([&](std::size_t i) { return d[i] > low + 0.9 * range; }) / n},
      {"downleveltime25", count([&](std::size_t i) { return d[i] <= low + 0.25 * range; }) / n},
      {"risetime", count([&](std::size_t i) { return i > 0 && d[i] > d[i - 1]; }) / (n - 1)},
      {"falltime", count([&](std::size_t i) { return i > 0 && d[i] < d[i - 1]; }) / (n - 1)},
      {"leftctime",
       count([&](std::size_t i) { return i > 0 && i < 236 && d[i + 1] - d[i] > d[i] - d[i - 1]; }) / (n - 2)},
      {"rightctime",
       count([&](std::size_t i) { return i > 0 && i < 236 && d[i + 1] - d[i] < d[i] - d[i - 1]; }) / (n - 2)},
      {"nnz", 1},
      {"duration", 2.37},
  };
  double absolute = 0;
  for (std::size_t i = 0; i < d.size(); ++i)
    absolute += std::abs(d[i] - line[0] - line[1] * static_cast<double>(i)) / n;
  expected["linregerrA"] = absolute;
  for (const auto& [functional, want] : expected) {
    const std::string name = functional;  // clang 14 captures no structured binding
    CAPTURE(name);
    CHECK(value(name, x) == doctest::Approx(want).epsilon(1e-5));
  }
}

TEST_CASE("a contour in rising order, −0 before 0: of either sign, the smallest and the largest numbers") {
  using Limits = std::numeric_limits<float>;
  V x{0, -0.0F, Limits::max(), Limits::lowest(), Limits::denorm_min(), -Limits::denorm_min(), 0, Limits::infinity()};
  for (const float v : random_contour(1000)) x.insert(x.end(), {v, -v, v * 1e-30F, -v * 1e20F});
  V expected = x;
  std::sort(expected.begin(), expected.end(),
            [](float a, float b) { return a < b || (a == b && std::signbit(a) && !std::signbit(b)); });
  const auto bits = [](const V& v) {
    std::vector<std::uint32_t> out;
    for (const float each : v) out.push_back(std::bit_cast<std::uint32_t>(each));
    return out;
  };
  CHECK(bits(Contour(x, {}).sorted()) == bits(expected));
}

TEST_CASE("every functional is checked here, and no name comes twice") {
  std::vector<std::string> names = functional_names();
  CHECK(names.size() == 47);
  std::sort(names.begin(), names.end());
  CHECK(std::adjacent_find(names.begin(), names.end()) == names.end());
  CHECK_THROWS_WITH_AS(functionals({"amean", "mode"}), doctest::Contains("no functional 'mode'"), emograd::Error);
}

TEST_CASE("peaks: heights, distances, and what there is without any") {
  // Two hills with tops at 3 and 9; a peak's height is the value behind its top.
  const V hills{0, 1, 4, 10, 7, 3, 0, 2, 6, 9, 5, 1, 0};
  CHECK(value("peakMean", hills) == doctest::Approx((7 + 5) / 2.0));
  CHECK(value("meanPeakDist", hills) == doctest::Approx(0.06));
  CHECK(value("peakDistStddev", hills) == 0);
  CHECK(value("peakMeanMeanDist", hills) == doctest::Approx(6 - 48 / 13.0));
  const V rising{1, 2, 3, 4};
  CHECK(value("peakMean", rising) == 0);
  CHECK(value("meanPeakDist", rising) == doctest::Approx(0.05));  // one frame more than there are
  const V ripple{0, 10, 0, 0.5F, 0, 0.5F, 0};                     // below 11 % of the range: none
  CHECK(value("meanPeakDist", ripple) == doctest::Approx(0.08));
}

TEST_CASE("segments between crossings of levels") {
  // 0 and 8 by turns, ten frames each: the running mean passes 2 with the first 8, and with the third 0. The first
  // segment begins a frame before the contour: 11, 12, 8, 12, 8 frames.
  V x;
  for (int i = 0; i < 60; ++i) x.push_back(i / 10 % 2 == 0 ? 0.0F : 8.0F);
  CHECK(value("meanSegLen", x, {0.25F}) == doctest::Approx(0.102));
  CHECK(value("maxSegLen", x, {0.25F}) == doctest::Approx(0.12));
  CHECK(value("minSegLen", x, {0.25F}) == doctest::Approx(0.08));
  CHECK(value("meanSegLen", V{1, 1, 1, 1}, {0.25F}) == 0);
}

TEST_CASE("runs of values: at least three, single zeros inside, two zeros end one") {
  CHECK(value("meanSegLen", V{0, 5, 5, 5, 0, 5, 0, 0, 5, 5, 0, 0, 5, 5, 5}) == doctest::Approx((4 + 2) / 2 * 0.01));
  CHECK(value("maxSegLen", V{0, 5, 5, 5, 0, 5, 0, 0, 5, 5, 0, 0, 5, 5, 5}) == doctest::Approx(0.04));
  CHECK(value("minSegLen", V{0, 5, 5, 5, 0, 5, 0, 0, 5, 5, 0, 0, 5, 5, 5}) == doctest::Approx(0.02));
  CHECK(value("segLenStddev", V{0, 5, 5, 5, 0, 5, 0, 0, 5, 5, 0, 0, 5, 5, 5}) == doctest::Approx(0.01));
  CHECK(value("nnz", V{0, 5, 0, 5}) == doctest::Approx(0.5));
  for (const char* name : {"nnz", "meanSegLen", "maxSegLen", "minSegLen", "segLenStddev"})
    CHECK(value(name, V(20)) == 0);
}

TEST_CASE("prediction of a contour") {
  V decay;
  for (int i = 0; i < 200; ++i) decay.push_back(static_cast<float>(std::pow(0.5, i)));
  CHECK(value("lpc0", decay) == doctest::Approx(-0.5).epsilon(1e-4));
  CHECK(std::abs(value("lpc1", decay)) < 1e-4);
  CHECK(value("lpgain", decay) == doctest::Approx(1 / 200.0).epsilon(1e-4));
  for (const char* name : {"lpgain", "lpc0", "lpc1", "lpc2", "lpc3", "lpc4"}) CHECK(value(name, V(9)) == 0);
}

TEST_CASE("contours of one, two and equal values give numbers") {
  for (const V& x : {V{7}, V{7, 7}, V{7, 9}, V{-2, -2, -2, -2, -2}, V(30), V{1e12F, -1e12F, 3}})
    for (const std::string& name : functional_names()) {
      CAPTURE(name);
      CAPTURE(x.size());
      CHECK(std::isfinite(value(name, x)));
      CHECK(std::isfinite(value(name, x, {0.25F, 0.75F})));
    }
  CHECK(value("stddev", V{7, 7, 7}) == 0);
  CHECK(value("kurtosis", V{7, 7, 7}) == 0);
  CHECK(value("linregc2", V{7}) == 7);
  CHECK(value("downleveltime25", V{7, 7, 7}) == 1);
  CHECK(value("upleveltime75", V{7, 7, 7}) == 0);
  CHECK(value("qregc1", V{7, 9}) == 0);
  CHECK(value("qregerrQ", V{7, 9}) == doctest::Approx((49 + 81) / 2.0));  // against no parabola at all
}
