// The parts of report.html that need no other program.
#include "experiments/report/page.h"
#include "experiments/protocol/synthetic_table.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include "experiments/report/command_line.h"
#include "experiments/report/filter.h"
#include "experiments/report/loss_curves.h"
#include "experiments/report/markup.h"
#include "experiments/report/palette.h"
#include "experiments/report/results_page.h"

using namespace emograd;
using namespace emograd::report;

namespace {

/// WCAG 2.1, "relative luminance" and "contrast ratio".
double luminance(Rgb c) {
  const auto linear = [](std::uint8_t v) {
    const double s = v / 255.0;
    return s <= 0.04045 ? s / 12.92 : std::pow((s + 0.055) / 1.055, 2.4);
  };
  return 0.2126 * linear(c.r) + 0.7152 * linear(c.g) + 0.0722 * linear(c.b);
}

double contrast(Rgb a, Rgb b) {
  const double x = luminance(a), y = luminance(b);
  return (std::max(x, y) + 0.05) / (std::min(x, y) + 0.05);
}

Rgb blend(Rgb over, Rgb under, double alpha) {
  const auto mixed = [&](std::uint8_t a, std::uint8_t b) {
    return static_cast<std::uint8_t>(std::lround(alpha * a + (1 - alpha) * b));
  };
  return {mixed(over.r, under.r), mixed(over.g, under.g), mixed(over.b, under.b)};
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t n = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; at += part.size()) ++n;
  return n;
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

protocol::Confusion confusion(const std::vector<std::vector<int>>& counts) {
  protocol::Confusion c(std::ssize(counts));
  for (std::size_t i = 0; i < counts.size(); ++i)
    for (std::size_t j = 0; j < counts.size(); ++j)
      for (int n = 0; n < counts[i][j]; ++n) c.add(static_cast<std::int64_t>(i), static_cast<std::int64_t>(j));
  return c;
}

const nlohmann::json config{{"options", {{"seeds", {0, 7}}, {"adan", {{"lr", 1e-4}, {"hidden", {100, 100}}}}}},
                            {"data",
                             {{"source", "mine.npy"},
                              {"xxhash64", "0123456789abcdef"},
                              {"rows", 12},
                              {"features", 3},
                              {"classes", {"a", "b"}},
                              {"split", {{"protocol", "group-k-fold"}, {"folds", 5}}}}},
                            {"build", {{"emograd", "0.1.0"}}}};

std::string command_of(std::vector<std::string> arguments) {
  CommandLine line{""};
  std::vector<std::string> words, each;
  std::vector<std::int64_t> numbers;
  bool flag = false;
  DataOptions data;
  RunOptions run;
  add_table_options(line, data);
  line.group("Experiment");
  line.option("--words", &words, "");
  line.option("--numbers", &numbers, "");
  line.repeated("--each", &each, "");
  line.flag("--flag", &flag, "");
  add_run_options(line, run);
  arguments.insert(arguments.begin(), "/somewhere/bin/program");
  std::vector<const char*> argv;
  for (const std::string& a : arguments) argv.push_back(a.c_str());
  CHECK(!line.parse(static_cast<int>(argv.size()), argv.data()));
  return run.command;
}

}  // namespace

TEST_CASE("palette: text and the first curves stand out from every ground, light and dark") {
  CHECK(contrast({0, 0, 0}, {255, 255, 255}) == doctest::Approx(21));
  CHECK(contrast({119, 119, 119}, {255, 255, 255}) == doctest::Approx(4.478).epsilon(1e-3));
  for (const Theme& t : {light, dark}) {
    for (const Rgb ground : {t.background, t.panel}) {
      CHECK(contrast(t.ink, ground) >= 4.5);
      CHECK(contrast(t.faint, ground) >= 4.5);
      for (const Rgb shade : {much, little})
        for (int share = 0; share <= 10; ++share)
          CHECK(contrast(t.ink, blend(shade, ground, strongest_shade * share / 10)) >= 4.5);
    }
    for (std::size_t i = 0; i < 4; ++i) CHECK(contrast(series_colours[i], t.background) >= 3);
  }
}

