#include "experiments/report/sweep.h"

#include <fmt/format.h>

#include "experiments/report/table.h"
#include "experiments/report/text_table.h"
#include "tensor/io/csv.h"

namespace emograd::report {

using protocol::Mix;

namespace {

/// Where there are no sets, all augmenters are none.
Condition with_sets(const std::string& augmenter, const std::string& classifier, const Mix& mix) {
  return {mix.sets == 0 ? "none" : augmenter, classifier, mix};
}

std::string uar_table(const Summary& summary, const Sweep& sweep, const std::string& classifier, bool real) {
  std::vector<std::vector<std::string>> rows{{"sets"}};
  for (const std::string& augmenter : sweep.augmenters) rows[0].push_back(display_name(augmenter));
  for (const std::int64_t n : sweep.sets) {
    if (n == 0 && !real) continue;
    rows.push_back({std::to_string(n)});
    for (const std::string& augmenter : sweep.augmenters)
      rows.back().push_back(mean_and_sd(summary.uar_per_seed(with_sets(augmenter, classifier, {n, real}))));
  }
  return fmt::format("UAR (%), {}, {}:\n\n{}\n", display_name(classifier),
                     real ? "real rows and synthetic sets" : "synthetic sets only", text_table(rows));
}

}  // namespace

std::vector<Mix> mixes(const Sweep& sweep, bool real) {
  std::vector<Mix> out;
  for (const std::int64_t n : sweep.sets)
    if (n > 0) out.push_back({n, real});
  return out;
}

std::string uar_tables(const Summary& summary, const Sweep& sweep, bool real) {
  std::string tables;
  for (const std::string& classifier : sweep.classifiers) tables += uar_table(summary, sweep, classifier, real);
  return tables;
}

Figure uar_figure(const Summary& summary, const Sweep& sweep, bool real) {
  Figure figure{.title = real ? "Real rows and synthetic sets" : "Synthetic sets only",
                .caption = "UAR on left-out speakers.",
                .same_y = true};
  for (const std::string& augmenter : sweep.augmenters) {
    Plot plot{.title = display_name(augmenter), .x_label = "synthetic sets", .y_label = "UAR (%)"};
    for (const std::string& classifier : sweep.classifiers) {
      Series s{.name = display_name(classifier)};
      for (const std::int64_t n : sweep.sets) {
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

}  // namespace emograd::report
