#include "tensor/kernels/math.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <limits>
#include <utility>
#include <vector>

namespace math = emograd::math;

namespace {

constexpr float inf = std::numeric_limits<float>::infinity();
constexpr float NaN = std::numeric_limits<float>::quiet_NaN();
constexpr float smallest = std::numeric_limits<float>::denorm_min();
constexpr float largest = std::numeric_limits<float>::max();

struct Case {
  const char* name;
  float (*f)(float);
  double (*truth)(double);
  double bound;     // ulp: the largest error over every float of the ranges that matter, rounded up
  float limit;      // swept for |x| <= limit
  bool increasing;  // over the whole domain
  float low, high;  // of the results
};

#define FUNCTION(name) #name, [](float x) { return math::name(x); }
#define TRUTH(expression) [](double x) -> double { return expression; }

// The bounds hold with and without contraction to fma.
const Case cases[] = {
    {FUNCTION(exp), TRUTH(std::exp(x)), 0.99, inf, true, 0, inf},
    {FUNCTION(expm1), TRUTH(std::expm1(x)), 1.50, inf, true, -1, inf},
    {FUNCTION(log), TRUTH(std::log(x)), 0.88, inf, true, -inf, inf},
    {FUNCTION(log1p), TRUTH(std::log1p(x)), 1.43, inf, true, -inf, inf},
    {FUNCTION(tanh), TRUTH(std::tanh(x)), 1.24, inf, true, -1, 1},
    {FUNCTION(sigmoid), TRUTH(1 / (1 + std::exp(-x))), 1.71, inf, true, 0, 1},
    {FUNCTION(softplus), TRUTH(std::fmax(x, 0.0) + std::log1p(std::exp(-std::fabs(x)))), 1.71, inf, true, 0, inf},
    {FUNCTION(erf), TRUTH(std::erf(x)), 1.42, inf, true, -1, 1},
    {FUNCTION(sin), TRUTH(std::sin(x)), 1.59, 1e6f, false, -1, 1},
    {FUNCTION(cos), TRUTH(std::cos(x)), 1.59, 1e6f, false, -1, 1},
    {FUNCTION(sqrt), TRUTH(std::sqrt(x)), 0.50, inf, true, -0.0f, inf},
    {FUNCTION(rsqrt), TRUTH(1 / std::sqrt(x)), 1.50, inf, false, -inf, inf},
};

double ulp(double truth) {  // of the float nearest to it
  int exponent = 0;
  std::frexp(truth, &exponent);
  return std::ldexp(1.0, std::max(exponent - 24, -149));
}

double error_in_ulp(float y, double truth) {
  const float rounded = static_cast<float>(truth);
  if (std::isnan(truth) || std::isnan(y)) return std::isnan(truth) && std::isnan(y) ? 0 : inf;
  if (std::isinf(y) || std::isinf(rounded)) {  // one past the largest float may round either way
    return y == rounded || (std::fabs(truth) > 0.9999999 * largest && std::fabs(y) >= largest) ? 0 : inf;
  }
  return std::fabs(y - truth) / ulp(truth);
}

bool same(float a, float b) {  // the same bits, or both NaN
  return (std::isnan(a) && std::isnan(b)) || std::memcmp(&a, &b, sizeof a) == 0;
}

std::uint32_t next(std::uint32_t& state) { return state = state * 1664525u + 1013904223u; }

/// Every 40009th bit pattern, denormals and NaNs included, then points where range reduction cancels and where the
/// functions bend.
std::vector<float> sweep() {
  std::vector<float> xs;
  for (std::uint64_t i = 0; i < 1ull << 32; i += 40009)
    xs.push_back(math::bit_cast<float>(static_cast<std::uint32_t>(i)));
  for (int k = 1; k < 600000; k += 11)
    xs.push_back(static_cast<float>(k * 1.5707963267948966));  // zeros of sin and cos
  std::uint32_t state = 1;
  for (const float width : {1.0f, 4.0f, 20.0f, 110.0f}) {
    for (int i = 0; i < 15000; ++i) xs.push_back(width * (static_cast<float>(next(state) >> 8) * 0x1p-23f - 1.0f));
  }
  return xs;
}

}  // namespace

