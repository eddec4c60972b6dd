// PCA and t-SNE against scikit-learn, the definitions in plain loops and finite differences, and what pictures must
// keep.
#include "experiments/protocol/projection.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "autograd/ops/pointwise.h"
#include "autograd/ops/random.h"
#include "autograd/ops/shape.h"
#include "tensor/error.h"
#include "tensor/parallel.h"
#include "tests/golden.h"

using namespace emograd;
using namespace emograd::protocol;

namespace {

using Values = std::vector<double>;

/// Largest difference.
double apart(const Values& a, const Values& b) {
  REQUIRE(a.size() == b.size());
  double most = 0;
  for (std::size_t i = 0; i < a.size(); ++i) most = std::max(most, std::abs(a[i] - b[i]));
  return most;
}

Values squared_distances(const Tensor& x) {
  const Values v = x.to_vector<double>();
  const auto n = static_cast<std::size_t>(x.dim(0)), f = static_cast<std::size_t>(x.dim(1));
  Values d(n * n, 0);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j)
      for (std::size_t k = 0; k < f; ++k) d[i * n + j] += (v[i * f + k] - v[j * f + k]) * (v[i * f + k] - v[j * f + k]);
  return d;
}

/// p_j|i of a width.
Values conditional(const Values& d, std::size_t n, std::size_t i, double beta) {
  Values p(n, 0);
  double sum = 0;
  for (std::size_t j = 0; j < n; ++j)
    if (j != i) sum += p[j] = std::exp(-beta * d[i * n + j]);
  for (double& v : p) v /= sum;
  return p;
}

double entropy(const Values& p) {
  double h = 0;
  for (const double v : p)
    if (v > 0) h -= v * std::log(v);
  return h;
}

/// The definition of p_ij, each width found by halving an interval of its logarithm.
Values joint(const Tensor& x, double perplexity) {
  const auto n = static_cast<std::size_t>(x.dim(0));
  const Values d = squared_distances(x);
  Values p(n * n, 0);
  for (std::size_t i = 0; i < n; ++i) {
    double low = std::log(1e-8), high = std::log(1e3);
    for (int step = 0; step < 100; ++step) {
      const double middle = (low + high) / 2;
      (entropy(conditional(d, n, i, std::exp(middle))) > std::log(perplexity) ? low : high) = middle;
    }
    const Values row = conditional(d, n, i, std::exp(low));
    CHECK(std::abs(std::exp(entropy(row)) - perplexity) < 1e-5);
    for (std::size_t j = 0; j < n; ++j) {
      p[i * n + j] += row[j] / (2 * static_cast<double>(n));
      p[j * n + i] += row[j] / (2 * static_cast<double>(n));
    }
  }
  return p;
}

/// Σ p log(p/q) over pairs.
double kl(const Values& p, const Values& y) {
  const std::size_t n = y.size() / 2;
  const auto w = [&](std::size_t i, std::size_t j) {
    const double dx = y[2 * i] - y[2 * j], dy = y[2 * i + 1] - y[2 * j + 1];
    return 1 / (1 + dx * dx + dy * dy);
  };
  double z = 0, sum = 0;
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j)
      if (i != j) z += w(i, j);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j)
      if (i != j && p[i * n + j] > 0) sum += p[i * n + j] * std::log(p[i * n + j] / (w(i, j) / z));
  return sum;
}

/// `each` rows around each of `clusters` far-away centres, cluster by cluster.
Tensor clustered(std::int64_t clusters, std::int64_t each, std::int64_t features, Rng& rng) {
  std::vector<Tensor> parts;
  for (std::int64_t c = 0; c < clusters; ++c)
    parts.push_back(normal({1, features}, rng, DType::f64) * 20.0 + normal({each, features}, rng, DType::f64));
  return cat(parts, 0);
}

}  // namespace

