#include "experiments/report/selection.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "experiments/report/comparison.h"
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

  /// The epoch with the highest UAR on the test speakers; the first of equals.
  std::int64_t peak() const {
    return std::max_element(at.begin(), at.end(),
                            [](const auto& a, const auto& b) { return uar(a.second) < uar(b.second); })
        ->first;
  }
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
  enum Rule : std::size_t { validation, last, peak, rules };
  std::vector<Answers> answers;  // of every condition by these rules
  std::vector<std::vector<std::int64_t>> chosen, peaks;
  Contender any;
  for (const Condition& condition : summary.conditions()) {
    const std::size_t first = answers.size();
    answers.resize(first + rules);
    chosen.emplace_back(), peaks.emplace_back();
    any.seeds.clear();
    for (const auto& [seed, tally] : tallies(summary, condition)) {
      any.seeds.push_back(std::to_string(seed));
      answers[first + validation].push_back(tally.at_chosen);
      answers[first + last].push_back(tally.at.rbegin()->second);
      answers[first + peak].push_back(tally.at.at(tally.peak()));
      chosen.back().insert(chosen.back().end(), tally.chosen.begin(), tally.chosen.end());
      peaks.back().push_back(tally.peak());
    }
  }
  any.by_speaker = answers[0];
  const Bootstrap bootstrap(answers);
  const std::vector<std::string> numbers = score_numbers(any.seeds.size()), change{"", "low", "high"};
  Table t{fmt::format("UAR (%) of real rows + {} synthetic sets, at the epoch that validation speakers choose in each "
                      "fold, at the last one, and at the one epoch of each seed that is best on the test speakers, "
                      "which nobody could know",
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
          {"Epochs: median and range over folds and seeds. The last two columns are what choosing by test speakers "
           "adds to a report; the peak is found once, on all speakers, and resampled there."}};
  for (std::size_t c = 0; c < summary.conditions().size(); ++c) {
    const auto at = [&](Rule rule) { return rules * c + rule; };
    const auto of = [&](Rule rule) { return score_per_seed(Score::uar, answers[at(rule)]); };
    const auto cell = [&](Rule rule) { return score_cell(of(rule), bootstrap.interval(at(rule), Score::uar)); };
    const auto added = [&](Rule to) {
      return interval_cell(mean_sd(of(peak)).mean - mean_sd(of(to)).mean,
                           bootstrap.difference(at(peak), at(to), Score::uar), true);
    };
    t.rows.push_back({{summary.title(summary.conditions()[c])},
                      cell(validation),
                      {median_and_range(chosen[c])},
                      cell(last),
                      cell(peak),
                      {median_and_range(peaks[c])},
                      added(validation),
                      added(last)});
  }
  if (any.seeds.size() > 1) t.notes.push_back(about_seeds(any.seeds.size()));
  t.notes.push_back(about_intervals(bootstrap, any));
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
