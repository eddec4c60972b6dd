#include "experiments/report/selection.h"

#include <fmt/format.h>

#include <algorithm>

#include "experiments/protocol/validation.h"
#include "experiments/report/experiment.h"
#include "experiments/report/html_table.h"
#include "experiments/report/results_page.h"
#include "tensor/error.h"

/// What it is worth to choose the epoch of an augmenter by the test speakers, beside choosing it by validation speakers
/// and not choosing at all.

using namespace emograd;
using report::Summary;

int main(int argc, char** argv) {
  report::CommandLine line{
      "What peeking is worth: trains the models of yi2020 leaving one speaker out, classifies every so many epochs, "
      "and\n"
      "prints the UAR at the epoch that validation speakers choose, at the last epoch, and at the epoch that is best "
      "on\n"
      "the test speakers themselves. Validation speakers are taken from the training speakers; everything is fitted "
      "on\n"
      "those that remain. Without --features it runs on a small built-in synthetic table."};
  report::ExperimentOptions options{.run = {.out = "runs/yi2020_selection"}};
  std::int64_t sets = 10, validation_speakers = 2;
  std::optional<std::int64_t> every;
  report::add_options(line, options);
  line.option("--sets", &sets, "Synthetic sets, each as large as the training fold", report::positive());
  line.option("--every", &every, "Epochs between evaluations [100; 10 on the built-in table]", report::positive());
  line.option("--validation-speakers", &validation_speakers,
              "How many of every fold's training speakers choose: those who follow the test speaker alphabetically",
              report::positive());
  if (const auto exit_code = line.parse(argc, argv)) return *exit_code;
  if (!every) every = options.data.files.features.empty() ? 10 : 100;

  const auto results = [&](const Summary& summary, const report::RunFolder& folder) {
    folder.write("selection.csv", selection_csv(summary));
    const report::Table t = report::selection_table(summary, sets);
    report::write_tables(folder, {t});
    return report::as_text(t) + "\n" + summary.unconverged();
  };
  return report::run_experiment(
      options, {.program = "yi2020_selection",
                .options = {{"sets", sets}, {"every", *every}, {"validation_speakers", validation_speakers}},
                .subject = fmt::format("{} synthetic sets, {} validation speakers, evaluated every {} epochs", sets,
                                       validation_speakers, *every),
                .mixes = {{.sets = sets}},
                .evaluate_every = *every,
                .prepare =
                    [&](protocol::Data& data) {
                      for (protocol::Split& split : data.splits)
                        split = protocol::with_validation(data.table, split, validation_speakers);
                    },
                .extend =
                    [](const report::Plan&, const report::ExperimentOptions& o) {
                      const std::vector<std::string>& names = o.methods.as_coded;
                      check(std::find(names.begin(), names.end(), "early-stop") == names.end(),
                            "--as-coded early-stop ends trainings at different epochs, but the last epoch and the "
                            "peak are of all folds: name the other departures instead");
                    },
                .results = results,
                .title = "What choosing the epoch by test speakers is worth",
                .lead = "UAR of classifiers of emotions that learn from real and synthetic rows, by what chooses the "
                        "epoch at which the training of the model of synthetic rows ends.",
                .sections =
                    [&](const Summary& summary) {
                      return std::vector<report::Section>{
                          {"Result", {report::as_html(report::selection_table(summary, sets))}},
                          report::loss_section(summary)};
                    }});
}
