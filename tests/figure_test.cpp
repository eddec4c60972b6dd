// Figures of report.html: what gnuplot is told, and what becomes of what it draws.
#include "experiments/report/figure.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <string>
#include <vector>

#include "experiments/report/filter.h"
#include "tensor/error.h"
#include "tensor/io/atomic_file.h"
#include "tensor/io/bytes.h"
#include "tests/environment.h"
#include "tests/temporary_folder.h"

using namespace emograd;
using namespace emograd::report;
namespace fs = std::filesystem;

namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// Every kind of plot, with this in every place for a name.
std::vector<Plot> plots(const std::string& name) {
  std::vector<double> many, squares;
  for (int i = 1; i <= 40; ++i) {
    many.push_back(i);
    squares.push_back(i * i);
  }
  return {
      {.title = name,
       .x_label = name,
       .y_label = name,
       .series = {{.name = name, .x = {0, 1, 2}, .y = {1, nan, 2}, .low = {0, nan, 1}, .high = {2, nan, 3}},
                  {.name = name, .x = {0, 1, 2}, .y = {3, 1, 2}}}},
      {.title = name, .series = {{.name = name, .x = many, .y = squares, .low = many, .high = squares}}, .log_y = true},
      {.kind = Plot::Kind::points,
       .title = name,
       .x_label = name,
       .series = {{.name = name, .x = {0, 1}, .y = {1, 5}, .style = 0},
                  {.name = name, .x = {2, 3}, .y = {1, 5}, .style = 0, .hollow = true}}},
      {.kind = Plot::Kind::histogram,
       .title = name,
       .x_label = name,
       .series = {{.name = name, .x = {0, 1, 2, 4}, .y = {3, 7, 1}}, {.name = name, .x = {0, 2, 4}, .y = {5, 6}}}},
      {.kind = Plot::Kind::bars,
       .title = name,
       .x_label = name,
       .series = {{.name = name, .y = {40, 60}, .low = {30, 55}, .high = {50, 65}, .dots = {{20, 60}, {}}}},
       .categories = {name, name + "2"},
       .reference = 25.0},
      {.kind = Plot::Kind::bars,
       .series = {{.name = name, .y = {-3, 2}}, {.name = name, .y = {nan, 1}}},
       .categories = {name, name + "2"}},
      {.title = name},
      {.kind = Plot::Kind::bars}};
}

bool gnuplot_is_there() {
  if (filtered({"gnuplot", "--version"}, "").status == 0) return true;
  MESSAGE("SKIPPED: gnuplot was not found; this needs the package gnuplot-nox");
  return false;
}

}  // namespace

TEST_CASE("figures: gnuplot is told numbers and no names") {
  const auto harmless = plots("x"),
             hostile = plots("\"; system(\"touch x\"); '`touch x`' @x $x\n<script>%s{/Symbol a}");
  REQUIRE(harmless.size() == hostile.size());
  for (std::size_t i = 0; i < harmless.size(); ++i) CHECK(gnuplot_script(harmless[i]) == gnuplot_script(hostile[i]));
  CHECK(has(gnuplot_script(harmless[0]), "1 NaN NaN NaN \n"));
  CHECK(has(gnuplot_script(harmless[0]), "yerrorbars"));    // few points
  CHECK(has(gnuplot_script(harmless[1]), "filledcurves"));  // many
  CHECK(has(gnuplot_script(harmless[1]), "set logscale y"));
  CHECK(has(gnuplot_script(harmless[4]), "set label 'L3'"));
}

