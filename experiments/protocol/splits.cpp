#include "experiments/protocol/splits.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <numeric>
#include <set>
#include <utility>

#include "autograd/ops/random.h"
#include "tensor/error.h"
#include "tensor/philox.h"

namespace emograd::protocol {

namespace {

std::size_t at(std::int64_t row) { return static_cast<std::size_t>(row); }

/// How much of the table a speaker or a fold is: a share of the rows of each class, and one of all rows.
using Shares = std::vector<double>;

std::map<std::string, Shares> shares_of_speakers(const FeatureTable& table) {
  const std::vector<std::int64_t> labels = table.labels.to_vector<std::int64_t>();
  std::vector<std::int64_t> of_class(table.classes.size(), 0);
  for (const std::int64_t y : labels) ++of_class[at(y)];
  std::map<std::string, Shares> shares;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    Shares& s = shares.try_emplace(table.speakers[i], table.classes.size() + 1, 0.0).first->second;
    s[at(labels[i])] += 1 / static_cast<double>(of_class[at(labels[i])]);
    s.back() += 1 / static_cast<double>(labels.size());
  }
  return shares;
}

}  // namespace

Folds nothing_left_out(const FeatureTable& table) {
  return {"no row left out", std::vector<std::string>(at(table.rows()))};
}

Folds folds_by_speaker(const FeatureTable& table) { return {"leave-one-speaker-out", table.speakers}; }

Folds folds_by_session(const FeatureTable& table) {
  for (std::int64_t i = 0; i < table.rows(); ++i)
    check(!table.sessions[at(i)].empty(),
          "leave-one-session-out: the session of utterance '{}' (row {}) is unknown; give it in a column session of "
          "--labels",
          table.ids[at(i)], i + 1);
  check(std::set(table.sessions.begin(), table.sessions.end()).size() >= 2,
        "leave-one-session-out: all utterances are of session '{}'; leaving one out needs two", table.sessions.front());
  return {"leave-one-session-out", table.sessions};
}

Folds folds_of_speakers(const FeatureTable& table, std::int64_t k, std::uint64_t seed) {
  const std::map<std::string, Shares> shares = shares_of_speakers(table);
  check(k >= 2 && k <= std::ssize(shares), "{} speakers cannot be in {} folds; give a number from 2 to {}",
        shares.size(), k, shares.size());
  using Speaker = std::pair<std::string, Shares>;
  const std::vector<Speaker> alphabetical(shares.begin(), shares.end());
  std::vector<Speaker> speakers;
  Rng rng{seed};
  for (const std::int64_t i : permutation(std::ssize(alphabetical), rng).to_vector<std::int64_t>())
    speakers.push_back(alphabetical[at(i)]);
  std::stable_sort(speakers.begin(), speakers.end(),
                   [](const Speaker& a, const Speaker& b) { return a.second.back() > b.second.back(); });

  std::vector<Shares> folds(at(k), Shares(table.classes.size() + 1, 0.0));
  std::map<std::string, std::string> fold_of;
  const std::size_t digits = std::to_string(k).size();
  for (const auto& [speaker, share] : speakers) {
    // Σ (fold + share)² grows by Σ share² in whatever fold, and by twice this.
    const auto rise = [&s = share](const Shares& fold) {
      return std::inner_product(fold.begin(), fold.end(), s.begin(), 0.0);
    };
    const auto least = std::min_element(folds.begin(), folds.end(),
                                        [&](const Shares& a, const Shares& b) { return rise(a) < rise(b); });
    std::transform(least->begin(), least->end(), share.begin(), least->begin(), std::plus<>());
    fold_of[speaker] = fmt::format("fold {:0{}}", least - folds.begin() + 1, digits);
  }
  Folds out{fmt::format("speakers in {} folds, seed {}", k, seed), {}};
  for (const std::string& speaker : table.speakers) out.of_row.push_back(fold_of.at(speaker));
  return out;
}

void check_folds(const FeatureTable& table, const Folds& folds, const std::string& where) {
  check(std::ssize(folds.of_row) == table.rows(), "{}: folds of {} rows, but {} has {}", where, folds.of_row.size(),
        table.source, table.rows());
  const auto shown = [](const std::string& fold) { return fold.empty() ? "no fold" : fmt::format("fold '{}'", fold); };
  std::map<std::string, std::string> fold_of;
  for (std::size_t i = 0; i < folds.of_row.size(); ++i) {
    const std::string& before = fold_of.try_emplace(table.speakers[i], folds.of_row[i]).first->second;
    check(before == folds.of_row[i],
          "{}: speaker '{}' is in {} and in {}, so would be trained on and tested; where these are two people, give "
          "them two names",
          where, table.speakers[i], shown(before), shown(folds.of_row[i]));
  }
}

std::vector<Split> splits_of(const FeatureTable& table, const Folds& folds) {
  check_folds(table, folds, folds.protocol);
  std::set<std::string> names(folds.of_row.begin(), folds.of_row.end());
  if (names.size() > 1) names.erase("");
  const std::vector<bool> copies = altered_copies(table);
  std::vector<Split> splits;
  for (const std::string& name : names) {
    Split split{name.empty() ? "all" : name, {}, {}};
    for (std::int64_t i = 0; i < table.rows(); ++i)
      if (name.empty() || folds.of_row[at(i)] != name) split.train.push_back(i);
      else if (!copies[at(i)]) split.test.push_back(i);
    check_split(table, split);
    splits.push_back(std::move(split));
  }
  return splits;
}

std::vector<Split> leave_one_speaker_out(const FeatureTable& table) {
  return splits_of(table, folds_by_speaker(table));
}

void check_split(const FeatureTable& table, const Split& split) {
  const std::vector<std::int64_t> labels = table.labels.to_vector<std::int64_t>();
  std::set<std::int64_t> used;
  std::map<std::string, const char*> part_of;  // of a speaker
  std::vector<bool> present(table.classes.size(), false);
  for (const auto* rows : {&split.test, &split.validation, &split.train}) {
    const char* part = rows == &split.test ? "test" : rows == &split.train ? "training" : "validation";
    check(!rows->empty() || rows != &split.train, "split '{}': no training rows", split.name);
    for (const std::int64_t row : *rows) {
      check(row >= 0 && row < table.rows(), "split '{}': row {} is not in a table of {} rows", split.name, row,
            table.rows());
      check(used.insert(row).second, "split '{}': row {} is used twice", split.name, row);
      const std::string& speaker = table.speakers[static_cast<std::size_t>(row)];
      const char* other = part_of.try_emplace(speaker, part).first->second;
      check(other == part, "split '{}': speaker '{}' is in {} and {}", split.name, speaker, part, other);
      if (rows == &split.train) present[static_cast<std::size_t>(labels[static_cast<std::size_t>(row)])] = true;
    }
  }
  for (std::size_t k = 0; k < present.size(); ++k)
    check(present[k],
          "split '{}': class '{}' is spoken by the left-out speakers only, so nothing can learn it; drop that class",
          split.name, table.classes[k]);
}

}  // namespace emograd::protocol
