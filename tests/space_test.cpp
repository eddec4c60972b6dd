// yi2020_space as its user runs it: every row in its place, the same bytes for any number of jobs and however often
// killed.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <csignal>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "experiments/protocol/likeness.h"
#include "tensor/io/bytes.h"
#include "tensor/io/csv.h"
#include "tests/run_program.h"
#include "tests/temporary_folder.h"

using namespace emograd;

namespace {

std::vector<std::string> small_space(const std::string& out, const std::string& jobs,
                                     const std::string& more = "--rows 40 --iterations 20") {
  return resumable_run(
      "--models noise,aae,adan --epochs 2 --batch 512 --perplexity 10 --checkpoint-seconds 0 "
      "--feature synthetic_3 --feature synthetic_7 " +
          more,
      out, jobs);
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t n = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; ++at) ++n;
  return n;
}

}  // namespace

TEST_CASE("space: tables, coordinates and pictures, the same for any number of jobs and after a kill" *
          doctest::test_suite("programs")) {
  const TemporaryFolder folder;
  const Finished one = run_program("yi2020_space", small_space(folder / "1", "1"));
  INFO(one.err);
  REQUIRE(one.exit_code == 0);
  const auto files = run_content(folder / "1");
  REQUIRE(run_program("yi2020_space", small_space(folder / "2", "2")).exit_code == 0);
  CHECK(differing_files(run_content(folder / "2"), files) == "");
  check_goes_on("yi2020_space", small_space(folder / "3", "1"), folder / "3", SIGKILL,
                "checkpoints/seed0-fold00-adan/manifest.json", files);

  // One training of each model on all 320 rows.
  REQUIRE(files.contains("units/seed0-fold00-adan.json"));
  CHECK_FALSE(files.contains("units/seed0-fold01-adan.json"));
  CHECK_FALSE(files.contains("predictions.csv"));

  const CsvTable csv = parse_csv(io::as_bytes(files.at("space.csv")), "space.csv");
  std::map<std::string, std::set<std::string>> rows;  // real utterances, or numbers of synthetic rows, by picture
  std::map<std::string, std::map<std::string, int>> classes;
  for (std::size_t i = 0; i < csv.rows(); ++i) {
    const auto cell = [&](const char* column) { return std::string(csv.cell(i, csv.column(column))); };
    const std::string picture = cell("model") + ' ' + cell("space") + ' ' + cell("projection") + ' ' + cell("kind");
    CHECK(rows[picture].insert(cell("row")).second);
    ++classes[picture][cell("class")];
    // An utterance's name says its class: synthetic-SPEAKER-CLASS-NUMBER.
    if (cell("kind") == "real") CHECK(cell("row")[13] == cell("class").back());
  }
  // Three models in the space of features, two in a latent one; two projections; two kinds.
  CHECK(rows.size() == (3 + 2) * 2 * 2);
  for (const auto& [picture, names] : rows) {
    CHECK(names.size() == 40);
    CHECK(classes.at(picture) == classes.begin()->second);  // labels of a synthetic set are those of the fold
    const std::string real = picture.substr(0, picture.rfind(' ')) + " real";
    if (picture == real) CHECK(names == rows.begin()->second);
  }

  const CsvTable table = parse_csv(io::as_bytes(files.at("table.csv")), "table.csv");
  REQUIRE(table.rows() == 3 + 2);
  CHECK(table.cell(0, 0) == "NOISE, features");
  CHECK(table.cell(2, 0) == "AAE, latent");
  // Noise of a tenth of a deviation hides no row and moves no distribution; two epochs leave ADAN far away.
  const auto value = [&](std::size_t row, const char* column) {
    return std::stod(std::string(table.cell(row, table.column(column))));
  };
  CHECK(value(0, "real next to real (%)") == 0);
  CHECK(value(0, "synthetic next to synthetic (%)") == 0);
  CHECK(value(0, "own class nearest (%)") == 100);
  CHECK(value(0, "KS distance, median") < 0.1);
  CHECK(value(3, "synthetic next to synthetic (%)") > 90);
  CHECK(value(3, "KS distance, median") > 0.2);
  CHECK(value(0, "own class among real rows (%)") == value(3, "own class among real rows (%)"));
  CHECK(one.out.find("ADAN, latent") != std::string::npos);

  // A histogram of values as models see them.
  const auto unit = nlohmann::json::parse(files.at("units/seed0-fold00-noise.json"));
  const auto& values = unit.at("measured").at("values");
  CHECK(values.size() == 2);
  const auto real = values.at("synthetic_3").at("real").get<std::vector<double>>();
  REQUIRE(real.size() == 320);
  double sum = 0, squares = 0;
  for (const double v : real) sum += v, squares += v * v;
  CHECK(std::abs(sum) < 1e-3);
  CHECK(squares == doctest::Approx(320).epsilon(1e-5));

  // Every picture has a title and a description; histograms say how far the two kinds are apart.
  const std::string& page = files.at("report.html");
  CHECK(page.find("The data are invented") != std::string::npos);
  if (page.find("No drawing") == std::string::npos) {
    // Of rows as above; of two features and three models; losses of AAE (D, E, R) and ADAN (C, D, E, G, R).
    CHECK(count(page, "role=\"img\"") == (3 + 2) * 2 + 2 * 3 + 3 + 5);
    CHECK(count(page, "<desc ") == count(page, "role=\"img\""));
  }
  CHECK(page.find("Scatter plot of t-SNE 2 over t-SNE 1.") != std::string::npos);
  CHECK(page.find(fmt::format(
            "NOISE, KS distance {:.2f}",
            protocol::ks_distance(real, values.at("synthetic_3").at("synthetic").get<std::vector<double>>()))) !=
        std::string::npos);
  CHECK(page.find("--feature synthetic_3 --feature synthetic_7") != std::string::npos);  // it can be run again
}

