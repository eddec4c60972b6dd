// Distances of distributions against scipy, bins against numpy, neighbours against loops over pairs and theory.
#include "experiments/protocol/likeness.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "autograd/ops/index.h"
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

LabelledRows rows_of(std::int64_t n, std::int64_t features, std::int64_t classes, double shift, Rng& rng) {
  return {normal({n, features}, rng) + shift, integers({n}, classes, rng)};
}

/// As likeness.h says, by sorting every row's distances.
Neighbours by_sorting(const LabelledRows& real, const LabelledRows& synthetic, std::size_t classes) {
  struct Other {
    double distance;
    bool real;
    std::int64_t label;
  };
  const auto others = [&](const LabelledRows& of, std::size_t i) {  // all rows but itself, nearest first
    std::vector<Other> out;
    const auto f = static_cast<std::size_t>(of.x.dim(1));
    const auto x = of.x.to_vector<float>();
    for (const LabelledRows* rows : {&real, &synthetic}) {
      const auto y = rows->x.to_vector<float>();
      const auto labels = rows->labels.to_vector<std::int64_t>();
      for (std::size_t j = 0; j < labels.size(); ++j) {
        double d = 0;
        for (std::size_t c = 0; c < f; ++c) d += std::pow(double(x[i * f + c]) - double(y[j * f + c]), 2);
        if (rows != &of || j != i) out.push_back({d, rows == &real, labels[j]});
      }
    }
    std::sort(out.begin(), out.end(), [](const Other& a, const Other& b) { return a.distance < b.distance; });
    return out;
  };
  Neighbours out;
  for (Values* share : {&out.own, &out.own_real, &out.same_kind_real, &out.same_kind_synthetic})
    for (std::size_t k = 0; k < classes; ++k) {
      const bool of_real = share != &out.same_kind_synthetic;
      const LabelledRows& rows = of_real ? real : synthetic;
      const auto labels = rows.labels.to_vector<std::int64_t>();
      double hits = 0, all = 0;
      for (std::size_t i = 0; i < labels.size(); ++i) {
        if (labels[i] != static_cast<std::int64_t>(k)) continue;
        const auto near = others(rows, i);
        all += 1;
        if (share == &out.own || share == &out.own_real)
          hits += std::find_if(near.begin(), near.end(), [&](const Other& o) {
                    return o.real == (share == &out.own_real);
                  })->label == labels[i];
        else
          hits += std::find_if(near.begin(), near.end(), [&](const Other& o) { return o.label == labels[i]; })->real ==
                  of_real;
      }
      share->push_back(hits / all);
    }
  return out;
}

void check_same(const Values& a, const Values& b) {
  REQUIRE(a.size() == b.size());
  for (std::size_t i = 0; i < a.size(); ++i) CHECK((a[i] == b[i] || (std::isnan(a[i]) && std::isnan(b[i]))));
}

}  // namespace

TEST_CASE("likeness: Kolmogorov-Smirnov distances are scipy's, with ties, and 0 and 1 where they must be") {
  const Values ours = ks_distances(golden("space").at("a"), golden("space").at("b")),
               theirs = golden("space").at("ks").to_vector<double>();
  for (std::size_t i = 0; i < 3; ++i) CHECK(std::abs(ours[i] - theirs[i]) < 1e-15);
  CHECK(ks_distance({1, 2, 3}, {3, 2, 1}) == 0);
  CHECK(ks_distance({1, 2, 3}, {4, 5}) == 1);
  CHECK(ks_distance({4, 5}, {1, 2, 3}) == 1);
  CHECK(ks_distance({1, 1, 1, 2}, {1}) == 0.25);
  CHECK(ks_distance({1}, {1, 1, 1, 2}) == 0.25);
  CHECK_THROWS_AS(ks_distance({}, {1}), Error);
  CHECK_THROWS_WITH_AS(ks_distance({1, std::numeric_limits<double>::quiet_NaN()}, {1}), doctest::Contains("finite"),
                       Error);
  CHECK_THROWS_WITH_AS(ks_distances(full({3, 2}, std::numeric_limits<double>::infinity()), ones({3, 2})),
                       doctest::Contains("not finite"), Error);
  CHECK_THROWS_AS(ks_distances(ones({3, 2}), ones({3, 1})), Error);
}

TEST_CASE("likeness: bins by the Freedman-Diaconis rule are numpy's") {
  const Values values = golden("space").at("values").to_vector<double>(), edges = histogram_edges(values),
               theirs = golden("space").at("edges").to_vector<double>();
  REQUIRE(edges.size() == theirs.size());
  for (std::size_t i = 0; i < edges.size(); ++i) CHECK(edges[i] == doctest::Approx(theirs[i]).epsilon(1e-14));
  CHECK(histogram_counts(values, edges) == golden("space").at("counts").to_vector<double>());
  CHECK(histogram_edges({2, 2, 2}) == Values{1.5, 2.5});
  CHECK(histogram_edges({0, 1, 1, 1, 1, 1, 1, 2}).size() == 3);  // no quartiles apart: ∛8 bins
  CHECK(histogram_edges({0, 0, 1, 1, 1e9}, 50).size() == 51);
  CHECK(histogram_counts({-1, 0, 0.5, 1, 2, 2.1}, {0, 1, 2}) == Values{2, 2});
  CHECK_THROWS_AS(histogram_edges({}), Error);
}

