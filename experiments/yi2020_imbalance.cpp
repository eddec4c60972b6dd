#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <map>
#include <memory>

#include "experiments/protocol/coverage.h"
#include "experiments/report/experiment.h"
#include "experiments/report/results_page.h"
#include "experiments/report/sweep.h"
#include "tensor/error.h"

/// yi2020, section V-D: what synthetic rows are worth where some classes have next to no training rows (Fig. 10), and
/// whether they lie where the real rows of their class do (Fig. 9).

using namespace emograd;
using report::Comparison, report::Summary, report::Table;

namespace {

constexpr std::int64_t rows_left = 3;  // "some classes only have two or three samples" (section V-D)

/// A row per class, two columns per model with a latent space; no columns but the first where there is none.
Table coverage_table(const Summary& summary, const std::vector<std::string>& classes) {
  using ByFold = std::map<std::string, std::vector<double>>;  // of every seed
  Table t{"Latent rows whose nearest neighbour of the other kind is of their class (%)" + spread(summary),
          {{"Class"}},
          {},
          {"real: the nearest synthetic row of a real training row is of its class, so that synthetic rows cover the "
           "class. synthetic: the nearest real row of a synthetic one is. E(x) and as many G(z, y), with the labels "
           "of the training rows.",
           "Classes missed: how many classes have no row that is so matched, per fold."}};
  for (const std::string& name : classes) t.rows.push_back({{name}});
  t.rows.push_back({{"Classes missed (number)"}});
  std::vector<std::string> models;
  for (const nlohmann::json& outcome : summary.outcomes())
    if (const std::string name = outcome.at("augmenter");
        outcome.at("measured").contains("real") && std::find(models.begin(), models.end(), name) == models.end())
      models.push_back(name);
  for (const std::string& model : models)
    for (const char* kind : {"real", "synthetic"}) {
      std::vector<ByFold> of_class(classes.size());
      ByFold missed;
      for (const nlohmann::json& outcome : summary.outcomes()) {
        if (outcome.at("augmenter") != model) continue;
        const std::string fold = outcome.at("split");
        std::int64_t without = 0;
        for (std::size_t k = 0; k < classes.size(); ++k) {
          const auto counts = outcome.at("measured").at(kind).at(k).get<std::array<std::int64_t, 2>>();
          of_class[k][fold].push_back(100 * static_cast<double>(counts[1]) / static_cast<double>(counts[0]));
          without += counts[1] == 0;
        }
        missed[fold].push_back(static_cast<double>(without));
      }
      t.columns.push_back({fmt::format("{} {}", report::display_name(model), kind), {"", "sd"}});
      for (std::size_t k = 0; k < classes.size(); ++k) t.rows[k].push_back(report::over_folds(of_class[k], 1));
      t.rows.back().push_back(report::over_folds(missed, 1));
    }
  return t;
}

/// The largest number of sets against none. Testing every number would mean correcting for all of them.
Comparison with_most_sets(const Summary& summary, const report::Sweep& sweep) {
  report::Predictions predictions = report::read_predictions(summary.predictions());
  if (sweep.sets.size() > 2)
    std::erase_if(predictions.contenders, [&](const report::Contender& c) {
      return c.condition.mix.sets > 0 && c.condition.mix.sets < *sweep.sets.rbegin();
    });
  return compare(predictions);
}

std::string results(const Summary& summary, const report::RunFolder& folder, const report::Sweep& sweep,
                    const Comparison& most, const Table& coverage) {
  const Comparison& all = summary.comparison();
  folder.write("sweep.csv", report::sweep_csv(summary));
  write_tables(folder, {all.scores, most.tests, all.recalls});
  std::string text;
  for (const Table& t : report::uar_tables(summary, sweep, true)) text += report::as_text(t) + "\n";
  for (const Table* t : {&most.scores, &most.tests, &most.recalls})
    if (!t->rows.empty()) text += report::as_text(*t) + "\n";
  if (coverage.columns.size() > 1) {
    write_tables(folder, {coverage}, "coverage");
    text += report::as_text(coverage) + "\n";
  }
  return text + summary.unconverged();
}

std::vector<report::Section> sections(const Summary& summary, const report::Sweep& sweep, const Comparison& most,
                                      const Table& coverage) {
  const Comparison& all = summary.comparison();
  std::vector<report::Section> out{
      {"Result",
       {uar_figure(summary, sweep, true), as_html(most.scores), as_html(most.tests),
        report::Folded{"Scores with every number of sets", as_html(all.scores)}}},
      {"Recall of every class",
       {as_html(most.recalls), report::Folded{"Recalls with every number of sets", as_html(all.recalls)}}},
      {"Do synthetic rows cover the real ones?", {}},
      report::loss_section(summary)};
  if (coverage.columns.size() > 1) out[2].parts.push_back(as_html(coverage));
  return out;
}

}  // namespace

