// Two runs beside each other: differences by hand, what cannot be compared, and the program.
#include "experiments/report/versus.h"

#include <doctest/doctest.h>

#include "tests/run_program.h"
#include "tests/small_run.h"
#include "tests/temporary_folder.h"

using namespace emograd;
using namespace emograd::report;

namespace {

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("versus: what every speaker shares is certain, and conditions of one run alone are named") {
  // Of 8 utterances, half of either class: 2 wrong answers, 3 of every second speaker, against 0 and 1.
  const Evidence worse = run_of("worse", {{"adan;dnn;10;yes", 2}, {"none;svm;0;yes", 4}, {"none;dnn;0;yes", 1}}),
                 better = run_of("better", {{"adan;dnn;10;yes", 0}, {"none;dnn;0;yes", 1}, {"adan;dnn;10;no", 3}});
  const Table t = versus_table(worse, better);
  REQUIRE(t.rows.size() == 2);
  CHECK(t.caption == "UAR of better run (second) less that of worse run (first)");
  CHECK(t.rows[0][0].text == "ADAN + DNN, real + 10 sets");
  CHECK(t.rows[0][1].numbers[0] == doctest::Approx(100 * (1 - 2.5 / 8)));
  CHECK(t.rows[0][2].numbers[0] == doctest::Approx(100 * (1 - 0.5 / 8)));
  CHECK(t.rows[0][3].text == "+25.00 [25.0, 25.0]");  // two utterances in eight, one of each class
  CHECK(t.rows[0][4].numbers[0] == 2.0 / 64);         // of six speakers
  CHECK(t.rows[0][5].numbers[0] == 4.0 / 64);         // two tests
  CHECK(t.rows[1][0].text == "none + DNN, real");
  CHECK(t.rows[1][3].text == "+0.00 [0.0, 0.0]");
  CHECK(t.rows[1][4].numbers[0] == 1);
  const std::string text = as_text(t);
  CHECK(contains(text, "In the first run alone: none + SVM, real."));
  CHECK(contains(text, "In the second run alone: ADAN + DNN, 10 sets."));
  CHECK(versus_table(better, worse).rows[0][3].text == "−25.00 [−25.0, −25.0]");

  std::map<std::string, int> many{{"adan;dnn;10;yes", 2}};
  for (int sets = 1; sets <= 8; ++sets) many[fmt::format("wadan;dnn;{};yes", sets)] = 1;
  CHECK(contains(as_text(versus_table(run_of("many", many), better)), "WADAN + DNN, real + 6 sets and 2 more."));
}

TEST_CASE("versus: runs that cannot be compared are refused by name") {
  const Evidence a = run_of("a", {{"adan;dnn;10;yes", 2}});
  CHECK_THROWS_WITH_AS(versus_table(a, run_of("b", {{"wadan;dnn;10;yes", 2}})),
                       "b run: has no method, classifier and mix of rows in common with a run", FileError);
  Evidence other = run_of("b", {{"adan;dnn;10;yes", 2}});
  other.predictions->speakers[0] = "somebody else";
  CHECK_THROWS_WITH_AS(versus_table(a, other), doctest::Contains("only runs on the same utterances"), FileError);
  Evidence seeds = run_of("b", {{"adan;dnn;10;yes", 2}});
  seeds.predictions->contenders[0].seeds = {"7"};
  CHECK_THROWS_WITH_AS(versus_table(a, seeds), doctest::Contains("of b run has seeds 7"), Error);
  Evidence none = run_of("b", {{"adan;dnn;10;yes", 2}});
  none.predictions.reset();
  CHECK_THROWS_WITH_AS(versus_table(a, none), doctest::Contains("b run: has no predictions.csv"), FileError);
}

TEST_CASE("versus: a run whose config says something else than expected is refused as it is read") {
  const TemporaryFolder folder;
  folder.file("table.txt", "");
  folder.file("config.json", R"({"program": "x", "data": {"leak": 5}})");
  CHECK_FILE_ERROR(read_evidence(folder.path), "holds other results than this version of emograd leaves");
}

TEST_CASE("versus: numbers of sets come with the predictions: what has other numbers is not compared, real rows are") {
  const TemporaryFolder folder;
  for (const std::string sets : {"1", "2"}) {
    std::vector<std::string> arguments =
        words("--models noise --classifiers svm --split group-k:2 --threads 2 --sets " + sets + " --out");
    arguments.push_back(folder / sets);
    const Finished run = run_program("yi2020_imbalance", arguments);
    INFO(run.err);
    REQUIRE(run.exit_code == 0);
  }
  const Table t = versus_table(read_evidence(folder / "1"), read_evidence(folder / "2"));
  REQUIRE(t.rows.size() == 1);
  CHECK(t.rows[0][0].text == "none + SVM, real");
  const std::string text = as_text(t);
  CHECK(contains(text, "In the first run alone: NOISE + SVM, real + 1 set."));
  CHECK(contains(text, "In the second run alone: NOISE + SVM, real + 2 sets."));
  CHECK(contains(text, "In 2 folds speakers share a model"));
}

TEST_CASE("versus: the program says what scaling on the whole corpus is worth, and that it leaks") {
  const TemporaryFolder folder;
  for (const std::string scaling : {"fold", "corpus"}) {
    std::vector<std::string> arguments = words("--models none --classifiers svm --normalise " + scaling + " --out");
    arguments.push_back(folder / scaling);
    const Finished run = run_table1(arguments);
    INFO(run.err);
    REQUIRE(run.exit_code == 0);
  }
  const Finished run = run_program("versus", {folder / "fold", folder / "corpus", "--html", folder / "versus.html"});
  INFO(run.err);
  REQUIRE(run.exit_code == 0);
  CHECK(contains(run.out, "none + SVM"));
  CHECK(contains(run.out, "The data are invented"));
  CHECK(contains(run.out, "In the second run alone: Leak:"));
  CHECK(std::filesystem::exists(folder / "versus.html"));
  const Finished wrong = run_program("versus", {folder / "fold", folder.path});
  CHECK(wrong.exit_code == 1);
  CHECK(contains(wrong.err, "is no run folder"));
}
