#include <fmt/format.h>
#include <fmt/ranges.h>

#include <set>

#include "experiments/report/experiment.h"
#include "experiments/report/results_page.h"
#include "experiments/report/text_table.h"
#include "tensor/io/csv.h"

/// yi2020, Figs. 6 to 8: unweighted average recall against the number of synthetic sets, with real rows and without.
/// The paper picks each amount at random from all synthetic rows, as the classes are distributed, three times; here it
/// is the first n sets, each so distributed, and seeds repeat the whole. Fig. 8 has the DNN; here are all classifiers.

using namespace emograd;
using protocol::Confusion, protocol::Mix;
using report::Condition, report::Summary;

namespace {

/// Where there are no sets, all augmenters are none.
Condition with_sets(const std::string& augmenter, const std::string& classifier, const Mix& mix) {
  return {mix.sets == 0 ? "none" : augmenter, classifier, mix};
}

/// One row per number of sets, one column per augmenter.
std::string uar_table(const Summary& summary, const std::vector<std::string>& augmenters, const std::string& classifier,
                      const std::set<std::int64_t>& sets, bool real) {
  std::vector<std::vector<std::string>> rows{{"sets"}};
  for (const std::string& augmenter : augmenters) rows[0].push_back(report::display_name(augmenter));
  for (const std::int64_t n : sets) {
    if (n == 0 && !real) continue;
    rows.push_back({std::to_string(n)});
    for (const std::string& augmenter : augmenters) {
      rows.back().push_back(report::mean_and_sd(summary.uar_per_seed(with_sets(augmenter, classifier, {n, real}))));
    }
  }
  return fmt::format("UAR (%), {}, {}:\n\n{}\n", report::display_name(classifier),
                     real ? "real rows and synthetic sets" : "synthetic sets only", report::text_table(rows));
}

/// seed;augmenter;classifier;sets;real;wa;uar;macro_f1, labelled
std::string sweep_csv(const Summary& summary) {
  CsvTable csv;
  csv.columns = {"seed", "augmenter", "classifier", "sets", "real", "wa", "uar", "macro_f1"};
  for (const Condition& c : summary.conditions())
    for (const auto& [seed, confusion] : summary.confusions_of(c))
      csv.add_row({std::to_string(seed), c.augmenter, c.classifier, std::to_string(c.mix.sets),
                   c.mix.real ? "yes" : "no", fmt::format("{}", protocol::weighted_accuracy(confusion)),
                   fmt::format("{}", protocol::unweighted_average_recall(confusion)),
                   fmt::format("{}", protocol::macro_f1(confusion))});
  return format_csv(summary.labelled(std::move(csv)));
}

/// A plot per augmenter with a curve per classifier; error bars are the deviation over seeds.
report::Figure uar_figure(const Summary& summary, const std::vector<std::string>& augmenters,
                          const std::vector<std::string>& classifiers, const std::set<std::int64_t>& sets, bool real) {
  report::Figure figure{.title = real ? "Real rows and synthetic sets" : "Synthetic sets only",
                        .caption = "UAR on left-out speakers.",
                        .same_y = true};
  for (const std::string& augmenter : augmenters) {
    report::Plot plot{.title = report::display_name(augmenter), .x_label = "synthetic sets", .y_label = "UAR (%)"};
    for (const std::string& classifier : classifiers) {
      report::Series s{.name = report::display_name(classifier)};
      for (const std::int64_t n : sets) {
        if (n == 0 && !real) continue;
        const std::vector<double> values = summary.uar_per_seed(with_sets(augmenter, classifier, {n, real}));
        const protocol::MeanSd r = protocol::mean_sd(values);
        s.x.push_back(static_cast<double>(n));
        s.y.push_back(r.mean);
        if (values.size() == 1) continue;
        figure.caption = "UAR on left-out speakers: mean over seeds ± standard deviation.";
        s.low.push_back(r.mean - r.sd);
        s.high.push_back(r.mean + r.sd);
      }
      plot.series.push_back(std::move(s));
    }
    figure.panels.push_back(std::move(plot));
  }
  return figure;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{
      "Figs. 6 to 8 of yi2020 (doi.org/10.1109/TNNLS.2020.3027600): trains every model once per fold, draws synthetic\n"
      "sets, each as large as the training fold, and prints the UAR of classifiers that learn from real rows and the\n"
      "first n sets, and from the n sets alone. Everything is fitted on the training speakers only. Without "
      "--features\n"
      "it runs on a small built-in synthetic table."};
  report::ExperimentOptions options{.run = {.out = "runs/yi2020_sweep"}};
  options.methods.names = {"duplicate", "noise", "smote", "adan", "wadan"};
  std::vector<std::int64_t> numbers{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
  report::add_options(app, options);
  app.add_option("--sets", numbers, "Numbers of synthetic sets; 0: real rows only, the same for all models")
      ->delimiter(',')
      ->check(CLI::Range(0, 1000));
  std::vector<std::string>& names = options.methods.names;
  std::set<std::int64_t> sets;
  app.final_callback([&] {
    report::drop_none(options.methods);  // real rows alone are one unit per fold, not one per model
    sets.insert(numbers.begin(), numbers.end());
    if (*sets.rbegin() == 0) throw CLI::ValidationError("--sets", "needs a number above 0");
  });
  CLI11_PARSE(app, argc, argv);

  std::vector<Mix> mixes;
  for (const bool real : {true, false})
    for (const std::int64_t n : sets)
      if (n > 0) mixes.push_back({n, real});
  const std::vector<std::string> augmenters = names, classifiers = options.classifiers.names;
  if (sets.contains(0)) names.insert(names.begin(), "none");

  const auto results = [&](const Summary& summary, const report::RunFolder& folder) {
    folder.write("sweep.csv", sweep_csv(summary));
    std::string tables;
    for (const bool real : {true, false})
      for (const std::string& classifier : classifiers)
        tables += uar_table(summary, augmenters, classifier, sets, real);
    return tables + summary.about_deviation() + summary.unconverged();
  };
  const auto sections = [&](const Summary& summary) {
    return std::vector<report::Section>{{"Result",
                                         {uar_figure(summary, augmenters, classifiers, sets, true),
                                          uar_figure(summary, augmenters, classifiers, sets, false)}},
                                        report::loss_section(summary)};
  };
  return report::run_experiment(options, {.program = "yi2020_sweep",
                                          .options = {{"sets", sets}},
                                          .subject = fmt::format("{} synthetic sets", fmt::join(sets, ", ")),
                                          .mixes = mixes,
                                          .results = results,
                                          .title = "Figs. 6 to 8 of yi2020: how many synthetic sets?",
                                          .lead = "Emotion classifiers learn from synthetic sets, each as large as the "
                                                  "training fold, with the real rows and without; each is tested on "
                                                  "speakers that it did not learn from.",
                                          .sections = sections});
}