TEST_CASE("math: float functions are within their measured error of the true value") {
  const std::vector<float> xs = sweep();
  for (const Case& c : cases) {
    double worst = 0;
    float at = 0;
    for (const float x : xs) {
      if (std::fabs(x) > c.limit) continue;
      const double e = error_in_ulp(c.f(x), c.truth(static_cast<double>(x)));
      if (e > worst) worst = e, at = x;
    }
    INFO(c.name << ": " << worst << " ulp at x = " << at);
    CHECK(worst <= c.bound);
    CHECK(worst >= 0.49);  // the sweep does see rounding errors
  }
}

TEST_CASE("math: results stay in range, and order is kept to within 2 ulp") {
  std::vector<float> xs = sweep();
  xs.erase(std::remove_if(xs.begin(), xs.end(), [](float x) { return std::isnan(x); }), xs.end());
  std::sort(xs.begin(), xs.end());
  for (const Case& c : cases) {
    int outside = 0, falls = 0;
    float previous = -inf;
    for (const float x : xs) {
      const float y = c.f(x);
      if (std::isnan(y)) continue;
      outside += !(y >= c.low && y <= c.high);
      const bool finite = std::isfinite(previous) && std::isfinite(y);
      falls += c.increasing && y < previous && (!finite || previous - y > 2 * ulp(static_cast<double>(previous)));
      previous = y;
    }
    INFO(c.name);
    CHECK(outside == 0);
    CHECK(falls == 0);
  }
}

TEST_CASE("math: special values are C's") {
  const auto check = [](const char* name, float (*f)(float), std::initializer_list<std::pair<float, float>> rows) {
    for (const auto& row : rows) {
      const float y = f(row.first);
      INFO(name << "(" << row.first << ") = " << y << ", expected " << row.second);
      CHECK(same(y, row.second));
    }
  };
  check(FUNCTION(exp), {{0.0f, 1},
                        {-0.0f, 1},
                        {inf, inf},
                        {-inf, 0},
                        {NaN, NaN},
                        {88.8f, inf},
                        {-104.0f, 0},
                        {-103.0f, smallest},
                        {largest, inf}});
  check(FUNCTION(expm1),
        {{0.0f, 0}, {-0.0f, -0.0f}, {inf, inf}, {-inf, -1}, {NaN, NaN}, {smallest, smallest}, {89.0f, inf}});
  check(FUNCTION(log), {{0.0f, -inf},
                        {-0.0f, -inf},
                        {1.0f, 0},
                        {inf, inf},
                        {-1.0f, NaN},
                        {-inf, NaN},
                        {NaN, NaN},
                        {-smallest, NaN},
                        {smallest, -103.27893f}});
  check(FUNCTION(log1p), {{0.0f, 0},
                          {-0.0f, -0.0f},
                          {-1.0f, -inf},
                          {-1.5f, NaN},
                          {inf, inf},
                          {-inf, NaN},
                          {NaN, NaN},
                          {-smallest, -smallest},
                          {largest, 88.72284f}});
  check(FUNCTION(tanh), {{0.0f, 0}, {-0.0f, -0.0f}, {inf, 1}, {-inf, -1}, {NaN, NaN}, {smallest, smallest}});
  check(FUNCTION(sigmoid), {{0.0f, 0.5f}, {inf, 1}, {-inf, 0}, {NaN, NaN}, {-103.0f, smallest}});
  check(FUNCTION(softplus), {{-inf, 0}, {inf, inf}, {NaN, NaN}, {-103.0f, smallest}, {largest, largest}});
  check(FUNCTION(erf), {{0.0f, 0}, {-0.0f, -0.0f}, {inf, 1}, {-inf, -1}, {NaN, NaN}});
  check(FUNCTION(sin), {{0.0f, 0}, {-0.0f, -0.0f}, {inf, NaN}, {-inf, NaN}, {NaN, NaN}});
  check(FUNCTION(cos), {{0.0f, 1}, {-0.0f, 1}, {inf, NaN}, {NaN, NaN}});
  check(FUNCTION(sqrt), {{-1.0f, NaN}, {-0.0f, -0.0f}, {inf, inf}});
  check(FUNCTION(rsqrt), {{0.0f, inf}, {-0.0f, -inf}, {inf, 0}, {-1.0f, NaN}});
  check(FUNCTION(abs), {{-0.0f, 0}, {-inf, inf}, {NaN, NaN}});
  check(FUNCTION(sign), {{-3.0f, -1}, {smallest, 1}, {-0.0f, -0.0f}, {inf, 1}, {NaN, NaN}});
  check(FUNCTION(floor), {{-1.5f, -2}, {-0.0f, -0.0f}});
  check(FUNCTION(ceil), {{1.25f, 2}});
  check(FUNCTION(round), {{0.5f, 0}, {1.5f, 2}, {2.5f, 2}, {-2.6f, -3}});
  CHECK(same(math::max(1.0f, 2.0f), 2));
  CHECK(same(math::max(2.0f, 1.0f), 2));
  CHECK(same(math::max(NaN, 1.0f), NaN));
  CHECK(same(math::max(1.0f, NaN), NaN));
  CHECK(same(math::max(-inf, 1.0f), 1));
  CHECK(same(math::min(1.0f, 2.0f), 1));
  CHECK(same(math::min(2.0f, 1.0f), 1));
  CHECK(same(math::min(NaN, 1.0f), NaN));
  CHECK(same(math::min(1.0f, NaN), NaN));
  CHECK(same(math::min(inf, 1.0f), 1));
  CHECK(math::isnan(NaN));
  CHECK_FALSE(math::isnan(inf));
}

