#include "experiments/report/versus.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "experiments/protocol/statistics.h"

namespace emograd::report {

using namespace protocol;

namespace {

const Predictions& predictions_of(const Evidence& e) {
  io::check_file(e.predictions.has_value(), e.name, "has no predictions.csv: its program trains no classifiers");
  return *e.predictions;
}

const Contender* find(const std::vector<Contender>& among, const Condition& wanted) {
  const auto found =
      std::find_if(among.begin(), among.end(), [&](const Contender& c) { return c.condition == wanted; });
  return found == among.end() ? nullptr : &*found;
}

/// The same contenders under titles that tell apart the mixes of both.
std::vector<Contender> titled(const Predictions& a, const Predictions& b) {
  std::vector<Contender> out = a.contenders;
  give_titles(out, b.contenders);
  return out;
}

/// A sentence on conditions of `a` that `b` lacks, if any: a few by name.
void note_missing(Table& t, const char* which, const Predictions& a, const Predictions& b) {
  constexpr std::size_t few = 6;
  std::vector<std::string> names;
  for (const Contender& c : titled(a, b))
    if (find(b.contenders, c.condition) == nullptr) names.push_back(c.title);
  if (names.empty()) return;
  const std::size_t more = names.size() > few ? names.size() - few : 0;
  names.resize(names.size() - more);
  t.notes.push_back(fmt::format("In the {} run alone: {}{}.", which, fmt::join(names, ", "),
                                more > 0 ? fmt::format(" and {} more", more) : ""));
}

/// What must be known of both runs, or of one.
void note_warnings(Table& t, const Evidence& first, const Evidence& second) {
  const std::vector<std::string>&of_first = first.warnings, &of_second = second.warnings;
  const auto among = [](const std::vector<std::string>& all, const std::string& w) {
    return std::find(all.begin(), all.end(), w) != all.end();
  };
  for (const std::string& w : of_first)
    t.notes.push_back(among(of_second, w) ? w : fmt::format("In the first run alone: {}", w));
  for (const std::string& w : of_second)
    if (!among(of_first, w)) t.notes.push_back(fmt::format("In the second run alone: {}", w));
}

}  // namespace

Table versus_table(const Evidence& first, const Evidence& second) {
  const Predictions &a = predictions_of(first), &b = predictions_of(second);
  io::check_file(a.classes == b.classes && a.speakers == b.speakers && a.utterances == b.utterances, second.name,
                 "tests {} utterances of {} speakers in {} classes, {} tests {} of {} in {}: only runs on the same "
                 "utterances can be compared",
                 b.utterances, b.speakers.size(), b.classes.size(), first.name, a.utterances, a.speakers.size(),
                 a.classes.size());
  std::vector<Contender> both;  // the first run's, then the second's
  std::vector<std::string> titles;
  for (const Contender& c : titled(a, b))
    if (const Contender* other = find(b.contenders, c.condition)) {
      titles.push_back(c.title);
      both.insert(both.end(), {c, *other});
      both[both.size() - 2].title = fmt::format("{} of {}", c.title, first.name);
      both.back().title = fmt::format("{} of {}", c.title, second.name);
    }
  io::check_file(!both.empty(), second.name, "has no method, classifier and mix of rows in common with {}", first.name);
  const std::vector<Answers> answers = answers_of(both);
  const Bootstrap bootstrap(answers);
  const std::size_t folds = std::min(a.folds.size(), b.folds.size());
  std::vector<Pairing> pairings;
  for (std::size_t i = 0; i < titles.size(); ++i)
    pairings.push_back(
        {titles[i], answers[2 * i + 1], answers[2 * i], bootstrap.difference(2 * i + 1, 2 * i, Score::uar)});
  Table t = pairings_table(fmt::format("UAR of {} (second) less that of {} (first)", second.name, first.name), pairings,
                           folds);
  const std::vector<std::string> numbers = score_numbers(both[0].seeds.size());
  t.columns.insert(t.columns.begin() + 1, {{"first, UAR (%)", numbers}, {"second, UAR (%)", numbers}});
  for (std::size_t i = 0; i < titles.size(); ++i) {
    const auto cell = [&](std::size_t m) {
      return score_cell(score_per_seed(Score::uar, answers[m]), bootstrap.interval(m, Score::uar));
    };
    t.rows[i].insert(t.rows[i].begin() + 1, {cell(2 * i), cell(2 * i + 1)});
  }
  if (both[0].seeds.size() > 1) t.notes.push_back(about_seeds(both[0].seeds.size()));
  t.notes.push_back(about_intervals(bootstrap, folds));
  note_missing(t, "first", a, b);
  note_missing(t, "second", b, a);
  note_warnings(t, first, second);
  return t;
}

}  // namespace emograd::report
