// Maximum mean discrepancy against loops over pairs and scikit-learn's kernels, and where its value is known.
#include "experiments/protocol/mmd.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "autograd/ops/pointwise.h"
#include "autograd/ops/random.h"
#include "autograd/ops/shape.h"
#include "tensor/error.h"
#include "tensor/io/bytes.h"
#include "tensor/io/csv.h"
#include "tensor/parallel.h"
#include "tests/golden.h"
#include "tests/latex_checks.h"
#include "tests/run_program.h"
#include "tests/temporary_folder.h"

using namespace emograd;
using namespace emograd::protocol;

namespace {

/// The paper's equation, pair by pair.
double printed(const Tensor& real, const Tensor& synthetic) {
  const std::vector<double> x = real.to_vector<double>(), y = synthetic.to_vector<double>();
  const auto f = static_cast<std::size_t>(real.dim(1)), n = x.size() / f, m = y.size() / f;
  const auto mean_kernel = [&](const std::vector<double>& a, std::size_t rows, const std::vector<double>& b,
                               std::size_t columns) {
    double sum = 0;
    for (std::size_t i = 0; i < rows; ++i)
      for (std::size_t j = 0; j < columns; ++j) {
        double d = 0;
        for (std::size_t k = 0; k < f; ++k) d += (a[i * f + k] - b[j * f + k]) * (a[i * f + k] - b[j * f + k]);
        for (const double s : {0.1, 1.0, 5.0, 10.0, 100.0}) sum += std::exp(-d / (2 * s * s));
      }
    return sum / static_cast<double>(rows * columns);
  };
  return mean_kernel(x, n, x, n) + mean_kernel(y, m, y, m) - 2 * mean_kernel(x, n, y, m);
}

Tensor gaussian(std::int64_t rows, std::int64_t columns, double mean, double sd, Rng& rng) {
  return normal({rows, columns}, rng, DType::f64) * sd + mean;
}

}  // namespace

TEST_CASE("mmd: the paper's sum over pairs, for any number of blocks") {
  Rng rng{1};
  const std::vector<std::array<std::int64_t, 3>> sizes{{2, 3, 1}, {7, 5, 40}, {513, 20, 3}, {700, 1100, 2}};
  for (const auto& size : sizes) {
    const std::int64_t n = size[0], m = size[1], f = size[2];
    CAPTURE(n);
    CAPTURE(m);
    const Tensor x = gaussian(n, f, 0, 2, rng), y = gaussian(m, f, 0.3, 1.5, rng);
    CHECK(std::abs(mmd(x, y).biased - printed(x, y)) < 1e-11);
  }
}

TEST_CASE("mmd: as scikit-learn's kernels give it, biased and unbiased") {
  const Arrays& stored = golden("statistics");
  const Mmd r = mmd(stored.at("mmd_x"), stored.at("mmd_y"));
  CHECK(std::abs(r.biased - stored.at("mmd_biased").item()) < 1e-12);
  CHECK(std::abs(r.unbiased - stored.at("mmd_unbiased").item()) < 1e-12);
}

TEST_CASE("mmd: 0 between equal rows, even far from the origin; copies are seen by the narrowest kernel") {
  Rng rng{2};
  const Tensor x = cast(gaussian(60, 300, 1e4, 50, rng), DType::f32);
  CHECK(std::abs(mmd(x, x).biased) < 1e-7);
  // Norms of 1.7e5 and distances below 1e-3: what cancels must not reach exp(−d²/0.02).
  const Tensor near = gaussian(60, 300, 1e4, 1e-4, rng);
  CHECK(std::abs(mmd(near, x).biased - printed(near, x)) < 1e-6);
  // 30 rows too far apart to see each other, each twice: a row meets its copy, k = 5, in 60 of 60 · 59 pairs, and its
  // equals in the other set in 60 of 60 · 30.
  const Tensor distinct = gaussian(30, 4, 0, 1e4, rng), twice = packed(cat({distinct, distinct}, 0));
  const Mmd copies = mmd(twice, distinct);
  CHECK(std::abs(copies.biased) < 1e-5);
  CHECK(std::abs(copies.unbiased - (5.0 / 59 - 2 * 5.0 / 30)) < 1e-5);
  // Norms of 10¹⁴: a row is at distance 0 from itself all the same.
  const Mmd far = mmd(gaussian(20, 4, 0, 1e7, rng), gaussian(30, 4, 0, 1e7, rng));
  CHECK(std::abs(far.biased - (5.0 / 20 + 5.0 / 30)) < 1e-12);
  CHECK(std::abs(far.unbiased) < 1e-12);
}