TEST_CASE("space: folds and seeds are averaged, a leak is named, one feature is drawn by its seed") {
  const TemporaryFolder folder;
  const auto run = [&](const std::string& name, const std::string& options) {
    std::vector<std::string> arguments =
        resumable_run("--models noise --projections pca --rows 10 " + options, folder / name, "1");
    const Finished finished = run_program("yi2020_space", arguments);
    INFO(finished.err);
    REQUIRE(finished.exit_code == 0);
    return run_content(folder / name);
  };
  const auto files = run("folds", "--split group-k:3 --seeds 2 --normalise corpus --feature-seed 1");
  CHECK(files.at("table.txt").find("standard deviation over folds") != std::string::npos);
  for (const char* file : {"table.md", "table.tex", "report.html"})
    CHECK(files.at(file).find("Leak") != std::string::npos);
  CHECK(files.at("table.txt").find("LEAK") != std::string::npos);
  const CsvTable csv = parse_csv(io::as_bytes(files.at("space.csv")), "space.csv");
  CHECK(csv.rows() == 2 * 3 * 2 * 10);
  CHECK(csv.columns.back() == "leak");
  const CsvTable table = parse_csv(io::as_bytes(files.at("table.csv")), "table.csv");
  double sum = 0;
  std::set<std::string> drawn;
  for (const auto& [name, text] : files) {
    if (!name.starts_with("units/")) continue;
    const auto measured = nlohmann::json::parse(text).at("measured");
    sum += measured.at("spaces")[0].at("ks").at("median").get<double>();
    for (const auto& [feature, values] : measured.at("values").items()) drawn.insert(feature);
  }
  CHECK(std::stod(std::string(table.cell(0, table.column("KS distance, median")))) ==
        doctest::Approx(sum / 6).epsilon(1e-12));
  CHECK(drawn.size() == 1);
  for (const auto& [name, text] : run("other", "--feature-seed 2"))
    if (name == "units/seed0-fold00-noise.json")
      CHECK_FALSE(nlohmann::json::parse(text).at("measured").at("values").contains(*drawn.begin()));
}

TEST_CASE("space: what cannot be shown is refused before anything is trained") {
  const TemporaryFolder folder;
  const auto error_of = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--out", folder / "run"});
    const Finished run = run_program("yi2020_space", arguments);
    CHECK(run.exit_code != 0);
    CHECK(folder.entries() == 0);
    return run.out + run.err;
  };
  CHECK(error_of({"--feature", "loudness"}).find("there is no feature 'loudness'") != std::string::npos);
  CHECK(error_of({"--feature", "synthetic_1", "--feature", "synthetic_1"}).find("twice") != std::string::npos);
  CHECK(error_of({"--rows", "15"}).find("--perplexity 30 needs more rows than the 30") != std::string::npos);
  CHECK(error_of({"--projections", "umap"}).find("umap not in {tsne,pca}") != std::string::npos);
  CHECK(error_of({"--models", "none"}).find("none makes no synthetic rows") != std::string::npos);
}
