// Intervals and tests against loops over rows, scikit-learn, scipy and statsmodels, and on experiments whose truth is
// known.
#include "experiments/protocol/statistics.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <numbers>
#include <string>
#include <vector>

#include "autograd/ops/random.h"
#include "tensor/error.h"
#include "tensor/parallel.h"
#include "tests/golden.h"

using namespace emograd;
using namespace emograd::protocol;

namespace {

std::vector<double> numbers(const char* key) { return golden("statistics").at(key).to_vector<double>(); }
std::vector<std::int64_t> integers_of(const char* key) {
  return golden("statistics").at(key).to_vector<std::int64_t>();
}

constexpr double tolerance = 1e-13;  // a few roundings of numbers around 1

struct Row {
  std::size_t speaker;
  std::int64_t truth, prediction;
};
using Rows = std::vector<std::vector<Row>>;  // [seed][row]

Answers answers_of(const Rows& rows, std::size_t speakers, std::int64_t classes) {
  Answers a(rows.size(), std::vector<Confusion>(speakers, Confusion(classes)));
  for (std::size_t r = 0; r < rows.size(); ++r)
    for (const Row& row : rows[r]) a[r][row.speaker].add(row.truth, row.prediction);
  return a;
}

/// Methods, 3 seeds, 5 speakers, 3 classes; class 2 is spoken by speaker 4 only, so that resamples may lack it.
std::vector<Rows> invented(std::size_t methods) {
  Rng rng{7};
  std::vector<Rows> out(methods, Rows(3));
  for (std::size_t s = 0; s < 5; ++s)
    for (std::size_t i = 0; i < 4 + 3 * s; ++i) {
      const std::int64_t truth = s == 4 && i % 3 == 2 ? 2 : static_cast<std::int64_t>(i % 2);
      for (Rows& method : out)
        for (auto& seed : method) seed.push_back({s, truth, integers({1}, 3, rng).to_vector<std::int64_t>()[0]});
    }
  return out;
}

/// Philox's numbers, one at a time.
std::size_t draw(std::uint64_t i, std::size_t n) {
  const std::uint64_t bits = Philox::at(5, i / 4).v[i % 4];
  return static_cast<std::size_t>(bits * n >> 32);
}

/// Speaker s of S has recall `of(s)` in both of two classes.
Answers with_recalls(const std::vector<double>& of) {
  constexpr std::int64_t n = 100'000;
  std::vector<Confusion> speakers;
  for (const double recall : of) {
    const auto hits = static_cast<std::int64_t>(std::llround(recall * n));
    Confusion c(2), hit(2), miss(2);
    hit.add({0, 1}, {0, 1});
    miss.add({0, 1}, {1, 0});
    c.add(hit, hits);
    c.add(miss, n - hits);
    speakers.push_back(c);
  }
  return {speakers};
}

std::vector<double> normals(std::int64_t n, double mean, double sd, Rng& rng) {
  std::vector<double> v = normal({n}, rng, DType::f64).to_vector<double>();
  for (double& x : v) x = mean + sd * x;
  return v;
}

/// Whether `hits` of n are what probability p gives: within four standard deviations, missed once in 16,000.
void check_binomial(int hits, int n, double p) {
  CAPTURE(hits);
  CAPTURE(n * p);
  CHECK(std::abs(hits - n * p) <= 4 * std::sqrt(n * p * (1 - p)));
}

}  // namespace