TEST_CASE("markup: nothing of a name becomes markup") {
  CHECK(escaped("a<b>&\"c'") == "a&lt;b&gt;&amp;&quot;c&#39;");
  CHECK(escaped("Größe\n\t…") == "Größe\n\t…");
  CHECK(escaped(std::string("\0\x1b\x7f", 3)) == "\uFFFD\uFFFD\uFFFD");
  CHECK(escaped("\xff\xc3(\xc2\x85") == "\uFFFD\uFFFD(\uFFFD");
  CHECK(prose("say `a<b` and `") == "say <code>a&lt;b</code> and <code></code>");
}

TEST_CASE("filter: a program between two texts, whatever it does with its input") {
  const std::string big(3'000'000, 'x');
  const Filtered same = filtered({"cat"}, big);
  CHECK(same.status == 0);
  CHECK((same.out == big));
  CHECK(filtered({"true"}, big).out == "");  // reads nothing of it
  CHECK(filtered({"cat"}, "").out == "");
  CHECK(filtered({"sh", "-c", "exit 3"}, "").status == 3);
  CHECK(filtered({"sh", "-c", "kill -9 $$"}, "").status == 137);
  CHECK(filtered({"no-such-program-anywhere"}, "").status == 127);
  CHECK(filtered({"printf", "%s", "\"; $(exit 1) `x`"}, "").out == "\"; $(exit 1) `x`");
}

TEST_CASE("HTML tables: header, rules, alignment and shades") {
  const std::string html = html_table({{{"method", "UAR", "words"},
                                        {"A & B", "86.0 [84.1, 87.9]", "3 of them"},
                                        {},
                                        {"C", "−1.5", "none"},
                                        {"D", "–", ""}},
                                       "All of `them`",
                                       {{}, {0, 1, -2}, {}, {0, std::nan(""), 0}}});
  CHECK(has(html, "<figcaption>All of <code>them</code></figcaption>"));
  CHECK(
      has(html, "<thead><tr><th scope=\"col\">method<th scope=\"col\" class=\"n\">UAR<th scope=\"col\">words</thead>"));
  CHECK(has(html,
            "<tr><th scope=\"row\">A &amp; B<td class=\"n\" style=\"background:#0072b299\">86.0 [84.1, 87.9]"
            "<td style=\"background:#d55e0099\">3 of them\n"));
  CHECK(has(html, "<tr class=\"rule\"><th scope=\"row\">C<td class=\"n\">−1.5<td>none"));
  CHECK(has(html, "<td class=\"n\">–<td>"));
  CHECK(count(html, "class=\"scroll\"") == 1);

  const HtmlTable matrix =
      shaded_confusions({"SVM",
                         {{"truth"}, {"a", {""}}, {"b", {""}}, {"recall (%)", {""}}},
                         {{{"a"}, {"3", {3}}, {"1", {1}}, {"75.00", {75}}}, {{"b"}, {"0", {0}}, {"0", {0}}, {"–"}}},
                         {}});
  CHECK(matrix.rows == std::vector<std::vector<std::string>>{
                           {"truth", "a", "b", "recall (%)"}, {"a", "3", "1", "75.00"}, {"b", "0", "0", "–"}});
  CHECK(matrix.shades == std::vector<std::vector<double>>{{}, {0, 0.75, -0.25}, {0, 0, 0}});
}

TEST_CASE("command: what was given, but for what changes no result, quoted for a shell") {
  CHECK(command_of({}) == "program");
  CHECK(command_of({"--features", "/etc/passwd", "--words", "a,b", "--numbers", "1,5", "--flag", "--jobs", "2", "--out",
                    "x", "--resume"}) == "program --features passwd --words a,b --numbers 1,5 --flag");
  CHECK(command_of({"--words", "it's $(x)"}) == "program --words 'it'\\''s $(x)'");
  CHECK(command_of({"--each", "a,b", "--each", "c d"}) == "program --each a,b --each 'c d'");
  CHECK(command_of({"--split", "file:/home/me/folds.csv", "--write-manifest", "/home/me/m.json"}) ==
        "program --split 'file:folds.csv'");
}

