// One table in four forms, and what a comparison of methods says.
#include "experiments/report/table.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "experiments/protocol/synthetic_table.h"
#include "experiments/report/comparison.h"
#include "experiments/report/filter.h"
#include "experiments/report/run_folder.h"
#include "tensor/error.h"
#include "tensor/io/bytes.h"
#include "tensor/io/csv.h"
#include "tests/latex_checks.h"
#include "tests/temporary_folder.h"

using namespace emograd;
using namespace emograd::report;

namespace {

Table small() {
  return {"Scores of 50 % & more",
          {{"Methods"}, {"UAR (%)", {"", "low", "high"}}, {"verdict"}},
          {{{"a_1 + SVM"}, {"62.50 [−1.0, 80.0]", {62.5, -1, 80}}, {"so|so"}}, {{"[b]"}, {"70.00 ± 1.00"}, {"good"}}},
          {"± is a deviation."}};
}

CsvTable parsed(const std::string& text) { return parse_csv(io::as_bytes(text), "predictions.csv"); }

std::string refusal(const std::string& text) {
  try {
    read_predictions(parsed(text));
  } catch (const FileError& e) { return e.what(); }
  return "";
}

const std::string header = "seed;split;id;speaker;truth;augmenter;classifier;sets;real;prediction\n";

/// Six speakers, each a fold, with two utterances of "a" and one of "b", but the last has no "b". "none" is right for
/// `right_without` of the speakers' first "a" and all else; "adan" for all of them.
std::string answers(int seeds, int right_without = 0) {
  std::string csv = header;
  for (int seed = 0; seed < seeds; ++seed)
    for (const char* augmenter : {"none", "adan"})
      for (int s = 0; s < 6; ++s)
        for (int u = 0; u < (s == 5 ? 2 : 3); ++u) {
          const std::string truth = u == 2 ? "b" : "a";
          const bool wrong = std::string(augmenter) == "none" && u == 0 && s >= right_without;
          csv += std::to_string(seed) + ";" + std::to_string(s) + ";u" + std::to_string(3 * s + u) + ";" +
                 std::to_string(s) + ";" + truth + ";" + augmenter +
                 (augmenter == std::string("none") ? ";svm;0;yes;" : ";svm;10;yes;") + (wrong ? "b" : truth) + "\n";
        }
  return csv;
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("tables: text, Markdown, LaTeX and CSV of one content") {
  CHECK(as_text(small()) ==
        "Scores of 50 % & more\n\n"
        "Methods               UAR (%)  verdict\n"
        "--------------------------------------\n"
        "a_1 + SVM  62.50 [−1.0, 80.0]    so|so\n"
        "[b]              70.00 ± 1.00     good\n"
        "\n± is a deviation.\n");
  Table long_note = small();
  long_note.notes = {std::string(60, 'a') + " ±" + std::string(37, 'b') + " c", std::string(120, 'd') + " e"};
  CHECK(as_text(long_note).ends_with("\n\n" + std::string(60, 'a') + " ±" + std::string(37, 'b') + "\nc\n" +
                                     std::string(120, 'd') + "\ne\n"));
  CHECK(as_markdown(small()) ==
        "**Scores of 50 % &amp; more**\n\n"
        "| Methods | UAR (%) | verdict |\n|---|---:|---:|\n"
        "| a\\_1 + SVM | 62.50 [−1.0, 80.0] | so\\|so |\n| [b] | 70.00 ± 1.00 | good |\n"
        "\n± is a deviation.\n");
  CHECK(as_latex(small()) ==
        "\\begin{table}\n\\caption{Scores of 50 \\% \\& more}\n\\begin{tabular}{lrr}\n\\toprule\n"
        "Methods & UAR (\\%) & verdict \\\\\n\\midrule\n"
        "a\\_1 + SVM & 62.50 {[}\\ensuremath{-}1.0, 80.0] & so\\textbar{}so \\\\\n"
        "{[}b] & 70.00 \\ensuremath{\\pm} 1.00 & good \\\\\n\\bottomrule\n\\end{tabular}\n"
        "\n\\smallskip\\footnotesize \\ensuremath{\\pm} is a deviation.\n\\end{table}\n");
  Table more{"", {{"Methods"}, {"p", {""}}}, {{{"c"}, {"0.1", {0.125}}}, {{"[b]"}, {"1", {1}}}}, {}};
  CHECK(as_csv({small(), more}) ==
        "Methods;UAR (%);UAR (%) low;UAR (%) high;verdict;p\n"
        "a_1 + SVM;62.5;-1;80;so|so;\n[b];;;;good;1\nc;;;;;0.125\n");
}

TEST_CASE("tables: LaTeX that TeX takes, whatever the names") {
  Table t = small();
  t.caption = "\\ { } $ & # ^ _ % ~ [x] <y> | \" ' ` * ± − × Δ … Größe –";
  t.rows.push_back({{"*"}, {t.caption}, {"\n\n"}});
  t.rows.push_back({{"% \\end{table}"}, {"<0.0001"}, {"}"}});
  t.notes.push_back(t.caption);
  std::string tables = as_latex(small()) + "\n" + as_latex(t);
  for (const Table& each : compare(read_predictions(parsed(answers(2)))).tables()) tables += "\n" + as_latex(each);
  CHECK(checks::latex_fault(tables) == "");

  // The check sees what it is for.
  const std::string good = as_latex(small());
  const auto altered = [&](const std::string& from, const std::string& to) {
    std::string bad = good;
    REQUIRE(bad.find(from) != std::string::npos);
    return checks::latex_fault(bad.replace(bad.find(from), from.size(), to));
  };
  CHECK(contains(altered("\\%", "%"), "a special character at '% "));
  CHECK(contains(altered("\\&", "&"), "a cell ends outside"));
  CHECK(contains(altered("{lrr}", "{lr}"), "a row of 3 cells, 2 columns"));
  CHECK(contains(altered("{[}b", "[b"), "taken for an argument"));
  CHECK(contains(altered("good", "{good"), "a row ends outside"));
  CHECK(contains(altered("good", "}good"), "a brace closes"));
  CHECK(contains(altered("good \\\\", "good"), "the last row has no end"));
  CHECK(contains(altered("\\textbar{}", "|"), "another character"));
  CHECK(contains(altered("\\textbar{}", "\\textbra{}"), "unknown command"));
  CHECK(contains(altered("\\ensuremath{-}", "−"), "may not know"));
  CHECK(contains(altered("\\end{table}", ""), "table is open"));
  CHECK(contains(altered("good", "g\n\nd"), "a paragraph ends"));

  const TemporaryFolder folder;
  const std::string document = "\\documentclass{article}\n\\usepackage{booktabs}\n\\begin{document}\n" + tables;
  const auto tex = folder.file("t.tex", document + "\\end{document}\n");
  const Filtered compiled = filtered({"pdflatex", "-draftmode", "-halt-on-error", "-interaction=nonstopmode",
                                      "-output-directory", folder.path.string(), tex.string()},
                                     "");
  if (compiled.status == 127) MESSAGE("there is no pdflatex: the tables have not been compiled");
  else CHECK_MESSAGE(compiled.status == 0, compiled.out);
}

TEST_CASE("tables: a run folder gets them in three forms") {
  const TemporaryFolder folder;
  Table other = small();
  other.caption = "Other";
  other.columns[1].title = "WA (%)";
  other.columns[2].title = "remark";
  write_tables(RunFolder(folder / "run", {{"options", nullptr}}, false), {small(), other});
  CHECK(content(folder / "run/table.md") == as_markdown(small()) + "\n" + as_markdown(other));
  CHECK(content(folder / "run/table.tex") == as_latex(small()) + "\n" + as_latex(other));
  CHECK(content(folder / "run/table.csv") == as_csv({small(), other}));

  // What must be known of the data goes with each of them.
  const nlohmann::json leak{{"data", {{"source", "a.csv"}, {"leak", "scaled by all rows"}}}};
  write_tables(RunFolder(folder / "leak", leak, false), {small()});
  CHECK(content(folder / "leak/table.md").find("Leak: features are scaled by all rows.") != std::string::npos);
  CHECK(content(folder / "leak/table.tex").find("Leak: features are scaled by all rows.") != std::string::npos);
  const CsvTable csv = read_csv(folder / "leak/table.csv");
  for (std::size_t i = 0; i < csv.rows(); ++i)
    CHECK(csv.cell(i, csv.column("warning")) == "Leak: features are scaled by all rows.");
  const nlohmann::json invented{{"data", {{"source", protocol::synthetic_source}}}};
  write_tables(RunFolder(folder / "invented", invented, false), {small()});
  for (const char* form : {"md", "tex", "csv"})
    CHECK(content(folder / ("invented/table." + std::string(form))).find("The data are invented") != std::string::npos);
}

TEST_CASE("tables: what does not fit is refused") {
  Table t = small();
  t.rows[0].pop_back();
  CHECK_THROWS_WITH_AS(as_text(t), doctest::Contains("3 columns, a row of 2 cells"), Error);
  t = small();
  t.rows[1][1].numbers = {1, 2};
  CHECK_THROWS_WITH_AS(as_csv({t}), doctest::Contains("a cell of 'UAR (%)' has 2 numbers, the column 3"), Error);
  CHECK_THROWS_WITH_AS(as_latex({}), doctest::Contains("no columns"), Error);
  CHECK_THROWS_AS(as_csv({}), Error);
}

TEST_CASE("comparison: a difference that all speakers share, with the p that six of them allow") {
  const Predictions predictions = read_predictions(parsed(answers(2)));
  CHECK(predictions.classes == std::vector<std::string>{"a", "b"});
  CHECK(predictions.speakers.size() == 6);
  CHECK(predictions.utterances == 17);
  REQUIRE(predictions.contenders.size() == 2);
  CHECK(predictions.contenders[0].title == "none + SVM");
  CHECK(predictions.contenders[1].title == "ADAN + SVM");
  CHECK(predictions.contenders[1].seeds == std::vector<std::string>{"0", "1"});

  const Comparison c = compare(predictions);
  // "none": every "a" of the first utterances is missed, half of all 12; so in every resample.
  CHECK(c.scores.rows[0][2].text == "75.00 ± 0.00 [75.0, 75.0]");
  CHECK(c.scores.rows[1][2].text == "100.00 ± 0.00 [100.0, 100.0]");
  CHECK(c.scores.rows[0][1].numbers[0] == doctest::Approx(100 * 11.0 / 17));
  CHECK(c.seeds.rows.size() == 4);
  CHECK(c.recalls.rows[0][1].text == "50.00 [50.0, 50.0]");
  // Folds: UAR 75 five times, and 50 where there is no "b".
  CHECK(c.folds.rows[0][2].numbers[0] == doctest::Approx(425.0 / 6));
  CHECK(c.folds.rows[0][2].numbers[1] == doctest::Approx(25 / std::sqrt(6.0)));
  CHECK(contains(c.folds.notes[0],
                 "6 folds of the mean over seeds. A fold's UAR averages the classes that it has; one "
                 "lacks one or more."));
  REQUIRE(c.tests.rows.size() == 1);
  CHECK(c.tests.rows[0][0].text == "ADAN + SVM");
  CHECK(c.tests.rows[0][1].text == "+25.00 [25.0, 25.0]");
  CHECK(c.tests.rows[0][2].numbers[0] == 2.0 / 64);
  CHECK(c.tests.rows[0][3].numbers[0] == 2.0 / 64);
  CHECK(contains(c.tests.notes[0],
                 "exact, and with so many speakers never below 0.031. Holm: corrected for the one "
                 "test of this table."));
  CHECK(contains(c.scores.notes[0], "standard deviation over 2 seeds"));
  CHECK(contains(
      c.scores.notes[1],
      "10000 resamples of 6 speakers with all their utterances and of 2 seeds. Of so few speakers, the ends are "
      "taken where 0.24 % of the resamples lie beyond each, so that they cover 95 %; their power is small."));
  REQUIRE(c.confusions.size() == 2);
  const auto& row = c.confusions[0].rows[0];
  CHECK(row[0].text == "a");
  CHECK(row[1].text == "12");
  CHECK(row[2].text == "12");
  CHECK(row[3].text == "50.00 [50.0, 50.0]");
  const CsvTable csv = parsed(as_csv(c.tables()));
  REQUIRE(csv.rows() == 2);
  CHECK(csv.cell(1, 0) == "ADAN + SVM");
  CHECK(csv.cell(1, csv.column("UAR (%) low")) == "100");
  CHECK(csv.cell(1, csv.column("p (Holm)")) == "0.03125");
  CHECK(csv.cell(0, csv.column("p (Holm)")).empty());
  CHECK(csv.cell(0, csv.column("a (%) recall")) == "50");
  CHECK(csv.cell(0, csv.column("WA (%) sd")) == "0");
  CHECK(c.tables().size() == 4);
  CHECK(contains(c.text(), "+25.00 [25.0, 25.0]  0.0312    0.0312"));
}

TEST_CASE("comparison: one seed has no deviation, and says what it cannot show; no baseline, no test") {
  const Comparison c = compare(read_predictions(parsed(answers(1, 4))));
  CHECK(contains(c.scores.rows[0][1].text, "88.24 ["));
  CHECK(c.scores.notes.size() == 1);
  CHECK(contains(c.scores.notes[0], "One seed: what its luck does to all folds alike is not in them."));
  CHECK(c.seeds.rows.empty());
  CHECK(!contains(c.text(), "Each seed"));
  CHECK(c.tests.rows[0][2].numbers[0] == 0.5);  // two speakers of six differ: alike, or not

  std::string alone = header;
  for (const std::string& line :
       {std::string("0;1;u1;1;a;adan;svm;10;yes;a\n"), std::string("0;2;u2;2;b;adan;svm;10;yes;b\n")})
    alone += line;
  const Comparison one = compare(read_predictions(parsed(alone)));
  CHECK(one.tests.rows.empty());
  CHECK(one.tables().size() == 3);
  CHECK(!contains(one.text(), "no augmentation"));
  CHECK(contains(one.folds.notes[0], "2 lack one or more"));
  CHECK(contains(one.scores.notes[0], "Fewer than 4 speakers have a (1), b (1): resamples without"));
  CHECK(!contains(c.scores.notes[0], "Fewer than"));
}

TEST_CASE("predictions: what is refused, and by which name") {
  CHECK(contains(refusal(header), "predictions.csv: holds no predictions"));
  CHECK(contains(refusal("seed;id\n0;u\n"), "split"));
  const std::string a = "0;1;u1;1;a;adan;svm;10;yes;a\n", b = "0;2;u2;2;b;adan;svm;10;yes;b\n";
  CHECK(
      contains(refusal(header + a + a), "line 3: ADAN + SVM, real + 10 sets answers utterance 'u1' twice with seed 0"));
  CHECK(contains(refusal(header + a + "0;1;u1;1;b;none;svm;0;yes;b\n"),
                 "line 3: utterance 'u1' has another speaker, split or truth than before"));
  CHECK(contains(refusal(header + a + b + "0;1;u1;1;a;none;svm;0;yes;a\n"),
                 "none + SVM with seed 0 answers 1 of 2 utterances; methods are compared on all of them"));
  CHECK(contains(refusal(header + "0;1;u1;1;a;adan;svm;ten;yes;a\n"), "line 2: 'ten' is not a number of sets"));
  CHECK(contains(refusal(header + "0;1;u1;1;a;adan;svm;10;maybe;a\n"), "line 2: real is 'maybe', must be yes or no"));
  CHECK_THROWS_WITH_AS(
      compare(read_predictions(parsed(header + a + b +
                                      "1;1;u1;1;a;adan;svm;10;yes;a\n1;2;u2;2;b;adan;svm;10;yes;b\n"
                                      "0;1;u1;1;a;none;svm;0;yes;a\n0;2;u2;2;b;none;svm;0;yes;b\n"))),
      doctest::Contains("none + SVM has seeds 0, ADAN + SVM has 0, 1: only methods with the same seeds"), Error);
}