TEST_CASE("figures: lengths that do not fit, and logarithms of what has none, are errors") {
  const auto refused = [](const Plot& p) { CHECK_THROWS_AS(gnuplot_script(p), Error); };
  refused({.series = {{.x = {1, 2}, .y = {1}}}});
  refused({.series = {{.x = {1}, .y = {1}, .low = {1}}}});
  refused({.series = {{.x = {1}, .y = {1}, .low = {1, 2}, .high = {1, 2}}}});
  refused({.kind = Plot::Kind::histogram, .series = {{.x = {1}, .y = {1}}}});
  refused({.kind = Plot::Kind::bars, .series = {{.y = {1}}}, .categories = {"a", "b"}});
  refused({.kind = Plot::Kind::bars, .series = {{.y = {1}, .dots = {{}, {}}}}, .categories = {"a"}});
  refused({.series = {{.x = {1}, .y = {0}}}, .log_y = true});
  CHECK_THROWS_WITH_AS(gnuplot_script({.title = "t", .series = {{.name = "s", .x = {1, 2}, .y = {1}}}}),
                       "plot 't', series 's': 2 x, 1 y, 0 low, 0 high, 0 groups of dots do not fit", Error);
}

TEST_CASE("figures: gnuplot's SVG becomes part of the page") {
  const std::string svg =
      "<?xml version=\"1.0\"?>\n<svg width=\"4\" viewBox=\"0 0 4 2\">\n<title>Gnuplot</title>\n"
      "<g id=\"gnuplot_canvas\">\n<defs><circle id='gpPt6' stroke='currentColor'/><filter id='textbox'>"
      "<feFlood flood-color='white'/></filter></defs>\n"
      "<g id=\"gnuplot_plot_1\" ><title>gnuplot_plot_1</title>\n"
      "<use xlink:href='#gpPt6' color='rgb(  0, 114, 178)'/><path stroke='rgb(2, 2, 2)' fill = \"none\" d='M1,2'/>\n"
      "<path stroke='rgb(  3,   3,   3)' fill='black'/>\n"
      "<text font-family=\"Arial\" font-size=\"13\"><tspan>L0</tspan></text><text>L1</text>\n</g>\n</g>\n</svg>\n";
  const std::string out = adapted_svg(svg, "f1", {"<b>", "L0"});
  CAPTURE(out);
  CHECK(out.starts_with("<g id=\"f1-gnuplot_canvas\">"));
  CHECK(out.ends_with("</g>\n</g>\n"));
  CHECK(has(out, "<circle id=\"f1-gpPt6\" stroke=\"currentColor\"/></defs>"));
  CHECK(has(out, "<use href=\"#f1-gpPt6\" color=\"var(--c0)\"/>"));
  CHECK(has(out, "stroke=\"var(--faint)\""));
  CHECK(has(out, "stroke=\"var(--rule)\" fill=\"var(--ink)\""));
  CHECK(has(out, "<tspan>&lt;b&gt;</tspan>"));
  CHECK(has(out, ">L0</text>"));  // a label of that name stays
  for (const char* gone : {"<title>", "<filter", "font-", "rgb("}) CHECK_FALSE(has(out, gone));
  CHECK_THROWS_AS(adapted_svg("<svg></svg>", "f1", {}), Error);
  CHECK_THROWS_AS(adapted_svg("", "f1", {}), Error);
}

TEST_CASE("figures: a description and the numbers of every plot") {
  const auto all = plots("n");
  CHECK(description(all[0]) ==
        "Line plot of n over n. n: from 1 at 0 to 2 at 2, lowest 1, highest 2. n: from 3 at 0 to 2 at 2, lowest 1, "
        "highest 3.");
  CHECK(description(all[2]) ==
        "Scatter plot over n. n: 2 points, from (0, 1) to (1, 5). n: 2 points, from (2, 1) to (3, 5).");
  CHECK(has(description(all[3]), "n: 3 bins from 0 to 4, most (7) from 1 to 2."));
  CHECK(description(all[4]) == "Bar chart of n. Dashed line at 25. n: n 40 (30 to 50), n2 60 (55 to 65).");
  CHECK(description(all[6]) == "Line plot.");
  using Rows = std::vector<std::vector<std::string>>;
  CHECK(numbers(all[0]) == Rows{{"series", "n", "n", "low", "high"},
                                {"n", "0", "1", "0", "2"},
                                {"n", "1", "–", "–", "–"},
                                {"n", "2", "2", "1", "3"},
                                {"n", "0", "3", "–", "–"},
                                {"n", "1", "1", "–", "–"},
                                {"n", "2", "2", "–", "–"}});
  CHECK(numbers(all[3])[1] == std::vector<std::string>{"n", "0", "1", "3"});
  CHECK(numbers(all[4]) == Rows{{"", "n", "low", "high", "single values"},
                                {"n", "40", "30", "50", "20  60"},
                                {"n2", "60", "55", "65", ""}});
}