TEST_CASE("loss curves: mean and range over trainings, in the order of augmenters") {
  LossCurves curves;
  const auto outcome = [](const char* augmenter, double first, double second) {
    return nlohmann::json{{"augmenter", augmenter},
                          {"seed", 0},
                          {"split", "a"},
                          {"epochs",
                           {{{"epoch", 1}, {"losses", {{"D", first}, {"other", -1.0}}}},
                            {{"epoch", 2}, {"losses", {{"D", second}, {"other", 5.0}}}}}}};
  };
  curves.add(outcome("wadan", 1, 2));
  curves.add({{"augmenter", "none"}, {"epochs", nlohmann::json::array()}});
  curves.add(outcome("adan", 100, 1));
  curves.add(outcome("adan", 50, 3));
  const auto figures = curves.figures([](const std::string& name) { return "<" + name + ">"; });
  REQUIRE(figures.size() == 2);
  CHECK(figures[0].title == "Losses of <wadan>");
  CHECK(figures[0].caption == "One training.");
  CHECK(has(figures[1].caption, "mean over 2 trainings"));
  REQUIRE(figures[1].panels.size() == 2);
  const Plot& d = figures[1].panels[0];
  CHECK(d.title == "D (discriminator)");
  CHECK(d.log_y);  // 100 to 1
  CHECK(d.series[0].x == std::vector<double>{1, 2});
  CHECK(d.series[0].y == std::vector<double>{75, 2});
  CHECK(d.series[0].low == std::vector<double>{50, 1});
  CHECK(d.series[0].high == std::vector<double>{100, 3});
  CHECK(figures[1].panels[1].title == "other");
  CHECK_FALSE(figures[1].panels[1].log_y);  // negative
  CHECK_FALSE(figures[0].panels[0].log_y);
}

TEST_CASE("loss curves: where trainings end early, the mean ends with the first of them") {
  LossCurves curves;
  const auto training = [&](int seed, const std::vector<std::pair<int, double>>& points) {
    nlohmann::json epochs = nlohmann::json::array();
    for (const auto& [epoch, value] : points) epochs.push_back({{"epoch", epoch}, {"losses", {{"D", value}}}});
    curves.add({{"augmenter", "adan"}, {"seed", seed}, {"split", "a"}, {"epochs", epochs}});
  };
  training(0, {{3, 1}, {6, 2}, {9, 3}, {12, 4}});
  training(1, {{3, 3}, {6, 4}, {7, 100}});  // stopped between two epochs that are reported
  const Series d = curves.curve("adan", "D");
  CHECK(d.x == std::vector<double>{3, 6});
  CHECK(d.y == std::vector<double>{2, 3});
  CHECK(has(curves.caption("adan"), "ended after 7 to 12 epochs"));
  training(2, {{3, 1}, {6, 2}, {9, 3}, {12, 4}});
  CHECK(curves.trainings().size() == 3);
  CHECK(curves.trainings_of("adan")[1]->epochs == std::vector<double>{3, 6, 7});
}