TEST_CASE("likeness: neighbours are those of sorted distances, over blocks, for any number of threads") {
  Rng rng{1};
  for (const std::int64_t n : {20, 530}) {
    CAPTURE(n);
    const LabelledRows real = rows_of(n, 3, 4, 0, rng), synthetic = rows_of(n + 7, 3, 4, 0.7, rng);
    const Neighbours expected = by_sorting(real, synthetic, 4);
    const int threads = thread_count();
    for (const int t : {threads, 3}) {
      set_thread_count(t);
      const Neighbours ours = neighbours(real, synthetic, 4);
      check_same(ours.own, expected.own);
      check_same(ours.own_real, expected.own_real);
      check_same(ours.same_kind_real, expected.same_kind_real);
      check_same(ours.same_kind_synthetic, expected.same_kind_synthetic);
    }
    set_thread_count(threads);
  }
}

TEST_CASE("likeness: copies, rows apart, collapse, wide strewing, wrong labels, and classes too small") {
  Rng rng{2};
  const LabelledRows real = rows_of(60, 100, 3, 100, rng);
  const auto shares = [&](const Tensor& synthetic) {
    const Neighbours n = neighbours(real, {synthetic, real.labels}, 3);
    double a = 0, b = 0;
    for (std::size_t k = 0; k < 3; ++k) a += n.same_kind_real[k] / 3, b += n.same_kind_synthetic[k] / 3;
    return std::pair(a, b);
  };
  CHECK(shares(real.x) == std::pair(0.0, 0.0));
  std::vector<std::int64_t> twice;  // every copy has a copy
  for (std::int64_t i = 0; i < 60; ++i) twice.push_back(i / 2);
  const Tensor index = from_values<std::int64_t>({60}, twice);
  const Neighbours copies = neighbours(real, {index_select(real.x, 0, index), index_select(real.labels, 0, index)}, 3);
  CHECK(copies.same_kind_synthetic == Values{0, 0, 0});
  CHECK(shares(real.x + 1000.0) == std::pair(1.0, 1.0));
  CHECK(shares(normal({60, 100}, rng) * 0.1 + 100.0) == std::pair(0.0, 1.0));
  CHECK(shares(normal({60, 100}, rng) * 3.0 + 100.0) == std::pair(1.0, 0.0));
  CHECK(neighbours(real, real, 3).own == Values{1, 1, 1});
  std::vector<std::int64_t> swapped = real.labels.to_vector<std::int64_t>();
  for (std::int64_t& v : swapped) v = (v + 1) % 3;
  CHECK(neighbours(real, {real.x, from_values<std::int64_t>({60}, swapped)}, 3).own == Values{0, 0, 0});
  // One real row of class 0, two of class 1, none of class 2; two synthetic rows of class 0, one of class 2.
  const LabelledRows few{unsqueeze(tensor({0, 1, 2}), 1), tensor({0, 1, 1}, DType::i64)},
      made{unsqueeze(tensor({0.1, 0.25, 9}), 1), tensor({0, 0, 2}, DType::i64)};
  const Neighbours n = neighbours(few, made, 3);
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  check_same(n.own, {1, 0, nan});
  check_same(n.own_real, {0, 0.5, nan});  // of two as near as each other the first: row 0
  check_same(n.same_kind_real, {nan, 1, nan});
  check_same(n.same_kind_synthetic, {0.5, nan, nan});
  // As far from its kind as from the other.
  const Tensor one_class = zeros({2}, DType::i64);
  CHECK(neighbours({unsqueeze(tensor({0, 2}), 1), one_class}, {unsqueeze(tensor({4, -2}), 1), one_class}, 1)
            .same_kind_real == Values{0});
  CHECK_THROWS_AS(neighbours(few, {ones({2, 2}), ones({2})}, 3), Error);
  CHECK_THROWS_WITH_AS(neighbours(few, {full({3, 1}, nan), made.labels}, 3), doctest::Contains("not finite"), Error);
}

TEST_CASE("likeness: from one distribution the nearest is of the same kind as often as theory says") {
  Rng rng{3};
  for (const std::int64_t m : {20, 60}) {
    double sum = 0, squares = 0;
    constexpr int draws = 300;
    for (int i = 0; i < draws; ++i) {
      const LabelledRows real{normal({30, 3}, rng), zeros({30}, DType::i64)},
          synthetic{normal({m, 3}, rng), zeros({m}, DType::i64)};
      const double share = neighbours(real, synthetic, 1).same_kind_real[0];
      sum += share;
      squares += share * share;
    }
    const double mean = sum / draws, sd = std::sqrt(squares / draws - mean * mean);
    CHECK(std::abs(mean - expected_same_kind(30, m)) < 4 * sd / std::sqrt(draws));
  }
}
