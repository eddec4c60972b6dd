#include <fmt/format.h>

#include "experiments/report/experiment.h"

/// yi2020, Table I: what rows made by ADAN and WADAN are worth to an SVM and a DNN, leaving one speaker out.

using namespace emograd;

int main(int argc, char** argv) {
  report::CommandLine line{
      "Table I of yi2020 (ADAN and WADAN, doi.org/10.1109/TNNLS.2020.3027600): trains emotion classifiers on real "
      "feature rows,\n"
      "and on real plus synthetic ones, leaving one speaker out, and prints WA, UAR and macro-F1 over all left-out "
      "speakers.\n"
      "Everything is fitted on the training speakers only. Without --features it runs on a small built-in synthetic "
      "table."};
  report::ExperimentOptions options{.run = {.out = "runs/yi2020_table1"}};
  std::int64_t sets = 10;
  report::add_options(line, options);
  line.option("--sets", &sets, "Synthetic sets, each as large as the training fold", report::not_negative());
  if (const auto exit_code = line.parse(argc, argv)) return *exit_code;
  return report::run_experiment(options,
                                {.program = "yi2020_table1",
                                 .options = {{"sets", sets}},
                                 .subject = fmt::format("{} synthetic sets", sets),
                                 .mixes = {{.sets = sets}},
                                 .results = report::write_comparison,
                                 .title = "Table I of yi2020: what synthetic rows are worth",
                                 .lead = "Emotion classifiers learn from real feature rows, and from real and "
                                         "synthetic ones; each is tested on speakers that it did not learn from."});
}