TEST_CASE("results page: the result first, every method everywhere, and what each class gains") {
  Results r{.classes = {"a", "b"},
            .tables = {{{{"Methods", "UAR"}, {"none + SVM", "75.00"}}, "Scores"}, {{{"Methods"}}, "Tests"}},
            .remarks = "One did not converge."};
  const auto two_folds = [](const std::vector<std::vector<int>>& x, const std::vector<std::vector<int>>& y) {
    return std::vector<std::vector<protocol::Confusion>>{{confusion(x), confusion(y)}};
  };
  r.methods.push_back({"none + SVM", "none", "svm", two_folds({{2, 0}, {1, 1}}, {{2, 0}, {1, 1}})});
  r.methods.push_back({"ADAN + SVM", "adan", "svm", two_folds({{1, 1}, {0, 2}}, {{2, 0}, {1, 1}})});
  r.methods.push_back({"ADAN + DNN", "adan", "dnn", two_folds({{1, 1}, {0, 2}}, {{2, 0}, {0, 2}})});
  const auto page_of = [](const nlohmann::json& c, const Results& results) {
    std::vector<Section> sections = comparison_sections(results);
    sections.push_back({"Empty", {}});
    return run_page({"Title <1>", "Lead", c, "program --x '<y>'"}, std::move(sections));
  };
  const Page page = page_of(config, r);

  REQUIRE(page.sections.size() == 4);  // none that is empty
  CHECK(page.sections[0].title == "Result");
  CHECK(std::get<HtmlTable>(page.sections[0].parts[0]).caption == "Scores");
  CHECK(std::get<HtmlTable>(page.sections[0].parts[2]).caption == "Tests");
  CHECK(std::get<Text>(page.sections[0].parts[3]).text == "One did not converge.");
  const Plot& bars = std::get<Figure>(page.sections[0].parts[1]).panels[0];
  CHECK(bars.categories == std::vector<std::string>{"none + SVM", "ADAN + SVM", "ADAN + DNN"});
  CHECK(bars.series[0].y == std::vector<double>{75, 75, 87.5});
  CHECK(bars.series[0].dots == std::vector<std::vector<double>>{{75, 75}, {75, 75}, {75, 100}});
  CHECK(bars.series[0].low.empty());
  CHECK(bars.reference == 50);
  // Recalls (%) of none are 100 and 50, of ADAN 75 and 75; there is no DNN without synthetic rows.
  const HtmlTable& changes = std::get<HtmlTable>(page.sections[1].parts[0]);
  CHECK(changes.rows == std::vector<std::vector<std::string>>{
                            {"", "a", "b"}, {"none + SVM", "100.0", "50.0"}, {"ADAN + SVM", "−25.0", "+25.0"}});
  CHECK(changes.shades == std::vector<std::vector<double>>{{}, {}, {0, -1, 1}});

  const std::string text = html(page);
  CHECK(text == html(page));
  CHECK(has(text, "<title>Title &lt;1&gt;</title>"));
  CHECK(has(text, "program --x &#39;&lt;y&gt;&#39;"));
  CHECK(has(text, "0123456789abcdef"));
  CHECK(has(text, "<th scope=\"row\">adan.lr<td class=\"n\">0.0001"));
  CHECK(has(text, "default-src 'none'"));
  CHECK_FALSE(has(text, "<script"));
  CHECK_FALSE(has(text, "http://"));
  CHECK_FALSE(has(text, "https://"));
  CHECK_FALSE(has(text, "say nothing about speech"));
  std::set<std::string> ids;
  for (std::size_t at = 0; (at = text.find(" id=\"", at)) != std::string::npos;) {
    at += 5;
    const std::string id = text.substr(at, text.find('"', at) - at);
    CAPTURE(id);
    CHECK(ids.insert(id).second);
  }

  r.methods.erase(r.methods.begin());
  CHECK(page_of(config, r).sections.size() == 3);  // nothing to compare with
  for (MethodResult& m : r.methods) m.uar_interval = {0.5, 0.9};
  const Page with = page_of(config, r);
  CHECK(std::get<Figure>(with.sections[0].parts[1]).panels[0].series[0].high == std::vector<double>{90, 90});
  nlohmann::json invented = config;
  invented["data"]["source"] = protocol::synthetic_table({}, Rng{1}).source;
  CHECK(has(html(page_of(invented, r)), "say nothing about speech"));
  invented["data"]["source"] = "nonsynthetic.csv";
  CHECK_FALSE(has(html(page_of(invented, r)), "say nothing about speech"));

  CHECK(has(text, "5, group-k-fold"));
  CHECK_FALSE(has(text, "Leak"));
  nlohmann::json leaking = config;
  leaking["data"]["leak"] = "scaled on test rows, too";
  CHECK(has(html(page_of(leaking, r)), "Leak: features are scaled on test rows, too."));
}