TEST_CASE("math: pow is correctly rounded but for near ties, with every special case of C") {
  const float special[] = {0,      1,    2,    3,       0.5f,     1.5f,     inf,         NaN,        smallest, largest,
                           1e-38f, 4097, 1e6f, 8388609, 16777215, 16777216, 0.99999994f, 1.0000001f, 1e-20f};
  for (float x : special) {
    for (float y : special) {
      for (int signs = 0; signs < 4; ++signs) {
        const float sx = signs & 1 ? -x : x, sy = signs & 2 ? -y : y;
        const double truth = std::pow(static_cast<double>(sx), static_cast<double>(sy));
        const float p = math::pow(sx, sy);
        INFO("pow(" << sx << ", " << sy << ") = " << p << ", truth " << truth);
        CHECK(error_in_ulp(p, truth) <= 0.52);
        if (!std::isnan(truth)) CHECK(std::signbit(p) == std::signbit(truth));
      }
    }
  }
  double worst = 0;
  std::uint32_t state = 7;
  for (int i = 0; i < 200000; ++i) {
    const float x = i % 2 ? math::bit_cast<float>(next(state) & 0x7fffffffu)
                          : 0.5f + static_cast<float>(next(state) >> 8) * 0x1p-23f;
    const double exponent = static_cast<double>(next(state)) * 0x1p-32 * 300 - 160;  // of the result
    const float y = static_cast<float>(exponent / std::log2(static_cast<double>(x)));
    worst = std::max(worst, error_in_ulp(math::pow(x, y), std::pow(static_cast<double>(x), static_cast<double>(y))));
  }
  CHECK(worst <= 0.52);
  CHECK(worst >= 0.49);
}

TEST_CASE("math: a loop over many elements gives each element's own result, bit for bit") {
  std::vector<float> xs = sweep();
  xs.resize(20011);  // prime: vectors and a remainder
  std::vector<float> ys(xs.size());
  std::reverse(xs.begin(), xs.end());
  int different = 0;
  const auto compare = [&](auto f) {
    for (std::size_t i = 0; i < xs.size(); ++i) ys[i] = f(xs[i]);
    for (std::size_t i = 0; i < xs.size(); ++i) {
      volatile float x = xs[i];
      different += !same(ys[i], f(x));
    }
  };
  compare([](float x) { return math::exp(x); });
  compare([](float x) { return math::log1p(x); });
  compare([](float x) { return math::tanh(x); });
  compare([](float x) { return math::softplus(x); });
  compare([](float x) { return math::sin(x); });
  compare([](float x) { return math::erf(x); });
  compare([](float x) { return math::pow(x, 1.7f); });
  CHECK(different == 0);
}

