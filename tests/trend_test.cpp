// What curves do, against numpy, and yi2020_losses as its user runs it.
#include "experiments/protocol/trend.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cmath>
#include <csignal>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tensor/error.h"
#include "tensor/io/csv.h"
#include "tests/run_program.h"
#include "tests/temporary_folder.h"

using namespace emograd;
using namespace emograd::protocol;

TEST_CASE("trend: as numpy's polyfit gives it, with epochs at unequal distances") {
  const Trend t =
      trend({3, 6, 9, 12, 15, 18, 21, 24, 27, 30, 31}, {5, 4.5, 4.7, 3, 2.5, 2.75, 2, 2.25, 1.5, 1.75, 0.5});
  CHECK(t.first == 5);
  CHECK(t.last_tenth == doctest::Approx(1.125).epsilon(1e-14));            // epochs 30 and 31
  CHECK(t.slope == doctest::Approx(-0.12643312101910817).epsilon(1e-12));  // 18 to 31
  CHECK(t.scatter == doctest::Approx(0.457074608190205).epsilon(1e-12));
}

TEST_CASE("trend: a line has its slope and no scatter, whatever came before its last half") {
  std::vector<double> epochs, values;
  for (int e = 1; e <= 20; ++e) {
    epochs.push_back(e);
    values.push_back(e < 10 ? 1000 * (e % 2) : 3 - 0.25 * e);
  }
  const Trend t = trend(epochs, values);
  CHECK(t.first == 1000);
  CHECK(t.last_tenth == doctest::Approx(3 - 0.25 * 19.5));
  CHECK(t.slope == doctest::Approx(-0.25));
  CHECK(t.scatter < 1e-12);
}

TEST_CASE("trend: few points say little, none is an error") {
  const Trend one = trend({7}, {2}), two = trend({6, 7}, {2, 4});
  CHECK(one.first == 2);
  CHECK(one.last_tenth == 2);
  CHECK(std::isnan(one.slope));
  CHECK(two.slope == doctest::Approx(2));
  CHECK(std::isnan(two.scatter));
  CHECK_THROWS_WITH_AS(trend({}, {}), "trend: 0 epochs, 0 values", Error);
  CHECK_THROWS_WITH_AS(trend({1, 2}, {1}), "trend: 2 epochs, 1 values", Error);
}

namespace {

std::vector<std::string> small_run(const std::string& out, const std::string& jobs) {
  return resumable_run("--models gan-saturating,aae,adan --epochs 6 --batch 512 --seeds 2 --checkpoint-seconds 0", out,
                       jobs);
}

}  // namespace

TEST_CASE("yi2020_losses: every loss of every epoch, what the tables make of them, a panel per model" *
          doctest::test_suite("programs")) {
  const TemporaryFolder folder;
  const Finished run = run_program("yi2020_losses", small_run(folder / "run", "1"));
  INFO(run.err);
  REQUIRE(run.exit_code == 0);
  const auto files = run_content(folder / "run");
  CHECK(!files.contains("predictions.csv"));
  CHECK(files.at("report.html").find("(a) GAN-SATURATING") != std::string::npos);
  for (const char* text : {"one GAN per class", "ADAN, D (discriminator)", "no row left out"})
    CHECK(run.out.find(text) != std::string::npos);

  // losses.csv holds what the units say, and the table is made of it: mean and deviation over the seeds.
  const CsvTable losses = read_csv(folder / "run/losses.csv");
  std::map<std::string, std::map<std::string, std::vector<double>>> curves;  // by loss, then seed
  for (std::size_t i = 0; i < losses.rows(); ++i) {
    const auto cell = [&](const char* column) { return std::string(losses.cell(i, losses.column(column))); };
    CHECK(cell("split") == "all");
    const double value = std::stod(cell("value"));
    const auto unit =
        nlohmann::json::parse(files.at(fmt::format("units/seed{}-fold00-{}.json", cell("seed"), cell("model"))));
    CHECK(unit.at("epochs").at(std::stoul(cell("epoch")) - 1).at("losses").at(cell("loss")) == value);
    curves[cell("model") + " " + cell("loss")][cell("seed")].push_back(value);
  }
  REQUIRE(curves.size() == 3 + 4 + 6);  // D, G; D, E, R; C, D, E, G, R; and a norm each
  CHECK(losses.rows() == curves.size() * 2 * 6);

  const CsvTable table = read_csv(folder / "run/table.csv");
  for (std::size_t i = 0; i < table.rows(); ++i) {
    if (table.cell(i, 0) != "ADAN, D (discriminator)") continue;
    const auto& of_seed = curves.at("adan D");
    const auto a = trend({1, 2, 3, 4, 5, 6}, of_seed.at("0")), b = trend({1, 2, 3, 4, 5, 6}, of_seed.at("1"));
    const auto value = [&](const char* column) { return std::stod(std::string(table.cell(i, table.column(column)))); };
    CHECK(value("first") == doctest::Approx((a.first + b.first) / 2));
    CHECK(value("last tenth sd") == doctest::Approx(std::abs(a.last_tenth - b.last_tenth) / std::sqrt(2)));
    CHECK(value("slope per 100 epochs") == doctest::Approx(50 * (a.slope + b.slope)));
    CHECK(value("scatter") == doctest::Approx((a.scatter + b.scatter) / 2));
  }

  // The same bytes for any number of jobs, and after a kill.
  REQUIRE(run_program("yi2020_losses", small_run(folder / "two", "2")).exit_code == 0);
  CHECK(differing_files(files, run_content(folder / "two")) == "");
  check_goes_on("yi2020_losses", small_run(folder / "killed", "1"), folder / "killed", SIGKILL,
                "units/seed0-fold00-aae.json", files);
}

TEST_CASE("yi2020_losses: a model without losses is refused") {
  const TemporaryFolder folder;
  const Finished run = run_program("yi2020_losses", {"--models", "adan,smote", "--out", folder / "run"});
  CHECK(run.exit_code != 0);
  CHECK(run.err.find("smote is not trained and has no losses") != std::string::npos);
  CHECK(folder.entries() == 0);
}