TEST_CASE("pca: scikit-learn's components up to their signs, more features than rows and fewer") {
  for (const std::string name : {"wide", "tall"}) {
    CAPTURE(name);
    const Pca r = pca(golden("space").at(name + "/x"));
    const Values ours = r.y.to_vector<double>(), share = golden("space").at(name + "/share").to_vector<double>();
    Values theirs = golden("space").at(name + "/y").to_vector<double>();
    for (std::size_t c = 0; c < 2; ++c) {
      double product = 0, largest = 0;
      for (std::size_t i = c; i < ours.size(); i += 2) {
        product += ours[i] * theirs[i];
        if (std::abs(ours[i]) > std::abs(largest)) largest = ours[i];
      }
      CHECK(largest > 0);
      for (std::size_t i = c; product < 0 && i < ours.size(); i += 2) theirs[i] = -theirs[i];
      CHECK(r.variance_share[c] == doctest::Approx(share[c]).epsilon(1e-12));
    }
    CHECK(apart(ours, theirs) < 1e-8);
  }
}

TEST_CASE("pca: rows that vary along one line, two, or not at all; far from the origin") {
  Rng rng{1};
  const Tensor t = normal({40, 1}, rng, DType::f64);
  const Pca line = pca(cat({t * 3.0 + 1e6, t * 4.0 - 1e6}, 1));
  CHECK(line.variance_share[0] == doctest::Approx(1));
  CHECK(line.variance_share[1] < 1e-9);
  const Values y = line.y.to_vector<double>(), along = t.to_vector<double>();
  const double sign = (along[0] - along[1]) * (y[0] - y[2]) < 0 ? -1 : 1;
  for (std::size_t i = 1; i < along.size(); ++i)
    CHECK(y[2 * i] - y[0] == doctest::Approx(sign * 5 * (along[i] - along[0])).epsilon(1e-6));
  const Tensor plane = normal({40, 2}, rng, DType::f64);
  const Pca turned = pca(plane);  // distances stay
  CHECK(turned.variance_share[0] + turned.variance_share[1] == doctest::Approx(1));
  CHECK(apart(squared_distances(turned.y), squared_distances(plane)) < 1e-9);
  const Pca none = pca(ones({5, 3}));
  CHECK(none.variance_share[0] == 0);
  CHECK(none.y.to_vector<double>() == Values(10, 0));
  CHECK(pca(ones({1, 3})).y.shape() == Shape({1, 2}));
}

TEST_CASE("t-SNE: every row has its perplexity, and probabilities are those of the definition and of scikit-learn") {
  const Tensor x = golden("space").at("tall/x");
  const double perplexity = golden("space").at("perplexity").item();
  const Values p = neighbour_probabilities(x, perplexity).to_vector<double>();
  CHECK(apart(p, joint(x, perplexity)) < 1e-10);
  CHECK(apart(p, golden("space").at("p").to_vector<double>()) < 1e-7);  // f32 and 1e-5 of the entropy there
  // Rows as far from each other as from any: all probabilities are alike whatever is asked for.
  Values identity(144, 0);
  for (std::size_t i = 0; i < 12; ++i) identity[13 * i] = 1;
  const Values even = neighbour_probabilities(from_values<double>({12, 12}, identity), 3).to_vector<double>();
  CHECK(even[1] == doctest::Approx(1.0 / (12 * 11)));
  CHECK(even[0] == 0);
}

TEST_CASE("t-SNE: more equal rows than the perplexity are one another's neighbours alike") {
  Rng rng{2};
  const Tensor x = cat({zeros({10, 4}, DType::f64), normal({20, 4}, rng, DType::f64) + 50.0}, 0);
  const Values p = neighbour_probabilities(x, 3).to_vector<double>();
  for (std::size_t j = 1; j < 10; ++j) CHECK(p[j] == doctest::Approx(1.0 / (9 * 30)).epsilon(1e-9));
  double sum = 0;
  for (const double v : p) sum += v;
  CHECK(sum == doctest::Approx(1));
}

