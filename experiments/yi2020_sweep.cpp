#include "experiments/report/sweep.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "experiments/report/experiment.h"
#include "experiments/report/html_table.h"
#include "experiments/report/results_page.h"
#include "tensor/error.h"

/// yi2020, Figs. 6 to 8: unweighted average recall against the number of synthetic sets, with real rows and without.
/// The paper picks each amount at random from all synthetic rows, as the classes are distributed, three times; here it
/// is the first n sets, each so distributed, and seeds repeat the whole. Fig. 8 has the DNN; here are all classifiers.

using namespace emograd;
using report::Summary;

int main(int argc, char** argv) {
  report::CommandLine line{
      "Figs. 6 to 8 of yi2020 (doi.org/10.1109/TNNLS.2020.3027600): trains every model once per fold, draws synthetic\n"
      "sets, each as large as the training fold, and prints the UAR of classifiers that learn from real rows and the\n"
      "first n sets, and from the n sets alone. Everything is fitted on the training speakers only. Without "
      "--features\n"
      "it runs on a small built-in synthetic table."};
  report::ExperimentOptions options{.run = {.out = "runs/yi2020_sweep"}};
  options.methods.names = {"duplicate", "noise", "smote", "adan", "wadan"};
  std::vector<std::int64_t> numbers{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
  report::add_options(line, options);
  line.option("--sets", &numbers, "Numbers of synthetic sets; 0: real rows only, the same for all models",
              report::range(0, 1000));
  std::vector<std::string>& names = options.methods.names;
  report::Sweep sweep;
  line.after_parsing([&] {
    report::drop_none(options.methods);  // real rows alone are one unit per fold, not one per model
    sweep = {names, options.classifiers.names, {numbers.begin(), numbers.end()}};
    check(*sweep.sets.rbegin() > 0, "--sets: needs a number above 0");
    if (sweep.sets.contains(0)) names.insert(names.begin(), "none");
  });
  if (const auto exit_code = line.parse(argc, argv)) return *exit_code;

  std::vector<protocol::Mix> mixes = report::mixes(sweep, true);
  for (const protocol::Mix& alone : report::mixes(sweep, false)) mixes.push_back(alone);
  const auto tables = [&](const Summary& summary) {
    std::vector<report::Table> all = uar_tables(summary, sweep, true);
    for (report::Table& t : uar_tables(summary, sweep, false)) all.push_back(std::move(t));
    all.back().notes = summary.comparison().scores.notes;
    return all;
  };
  const auto results = [&](const Summary& summary, const report::RunFolder& folder) {
    folder.write("sweep.csv", sweep_csv(summary));
    std::string text;
    for (const report::Table& t : tables(summary)) text += as_text(t) + "\n";
    return text + summary.unconverged();
  };
  const auto sections = [&](const Summary& summary) {
    report::Section listed{"Numbers", {}};
    for (const report::Table& t : tables(summary)) listed.parts.push_back(report::Folded{t.caption, as_html(t)});
    return std::vector<report::Section>{
        {"Result", {uar_figure(summary, sweep, true), uar_figure(summary, sweep, false)}},
        listed,
        report::loss_section(summary)};
  };
  return report::run_experiment(options, {.program = "yi2020_sweep",
                                          .options = {{"sets", sweep.sets}},
                                          .subject = fmt::format("{} synthetic sets", fmt::join(sweep.sets, ", ")),
                                          .mixes = mixes,
                                          .results = results,
                                          .title = "Figs. 6 to 8 of yi2020: how many synthetic sets?",
                                          .lead = "Emotion classifiers learn from synthetic sets, each as large as the "
                                                  "training fold, with the real rows and without; each is tested on "
                                                  "speakers that it did not learn from.",
                                          .sections = sections});
}