TEST_CASE("math: identities") {
  int odd = 0, even = 0, first_power = 0;
  double pythagoras = 0, sigmoids = 0, softpluses = 0, inverse = 0, inverse1 = 0, roots = 0;
  const auto grow = [](double& worst, double value) { worst = std::max(worst, std::fabs(value)); };
  for (int i = -20000; i <= 20000; ++i) {
    const float x = static_cast<float>(i) * 1.7e-3f;
    odd += !same(math::tanh(-x), -math::tanh(x)) + !same(math::erf(-x), -math::erf(x)) +
           !same(math::sin(-x), -math::sin(x));
    even += !same(math::cos(-x), math::cos(x));
    const double s = static_cast<double>(math::sin(x)), c = static_cast<double>(math::cos(x));
    grow(pythagoras, s * s + c * c - 1);
    grow(sigmoids, static_cast<double>(math::sigmoid(x)) + static_cast<double>(math::sigmoid(-x)) - 1);
    grow(softpluses, static_cast<double>(math::softplus(x) - math::softplus(-x) - x) / (1 + std::fabs(x)));
    grow(inverse, static_cast<double>(math::log(math::exp(x)) - x) / (1 + std::fabs(x)));
    if (x > -0.5f) grow(inverse1, static_cast<double>(math::expm1(math::log1p(x)) - x) / (1e-6 + std::fabs(x)));
    if (x > 0) {
      first_power += !same(math::pow(x, 1.0f), x);
      grow(roots, static_cast<double>(math::rsqrt(x) * math::sqrt(x)) - 1);
    }
  }
  CHECK(odd == 0);
  CHECK(even == 0);
  CHECK(pythagoras < 3e-7);
  CHECK(sigmoids < 2e-7);
  CHECK(softpluses < 3e-7);
  CHECK(inverse < 2e-7);
  CHECK(inverse1 < 1e-6);
  CHECK(first_power == 0);
  CHECK(roots < 3e-7);
}

TEST_CASE("math: sin and cos beyond 1e6 lose accuracy no faster than documented, and stay in [-1, 1]") {
  std::uint32_t state = 3;
  double worst = 0;
  int outside = 0;
  for (int i = 0; i < 100000; ++i) {
    const float x = math::bit_cast<float>(next(state) & 0x7fffffffu);
    if (!(x > 1e6f) || std::isinf(x)) continue;
    outside += !(math::abs(math::sin(x)) <= 1 && math::abs(math::cos(x)) <= 1);
    const double xd = static_cast<double>(x);
    if (xd >= 0x1p50) continue;
    const double allowed = xd * 0x1p-52 + 2e-7;
    worst = std::max(worst, std::fabs(static_cast<double>(math::sin(x)) - std::sin(xd)) / allowed);
    worst = std::max(worst, std::fabs(static_cast<double>(math::cos(x)) - std::cos(xd)) / allowed);
  }
  CHECK(outside == 0);
  CHECK(worst <= 1);
}

TEST_CASE("math: double functions agree with long double") {
  double worst = 0;
  const auto compare = [&](double y, long double truth) {
    worst = std::max(worst, std::fabs(static_cast<double>((y - truth) / (truth == 0 ? 1 : truth))));
  };
  for (int i = -4000; i <= 4000; ++i) {
    const double x = i * 0.0101;
    const long double l = x, a = std::fabs(l);
    compare(math::exp(x), std::exp(l));
    compare(math::expm1(x), std::expm1(l));
    compare(math::sin(x), std::sin(l));
    compare(math::cos(x), std::cos(l));
    compare(math::tanh(x), std::tanh(l));
    compare(math::erf(x), std::erf(l));
    compare(math::sigmoid(x), 1 / (1 + std::exp(-l)));
    compare(math::softplus(x), std::log1p(std::exp(l)));
    compare(math::log1p(math::abs(x)), std::log1p(a));
    compare(math::sqrt(math::abs(x)), std::sqrt(a));
    if (i != 0) compare(math::log(math::abs(x)), std::log(a));
    if (i != 0) compare(math::rsqrt(math::abs(x)), 1 / std::sqrt(a));
    compare(math::pow(math::abs(x), 1.3), std::pow(a, static_cast<long double>(1.3)));
  }
  CHECK(worst < 6e-16);
  CHECK(math::sign(-2.0) == -1.0);
  CHECK(math::round(2.5) == 2.0);
  CHECK(math::floor(-0.5) == -1.0);
  CHECK(math::ceil(0.5) == 1.0);
  CHECK(math::isnan(math::max(1.0, std::nan(""))));
  CHECK(math::isnan(math::min(std::nan(""), 1.0)));
  CHECK(math::sigmoid(-1e300) == 0.0);
  CHECK(math::softplus(-std::numeric_limits<double>::infinity()) == 0.0);
}
