#include "experiments/protocol/baselines.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "autograd/ops/random.h"
#include "autograd/ops/shape.h"
#include "tensor/error.h"

using namespace emograd;
using namespace emograd::protocol;

namespace {

using Row = std::vector<double>;

Tensor integer_tensor(const std::vector<std::int64_t>& values) {
  return from_values<std::int64_t>({static_cast<std::int64_t>(values.size())}, values);
}

/// 12 rows of 5 features in three classes of 6, 5 and 1 rows.
TrainingFold small_fold() {
  Rng rng{3, 0};
  return {{normal({12, 5}, rng), integer_tensor({0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 2})}, 3};
}

std::vector<Row> rows_of(const Tensor& x) {
  const auto values = x.to_vector<float>();
  std::vector<Row> rows;
  for (std::size_t i = 0; i < values.size(); i += static_cast<std::size_t>(x.dim(1)))
    rows.emplace_back(values.begin() + static_cast<std::ptrdiff_t>(i),
                      values.begin() + static_cast<std::ptrdiff_t>(i) + x.dim(1));
  return rows;
}

double squared_distance(const Row& a, const Row& b) {
  double sum = 0;
  for (std::size_t j = 0; j < a.size(); ++j) sum += (a[j] - b[j]) * (a[j] - b[j]);
  return sum;
}

/// The share u ∈ [0, 1] at which x lies between a and b, or −1 where it does not.
double share_between(const Row& a, const Row& b, const Row& x) {
  const double length = squared_distance(a, b);
  if (length < 1e-12) return squared_distance(a, x) < 1e-10 ? 0 : -1;
  double along = 0;
  for (std::size_t j = 0; j < a.size(); ++j) along += (x[j] - a[j]) * (b[j] - a[j]);
  const double u = along / length;
  Row nearest(a);
  for (std::size_t j = 0; j < a.size(); ++j) nearest[j] += u * (b[j] - a[j]);
  return u > -1e-5 && u < 1 + 1e-5 && squared_distance(nearest, x) < 1e-10 ? u : -1;
}

std::vector<std::int64_t> labels_of(const LabelledRows& rows) { return rows.labels.to_vector<std::int64_t>(); }

}  // namespace

TEST_CASE("baselines: duplicates and noisy copies are the fold's rows, and the noise has its deviation") {
  const TrainingFold fold = small_fold();
  Rng rng{1, 0};
  const LabelledRows twice = duplicates(fold, 2, rng);
  CHECK(rows_of(twice.x) == rows_of(cat({fold.rows.x, fold.rows.x}, 0)));
  CHECK(labels_of(twice) == cat({fold.rows.labels, fold.rows.labels}, 0).to_vector<std::int64_t>());
  CHECK(rows_of(noisy_copies(fold, 2, 0, rng).x) == rows_of(twice.x));

  const auto noisy = rows_of(noisy_copies(fold, 500, 0.3, rng).x);
  const auto rows = rows_of(fold.rows.x);
  double squares = 0;
  for (std::size_t i = 0; i < noisy.size(); ++i) squares += squared_distance(noisy[i], rows[i % rows.size()]);
  // 30,000 draws: the deviation's own is 0.3 / √60,000.
  CHECK(std::sqrt(squares / 30'000) == doctest::Approx(0.3).epsilon(0.02));
  CHECK_THROWS_AS(noisy_copies(fold, 1, -1, rng), Error);
}

TEST_CASE("baselines: oversampling draws real rows of the rare classes until all are equal") {
  const TrainingFold fold = small_fold();
  Rng rng{1, 0};
  const LabelledRows more = oversampled(fold, 1, rng);
  std::map<std::int64_t, int> count{{0, 6}, {1, 5}, {2, 1}};
  for (const std::int64_t label : labels_of(more)) ++count[label];
  CHECK(count == std::map<std::int64_t, int>{{0, 8}, {1, 8}, {2, 8}});
  const auto real = rows_of(fold.rows.x);
  const auto real_labels = labels_of(fold.rows);
  const auto rows = rows_of(more.x);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto at = static_cast<std::size_t>(std::find(real.begin(), real.end(), rows[i]) - real.begin());
    REQUIRE(at < real.size());
    CHECK(real_labels[at] == labels_of(more)[i]);
  }
}

TEST_CASE("baselines: nearest of a class, against naive distances in f64") {
  Rng rng{9, 0};
  const Tensor x = normal({40, 7}, rng), labels = integers({40}, 3, rng);
  const auto rows = rows_of(x);
  const auto label = labels.to_vector<std::int64_t>();
  const auto nearest = nearest_of_class(x, labels, 4).to_vector<std::int64_t>();
  for (std::size_t i = 0; i < 40; ++i) {
    std::vector<std::pair<double, std::int64_t>> others;
    for (std::size_t j = 0; j < 40; ++j)
      if (j != i && label[j] == label[i])
        others.emplace_back(squared_distance(rows[i], rows[j]), static_cast<std::int64_t>(j));
    std::sort(others.begin(), others.end());
    for (std::size_t k = 0; k < 4; ++k) CHECK(nearest[4 * i + k] == others[k].second);
  }
  // Too few neighbours come round again; a lone row is its own.
  const auto few = nearest_of_class(tensor({{0, 0}, {1, 0}, {5, 5}}), integer_tensor({0, 0, 1}), 2);
  CHECK(few.to_vector<std::int64_t>() == std::vector<std::int64_t>{1, 1, 0, 0, 2, 2});
  CHECK_THROWS_AS(nearest_of_class(x, labels, 0), Error);
}

TEST_CASE("baselines: SMOTE's rows lie between a row and one of its nearest in the class") {
  const TrainingFold fold = small_fold();
  Rng rng{1, 0};
  const LabelledRows more = smote(fold, 20, 2, rng);
  const auto real = rows_of(fold.rows.x), rows = rows_of(more.x);
  const auto nearest = nearest_of_class(fold.rows.x, fold.rows.labels, 2).to_vector<std::int64_t>();
  CHECK(labels_of(more) == labels_of(duplicates(fold, 20, rng)));
  double shares = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::size_t own = i % real.size();
    const double first = share_between(real[own], real[static_cast<std::size_t>(nearest[2 * own])], rows[i]);
    const double second = share_between(real[own], real[static_cast<std::size_t>(nearest[2 * own + 1])], rows[i]);
    CHECK((first >= -1e-5 || second >= -1e-5));
    shares += std::max({first, second, 0.0});
  }
  CHECK(shares / 220 == doctest::Approx(0.5).epsilon(0.15));  // 220 of 240 rows have a neighbour
}