TEST_CASE("mmd: between samples of one distribution the unbiased estimate is 0 on average, the biased one above") {
  Rng rng{3};
  constexpr int draws = 400;
  double sum = 0, squares = 0, least = 1;
  for (int i = 0; i < draws; ++i) {
    const Mmd r = mmd(gaussian(15, 5, 0, 2, rng), gaussian(20, 5, 0, 2, rng));
    sum += r.unbiased;
    squares += r.unbiased * r.unbiased;
    least = std::min(least, r.biased);
  }
  const double mean = sum / draws, sd = std::sqrt(squares / draws - mean * mean);
  CHECK(std::abs(mean) < 4 * sd / std::sqrt(draws));
  CHECK(least > 0);
  CHECK(mmd(gaussian(15, 5, 0, 2, rng), gaussian(20, 5, 3, 2, rng)).unbiased > 10 * sd);
}

TEST_CASE("mmd: the same bits for any number of threads") {
  Rng rng{4};
  const Tensor x = cast(gaussian(600, 30, 0, 3, rng), DType::f32), y = cast(gaussian(550, 30, 1, 3, rng), DType::f32);
  const Mmd first = mmd(x, y);
  const int threads = thread_count();
  for (const int n : {1, 3}) {
    set_thread_count(n);
    const Mmd again = mmd(x, y);
    CHECK(again.biased == first.biased);
    CHECK(again.unbiased == first.unbiased);
  }
  set_thread_count(threads);
}

TEST_CASE("mmd: what is refused") {
  const Tensor x = ones({3, 2});
  CHECK_THROWS_WITH_AS(mmd(x, ones({3, 3})), doctest::Contains("needs rows (N, F) and (M, F)"), Error);
  CHECK_THROWS_WITH_AS(mmd(x, ones({1, 2})), doctest::Contains("two rows of each, got 3 and 1"), Error);
  CHECK_THROWS_WITH_AS(mmd(x, x, std::vector<double>{1, 0}), doctest::Contains("bandwidths above 0"), Error);
  CHECK_THROWS_WITH_AS(mmd(x, full({3, 2}, std::numeric_limits<double>::quiet_NaN())), doctest::Contains("not finite"),
                       Error);
}

TEST_CASE("yi2020_mmd: features of every model, latent vectors where there are any, the same for any number of jobs") {
  const TemporaryFolder folder;
  const auto run = [&](const std::string& jobs) {
    return run_program("yi2020_mmd",
                       {"--models", "noise,adan", "--epochs", "2", "--batch", "512", "--seeds", "2", "--split",
                        "group-k:2", "--jobs", jobs, "--threads", "2", "--out", (folder / jobs).string()});
  };
  const Finished one = run("1");
  INFO(one.err);
  REQUIRE(one.exit_code == 0);
  REQUIRE(run("2").exit_code == 0);
  const auto files = run_content(folder / "1");
  CHECK(differing_files(files, run_content(folder / "2")) == "");
  CHECK(!files.contains("predictions.csv"));
  CHECK(one.out.find("DNN") == std::string::npos);
  for (const char* file : {"table.md", "table.tex", "table.txt"})
    CHECK(files.at(file).find("ADAN, latent") != std::string::npos);
  CHECK(checks::latex_fault(files.at("table.tex")) == "");

  const CsvTable csv = parse_csv(io::as_bytes(files.at("table.csv")), "table.csv");
  REQUIRE(csv.rows() == 3);
  CHECK(csv.cell(0, 0) == "NOISE, features");
  CHECK(csv.cell(1, 0) == "ADAN, features");
  CHECK(csv.cell(2, 0) == "ADAN, latent");
  CHECK(csv.cell(2, csv.column("in the paper")) == "0.0057");
  CHECK(csv.cell(0, csv.column("in the paper")).empty());
  const Tensor values = csv.numbers(csv.column("as printed"), csv.column("as printed") + 1);
  const std::vector<double> printed_values = values.to_vector<double>();
  CHECK(printed_values[0] < printed_values[1]);  // noise of a tenth of a deviation, against two epochs
  // What the units hold is what the table averages: over seeds first, then folds.
  double sum = 0;
  int units = 0;
  for (const auto& [name, text] : files) {
    if (!name.starts_with("units/") || name.find("adan") == std::string::npos) continue;
    sum += nlohmann::json::parse(text).at("measured").at("features").at("biased").get<double>();
    ++units;
  }
  CHECK(units == 4);
  CHECK(std::abs(printed_values[1] - sum / 4) < 1e-12);

  const Finished none = run_program("yi2020_mmd", {"--models", "none", "--out", (folder / "none").string()});
  CHECK(none.exit_code != 0);
  CHECK(none.err.find("none makes no synthetic rows") != std::string::npos);
}