TEST_CASE("figures: numbers at bars have as many decimals as each other") {
  if (!gnuplot_is_there()) return;
  const Plot bars{
      .kind = Plot::Kind::bars, .series = {{.y = {59.5, 85.973, NAN, 7}}}, .categories = {"a", "b", "c", "d"}};
  const std::string html = figure_html({"Title", "Caption", {bars}}, "f");
  for (const char* label : {">59.50<", ">85.97<", ">–<", ">7.00<"}) CHECK(has(html, label));
}

TEST_CASE("figures: clouds of points: filled and hollow for any number of classes, one scale, numbers by series") {
  Plot p{.kind = Plot::Kind::points, .x_label = "a", .y_label = "b", .same_scale = true};
  for (std::size_t k = 0; k < 14; ++k)
    for (const bool hollow : {false, true})
      p.series.push_back(
          {.name = fmt::format("{}{}", k, hollow), .x = {0, 10}, .y = {0, 2}, .style = k, .hollow = hollow});
  const std::string script = gnuplot_script(p);
  std::vector<std::string> marks;  // colour and kind of mark of each series
  for (std::size_t at = 0; (at = script.find("with points lc rgb '", at)) != std::string::npos; ++at)
    marks.push_back(script.substr(at + 20, 7) + script.substr(script.find(" pt ", at), 6));
  CHECK(marks.size() == 28);
  std::sort(marks.begin(), marks.end());
  CHECK(std::adjacent_find(marks.begin(), marks.end()) == marks.end());
  CHECK(has(script, "set xrange [-0.4:10.4]\nset yrange [-4.4:6.4]\n"));
  p.same_scale = false;
  CHECK(has(gnuplot_script(p), "set yrange [-0.08:2.08]"));
  CHECK(numbers(p)[0] == std::vector<std::string>{"series", "points", "a, mean", "deviation", "b, mean", "deviation"});
  CHECK(numbers(p)[1] == std::vector<std::string>{"0false", "2", "5", "7.071", "1", "1.414"});
  CHECK(numbers(p).size() == 29);
  p.series.resize(1);
  CHECK(numbers(p).size() == 3);  // few points, each of them
  p.same_scale = p.log_x = true;
  CHECK_THROWS_WITH_AS(gnuplot_script(p), doctest::Contains("one scale for both axes"), Error);
}