TEST_CASE("baselines: mixup's rows lie between two rows, and the label is the nearer one's as often as it is near") {
  const TrainingFold fold = small_fold();
  Rng rng{1, 0};
  const LabelledRows more = mixup(fold, 200, rng);
  const auto real = rows_of(fold.rows.x), rows = rows_of(more.x);
  const auto label = labels_of(more), own = labels_of(fold.rows);
  double share_of_other = 0;
  int others_label = 0, decidable = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::size_t first = i % real.size();
    std::size_t second = real.size();
    double share = -1;
    for (std::size_t j = 0; j < real.size() && share < -1e-5; ++j) {
      share = share_between(real[first], real[j], rows[i]);
      second = j;
    }
    REQUIRE(share > -1e-4);
    CHECK((label[i] == own[first] || label[i] == own[second]));
    if (own[first] == own[second]) continue;
    ++decidable;
    share_of_other += share;
    others_label += label[i] == own[second];
  }
  REQUIRE(decidable > 1000);
  CHECK(others_label / double(decidable) == doctest::Approx(share_of_other / decidable).epsilon(0.1));
}

TEST_CASE("baselines: class Gaussians have the classes' sample means and covariances") {
  TrainingFold fold = small_fold();
  Rng rng{1, 0};
  constexpr std::int64_t sets = 4000;
  const LabelledRows more = class_gaussians(fold, sets, rng);
  const auto label = labels_of(more), own = labels_of(fold.rows);
  const auto rows = rows_of(more.x), real = rows_of(fold.rows.x);
  const auto moments = [](const std::vector<Row>& all, const std::vector<std::int64_t>& labels, std::int64_t k) {
    Row mean(5, 0), covariance(25, 0);
    double n = 0;
    for (std::size_t i = 0; i < all.size(); ++i)
      if (labels[i] == k) {
        n += 1;
        for (std::size_t a = 0; a < 5; ++a) mean[a] += all[i][a];
      }
    for (double& m : mean) m /= n;
    for (std::size_t i = 0; i < all.size(); ++i)
      if (labels[i] == k)
        for (std::size_t a = 0; a < 5; ++a)
          for (std::size_t b = 0; b < 5; ++b)
            covariance[5 * a + b] += (all[i][a] - mean[a]) * (all[i][b] - mean[b]) / std::max(n - 1, 1.0);
    return std::pair{mean, covariance};
  };
  for (std::int64_t k = 0; k < 3; ++k) {
    const auto [mean, covariance] = moments(rows, label, k);
    const auto [wanted_mean, wanted_covariance] = moments(real, own, k);
    for (std::size_t a = 0; a < 5; ++a) CHECK(std::abs(mean[a] - wanted_mean[a]) < 0.04);
    for (std::size_t a = 0; a < 25; ++a) CHECK(std::abs(covariance[a] - wanted_covariance[a]) < 0.08);
  }
}

TEST_CASE("baselines: no sets, no rows; the same stream, the same rows, and fewer sets are the first of more") {
  const TrainingFold fold = small_fold();
  const Draw draws[] = {duplicates,
                        oversampled,
                        mixup,
                        class_gaussians,
                        [](const TrainingFold& f, std::int64_t sets, Rng& r) { return smote(f, sets, 5, r); },
                        [](const TrainingFold& f, std::int64_t sets, Rng& r) { return noisy_copies(f, sets, 0.1, r); }};
  for (const Draw& draw : draws) {
    const auto augmenter = untrained(draw)(fold, Rng{});
    Rng first{4, 0}, second{4, 0};
    CHECK(augmenter->sample(0, first).x.shape() == Shape{0, 5});
    const LabelledRows once = augmenter->sample(2, first), again = augmenter->sample(2, second);
    CHECK(once.x.shape() == Shape{24, 5});
    CHECK(rows_of(once.x) == rows_of(again.x));
    CHECK(labels_of(once) == labels_of(again));
    Rng third{4, 0};
    const LabelledRows more = augmenter->sample(5, third);
    CHECK(rows_of(slice(more.x, 0, 0, 24)) == rows_of(once.x));
    CHECK(labels_of({more.x, slice(more.labels, 0, 0, 24)}) == labels_of(once));
  }
}