int main(int argc, char** argv) {
  report::CommandLine line{
      "Severe class imbalance, as in section V-D of yi2020 (doi.org/10.1109/TNNLS.2020.3027600): in every training "
      "fold\n"
      "all but a few rows of some classes are taken away, for models and classifiers alike; test rows stay. Prints "
      "UAR\n"
      "against the number of synthetic sets (Fig. 10), recalls, and how far synthetic latent vectors cover the real "
      "ones\n"
      "of every class (Fig. 9). In the paper models learn a whole corpus, and classifiers four emotions of its "
      "improvised\n"
      "part: --classify and --classify-names say so; without them rare classes are learnt and tested, too. "
      "Everything\n"
      "is fitted on the training speakers only. Without --features it runs on a small built-in synthetic table."};
  report::ExperimentOptions options{.run = {.out = "runs/yi2020_imbalance"}};
  std::vector<std::string>& names = options.methods.names;
  names = {"oversample", "smote", "adan", "wadan"};
  std::vector<std::string> thin, classify;
  std::string in_names;
  std::vector<std::int64_t> numbers{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
  options.methods.adan.alpha = options.methods.wadan.alpha = 0.1;
  report::add_options(line, options);
  line.option(
      "--thin", &thin,
      fmt::format("CLASS:ROWS, repeatable: so many rows of the class are left in every training fold, drawn "
                  "by the\nseed; all where there are no more. smote chooses among the neighbours that are left, and "
                  "repeats a\nlone row [the rarer half of the classes, {} rows each; with --classify: none]",
                  rows_left));
  line.option("--classify", &classify,
              "CLASS, repeatable: what classifiers learn and are tested on, with the synthetic rows of these\n"
              "classes, while models learn all [all]");
  line.option("--classify-names", &in_names,
              "Text in the names of real rows that classifiers learn and are tested on (impro for IEMOCAP's\n"
              "improvised sessions) [any]. Synthetic rows are made from all training rows: oversample,\n"
              "duplicate and noise then bring copies of others");
  line.option("--sets", &numbers,
              "Numbers of synthetic sets, each as large as the training fold (with --classify: what is left of it);\n"
              "0, real rows only, is always there. The largest is tested against 0",
              report::range(0, 1000));
  line.option("--alpha", &options.methods.alpha,
              "Weight of the classification error in the generators' losses (14) and (18) [0.1, as in the paper\n"
              "where classes are severely imbalanced]. Class weights n_max/n_k on (11) are on; --as-coded\n"
              "no-class-weights takes them away",
              report::not_negative());
  report::Sweep sweep;
  line.after_parsing([&] {
    report::drop_none(options.methods);
    sweep = {names, options.classifiers.names, {numbers.begin(), numbers.end()}};
    check(*sweep.sets.rbegin() > 0, "--sets: needs a number above 0");
    check(!sweep.classifiers.empty(), "--classifiers: names none");
    sweep.sets.insert(0);
    names.insert(names.begin(), "none");
  });
  if (const auto exit_code = line.parse(argc, argv)) return *exit_code;

  std::vector<std::string> classes;  // that models learn
  Comparison most;                   // of results, for the page
  Table coverage;                    // likewise
  return report::run_experiment(
      options,
      {.program = "yi2020_imbalance",
       .options = {{"sets", sweep.sets}},
       .subject = fmt::format("{} synthetic sets", fmt::join(sweep.sets, ", ")),
       .mixes = mixes(sweep, true),
       .measure = protocol::latent_coverage,
       .prepare =
           [&](protocol::Data& data) {
             const bool part = !classify.empty() || !in_names.empty();
             if (!thin.empty()) data.thinning = protocol::parse_thinning(thin, data.table);
             else if (!part) data.thinning = protocol::rarer_half(data.table, rows_left);
             classes = data.table.classes;
             if (part)
               data.classified = std::make_shared<protocol::Classified>(
                   protocol::classified_part(data.table, data.splits, classify.empty() ? classes : classify, in_names));
           },
       .results =
           [&](const Summary& summary, const report::RunFolder& folder) {
             most = with_most_sets(summary, sweep);
             coverage = coverage_table(summary, classes);
             return results(summary, folder, sweep, most, coverage);
           },
       .title = "Section V-D of yi2020: severe class imbalance",
       .lead = "Emotion classifiers learn from real rows and from synthetic ones of models that have met classes "
               "with few rows; each is tested on speakers that it did not learn from.",
       .sections = [&](const Summary& summary) { return sections(summary, sweep, most, coverage); }});
}
