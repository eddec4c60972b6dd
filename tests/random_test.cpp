#include "autograd/ops/random.h"

#include <map>

#include "autograd/ops/pointwise.h"
#include "autograd/ops/reduce.h"
#include "tensor/parallel.h"
#include "tests/op_checks.h"

using namespace emograd;
using namespace emograd::cases;

namespace {

/// Moments 1 to 4 about `centre`.
std::array<double, 4> moments(const Tensor& t, double centre) {
  std::array<double, 4> m{};
  const auto v = t.to_vector<double>();
  for (const double x : v)
    for (int k = 0; k < 4; ++k)
      m[static_cast<std::size_t>(k)] += std::pow(x - centre, k + 1) / static_cast<double>(v.size());
  return m;
}

}  // namespace

// Bounds are five standard errors of the estimate; seeds are fixed.
TEST_CASE("random: moments of uniform and normal, in both types") {
  const std::int64_t n = 400000;
  const double root = std::sqrt(static_cast<double>(n));
  for (const DType type : floats) {
    Rng rng{123, 0};
    const auto u = moments(uniform({n}, rng, type), 0.5);
    CHECK(std::abs(u[0]) < 5 * std::sqrt(1 / 12.0) / root);
    CHECK(std::abs(u[1] - 1 / 12.0) < 5 * std::sqrt(1 / 180.0) / root);
    const auto z = moments(normal({n}, rng, type), 0);
    CHECK(std::abs(z[0]) < 5 / root);
    CHECK(std::abs(z[1] - 1) < 5 * std::sqrt(2.0) / root);
    CHECK(std::abs(z[2]) < 5 * std::sqrt(15.0) / root);
    CHECK(std::abs(z[3] - 3) < 5 * std::sqrt(96.0) / root);
    const double share_of_ones = mean(bernoulli({n}, 0.3, rng, type)).item();
    CHECK(std::abs(share_of_ones - 0.3) < 5 * std::sqrt(0.21) / root);
    CHECK(rng.offset == static_cast<std::uint64_t>(3 * n));
  }
}

TEST_CASE("random: neighbouring draws, also of one normal pair, are uncorrelated") {
  Rng rng{5, 0};
  const auto z = normal({200000}, rng, DType::f64).to_vector<double>();
  for (const std::size_t lag : {1u, 2u, 3u, 4u, 64u, 256u}) {
    double r = 0;
    for (std::size_t i = 0; i + lag < z.size(); ++i) r += z[i] * z[i + lag];
    CHECK(std::abs(r / static_cast<double>(z.size())) < 5 / std::sqrt(200000.0));
  }
}

TEST_CASE("random: ranges") {
  Rng rng{9, 0};
  const Tensor u = uniform({100000}, rng), v = uniform({100000}, -3, 5, rng, DType::f64),
               k = integers({100000}, 7, rng);
  CHECK(min(u).item() >= 0);
  CHECK(max(u).item() < 1);
  CHECK(min(v).item() >= -3);
  CHECK(max(v).item() < 5);
  std::map<std::int64_t, int> counts;
  for (const auto i : k.to_vector<std::int64_t>()) ++counts[i];
  CHECK(counts.size() == 7);
  CHECK(counts.begin()->first == 0);
  CHECK(counts.rbegin()->first == 6);
  double chi = 0;
  for (const auto& [value, count] : counts) chi += std::pow(count - 100000 / 7.0, 2) / (100000 / 7.0);
  CHECK(chi < 22.5);  // 0.999 quantile with 6 degrees of freedom
  CHECK(integers({3}, std::int64_t{1} << 62, rng).numel() == 3);
}

TEST_CASE("random: one stream cut anywhere is the same stream; another seed is another") {
  for (const DType type : floats)
    for (const std::int64_t cut : {0, 1, 3, 4, 100, 255, 256, 257}) {
      Rng whole{77, 10}, parts{77, 10};
      const auto all = uniform({600}, whole, type).to_vector<double>();
      auto joined = uniform({cut}, parts, type).to_vector<double>();
      for (const double v : uniform({600 - cut}, parts, type).to_vector<double>()) joined.push_back(v);
      CHECK(all == joined);
      CHECK(whole.offset == parts.offset);
    }
  Rng a{1, 0}, b{2, 0};
  CHECK_FALSE(bitwise_equal(uniform({8}, a), uniform({8}, b)));
}

TEST_CASE("random: f32 and f64 draw the same numbers up to rounding") {
  Rng a{3, 1}, b{3, 1};
  const auto p = uniform({1000}, a).to_vector<double>(), q = uniform({1000}, b, DType::f64).to_vector<double>();
  for (std::size_t i = 0; i < p.size(); ++i) CHECK(std::abs(p[i] - q[i]) < 0x1p-24);
}

TEST_CASE("random: all permutations of four are equally likely") {
  Rng rng{2024, 0};
  std::map<std::vector<std::int64_t>, int> counts;
  const int rounds = 24000;
  for (int i = 0; i < rounds; ++i) ++counts[permutation(4, rng).to_vector<std::int64_t>()];
  CHECK(counts.size() == 24);
  double chi = 0;
  for (const auto& [order, count] : counts) chi += std::pow(count - rounds / 24.0, 2) / (rounds / 24.0);
  CHECK(chi < 49.7);  // 0.999 quantile with 23 degrees of freedom
  CHECK(chi > 7);     // nor suspiciously even: 0.0005 quantile
}

TEST_CASE("dropout: the derivative draws the mask again from where the forward drew it") {
  Rng rng{31, 7};
  const Tensor x = variable(ones({1000}, DType::f64));
  const Tensor y = dropout(x, 0.4, rng);
  CHECK(rng.offset == 1007);
  const Tensor later = dropout(x, 0.4, rng);
  CHECK_FALSE(bitwise_equal(y, later));
  const Tensor dx = grad(sum(y * y), x, {.create_graph = true});  // 2 m² x
  const auto m = y.to_vector<double>(), d = dx.to_vector<double>(), dd = grad(sum(dx), x).to_vector<double>();
  int kept = 0;
  for (std::size_t i = 0; i < m.size(); ++i) {
    CHECK((m[i] == 0 || m[i] == 1 / 0.6));
    CHECK(d[i] == doctest::Approx(2 * m[i] * m[i]));
    CHECK(dd[i] == doctest::Approx(2 * m[i] * m[i]));
    kept += m[i] != 0;
  }
  CHECK(std::abs(kept - 600) < 5 * std::sqrt(240.0));
}

TEST_CASE("random: arguments are checked") {
  Rng rng{1, 0};
  CHECK(contains(complaint([&] { bernoulli({2}, 1.5, rng); }), "bernoulli: p is 1.5"));
  CHECK(contains(complaint([&] { dropout(ones({2}), 1, rng); }), "dropout: p is 1"));
  CHECK(contains(complaint([&] { permutation(-1, rng); }), "permutation"));
  CHECK(contains(complaint([&] { integers({2}, 0, rng); }), "integers"));
  CHECK(contains(complaint([&] { uniform({2}, rng, DType::i64); }), "uniform"));
  CHECK(rng.offset == 0);
}