TEST_CASE("bootstrap: resampled scores are those of the drawn speakers' rows, put together") {
  const auto rows = invented(2);
  const std::size_t speakers = 5, seeds = 3;
  const Bootstrap bootstrap({answers_of(rows[0], speakers, 3), answers_of(rows[1], speakers, 3)}, Rng{5}, 200);
  CHECK(bootstrap.resamples() == 200);
  CHECK(bootstrap.speakers() == speakers);
  CHECK(bootstrap.seeds() == seeds);
  const double tail = bootstrap.tail();
  int without_class_2 = 0;
  for (std::size_t m = 0; m < 2; ++m) {
    std::vector<double> recall_2;
    for (std::size_t b = 0; b < 200; ++b) {
      const std::uint64_t first = b * (speakers + seeds);
      double wa = 0, uar = 0, f1 = 0, recall = 0;
      for (std::size_t j = 0; j < seeds; ++j) {
        const auto& of_seed = rows[m][draw(first + speakers + j, seeds)];
        Confusion pooled(3);
        for (std::size_t i = 0; i < speakers; ++i)
          for (const Row& row : of_seed)
            if (row.speaker == draw(first + i, speakers)) pooled.add(row.truth, row.prediction);
        wa += weighted_accuracy(pooled) / seeds;
        uar += unweighted_average_recall(pooled) / seeds;
        f1 += macro_f1(pooled) / seeds;
        recall += recalls(pooled)[2] / seeds;
      }
      CHECK(std::abs(bootstrap.values(m, Score::wa)[b] - wa) < tolerance);
      CHECK(std::abs(bootstrap.values(m, Score::uar)[b] - uar) < tolerance);
      CHECK(std::abs(bootstrap.values(m, Score::macro_f1)[b] - f1) < tolerance);
      if (std::isnan(recall)) ++without_class_2;
      else recall_2.push_back(recall);
    }
    CHECK(std::abs(bootstrap.recall(m, 2).low - quantile(recall_2, tail)) < tolerance);
    CHECK(std::abs(bootstrap.recall(m, 2).high - quantile(recall_2, 1 - tail)) < tolerance);
    CHECK(std::abs(bootstrap.interval(m, Score::uar).low - quantile(bootstrap.values(m, Score::uar), tail)) <
          tolerance);
  }
  CHECK(without_class_2 > 10);
  std::vector<double> difference;
  for (std::size_t b = 0; b < 200; ++b)
    difference.push_back(bootstrap.values(1, Score::uar)[b] - bootstrap.values(0, Score::uar)[b]);
  CHECK(std::abs(bootstrap.difference(1, 0, Score::uar).low - quantile(difference, tail)) < tolerance);
  CHECK(std::abs(bootstrap.difference(1, 0, Score::uar).high - quantile(difference, 1 - tail)) < tolerance);
  CHECK(bootstrap.difference(0, 0, Score::uar).high == 0);
}

TEST_CASE("bootstrap: the same bits for any number of threads, other draws for another stream") {
  const auto rows = invented(2);
  const std::vector<Answers> methods{answers_of(rows[0], 5, 3), answers_of(rows[1], 5, 3)};
  const Bootstrap first(methods, Rng{5}, 500);
  const int threads = thread_count();
  for (const int n : {1, 2, 7}) {
    set_thread_count(n);
    const Bootstrap again(methods, Rng{5}, 500);
    for (const Score s : all_scores)
      for (std::size_t m = 0; m < 2; ++m) CHECK(again.values(m, s) == first.values(m, s));
  }
  set_thread_count(threads);
  CHECK(Bootstrap(methods, Rng{6}, 500).values(0, Score::uar) != first.values(0, Score::uar));
}

TEST_CASE("bootstrap: what cannot be compared is refused") {
  const auto rows = invented(1);
  const Answers good = answers_of(rows[0], 5, 3);
  const auto refused = [&](const Answers& a, const char* message) {
    CHECK_THROWS_WITH_AS(Bootstrap({good, a}), doctest::Contains(message), Error);
  };
  refused({good[0]}, "over the same seeds");
  Answers other = good;
  other[1].pop_back();
  refused(other, "to 5 speakers and to 4");
  other = good;
  other[2][3].add(1, 1);
  refused(other, "of speaker 3 and class 1");
  other = Answers(3, std::vector<Confusion>(5, Confusion(3)));
  refused(other, "speaker 0 has no utterance");
  refused({}, "over the same seeds");
  CHECK_THROWS_WITH_AS(Bootstrap(std::vector<Answers>{}), doctest::Contains("no methods"), Error);
  CHECK_THROWS_WITH_AS(Bootstrap(std::vector<Answers>(1)), doctest::Contains("no answers"), Error);
  CHECK_THROWS_WITH_AS(Bootstrap({good}, {}, 0), doctest::Contains("0 resamples"), Error);
  const Bootstrap one({good}, {}, 10);
  CHECK_THROWS_WITH_AS(one.interval(1, Score::wa), doctest::Contains("no method 1"), Error);
  CHECK_THROWS_WITH_AS(one.recall(0, 3), doctest::Contains("no class 3"), Error);
  CHECK_THROWS_WITH_AS(uar_differences({good[0]}, good), doctest::Contains("over the same seeds"), Error);
}

