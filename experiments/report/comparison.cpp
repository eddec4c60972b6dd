#include "experiments/report/comparison.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <numeric>
#include <set>
#include <system_error>
#include <tuple>
#include <utility>

#include "tensor/error.h"

namespace emograd::report {

using namespace protocol;

namespace {

constexpr const char* score_titles[] = {"WA (%)", "UAR (%)", "macro-F1 (%)"};  // of all_scores

std::vector<std::string> distinct(const CsvTable& csv, std::initializer_list<std::size_t> columns) {
  std::set<std::string> values;
  for (std::size_t i = 0; i < csv.rows(); ++i)
    for (const std::size_t column : columns) values.emplace(csv.cell(i, column));
  return {values.begin(), values.end()};
}

std::size_t position(const std::vector<std::string>& sorted, std::string_view value) {
  return static_cast<std::size_t>(std::lower_bound(sorted.begin(), sorted.end(), value) - sorted.begin());
}

Mix mix_of(const CsvTable& csv, std::size_t row) {
  const std::string_view sets = csv.cell(row, csv.column("sets")), real = csv.cell(row, csv.column("real"));
  Mix mix;
  const auto [end, error] = std::from_chars(sets.data(), sets.data() + sets.size(), mix.sets);
  io::check_file(error == std::errc() && end == sets.data() + sets.size() && mix.sets >= 0, csv.name,
                 "line {}: '{}' is not a number of sets", csv.lines[row], sets);
  io::check_file(real == "yes" || real == "no", csv.name, "line {}: real is '{}', must be yes or no", csv.lines[row],
                 real);
  mix.real = real == "yes";
  return mix;
}

/// 1.5 → "1.50", −1.5 → "−1.50".
std::string fixed(double value, int decimals, bool sign = false) {
  const std::string text = sign ? fmt::format("{:+.{}f}", value, decimals) : fmt::format("{:.{}f}", value, decimals);
  return wide_minus(text);
}

std::string brackets(const Interval& i) {
  return fmt::format("[{}, {}]", fixed(100 * i.low, 1), fixed(100 * i.high, 1));
}

/// "" where every speaker is tested by a model of its own.
std::string about_shared_models(std::size_t speakers, std::size_t folds) {
  if (folds >= speakers) return "";
  return fmt::format(
      " In {} speakers share a model: what its luck does to all of them counts as if each had had it alone, so that "
      "intervals and p promise too much (docs/statistics.md).",
      folds == 1 ? "the one fold" : fmt::format("{} folds", folds));
}

}  // namespace

void give_titles(std::vector<Contender>& contenders, const std::vector<Contender>& beside) {
  std::vector<Condition> conditions;
  for (const auto* some : {&std::as_const(contenders), &beside})
    for (const Contender& c : *some) conditions.push_back(c.condition);
  for (Contender& c : contenders) c.title = title(c.condition, several_mixes(conditions));
}

std::vector<Answers> answers_of(const std::vector<Contender>& contenders) {
  std::vector<Answers> answers;
  for (const Contender& c : contenders) {
    if (c.seeds != contenders[0].seeds)
      fail(fmt::format("{} has seeds {}, {} has {}: only methods with the same seeds in the same order can be compared",
                       c.title, fmt::join(c.seeds, ", "), contenders[0].title, fmt::join(contenders[0].seeds, ", ")));
    answers.push_back(c.by_speaker);
  }
  return answers;
}

Table::Cell interval_cell(double share, const Interval& i, bool change) {
  return {fmt::format("{} {}", fixed(100 * share, 2, change), brackets(i)), {100 * share, 100 * i.low, 100 * i.high}};
}

Table::Cell score_cell(std::vector<double> per_seed, const Interval& i) {
  per_seed = percents(std::move(per_seed));
  const MeanSd r = mean_sd(per_seed);
  Table::Cell cell{mean_and_sd(per_seed) + " " + brackets(i), {r.mean, r.sd, 100 * i.low, 100 * i.high}};
  if (per_seed.size() == 1) cell.numbers.erase(cell.numbers.begin() + 1);
  return cell;
}

std::vector<std::string> score_numbers(std::size_t seeds) {
  if (seeds > 1) return {"", "sd", "low", "high"};
  return {"", "low", "high"};
}

std::string about_intervals(const Bootstrap& bootstrap, std::size_t folds) {
  const std::size_t speakers = bootstrap.speakers(), seeds = bootstrap.seeds();
  std::string note = fmt::format(
      "[low, high]: 95 % intervals of a bootstrap over speakers, {} resamples of {} speakers with all their utterances"
      "{}",
      bootstrap.resamples(), speakers, seeds > 1 ? fmt::format(" and of {} seeds", seeds) : "");
  if (speakers <= 30)
    note += fmt::format(
        ". Of so few speakers, the ends are taken where {:.2g} % of the resamples lie beyond each, so that they cover "
        "95 "
        "%; their power is small.",
        100 * bootstrap.tail());
  else note += ".";
  if (seeds == 1) note += " One seed: what its luck does to all folds alike is not in them.";
  return note + about_shared_models(speakers, folds);
}

namespace {

Table::Cell fold_cell(const Contender& c, Score s) { return mean_cell(percents(score_per_fold(s, c.by_fold))); }

/// Without the cells of its last column.
Table confusion_table(const std::string& method, const std::vector<std::string>& classes, const Confusion& c) {
  Table t{method + ": classes in rows, predictions in columns", {}, {}, {}};
  t.columns.push_back({"truth"});
  for (const std::string& name : classes) t.columns.push_back({name, {""}});
  t.columns.push_back({"recall (%)", {"", "low", "high"}});
  for (std::int64_t i = 0; i < c.classes(); ++i) {
    t.rows.push_back({{classes[static_cast<std::size_t>(i)]}});
    for (std::int64_t j = 0; j < c.classes(); ++j)
      t.rows.back().push_back({std::to_string(c.count(i, j)), {static_cast<double>(c.count(i, j))}});
  }
  return t;
}

std::string about_folds(const Contender& c) {
  const auto lacking = std::count_if(c.by_fold[0].begin(), c.by_fold[0].end(), [](const Confusion& fold) {
    for (std::int64_t k = 0; k < fold.classes(); ++k)
      if (fold.of_class(k) == 0) return true;
    return false;
  });
  return fmt::format("± is the standard deviation over {} folds{}. A fold's UAR averages the classes that it has; {}.",
                     c.by_fold[0].size(), c.by_fold.size() > 1 ? " of the mean over seeds" : "",
                     lacking == 0   ? "none lacks one"
                     : lacking == 1 ? "one lacks one or more"
                                    : fmt::format("{} lack one or more", lacking));
}

/// "", or which classes are missing from so many resamples that their UAR is not quite that of the table.
std::string about_rare_classes(const Contender& c, const std::vector<std::string>& classes) {
  // Of ten speakers' resamples 0.6 % lack a class that four have, 2.8 % one that three have.
  constexpr std::ptrdiff_t few = 4;
  std::vector<std::string> names;
  for (std::size_t k = 0; k < classes.size(); ++k) {
    const auto having = std::count_if(c.by_speaker[0].begin(), c.by_speaker[0].end(), [&](const Confusion& of_speaker) {
      return of_speaker.of_class(static_cast<std::int64_t>(k)) > 0;
    });
    if (having > 0 && having < few) names.push_back(fmt::format("{} ({})", classes[k], having));
  }
  if (names.empty()) return "";
  return fmt::format(
      " Fewer than {} speakers have {}: resamples without one of them average the recalls of the other classes.", few,
      fmt::join(names, ", "));
}

/// A permutation's p is never 0, and is not printed as if it were.
std::string probability(double p) { return p < 0.0001 ? "<0.0001" : fmt::format("{:.4f}", p); }

/// Of every augmented method against "none" with the same classifier.
Table tests_table(const std::vector<Contender>& contenders, const Bootstrap& bootstrap, std::size_t folds) {
  std::vector<Pairing> pairings;
  for (std::size_t m = 0; m < contenders.size(); ++m) {
    const Contender& c = contenders[m];
    const auto baseline = std::find_if(contenders.begin(), contenders.end(), [&](const Contender& other) {
      return other.condition.augmenter == "none" && other.condition.classifier == c.condition.classifier;
    });
    if (c.condition.augmenter == "none" || baseline == contenders.end()) continue;
    const auto b = static_cast<std::size_t>(baseline - contenders.begin());
    pairings.push_back({c.title, c.by_speaker, baseline->by_speaker, bootstrap.difference(m, b, Score::uar)});
  }
  return pairings_table("UAR against no augmentation with the same classifier", pairings, folds);
}

}  // namespace

Table pairings_table(const std::string& caption, const std::vector<Pairing>& pairings, std::size_t folds) {
  Table t{caption,
          {{"Methods"}, {"UAR difference (points)", {"", "low", "high"}}, {"p", {""}}, {"p (Holm)", {""}}},
          {},
          {}};
  if (pairings.empty()) return t;
  std::vector<double> p;
  for (const Pairing& pair : pairings) {
    const std::vector<double> d = uar_differences(pair.method, pair.baseline);
    p.push_back(sign_flip_p(d));
    t.rows.push_back({{pair.title},
                      interval_cell(std::accumulate(d.begin(), d.end(), 0.0), pair.difference, true),
                      {probability(p.back()), {p.back()}},
                      {}});
  }
  const std::vector<double> adjusted = holm(p);
  for (std::size_t i = 0; i < p.size(); ++i) t.rows[i][3] = {probability(adjusted[i]), {adjusted[i]}};
  const std::size_t speakers = pairings[0].method[0].size();
  t.notes.push_back(fmt::format(
      "p: two-sided sign-flip test of what each of the {} speakers adds to the difference, averaged over seeds; {}. "
      "Holm: corrected for the {} of this table.{}",
      speakers,
      speakers <= exact_sign_flips ? fmt::format("exact, and with so many speakers never below {:.2g}",
                                                 std::exp2(1 - static_cast<double>(speakers)))
                                   : "by random signs",
      p.size() == 1 ? "one test" : fmt::format("{} tests", p.size()), about_shared_models(speakers, folds)));
  return t;
}

Predictions read_predictions(const CsvTable& csv) {
  const std::size_t seed = csv.column("seed"), split = csv.column("split"), id = csv.column("id"),
                    speaker = csv.column("speaker"), truth = csv.column("truth"), augmenter = csv.column("augmenter"),
                    classifier = csv.column("classifier"), prediction = csv.column("prediction");
  io::check_file(csv.rows() > 0, csv.name, "holds no predictions");
  Predictions out;
  out.classes = distinct(csv, {truth, prediction});
  out.speakers = distinct(csv, {speaker});
  out.folds = distinct(csv, {split});
  const auto classes = static_cast<std::int64_t>(out.classes.size());

  std::map<std::string, std::tuple<std::string, std::string, std::string>> utterances;
  std::map<Condition, std::size_t> contender_of;
  std::vector<std::vector<std::set<std::string>>> answered;  // [contender][seed]
  for (std::size_t i = 0; i < csv.rows(); ++i) {
    const auto text = [&](std::size_t column) { return std::string(csv.cell(i, column)); };
    const Condition condition{text(augmenter), text(classifier), mix_of(csv, i)};
    const auto [at, fresh] = contender_of.try_emplace(condition, out.contenders.size());
    if (fresh) {
      out.contenders.push_back({condition, title(condition, true), {}, {}, {}});
      answered.emplace_back();
    }
    Contender& c = out.contenders[at->second];
    const auto r = static_cast<std::size_t>(std::find(c.seeds.begin(), c.seeds.end(), text(seed)) - c.seeds.begin());
    if (r == c.seeds.size()) {
      c.seeds.push_back(text(seed));
      c.by_speaker.emplace_back(out.speakers.size(), Confusion(classes));
      c.by_fold.emplace_back(out.folds.size(), Confusion(classes));
      answered[at->second].emplace_back();
    }
    io::check_file(answered[at->second][r].insert(text(id)).second, csv.name,
                   "line {}: {} answers utterance '{}' twice with seed {}", csv.lines[i], c.title, text(id),
                   text(seed));
    const std::tuple known{text(speaker), text(split), text(truth)};
    io::check_file(utterances.try_emplace(text(id), known).first->second == known, csv.name,
                   "line {}: utterance '{}' has another speaker, split or truth than before", csv.lines[i], text(id));
    const auto t = static_cast<std::int64_t>(position(out.classes, csv.cell(i, truth))),
               p = static_cast<std::int64_t>(position(out.classes, csv.cell(i, prediction)));
    c.by_speaker[r][position(out.speakers, csv.cell(i, speaker))].add(t, p);
    c.by_fold[r][position(out.folds, csv.cell(i, split))].add(t, p);
  }
  give_titles(out.contenders, out.contenders);
  out.utterances = std::ssize(utterances);
  for (std::size_t m = 0; m < answered.size(); ++m)
    for (std::size_t r = 0; r < answered[m].size(); ++r)
      io::check_file(answered[m][r].size() == utterances.size(), csv.name,
                     "{} with seed {} answers {} of {} utterances; methods are compared on all of them",
                     out.contenders[m].title, out.contenders[m].seeds[r], answered[m][r].size(), utterances.size());
  return out;
}

Comparison compare(const Predictions& predictions) {
  const std::vector<Contender>& contenders = predictions.contenders;
  const Bootstrap bootstrap(answers_of(contenders));
  const std::size_t seeds = contenders[0].seeds.size();

  Comparison out;
  out.classes = predictions.classes;
  out.contenders = contenders;
  out.scores.caption = fmt::format("Predictions pooled over {} folds ({} speakers, {} utterances)",
                                   predictions.folds.size(), predictions.speakers.size(), predictions.utterances);
  out.scores.columns.push_back({"Methods"});
  out.seeds = {"Each seed", {{"Methods"}, {"seed"}}, {}, {}};
  out.folds = {"Per fold",
               {{"Methods"}, {"WA per fold (%)", {"", "sd"}}, {"UAR per fold (%)", {"", "sd"}}},
               {},
               {about_folds(contenders[0])}};
  out.recalls = {"Recall of every class", {{"Methods"}}, {}, {}};
  for (const char* title : score_titles) {
    out.scores.columns.push_back({title, score_numbers(seeds)});
    out.seeds.columns.push_back({title, {""}});
  }
  for (const std::string& name : predictions.classes)
    out.recalls.columns.push_back({fmt::format("{} (%)", name), {"recall", "low", "high"}});
  if (seeds > 1) out.scores.notes.push_back(about_seeds(seeds));
  out.scores.notes.push_back(about_intervals(bootstrap, predictions.folds.size()) +
                             about_rare_classes(contenders[0], predictions.classes));

  for (std::size_t m = 0; m < contenders.size(); ++m) {
    const Contender& c = contenders[m];
    out.scores.rows.push_back({{c.title}});
    out.uar.push_back(bootstrap.interval(m, Score::uar));
    out.folds.rows.push_back({{c.title}, fold_cell(c, Score::wa), fold_cell(c, Score::uar)});
    for (const Score s : all_scores)
      out.scores.rows.back().push_back(score_cell(score_per_seed(s, c.by_speaker), bootstrap.interval(m, s)));

    Confusion all(static_cast<std::int64_t>(predictions.classes.size()));
    for (std::size_t r = 0; r < c.seeds.size(); ++r) {
      const Confusion of_seed = pooled(c.by_speaker[r]);
      all.add(of_seed);
      if (seeds == 1) continue;
      out.seeds.rows.push_back({{c.title}, {c.seeds[r]}});
      for (const Score s : all_scores) {
        const double value = 100 * score(s, of_seed);
        out.seeds.rows.back().push_back({fmt::format("{:.2f}", value), {value}});
      }
    }
    out.recalls.rows.push_back({{c.title}});
    out.confusions.push_back(confusion_table(c.title, predictions.classes, all));
    const std::vector<double> recall = recalls(all);
    for (std::size_t k = 0; k < recall.size(); ++k) {
      const Interval i = bootstrap.recall(m, static_cast<std::int64_t>(k));
      if (std::isnan(recall[k])) out.recalls.rows.back().push_back({"–"});  // a class that was predicted only
      else out.recalls.rows.back().push_back(interval_cell(recall[k], i));
      out.confusions.back().rows[k].push_back(out.recalls.rows.back().back());
    }
  }
  out.tests = tests_table(contenders, bootstrap, predictions.folds.size());
  return out;
}

std::string Comparison::text() const {
  std::string out;
  for (const Table* t : {&scores, &seeds, &folds, &tests})
    if (!t->rows.empty()) out += as_text(*t) + "\n";
  for (const Table& t : confusions) out += as_text(t) + "\n";
  return out;
}

std::vector<Table> Comparison::tables() const {
  std::vector<Table> with_rows;
  for (const Table* t : {&scores, &tests, &folds, &recalls})
    if (!t->rows.empty()) with_rows.push_back(*t);
  return with_rows;
}

}  // namespace emograd::report
