// yi2020_sweep as its user runs it: the tables, and the same bytes however often it was killed.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <csignal>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "tensor/io/csv.h"
#include "tests/run_program.h"
#include "tests/temporary_folder.h"

using namespace emograd;

namespace {

std::vector<std::string> small_sweep(const std::string& out, const std::string& jobs) {
  return resumable_run(
      "--models none,noise,adan --classifiers dnn,svm --epochs 3 --batch 512 --sets 0,1,3 --dnn-steps 4 "
      "--checkpoint-seconds 0",
      out, jobs);
}

}  // namespace

TEST_CASE("sweep: killed in the middle and resumed, the same bytes") {
  const TemporaryFolder folder;
  const Finished whole = run_program("yi2020_sweep", small_sweep(folder / "whole", "1"));
  INFO(whole.err);
  REQUIRE(whole.exit_code == 0);
  const auto expected = run_content(folder / "whole");
  for (const char* file : {"sweep.csv", "table.txt", "report.html", "predictions.csv", "units/seed0-fold09-adan.json"})
    REQUIRE(expected.contains(file));
  for (const char* jobs : {"1", "2"})
    for (const char* when : {"units/seed0-fold05-none.json", "checkpoints/seed0-fold07-adan/manifest.json"}) {
      CAPTURE(jobs);
      const std::string name = fmt::format("{}-{}", jobs, when[0]);
      check_goes_on("yi2020_sweep", small_sweep(folder / name, jobs), folder / name, SIGKILL, when, expected);
    }
}

TEST_CASE("sweep: one number per model, classifier and mix, in tables, sweep.csv and predictions.csv alike") {
  const TemporaryFolder folder;
  const Finished run = run_program("yi2020_sweep", small_sweep(folder / "run", "2"));
  INFO(run.err);
  REQUIRE(run.exit_code == 0);

  // UAR from the predictions, by hand.
  const CsvTable predictions = read_csv(folder / "run/predictions.csv");
  std::map<std::string, std::map<std::string, std::pair<int, int>>> recalls;  // by condition and class: right, all
  for (std::size_t i = 0; i < predictions.rows(); ++i) {
    const auto cell = [&](const char* column) { return std::string(predictions.cell(i, predictions.column(column))); };
    auto& [right, all] = recalls[fmt::format("{} {} {} {}", cell("augmenter"), cell("classifier"), cell("sets"),
                                             cell("real"))][cell("truth")];
    right += cell("truth") == cell("prediction");
    ++all;
  }
  // Two classifiers: real rows, then 1 and 3 sets of each of two models, with real rows and without.
  REQUIRE(recalls.size() == 2 * (1 + 2 * 2 * 2));

  const CsvTable sweep = read_csv(folder / "run/sweep.csv");
  CHECK(sweep.rows() == recalls.size());
  const Tensor uar = sweep.numbers(sweep.column("uar"), sweep.column("uar") + 1);
  for (std::size_t i = 0; i < sweep.rows(); ++i) {
    const auto cell = [&](const char* column) { return std::string(sweep.cell(i, sweep.column(column))); };
    const std::string condition =
        fmt::format("{} {} {} {}", cell("augmenter"), cell("classifier"), cell("sets"), cell("real"));
    CAPTURE(condition);
    REQUIRE(recalls.contains(condition));
    double sum = 0;
    for (const auto& [name, counts] : recalls.at(condition)) sum += counts.first / double(counts.second);
    const double expected = sum / static_cast<double>(recalls.at(condition).size());
    CHECK(uar.to_vector<double>()[i] == doctest::Approx(expected).epsilon(1e-12));
    CHECK(run.out.find(fmt::format("{:.2f} [", 100 * expected)) != std::string::npos);
  }
  for (const char* line : {"UAR (%), DNN, real rows and synthetic sets\n", "UAR (%), SVM, synthetic sets only\n",
                           "NOISE  ", "  ADAN\n", "[low, high]: 95 % intervals of a bootstrap over speakers"})
    CHECK(run.out.find(line) != std::string::npos);
  CHECK(run.out.find("±") == std::string::npos);  // one seed
}

TEST_CASE("sweep: where units leak every row of sweep.csv says so; ± is explained where there is any") {
  const TemporaryFolder folder;
  const Finished run =
      run_program("yi2020_sweep", resumable_run("--models noise --classifiers dnn --sets 1 --dnn-steps 2 "
                                                "--split group-k:2 --seeds 2 --normalise corpus",
                                                folder / "run", "1"));
  INFO(run.err);
  REQUIRE(run.exit_code == 0);
  CHECK(run.out.find(" ± ") < run.out.find("± is the standard deviation over 2 seeds."));
  const CsvTable sweep = read_csv(folder / "run/sweep.csv");
  REQUIRE(sweep.rows() == 4);
  CHECK(sweep.columns.back() == "leak");
  for (std::size_t i = 0; i < sweep.rows(); ++i) {
    CHECK(sweep.cell(i, sweep.column("sets")) == "1");
    CHECK(sweep.cell(i, sweep.column("leak")).find("leaks test rows into training") != std::string::npos);
  }
}

TEST_CASE("sweep: what cannot be swept is refused before anything is made") {
  const TemporaryFolder folder;
  const auto error_of = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--out", folder / "run"});
    const Finished run = run_program("yi2020_sweep", arguments);
    CHECK(run.exit_code != 0);
    CHECK(folder.entries() == 0);
    return run.out + run.err;
  };
  CHECK(error_of({"--models", "none"}).find("none makes no synthetic rows; name one that does") != std::string::npos);
  CHECK(error_of({"--sets", "0"}).find("needs a number above 0") != std::string::npos);
  CHECK(error_of({"--sets", "1,-2"}).find("--sets") != std::string::npos);
}