TEST_CASE("statistics: scores, differences, tests and corrections as scikit-learn, scipy and statsmodels have them") {
  const auto speaker = integers_of("speaker"), truth = integers_of("truth"), predictions = integers_of("predictions");
  const auto scores = numbers("scores"), differences = numbers("differences");
  std::vector<Answers> methods;
  for (std::size_t m = 0; m < 2; ++m) {
    Rows rows(2);
    for (std::size_t r = 0; r < 2; ++r)
      for (std::size_t i = 0; i < truth.size(); ++i)
        rows[r].push_back(
            {static_cast<std::size_t>(speaker[i]), truth[i], predictions[(2 * m + r) * truth.size() + i]});
    methods.push_back(answers_of(rows, 7, 3));
    for (std::size_t i = 0; i < 3; ++i) {
      const auto per_seed = score_per_seed(all_scores[i], methods[m]);
      REQUIRE(per_seed.size() == 2);
      for (std::size_t r = 0; r < 2; ++r) CHECK(std::abs(per_seed[r] - scores[(2 * m + r) * 3 + i]) < tolerance);
    }
  }
  const auto d = uar_differences(methods[0], methods[1]);
  REQUIRE(d.size() == differences.size());
  for (std::size_t s = 0; s < d.size(); ++s) CHECK(std::abs(d[s] - differences[s]) < tolerance);
  CHECK(sign_flip_p(d) == numbers("p")[0]);
  CHECK(sign_flip_p(numbers("d10")) == numbers("p10")[0]);

  const auto levels = numbers("levels"), quantiles = numbers("quantiles"), holmed = numbers("holm");
  for (std::size_t i = 0; i < levels.size(); ++i)
    CHECK(std::abs(quantile(numbers("values"), levels[i]) - quantiles[i]) < tolerance);
  const auto adjusted = holm(numbers("raw"));
  REQUIRE(adjusted.size() == holmed.size());
  for (std::size_t i = 0; i < holmed.size(); ++i) CHECK(std::abs(adjusted[i] - holmed[i]) < tolerance);
}

TEST_CASE("quantiles: one value, NaN, nothing, bad levels") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK(quantile({3}, 0.2) == 3);
  CHECK(quantile({4, nan, 2}, 0.5) == 3);
  CHECK(std::isnan(quantile({nan}, 0.5)));
  CHECK_THROWS_AS(quantile({1}, 1.1), Error);
}

TEST_CASE("sign flips: all signs by hand, ties, the smallest p") {
  CHECK(sign_flip_p(std::vector<double>{1, 2, 3, 4, 5}) == 2.0 / 32);  // only all + and all − reach 15
  CHECK(sign_flip_p(std::vector<double>{5, 1, -1}) == 6.0 / 8);        // of 7, 5, 5, 3, each with both signs
  CHECK(sign_flip_p(std::vector<double>{0, 0, 0}) == 1);
  CHECK(sign_flip_p(std::vector<double>{2}) == 1);
  CHECK(sign_flip_p(std::vector<double>{0.1, 0.2, -0.3}) == 1);  // sums to 5e-17, which is 0
  // |±0.1 ± 0.2 ± 0.3| ≥ 0.4: 0.6 and, up to rounding, 0.4
  CHECK(sign_flip_p(std::vector<double>{-0.1, 0.2, 0.3}) == 4.0 / 8);
  // Up to rounding, 0.1 + 0.2 − 0.3 + 0.5 and −0.1 − 0.2 + 0.3 + 0.5 are both 0.5; 0.7, 0.9 and 1.1 are above.
  CHECK(sign_flip_p(std::vector<double>{0.1, 0.2, -0.3, 0.5}) == 10.0 / 16);
  CHECK_THROWS_AS(sign_flip_p(std::vector<double>{}), Error);
  CHECK_THROWS_AS(sign_flip_p(std::vector<double>{1}, {}, 0), Error);
}