TEST_CASE("t-SNE: divergence and gradient are scikit-learn's, the loops', and finite differences'") {
  const Tensor p = golden("space").at("p"), y = golden("space").at("map");
  const Divergence d = divergence(p, y);
  const Values probabilities = p.to_vector<double>(), map = y.to_vector<double>(),
               gradient = d.gradient.to_vector<double>();
  CHECK(std::abs(d.value - golden("space").at("kl").item()) < 1e-12);
  CHECK(apart(gradient, golden("space").at("gradient").to_vector<double>()) < 1e-12);
  CHECK(std::abs(d.value - kl(probabilities, map)) < 1e-12);
  constexpr double h = 1e-5;
  for (const std::size_t i : {0u, 1u, 17u, 64u, 119u}) {
    Values up = map, down = map;
    up[i] += h;
    down[i] -= h;
    // p of scikit-learn's f32 sums to 1 but for 1e-8, which the gradient takes for 1.
    CHECK(std::abs((kl(probabilities, up) - kl(probabilities, down)) / (2 * h) - gradient[i]) < 1e-7);
  }
}

TEST_CASE("t-SNE: divergence and gradient of any number of rows, which are summed up several at a time") {
  Rng rng{6};
  for (const std::int64_t n : {4, 5, 6, 7}) {
    CAPTURE(n);
    const Tensor p = neighbour_probabilities(normal({n, 3}, rng, DType::f64), 1.5), y = normal({n, 2}, rng, DType::f64);
    const Divergence d = divergence(p, y);
    const Values probabilities = p.to_vector<double>(), map = y.to_vector<double>(),
                 gradient = d.gradient.to_vector<double>();
    CHECK(std::abs(d.value - kl(probabilities, map)) < 1e-12);
    constexpr double h = 1e-5;
    for (std::size_t i = 0; i < map.size(); ++i) {
      Values up = map, down = map;
      up[i] += h;
      down[i] -= h;
      CHECK(std::abs((kl(probabilities, up) - kl(probabilities, down)) / (2 * h) - gradient[i]) < 1e-8);
    }
  }
}

TEST_CASE("t-SNE: the descent step by step, with exaggeration, both momenta and gains") {
  Rng rng{7};
  const Tensor x = normal({15, 6}, rng, DType::f64), p = neighbour_probabilities(x, 3);
  const Values probabilities = p.to_vector<double>();
  Values y = pca(x).y.to_vector<double>(), step(30, 0), gain(30, 1);
  double squares = 0;
  for (std::size_t i = 0; i < 30; i += 2) squares += y[i] * y[i];
  for (double& v : y) v *= 0.01 / std::sqrt(squares / 15);
  for (int t = 0; t < 60; ++t) {
    Values w(225, 0), gradient(30, 0);
    double z = 0;
    for (std::size_t i = 0; i < 15; ++i)
      for (std::size_t j = 0; j < 15; ++j)
        if (i != j)
          z += w[15 * i + j] = 1 / (1 + std::pow(y[2 * i] - y[2 * j], 2) + std::pow(y[2 * i + 1] - y[2 * j + 1], 2));
    for (std::size_t i = 0; i < 15; ++i)
      for (std::size_t j = 0; j < 15; ++j)
        for (std::size_t c = 0; c < 2; ++c)
          gradient[2 * i + c] += 4 * ((t < 20 ? 4 : 1) * probabilities[15 * i + j] - w[15 * i + j] / z) *
                                 w[15 * i + j] * (y[2 * i + c] - y[2 * j + c]);
    double centre[2] = {0, 0};
    for (std::size_t i = 0; i < 30; ++i) {
      // Downhill as before: the step had the other sign than the gradient.
      gain[i] = (gradient[i] > 0) == (step[i] > 0) ? std::max(0.01, 0.8 * gain[i]) : gain[i] + 0.2;
      step[i] = (t < 40 ? 0.5 : 0.8) * step[i] - 10 * gain[i] * gradient[i];
      centre[i % 2] += (y[i] += step[i]) / 15;
    }
    for (std::size_t i = 0; i < 30; ++i) y[i] -= centre[i % 2];
  }
  const Values ours = tsne(x, {.perplexity = 3, .iterations = 60, .learning_rate = 10, .exaggerated = 20, .later = 40})
                          .to_vector<double>();
  double largest = 0;
  for (const double v : y) largest = std::max(largest, std::abs(v));
  CHECK(largest > 1);  // it has gone somewhere
  CHECK(apart(ours, y) < 1e-8 * largest);
}

