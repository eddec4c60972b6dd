#include "experiments/report/results_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "experiments/report/config_json.h"

namespace emograd::report {
namespace {

using nlohmann::json;
using protocol::Confusion;

Confusion pooled(const MethodResult& m) {
  std::vector<Confusion> seeds;
  for (const auto& folds : m.by_fold) seeds.push_back(pooled(folds));
  return protocol::pooled(seeds);
}

Figure uar_figure(const Results& r) {
  Series bars{.name = "UAR"};
  Plot plot{.kind = Plot::Kind::bars, .x_label = "UAR (%)", .x_range = {{0, 100}}};
  bool intervals = true;
  for (const MethodResult& m : r.methods) {
    plot.categories.push_back(m.title);
    bars.y.push_back(protocol::mean_sd(percents(score_per_seed(protocol::Score::uar, m.by_fold))).mean);
    bars.dots.push_back(percents(score_per_fold(protocol::Score::uar, m.by_fold)));
    intervals = intervals && m.uar_interval;
  }
  if (intervals)
    for (const MethodResult& m : r.methods) {
      bars.low.push_back(100 * m.uar_interval->first);
      bars.high.push_back(100 * m.uar_interval->second);
    }
  plot.series.push_back(std::move(bars));
  plot.reference = 100.0 / static_cast<double>(r.classes.size());
  const bool seeds =
      std::any_of(r.methods.begin(), r.methods.end(), [](const auto& m) { return m.by_fold.size() > 1; });
  return {"UAR of every method",
          fmt::format("Bar and number: unweighted average recall of the predictions pooled over all "
                      "folds{}. Circles: each fold alone; where they lie far apart, a small difference "
                      "between bars says little. {}Dashed line: guessing.",
                      seeds ? ", mean over seeds" : "", intervals ? "Whisker: the interval in the table. " : ""),
          {std::move(plot)}};
}

std::string signed_points(double v) {
  const std::string digits = fmt::format("{:.1f}", std::abs(v));
  return (digits == "0.0" ? "" : v < 0 ? "−" : "+") + digits;
}

const MethodResult* baseline_of(const Results& r, const std::string& classifier) {
  for (const MethodResult& m : r.methods)
    if (m.augmenter == "none" && m.classifier == classifier) return &m;
  return nullptr;
}

/// Recalls without synthetic rows, and what each method adds to them; no rows where there is nothing to compare.
HtmlTable class_changes(const Results& r) {
  HtmlTable t{.rows = {{""}},
              .caption =
                  "Recall of each class in percent without synthetic rows, and below it the change in percentage "
                  "points with them (same classifier, same speakers). Blue: gain; orange: loss.",
              .shades = {{}}};
  for (const std::string& name : r.classes) t.rows[0].push_back(name);
  double largest = 10;  // points; smaller changes stay pale
  std::vector<std::string> done;
  for (const MethodResult& first : r.methods) {
    if (std::find(done.begin(), done.end(), first.classifier) != done.end()) continue;
    done.push_back(first.classifier);
    const MethodResult* baseline = baseline_of(r, first.classifier);
    if (!baseline) continue;
    const std::vector<double> before = protocol::recalls(pooled(*baseline));
    const std::size_t begin = t.rows.size();
    if (begin > 1) {
      t.rows.emplace_back();
      t.shades.emplace_back();
    }
    t.rows.push_back({baseline->title});
    t.shades.emplace_back();
    for (const double v : before) t.rows.back().push_back(std::isnan(v) ? "–" : fmt::format("{:.1f}", 100 * v));
    for (const MethodResult& m : r.methods) {
      if (m.classifier != first.classifier || &m == baseline) continue;
      t.rows.push_back({m.title});
      t.shades.push_back({0});
      const std::vector<double> after = protocol::recalls(pooled(m));
      for (std::size_t k = 0; k < after.size(); ++k) {
        const double change = 100 * (after[k] - before[k]);
        t.rows.back().push_back(std::isnan(change) ? "–" : signed_points(change));
        t.shades.back().push_back(change);
        if (!std::isnan(change)) largest = std::max(largest, std::abs(change));
      }
    }
    if (t.rows.back()[0] == baseline->title) {  // nothing to compare it with
      t.rows.resize(begin);
      t.shades.resize(begin);
    }
  }
  for (auto& row : t.shades)
    for (double& shade : row) shade /= largest;
  if (t.rows.size() == 1) return {};
  return t;
}

/// {"adan": {"lr": 1e-4}} → adan.lr, 0.0001
void flatten(const json& value, const std::string& name, std::vector<std::vector<std::string>>& rows) {
  if (!value.is_object()) {
    rows.push_back({name, value.is_string() ? value.get<std::string>()
                                            : value.dump(-1, ' ', false, json::error_handler_t::replace)});
    return;
  }
  for (const auto& [key, part] : value.items()) flatten(part, name.empty() ? key : name + "." + key, rows);
}

HtmlTable settings(const json& config, const char* title) {
  HtmlTable t{{{title, "value"}}};
  flatten(config, "", t.rows);
  return t;
}

std::string joined(const json& list) {
  std::string out;
  for (const json& item : list)
    out += (out.empty() ? "" : ", ") + (item.is_string() ? item.get<std::string>() : item.dump());
  return out;
}

}  // namespace

Page run_page(const RunDescription& run, std::vector<Section> sections) {
  const json &data = run.config.at("data"), &options = run.config.at("options"), &build = run.config.at("build");
  Page page{run.title, run.lead, {}, std::move(sections)};
  std::erase_if(page.sections, [](const Section& s) { return s.parts.empty(); });
  const std::string source = data.at("source");
  for (std::string& warning : warnings(run.config)) page.head.push_back(Note{std::move(warning)});
  page.head.push_back(
      Facts{{{"Data", source},
             {"Utterances × features", fmt::format("{} × {}", data.at("rows").dump(), data.at("features").dump())},
             {"Classes", joined(data.at("classes"))},
             {"Folds", fmt::format("{}, {}", data.at("split").at("folds").dump(),
                                   data.at("split").at("protocol").get<std::string>())},
             {"Seeds", joined(options.at("seeds"))}}});
  page.sections.push_back(
      {"How it was run",
       {Text{"This command, in the folder of the data files, runs it again:"}, Listing{run.command},
        Text{fmt::format("The data are the same where their XXH64 is `{}`, which covers every value, name and label. "
                         "With the same data, settings and build the results are the same to the last bit, whatever "
                         "the number of threads and processes.",
                         data.at("xxhash64").get<std::string>())},
        Text{"Beside this page in the run folder: `config.json` (all settings), `manifest.json` (the folds), "
             "`predictions.csv` (every single prediction, where there are classifiers), `metrics.jsonl` (losses and "
             "scores of every fold), `timing.jsonl` (how long each part "
             "took)."},
        settings(build, "build"), Folded{"All settings", settings(options, "setting")},
        Folded{"Data", settings(data, "data")}}});
  return page;
}

Results results_of(const Summary& summary) {
  const Comparison& c = summary.comparison();
  Results r{.classes = c.classes, .remarks = summary.unconverged()};
  for (std::size_t m = 0; m < c.contenders.size(); ++m) {
    const Contender& method = c.contenders[m];
    r.methods.push_back({method.title,
                         method.condition.augmenter,
                         method.condition.classifier,
                         method.by_fold,
                         {{c.uar[m].low, c.uar[m].high}}});
    r.confusions.push_back(shaded_confusions(c.confusions[m]));
  }
  for (const Table& t : c.tables()) r.tables.push_back(as_html(t));
  return r;
}

std::vector<Section> comparison_sections(const Results& r) {
  std::vector<Section> sections{{"Result", {}}};
  std::vector<Part>& result = sections[0].parts;
  result.assign(r.tables.begin(), r.tables.end());
  if (!r.methods.empty()) result.insert(result.begin() + (result.empty() ? 0 : 1), uar_figure(r));
  if (!r.remarks.empty()) result.emplace_back(Text{r.remarks});
  if (r.methods.empty()) return sections;
  if (HtmlTable changes = class_changes(r); !changes.rows.empty())
    sections.push_back({"Which classes gain, which lose", {std::move(changes)}});
  sections.push_back({"Confusion matrices",
                      {Text{"Counts of utterances, summed over seeds; [low, high] as above. The deeper the blue, the "
                            "larger the share of the row that is right; orange: "
                            "taken for another class."},
                       Tables{r.confusions}}});
  return sections;
}

Section loss_section(const Summary& summary) {
  Section s{"Losses of the augmenters while they were trained", {}};
  for (Figure& f : summary.losses().figures(display_name)) s.parts.push_back(std::move(f));
  return s;
}

std::vector<Section> comparison_sections(const Summary& summary) {
  std::vector<Section> sections = comparison_sections(results_of(summary));
  sections.push_back(loss_section(summary));
  return sections;
}

}  // namespace emograd::report