TEST_CASE("sign flips: beyond sixteen speakers, random signs agree with all of them") {
  Rng rng{3};
  for (const std::int64_t n : {17, 18}) {
    const std::vector<double> d = normals(n, 0.4, 1, rng);
    int reached = 0;
    double sum = 0;
    for (const double v : d) sum += v;
    const std::function<void(std::size_t, double)> all = [&](std::size_t s, double partial) {
      if (s == d.size()) reached += std::abs(partial) >= std::abs(sum) - 1e-12;
      else all(s + 1, partial + d[s]), all(s + 1, partial - d[s]);
    };
    all(0, 0);
    const double exact = reached / std::exp2(n), p = sign_flip_p(d, Rng{1}, 20'000);
    check_binomial(static_cast<int>(std::lround(p * 20'001)), 20'001, exact);
    CHECK(sign_flip_p(d, Rng{1}, 20'000) == p);
  }
  // 40 speakers take two words of random signs; nobody can find such a sum by chance in 999 draws.
  CHECK(sign_flip_p(std::vector<double>(40, 1), {}, 999) == 1.0 / 1000);
}

TEST_CASE("seeds are no speakers: the same answers for more seeds change neither difference nor p") {
  const auto rows = invented(2);
  const Answers a = answers_of(rows[0], 5, 3), b = answers_of(rows[1], 5, 3);
  Answers more_a, more_b;
  for (int i = 0; i < 4; ++i) {
    more_a.insert(more_a.end(), a.begin(), a.end());
    more_b.insert(more_b.end(), b.begin(), b.end());
  }
  const auto d = uar_differences(a, b), more = uar_differences(more_a, more_b);
  double sum = 0;
  for (std::size_t s = 0; s < d.size(); ++s) {
    CHECK(std::abs(d[s] - more[s]) < tolerance);
    sum += d[s];
  }
  CHECK(sign_flip_p(d) == sign_flip_p(more));
  CHECK(std::abs(sum - (mean_sd(score_per_seed(Score::uar, a)).mean - mean_sd(score_per_seed(Score::uar, b)).mean)) <
        tolerance);
}

TEST_CASE("Holm: in steps, never falling, never above 1") {
  CHECK(holm({}).empty());
  CHECK(holm({0.03}) == std::vector<double>{0.03});
  CHECK(holm({0.5, 0.25, 0.5}) == std::vector<double>{1, 0.75, 1});
  const auto p = holm({0.01, 0.04, 0.03, 0.005});
  const std::vector<double> expected{0.03, 0.06, 0.06, 0.02};
  for (std::size_t i = 0; i < 4; ++i) CHECK(p[i] == doctest::Approx(expected[i]).epsilon(1e-12));
  CHECK_THROWS_AS(holm({1.5}), Error);
  CHECK_THROWS_AS(holm({std::numeric_limits<double>::quiet_NaN()}), Error);
}

TEST_CASE("bootstrap: the ends of intervals are as far out as few speakers need") {
  for (const int speakers : {4, 10, 40}) {
    const Bootstrap b({with_recalls(std::vector<double>(static_cast<std::size_t>(speakers), 0.5))}, {}, 1);
    CHECK(b.tail() == doctest::Approx(numbers(fmt::format("tail{}", speakers).c_str())[0]).epsilon(2e-3));
  }
  CHECK(Bootstrap({with_recalls({0.5})}, {}, 1).tail() == 0);
}

TEST_CASE("intervals cover the truth as often as they say, of a score and of a paired difference") {
  constexpr int experiments = 600;
  for (const int speakers : {4, 10, 40}) {
    CAPTURE(speakers);
    Rng rng{static_cast<std::uint64_t>(speakers)};
    int score_covered = 0, difference_covered = 0;
    for (int e = 0; e < experiments; ++e) {
      const auto base = normals(speakers, 0.7, 0.05, rng), effect = normals(speakers, 0.02, 0.01, rng);
      std::vector<double> better = base;
      for (std::size_t s = 0; s < better.size(); ++s) better[s] += effect[s];
      const Bootstrap bootstrap({with_recalls(base), with_recalls(better)}, Rng{static_cast<std::uint64_t>(e)}, 1000);
      const Interval i = bootstrap.interval(0, Score::uar), d = bootstrap.difference(1, 0, Score::uar);
      score_covered += i.low <= 0.7 && 0.7 <= i.high;
      difference_covered += d.low <= 0.02 && 0.02 <= d.high;
    }
    // Of four speakers no resample lies beyond the least and the most of them.
    const double theory = speakers == 4 ? 1 - 2 * std::pow(0.5, 4) : 0.95;
    check_binomial(score_covered, experiments, theory);
    check_binomial(difference_covered, experiments, theory);
  }
}

TEST_CASE("where folds of several speakers share a model's luck, intervals and the test promise too much") {
  constexpr int experiments = 1500;
  constexpr std::size_t folds[] = {4, 3, 3};  // speakers of each
  Rng rng{5};
  int rejected = 0, covered = 0;
  for (int e = 0; e < experiments; ++e) {
    const auto luck = normals(3, 0, std::sqrt(0.14), rng), own = normals(10, 0, std::sqrt(0.86), rng);
    std::vector<double> d;
    for (std::size_t f = 0; f < 3; ++f)
      for (std::size_t i = 0; i < folds[f]; ++i) d.push_back(luck[f] + own[d.size()]);
    rejected += sign_flip_p(d) <= 0.05;
    std::vector<double> recalls(d);
    for (double& r : recalls) r = 0.5 + 0.05 * r;
    const Interval i =
        Bootstrap({with_recalls(recalls)}, Rng{static_cast<std::uint64_t>(e)}, 1000).interval(0, Score::uar);
    covered += i.low <= 0.5 && 0.5 <= i.high;
  }
  CHECK(rejected > 0.065 * experiments);
  CHECK(rejected < 0.11 * experiments);
  CHECK(covered < 0.935 * experiments);
  CHECK(covered > 0.88 * experiments);
}

TEST_CASE("luck that a seed brings to all folds widens the interval; a single seed cannot show it") {
  // Recall 0.7 for every speaker, but for what each of 5 seeds adds to all of them.
  Answers a;
  for (const double luck : {-0.04, -0.02, 0.0, 0.02, 0.04})
    a.push_back(with_recalls(std::vector<double>(6, 0.7 + luck))[0]);
  const Interval i = Bootstrap({a}).interval(0, Score::uar);
  // Six speakers: 0.24 % of the resamples lie beyond an end. Five draws of −2 … 2 sum to 10 in 1 of 3125 cases, to 9 in
  // 5 and to 8 in 15: the quantile is 8, its luck 8/5 · 0.02.
  CHECK(std::abs(Bootstrap({a}, {}, 1).tail() - 0.00243) < 1e-5);
  CHECK(std::abs(i.low - (0.7 - 0.032)) < 1e-9);
  CHECK(std::abs(i.high - (0.7 + 0.032)) < 1e-9);
  const Interval one = Bootstrap({Answers{a[0]}}).interval(0, Score::uar);
  CHECK(one.high - one.low < 1e-12);
}

TEST_CASE("the test keeps its level where nothing differs, alone and in a family, and finds what differs") {
  constexpr int experiments = 4000;
  Rng rng{11};
  int rejected = 0, found = 0, family = 0;
  for (int e = 0; e < experiments; ++e) {
    rejected += sign_flip_p(normals(10, 0, 1, rng)) <= 0.05;
    found += sign_flip_p(normals(10, 0.8, 1, rng)) <= 0.05;
  }
  check_binomial(rejected, experiments, 50.0 / 1024);  // p is 2j/1024, so 0.05 admits the first 25 pairs of signs
  check_binomial(found, experiments, numbers("power10")[0]);
  for (int e = 0; e < experiments / 4; ++e) {
    std::vector<double> p;
    for (int m = 0; m < 6; ++m) p.push_back(sign_flip_p(normals(10, 0, 1, rng)));
    const auto adjusted = holm(p);
    family += *std::min_element(adjusted.begin(), adjusted.end()) <= 0.05;
  }
  // Six independent tests at 0.05/6, of which 1024 sign vectors admit 8.
  check_binomial(family, experiments / 4, 1 - std::pow(1 - 8.0 / 1024, 6));
}

TEST_CASE("Student's interval of a mean: the quantiles are those of his density, integrated") {
  for (const int n : {2, 3, 6, 11, 31, 32, 200}) {
    CAPTURE(n);
    std::vector<double> values(static_cast<std::size_t>(n), 0.0);
    values[0] = 1;  // mean 1/n, standard deviation 1/√n
    const Interval i = mean_interval(values);
    CHECK((i.low + i.high) / 2 == doctest::Approx(1.0 / n));
    const double t = (i.high - i.low) / 2 * n, v = n - 1;
    const double scale = std::exp(std::lgamma((v + 1) / 2) - std::lgamma(v / 2)) / std::sqrt(v * std::numbers::pi);
    const auto density = [&](double x) { return scale * std::pow(1 + x * x / v, -(v + 1) / 2); };
    double area = 0;  // from 0 to t, by Simpson's rule
    constexpr int steps = 20'000;
    const double h = t / steps;
    for (int k = 0; k < steps; k += 2)
      area += h / 3 * (density(k * h) + 4 * density((k + 1) * h) + density((k + 2) * h));
    CHECK(area == doctest::Approx(0.475).epsilon(2e-4));
  }
  CHECK(std::isnan(mean_interval({3}).low));
  CHECK(mean_interval({3, 3}).low == 3);
  CHECK_THROWS_AS(mean_interval({}), Error);
}