TEST_CASE("figures: tracks have one time axis, a picture behind them, and gaps") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  Plot p{
      .title = "F0", .x_label = "s", .series = {{.x = {1, 2, 3, 4}, .y = {nan, 100, 200, nan}}}, .x_range = {{0, 5}}};
  CHECK(description(p) == "Line plot over s. from 100 at 2 to 200 at 3, lowest 100, highest 200.");
  const std::string above = gnuplot_script(p, Place::track), last = gnuplot_script(p, Place::last_track);
  for (const std::string& script : {above, last}) {
    CHECK(has(script, "set xrange [0:5]\n"));  // as asked for, without room at its ends, and so alike in all tracks
    CHECK(has(script, "1 NaN NaN NaN"));
  }
  CHECK(has(above, "set format x ''"));
  CHECK_FALSE(has(last, "set format x ''"));

  p.kind = Plot::Kind::points;
  p.y_range = {{1, 100}};
  p.y_axis = [](double y) { return std::log10(y); };
  p.y_tics = {{10, "ten"}};
  p.picture = Picture{"PNG", "Something is behind it."};
  const std::string script = gnuplot_script(p, Place::track);
  CHECK(has(script, "set yrange [0:2]\n"));
  CHECK(has(script, "set ytics ('ten' 1)\n"));
  CHECK(has(script, "2 2 \n"));
  CHECK(has(description(p), "Something is behind it."));
  Plot without = p;
  without.y_range.reset();
  CHECK_THROWS_WITH_AS(gnuplot_script(without), doctest::Contains("a picture needs x_range and y_range"), Error);

  const std::string html = figure_html({.title = "T", .caption = "C", .panels = {p, p}, .tracks = true}, "f");
  CHECK(has(html, "<th scope=\"row\">F0<td class=\"n\">2<td class=\"n\">100<td class=\"n\">150"));
  if (!gnuplot_is_there()) return;
  CHECK(has(html, "<mask id=\"f-0-mask\"><image x=\"58\" y=\"8\" width=\"888\" height=\"200\""));
  CHECK(has(html, "href=\"data:image/png;base64,UE5H\""));
  CHECK(has(html, "mask=\"url(#f-1-mask)\""));
}

TEST_CASE("figures: without gnuplot the page says so, and has the numbers") {
  const Figure f{"Title", "Caption", plots("<n>")};
  const TemporaryFolder folder;
  {
    const EnvironmentVariable nothing("PATH", folder.path);
    const std::string html = figure_html(f, "f1");
    CHECK(has(html, "apt install gnuplot-nox"));
    CHECK(has(html, "--resume"));
    CHECK_FALSE(has(html, "<svg"));
    CHECK(has(html, "<td class=\"n\">40"));
  }
  const fs::path program = folder / "gnuplot";
  write_file(program, io::as_bytes("#!/bin/sh\nexit 3\n"));
  fs::permissions(program, fs::perms::owner_all);
  {
    const EnvironmentVariable failing("PATH", folder.path);
    CHECK(has(figure_html(f, "f1"), "failed with exit code 3"));
  }
  write_file(program, io::as_bytes("#!/bin/sh\necho nonsense\n"));
  {
    const EnvironmentVariable nonsense("PATH", folder.path);
    CHECK(has(figure_html(f, "f1"), "is no drawing"));
  }
}

TEST_CASE("figures: gnuplot draws every kind, hostile names do nothing, and ids do not clash") {
  if (!gnuplot_is_there()) return;
  const TemporaryFolder folder;
  const std::string target = (folder / "touched").string();
  const std::string name = "<script>alert(1)</script>\"; system(\"touch " + target + "\"); '`touch " + target + "`'";
  const std::string one = figure_html({name, name, plots(name)}, "f1"),
                    two = figure_html({name, name, plots(name)}, "f2");
  CHECK(one == figure_html({name, name, plots(name)}, "f1"));
  CHECK_FALSE(fs::exists(target));
  CHECK_FALSE(has(one, "<script"));
  CHECK_FALSE(has(one, "rgb("));
  CHECK_FALSE(has(one, "No drawing"));
  const auto ids = [](const std::string& html) {
    std::vector<std::string> found;
    for (std::size_t at = 0; (at = html.find(" id=\"", at)) != std::string::npos;) {
      at += 5;
      found.push_back(html.substr(at, html.find('"', at) - at));
    }
    std::sort(found.begin(), found.end());
    return found;
  };
  auto all = ids(one);
  CHECK(all.size() > 30);
  const auto more = ids(two);
  all.insert(all.end(), more.begin(), more.end());
  std::sort(all.begin(), all.end());
  CHECK(std::adjacent_find(all.begin(), all.end()) == all.end());
  std::size_t drawings = 0;
  for (std::size_t at = 0; (at = one.find("role=\"img\"", at)) != std::string::npos; ++at) ++drawings;
  CHECK(drawings == plots("x").size());
}
