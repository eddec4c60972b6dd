#include "experiments/report/sweep.h"

#include <fmt/format.h>

#include <algorithm>

#include "experiments/report/comparison.h"
#include "experiments/report/table.h"
#include "tensor/error.h"
#include "tensor/io/csv.h"

namespace emograd::report {

using protocol::Mix;

namespace {

struct Uar {
  std::vector<double> per_seed;
  protocol::Interval interval;
};

/// Where there are no sets, all augmenters are none.
Uar uar_of(const Summary& summary, const std::string& augmenter, const std::string& classifier, const Mix& mix) {
  const std::string title = summary.title({mix.sets == 0 ? "none" : augmenter, classifier, mix});
  const Comparison& all = summary.comparison();
  const auto found =
      std::find_if(all.contenders.begin(), all.contenders.end(), [&](const Contender& c) { return c.title == title; });
  check(found != all.contenders.end(), "there are no outcomes of {}", title);
  return {score_per_seed(protocol::Score::uar, found->by_speaker),
          all.uar[static_cast<std::size_t>(found - all.contenders.begin())]};
}

Table uar_table(const Summary& summary, const Sweep& sweep, const std::string& classifier, bool real) {
  Table t{fmt::format("UAR (%), {}, {}", display_name(classifier),
                      real ? "real rows and synthetic sets" : "synthetic sets only"),
          {{"sets"}},
          {},
          {}};
  const std::vector<std::string> numbers = score_numbers(summary.comparison().contenders.at(0).seeds.size());
  for (const std::string& augmenter : sweep.augmenters) t.columns.push_back({display_name(augmenter), numbers});
  for (const std::int64_t n : sweep.sets) {
    if (n == 0 && !real) continue;
    t.rows.push_back({{std::to_string(n)}});
    for (const std::string& augmenter : sweep.augmenters) {
      const Uar uar = uar_of(summary, augmenter, classifier, {n, real});
      t.rows.back().push_back(score_cell(uar.per_seed, uar.interval));
    }
  }
  return t;
}

}  // namespace

std::vector<Mix> mixes(const Sweep& sweep, bool real) {
  std::vector<Mix> out;
  for (const std::int64_t n : sweep.sets)
    if (n > 0) out.push_back({n, real});
  return out;
}

std::vector<Table> uar_tables(const Summary& summary, const Sweep& sweep, bool real) {
  std::vector<Table> tables;
  for (const std::string& classifier : sweep.classifiers) tables.push_back(uar_table(summary, sweep, classifier, real));
  return tables;
}

Figure uar_figure(const Summary& summary, const Sweep& sweep, bool real) {
  Figure figure{.title = real ? "Real rows and synthetic sets" : "Synthetic sets only",
                .caption = "UAR on left-out speakers, mean over seeds, with 95 % intervals over speakers.",
                .same_y = true};
  for (const std::string& augmenter : sweep.augmenters) {
    Plot plot{.title = display_name(augmenter), .x_label = "synthetic sets", .y_label = "UAR (%)"};
    for (const std::string& classifier : sweep.classifiers) {
      Series s{.name = display_name(classifier)};
      for (const std::int64_t n : sweep.sets) {
        if (n == 0 && !real) continue;
        const Uar uar = uar_of(summary, augmenter, classifier, {n, real});
        s.x.push_back(static_cast<double>(n));
        s.y.push_back(100 * protocol::mean_sd(uar.per_seed).mean);
        s.low.push_back(100 * uar.interval.low);
        s.high.push_back(100 * uar.interval.high);
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
