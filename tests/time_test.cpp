// What an epoch of ADAN and WADAN costs, counted by hand from Algorithm 1, and yi2020_time as its user runs it.
#include "experiments/protocol/timing.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "autograd/ops/random.h"
#include "experiments/report/timing_table.h"
#include "models/yi2020/adan.h"
#include "tensor/io/csv.h"
#include "tests/run_program.h"
#include "tests/temporary_folder.h"

using namespace emograd;
using namespace emograd::protocol;

namespace {

/// Weights of a network's first layer, last layer, and all.
struct Weights {
  double first, last, all;
};

Weights weights(const std::vector<double>& sizes) {
  Weights w{sizes[0] * sizes[1], sizes[sizes.size() - 2] * sizes.back(), 0};
  for (std::size_t i = 0; i + 1 < sizes.size(); ++i) w.all += sizes[i] * sizes[i + 1];
  return w;
}

/// Operations of matrix products in one step of Algorithm 1 on m rows: each weight of a network takes part in one
/// multiply-add per row forward, one for its own derivative, and one for the derivative of its layer's input.
double by_hand(bool wasserstein, double m) {
  const Weights E = weights({11, 16, 14, 8}), R = weights({8, 16, 14, 11}), C = weights({8, 10, 9, 3}),
                G = weights({5 + 3, 10, 9, 8}), D = weights({8, 10, 9, 1});
  // A network that is trained, from an input that nobody asks a derivative of.
  const auto trained = [](const Weights& w) { return 3 * w.all - w.first; };
  // One that is passed through to its input.
  const auto met = [](const Weights& w) { return 2 * w.all; };
  double sum = trained(E) + trained(G);  // h and ĥ, computed once
  sum += trained(C);                     // line 7
  sum += 2 * trained(D);                 // line 8: D on real and generated vectors
  if (wasserstein) {
    sum += D.all + D.all;       // D at the points between them, and its gradient there
    sum += 2 * D.all - D.last;  // the derivative of that gradient: the slope that it begins with
                                // is 1, whatever the weights
  }
  sum += trained(R);       // line 10
  sum += met(R) + met(C);  // line 11
  sum += met(D) + met(C);  // line 12
  return 2 * m * sum;
}

}  // namespace

TEST_CASE("time: the products of a step are those of Algorithm 1, counted by hand") {
  for (const bool wasserstein : {false, true}) {
    CAPTURE(wasserstein);
    yi2020::AdanConfig c = wasserstein ? yi2020::wadan_config() : yi2020::adan_config();
    c.latent = 8;
    c.noise = 5;
    c.autoencoder_hidden = {16, 14};
    c.hidden = {10, 9};
    c.batch = 12;
    Rng rng{1};
    const Tensor x = normal({36, 11}, rng), y = integers({36}, 3, rng);
    yi2020::Adan model(c, 11, 3, {}, rng);
    const Work work = work_of([&] { model.epoch(x, y); });
    CHECK(work.product_flops == by_hand(wasserstein, 36));  // three batches, or one: rows are what counts
    CHECK(work.flops > work.product_flops);
    CHECK(work.equations.contains(wasserstein ? "yi2020:17" : "yi2020:10"));
    CHECK(!work.equations.contains(wasserstein ? "yi2020:10" : "yi2020:17"));
    // Generating: G and R, forward.
    const Tensor labels = integers({7}, 3, rng);
    CHECK(work_of([&] { model.sample(labels, rng); }).product_flops ==
          2 * 7 * (weights({8, 10, 9, 8}).all + weights({8, 16, 14, 11}).all));
  }
}

TEST_CASE("time: a value per repetition, and one call before them") {
  int calls = 0;
  CHECK(seconds_of([&] { ++calls; }, 3).size() == 3);
  CHECK(calls == 4);
}

