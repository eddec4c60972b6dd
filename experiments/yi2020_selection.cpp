#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "experiments/protocol/validation.h"
#include "experiments/report/experiment.h"
#include "experiments/report/results_page.h"
#include "experiments/report/text_table.h"
#include "tensor/error.h"
#include "tensor/io/csv.h"

/// What it is worth to choose the epoch of an augmenter by the test speakers, beside choosing it by validation speakers
/// and not choosing at all.

using namespace emograd;
using protocol::Confusion;
using report::Condition, report::Summary;

namespace {

/// Of one condition and seed, over all splits.
struct Tally {
  std::map<std::int64_t, Confusion> at;  // by epoch
  Confusion at_chosen;                   // every split at the epoch that its validation speakers chose
  std::vector<std::int64_t> chosen;      // those epochs

  explicit Tally(std::int64_t classes) : at_chosen(classes) {}
  static double uar(const Confusion& c) { return 100 * protocol::unweighted_average_recall(c); }
  double validation() const { return uar(at_chosen); }
  double last() const { return uar(at.rbegin()->second); }
  /// The epoch with the highest UAR on the test speakers; the first of equals.
  std::int64_t peak_epoch() const {
    return std::max_element(at.begin(), at.end(),
                            [](const auto& a, const auto& b) { return uar(a.second) < uar(b.second); })
        ->first;
  }
  double peak() const { return uar(at.at(peak_epoch())); }
};

std::map<std::uint64_t, Tally> tallies(const Summary& summary, const Condition& condition) {
  std::map<std::uint64_t, Tally> of_seed;
  const std::int64_t classes = summary.confusions_of(condition).begin()->second.classes();
  for (const nlohmann::json& outcome : summary.outcomes()) {
    if (outcome.at("augmenter") != condition.augmenter) continue;
    Tally& tally = of_seed.try_emplace(outcome.at("seed"), classes).first->second;
    const std::vector<std::int64_t> truth = summary.truth(outcome);
    const auto is_it = [&](const nlohmann::json& p) { return p.at("classifier") == condition.classifier; };
    const auto& all = outcome.at("chosen");
    const std::int64_t chosen = std::find_if(all.begin(), all.end(), is_it)->at("epoch");
    tally.chosen.push_back(chosen);
    for (const nlohmann::json& evaluation : outcome.at("evaluations")) {
      const std::int64_t epoch = evaluation.at("epoch");
      const auto& predictions = evaluation.at("predictions");
      const auto labels =
          std::find_if(predictions.begin(), predictions.end(), is_it)->at("labels").get<std::vector<std::int64_t>>();
      tally.at.try_emplace(epoch, classes).first->second.add(truth, labels);
      if (epoch == chosen) tally.at_chosen.add(truth, labels);
    }
  }
  return of_seed;
}

/// "300 (100 to 800)": the median, the lower of two, and the range.
std::string median_and_range(std::vector<std::int64_t> values) {
  std::sort(values.begin(), values.end());
  const std::int64_t median = values[(values.size() - 1) / 2];
  return values.front() == values.back() ? std::to_string(median)
                                         : fmt::format("{} ({} to {})", median, values.front(), values.back());
}

std::vector<std::vector<std::string>> selection_rows(const Summary& summary) {
  std::vector<std::vector<std::string>> rows{
      {"Methods", "validation", "its epochs", "last epoch", "peak on test", "its epoch", "peak - validation"}};
  for (const Condition& condition : summary.conditions()) {
    std::vector<double> validation, last, peak, worth;
    std::vector<std::int64_t> chosen, peak_epochs;
    for (const auto& [seed, tally] : tallies(summary, condition)) {
      validation.push_back(tally.validation());
      last.push_back(tally.last());
      peak.push_back(tally.peak());
      worth.push_back(tally.peak() - tally.validation());
      chosen.insert(chosen.end(), tally.chosen.begin(), tally.chosen.end());
      peak_epochs.push_back(tally.peak_epoch());
    }
    rows.push_back({summary.title(condition), report::mean_and_sd(validation), median_and_range(chosen),
                    report::mean_and_sd(last), report::mean_and_sd(peak), median_and_range(peak_epochs),
                    report::mean_and_sd(worth)});
  }
  return rows;
}

/// seed;augmenter;classifier;epoch;uar: on the test speakers, pooled over splits. Labelled.
std::string selection_csv(const Summary& summary) {
  CsvTable csv;
  csv.columns = {"seed", "augmenter", "classifier", "epoch", "uar"};
  for (const Condition& c : summary.conditions())
    for (const auto& [seed, tally] : tallies(summary, c))
      for (const auto& [epoch, confusion] : tally.at)
        csv.add_row({std::to_string(seed), c.augmenter, c.classifier, std::to_string(epoch),
                     fmt::format("{}", protocol::unweighted_average_recall(confusion))});
  return format_csv(summary.labelled(std::move(csv)));
}

}  // namespace

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
    return fmt::format(
        "UAR (%) of real rows + {} synthetic sets by what chooses the augmenter's epoch:\n\n{}\n"
        "validation: in each fold the epoch that is best on {} speakers taken out of training; median and range over\n"
        "folds and seeds. peak on test: in each seed the one epoch that is best on the test speakers of all folds,\n"
        "which nobody could know. peak - validation, in points: what choosing by test speakers adds to the report.\n{}",
        sets, report::text_table(selection_rows(summary)), validation_speakers, summary.about_deviation());
  };
  return report::run_experiment(
      options,
      {.program = "yi2020_selection",
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
           [](const Summary& summary) {
             return std::vector<report::Section>{
                 {"Result",
                  {report::HtmlTable{
                      selection_rows(summary),
                      "UAR (%) at the epoch that validation speakers choose in each fold (median and range over "
                      "folds and seeds), at the last one, and at the one epoch of each seed that is best on the "
                      "test speakers, which nobody could know. The last column is what choosing by test speakers "
                      "adds, in points. " +
                          summary.about_deviation()}}},
                 report::loss_section(summary)};
           }});
}