TEST_CASE("t-SNE: far-away clusters stay apart, and neighbours stay neighbours") {
  Rng rng{3};
  constexpr std::int64_t clusters = 4, each = 25;
  const Tensor x = clustered(clusters, each, 30, rng), y = tsne(x, {.perplexity = 10});
  const Values d = squared_distances(y);
  constexpr std::size_t n = clusters * each;
  for (std::size_t i = 0; i < n; ++i) {
    double within = 0, between = std::numeric_limits<double>::infinity();
    for (std::size_t j = 0; j < n; ++j)
      if (i / each == j / each) within = std::max(within, d[i * n + j]);
      else between = std::min(between, d[i * n + j]);
    CHECK(within < between);
  }
  // Rows along a bent line: those next to each other before are so after, but for the places where it may tear.
  Values curve;
  for (int i = 0; i < 100; ++i)
    for (const double v : {std::cos(0.04 * i), std::sin(0.04 * i), 0.01 * i}) curve.push_back(v);
  const Values along = squared_distances(tsne(from_values<double>({100, 3}, curve), {.perplexity = 5}));
  int kept = 0;
  for (std::size_t i = 1; i + 1 < 100; ++i) {
    std::size_t nearest = i == 0 ? 1 : 0;
    for (std::size_t j = 0; j < 100; ++j)
      if (j != i && along[i * 100 + j] < along[i * 100 + nearest]) nearest = j;
    kept += nearest + 1 == i || nearest == i + 1;
  }
  CHECK(kept >= 90);
}

TEST_CASE("t-SNE: descent lowers the divergence from that of the principal components") {
  Rng rng{4};
  const Tensor x = clustered(3, 40, 20, rng), p = neighbour_probabilities(x, 15);
  const double before = divergence(p, pca(x).y * 1e-3).value, after = divergence(p, tsne(x, {.perplexity = 15})).value;
  CHECK(after < before / 3);
  CHECK(divergence(p, tsne(x, {.perplexity = 15, .iterations = 2000})).value < after + 1e-3);
}

TEST_CASE("projections: the same bits for any number of threads, from f32 and from a second call") {
  Rng rng{5};
  const Tensor x = normal({150, 40}, rng);
  const Values first = tsne(x, {.iterations = 100}).to_vector<double>(), components = pca(x).y.to_vector<double>();
  const int threads = thread_count();
  for (const int t : {1, 2, 5}) {
    set_thread_count(t);
    CHECK(tsne(x, {.iterations = 100}).to_vector<double>() == first);
    CHECK(pca(x).y.to_vector<double>() == components);
  }
  set_thread_count(threads);
}

TEST_CASE("projections: what is refused, and rows without any difference") {
  const Tensor x = ones({8, 2});
  CHECK_THROWS_WITH_AS(tsne(x), doctest::Contains("a perplexity of 30 needs more than 31 rows, there are 8"), Error);
  CHECK_THROWS_AS(neighbour_probabilities(x, 0.5), Error);
  CHECK_THROWS_WITH_AS(pca(ones({3})), doctest::Contains("PCA: needs rows (N, F)"), Error);
  CHECK_THROWS_WITH_AS(pca(full({3, 2}, std::numeric_limits<double>::quiet_NaN())), doctest::Contains("not finite"),
                       Error);
  CHECK_THROWS_AS(divergence(ones({3, 3}), ones({4, 2})), Error);
  CHECK(tsne(x, {.perplexity = 2, .iterations = 20}).to_vector<double>() == Values(16, 0));
}