TEST_CASE("yi2020_time: a row per size and model, the paper beside its own sizes, and a resumed run repeats nothing" *
          doctest::test_suite("programs")) {
  const TemporaryFolder folder;
  std::vector<std::string> arguments{"--rows", "150,400",   "--width", "12",    "--repeat",
                                     "2",      "--threads", "2",       "--out", folder / "run"};
  const Finished first = run_program("yi2020_time", arguments);
  INFO(first.err);
  REQUIRE(first.exit_code == 0);
  CHECK(first.out.find("not speech") != std::string::npos);
  CHECK(first.out.find("other hardware") != std::string::npos);

  const CsvTable csv = read_csv(folder / "run/table.csv");
  const auto row = [&](const std::string& name) {
    for (std::size_t i = 0; i < csv.rows(); ++i)
      if (csv.cell(i, 0) == name) return i;
    FAIL("there is no row " << name);
    return csv.rows();
  };
  const std::size_t paper = csv.column("paper, on a GTX 1080 Ti");
  for (const std::string model : {"ADAN", "WADAN"})
    for (const char* what :
         {"epoch of 1 row", "epoch of 150 rows", "epoch of 400 rows", "generating 1 row", "generating 128 rows"}) {
      const std::size_t i = row(model + ", " + what);
      const auto value = [&](const char* column) { return std::stod(std::string(csv.cell(i, csv.column(column)))); };
      CHECK(value("least") <= value("median"));
      CHECK(value("median") <= value("most"));
      CHECK(value("floor") > 0);
      CHECK(value("median / floor") == doctest::Approx(value("median") / value("floor")));
    }
  CHECK(csv.cell(row("WADAN, epoch of 400 rows"), paper) == "0.15");
  CHECK(csv.cell(row("WADAN, epoch of 150 rows"), paper).empty());
  CHECK(csv.cell(row("ADAN, generating 1 row"), paper) == "0.02");
  double shares = 0;
  for (std::size_t i = 0; i < csv.rows(); ++i)
    if (const auto cell = csv.cell(i, csv.column("WADAN")); !cell.empty()) shares += std::stod(std::string(cell));
  CHECK(shares == doctest::Approx(100));
  CHECK(csv.cell(row("yi2020:17 (Loss of WADAN's discriminator)"), csv.column("ADAN")).empty());

  const auto expected = run_content(folder / "run");
  CHECK(run_program("yi2020_time", arguments).err.find("holds a run already") != std::string::npos);
  arguments.emplace_back("--resume");
  CHECK(run_program("yi2020_time", arguments).exit_code == 0);
  CHECK(differing_files(run_content(folder / "run"), expected) == "");
}

TEST_CASE("yi2020_time: what is refused, before anything is made") {
  const TemporaryFolder folder;
  const auto error_of = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--out", folder / "run"});
    const Finished run = run_program("yi2020_time", arguments);
    CHECK(run.exit_code != 0);
    CHECK(folder.entries() == 0);
    return run.out + run.err;
  };
  const std::string file = EMOGRAD_SOURCE_DIR "/README.md";
  CHECK(error_of({"--rows", "0"}).find("--rows") != std::string::npos);
  CHECK(error_of({"--repeat", "0"}).find("--repeat") != std::string::npos);
  CHECK(error_of({"--features", file, "--width", "7"}).find("--features excludes --width") != std::string::npos);
  CHECK(error_of({"--labels", file}).find("give that, too") != std::string::npos);
}

TEST_CASE("where the time went: units are added up, and shares are of their row") {
  const std::vector<nlohmann::json> lines{
      {{"unit", "a"}, {"method", "adan"}, {"seconds", 10}, {"parts", {{"training", 6}, {"classifiers", 3}}}},
      {{"unit", "b"}, {"method", "none"}, {"seconds", 5}, {"parts", {{"classifiers", 4}}}},
      {{"unit", "c"}, {"method", "adan"}, {"seconds", 30}, {"parts", {{"training", 30}, {"classifiers", 0}}}}};
  const auto rows = report::texts(report::spent_table(lines));
  CHECK(rows == std::vector<std::vector<std::string>>{
                    {"Method", "units", "seconds per unit", "of all time (%)", "classifiers (%)", "training (%)"},
                    {"adan", "2", "20.0", "88.9", "7.5", "90.0"},
                    {"none", "1", "5.0", "11.1", "80.0", "0.0"},
                    {"all", "3", "15.0", "100.0", "15.6", "80.0"}});
}

TEST_CASE("where the time went: every unit's parts are within its seconds, and --times shows them") {
  const TemporaryFolder folder;
  const Finished run = run_program(
      "yi2020_selection", words("--models none,adan --classifiers dnn --epochs 4 --every 2 --batch 512 --dnn-steps 20 "
                                "--times --jobs 2 --out " +
                                (folder / "run").string()));
  REQUIRE(run.exit_code == 0);
  CHECK(run.out.find("Where the time went") != std::string::npos);
  std::istringstream timing(content(folder / "run/timing.jsonl"));
  int units = 0;
  for (std::string text; std::getline(timing, text); ++units) {
    const auto line = nlohmann::json::parse(text);
    const double classifiers = line.at("parts").at("classifiers"), training = line.at("parts").at("training");
    CHECK(classifiers > 0);
    CHECK(training >= 0);
    if (line.at("method") == "adan") CHECK(training > 1e-4);  // four epochs take more than that anywhere
    CHECK(training + classifiers <= line.at("seconds").get<double>());
  }
  CHECK(units == 20);  // with validation speakers, and without
}
