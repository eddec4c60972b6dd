#include "experiments/report/selection.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "experiments/report/comparison.h"
#include "tensor/error.h"
#include "tensor/io/csv.h"

namespace emograd::report {

using nlohmann::json;
using namespace protocol;

namespace {

using BySpeaker = std::vector<Confusion>;

double uar(const BySpeaker& answers) { return score(Score::uar, pooled(answers)); }

/// Of one condition and seed, over all splits.
struct Tally {
  std::map<std::int64_t, BySpeaker> at;  // by epoch
  BySpeaker at_chosen;                   // every split at the epoch that its validation speakers chose
  std::vector<std::int64_t> chosen;      // those epochs
};

using Tallies = std::map<std::uint64_t, Tally>;  // by seed

/// The speakers that are tested, in alphabetical order.
std::vector<std::string> speakers_of(const Summary& summary) {
  std::set<std::string> names;
  for (const json& outcome : summary.outcomes())
    for (const std::int64_t row : summary.split(outcome.at("split")).test)
      names.insert(summary.table().speakers[static_cast<std::size_t>(row)]);
  return {names.begin(), names.end()};
}

Tallies tallies(const Summary& summary, const Condition& condition) {
  const std::vector<std::string> speakers = speakers_of(summary);
  const BySpeaker nothing(speakers.size(), Confusion(std::ssize(summary.classes())));
  Tallies of_seed;
  for (const json& outcome : summary.outcomes()) {
    if (outcome.at("augmenter") != condition.augmenter) continue;
    Tally& tally = of_seed.try_emplace(outcome.at("seed"), Tally{{}, nothing, {}}).first->second;
    const std::vector<std::int64_t> truth = summary.truth(outcome), &rows = summary.split(outcome.at("split")).test;
    const auto is_it = [&](const json& p) { return p.at("classifier") == condition.classifier; };
    const auto& all = outcome.at("chosen");
    tally.chosen.push_back(std::find_if(all.begin(), all.end(), is_it)->at("epoch"));
    for (const json& evaluation : outcome.at("evaluations")) {
      const std::int64_t epoch = evaluation.at("epoch");
      const auto& predictions = evaluation.at("predictions");
      const auto labels =
          std::find_if(predictions.begin(), predictions.end(), is_it)->at("labels").get<std::vector<std::int64_t>>();
      BySpeaker& answers = tally.at.try_emplace(epoch, nothing).first->second;
      for (std::size_t i = 0; i < truth.size(); ++i) {
        const std::string& speaker = summary.table().speakers[static_cast<std::size_t>(rows[i])];
        const auto s =
            static_cast<std::size_t>(std::lower_bound(speakers.begin(), speakers.end(), speaker) - speakers.begin());
        answers[s].add(truth[i], labels[i]);
        if (epoch == tally.chosen.back()) tally.at_chosen[s].add(truth[i], labels[i]);
      }
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

}  // namespace

Table selection_table(const Summary& summary, std::int64_t sets) {
  struct Rules {
    std::size_t validation;  // among the answers: at the chosen epochs; behind it at every epoch
    std::vector<std::int64_t> chosen, epochs;
    std::size_t first() const { return validation + 1; }
    std::size_t last() const { return validation + epochs.size(); }
  };
  std::vector<Answers> answers;
  std::vector<Rules> of_condition;
  for (const Condition& condition : summary.conditions()) {
    const Tallies of_seed = tallies(summary, condition);
    Rules rules{answers.size(), {}, {}};
    answers.emplace_back();
    for (const auto& [epoch, at_epoch] : of_seed.begin()->second.at) {
      rules.epochs.push_back(epoch);
      answers.emplace_back();
      for (const auto& [seed, tally] : of_seed) {
        check(tally.at.contains(epoch), "selection: seed {} was not evaluated at epoch {}, another one was", seed,
              epoch);
        answers.back().push_back(tally.at.at(epoch));
      }
    }
    for (const auto& [seed, tally] : of_seed) {
      answers[rules.validation].push_back(tally.at_chosen);
      rules.chosen.insert(rules.chosen.end(), tally.chosen.begin(), tally.chosen.end());
    }
    of_condition.push_back(std::move(rules));
  }
  const Bootstrap bootstrap(answers);
  const auto per_seed = [&](std::size_t i) { return score_per_seed(Score::uar, answers[i]); };
  const auto mean_uar = [&](std::size_t i) { return mean_sd(per_seed(i)).mean; };
  const std::vector<std::string> numbers = score_numbers(bootstrap.seeds()), change{"", "low", "high"};
  Table t{fmt::format("UAR (%) of real rows + {} synthetic sets, at the epoch that validation speakers choose in each "
                      "fold, at the last one, and at the one epoch that is best on the test speakers, which nobody "
                      "could know",
                      sets),
          {{"Methods"},
           {"validation", numbers},
           {"its epochs"},
           {"last epoch", numbers},
           {"peak on test", numbers},
           {"its epoch"},
           {"peak - validation (points)", change},
           {"peak - last (points)", change}},
          {},
          {fmt::format("its epochs: median and range over folds and seeds. The last two columns are what choosing by "
                       "test speakers adds to a report, here among {} epochs. With other speakers another one would be "
                       "best, so intervals of the peak seek it anew in every resample.",
                       of_condition[0].epochs.size())}};
  for (std::size_t c = 0; c < of_condition.size(); ++c) {
    const Rules& rules = of_condition[c];
    std::size_t peak = rules.first();
    std::vector<double> peaks = bootstrap.values(peak, Score::uar);
    for (std::size_t i = rules.first(); i <= rules.last(); ++i) {
      if (mean_uar(i) > mean_uar(peak)) peak = i;
      const std::vector<double>& at_epoch = bootstrap.values(i, Score::uar);
      for (std::size_t b = 0; b < peaks.size(); ++b) peaks[b] = std::max(peaks[b], at_epoch[b]);
    }
    const auto cell = [&](std::size_t i) { return score_cell(per_seed(i), bootstrap.interval(i, Score::uar)); };
    const auto added_to = [&](std::size_t i) {
      std::vector<double> added = peaks;
      for (std::size_t b = 0; b < added.size(); ++b) added[b] -= bootstrap.values(i, Score::uar)[b];
      return interval_cell(mean_uar(peak) - mean_uar(i), bootstrap.interval_of(std::move(added)), true);
    };
    t.rows.push_back({{summary.title(summary.conditions()[c])},
                      cell(rules.validation),
                      {median_and_range(rules.chosen)},
                      cell(rules.last()),
                      score_cell(per_seed(peak), bootstrap.interval_of(peaks)),
                      {std::to_string(rules.epochs[peak - rules.first()])},
                      added_to(rules.validation),
                      added_to(rules.last())});
  }
  if (bootstrap.seeds() > 1) t.notes.push_back(about_seeds(bootstrap.seeds()));
  t.notes.push_back(about_intervals(bootstrap, summary.splits().size()));
  return t;
}

std::string selection_csv(const Summary& summary) {
  CsvTable csv;
  csv.columns = {"seed", "augmenter", "classifier", "epoch", "uar"};
  for (const Condition& c : summary.conditions())
    for (const auto& [seed, tally] : tallies(summary, c))
      for (const auto& [epoch, answers] : tally.at)
        csv.add_row(
            {std::to_string(seed), c.augmenter, c.classifier, std::to_string(epoch), fmt::format("{}", uar(answers))});
  return format_csv(summary.labelled(std::move(csv)));
}

}  // namespace emograd::report
