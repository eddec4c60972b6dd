#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "experiments/protocol/feature_table.h"
#include "experiments/protocol/metrics.h"
#include "experiments/protocol/splits.h"
#include "experiments/protocol/unit.h"

namespace emograd::report {

/// Who made synthetic rows, and who learnt from which mix of them with real ones.
struct Condition {
  std::string augmenter, classifier;
  protocol::Mix mix;
  auto operator<=>(const Condition&) const = default;
};

/// An augmenter's or a classifier's name as tables show it: "ADAN", but "none".
std::string display_name(std::string name);
/// "62.50 ± 17.68", the standard deviation over n − 1, or "62.50" of one value.
std::string mean_and_sd(const std::vector<double>&);

/// The outcomes of units (protocol/unit.h), added up: predictions of all splits are pooled per seed, metrics computed
/// per seed, and seeds averaged. The table and the splits outlive it.
class Summary {
 public:
  Summary(const protocol::FeatureTable& table, const std::vector<protocol::Split>& splits)
      : table_(table), splits_(splits) {}

  /// Error where an outcome does not fit table and splits.
  void add(const nlohmann::json& outcome);
  /// What metrics.jsonl gets: a line per reported epoch, then one per classifier and mix with WA and UAR of the unit's
  /// split.
  std::vector<nlohmann::json> metric_lines(const nlohmann::json& outcome) const;

  /// As added, but for their epochs.
  const std::vector<nlohmann::json>& outcomes() const { return outcomes_; }
  std::vector<std::int64_t> truth(const nlohmann::json& outcome) const;  // labels of its test rows
  /// In the order added.
  const std::vector<Condition>& conditions() const { return conditions_; }
  /// By seed; every seed has all splits once all outcomes are added.
  const std::map<std::uint64_t, protocol::Confusion>& confusions_of(const Condition& c) const {
    return confusions_.at(c);
  }

  std::string title(const Condition&) const;  // "ADAN + SVM", and the mix where augmenters have several

  /// WA, UAR and macro-F1 in percent, one row per condition, in the order added; mean ± standard deviation over seeds
  /// where there are several, and then the rows of every seed. The paper's Table I has the first two.
  std::string table() const;
  /// One matrix per condition, summed over seeds, with recalls.
  std::string confusions() const;
  /// A line on parts of classifiers that did not converge; "" where all did.
  std::string unconverged() const;
  /// seed;split;id;speaker;truth;augmenter;classifier;prediction, with sets;real before the last where an augmenter's
  /// rows were mixed in several ways, and leak at the end where units have one.
  std::string predictions_csv() const;

 private:
  const protocol::Split& split(const std::string& name) const;
  bool several_mixes() const;  // of one augmenter

  const protocol::FeatureTable& table_;
  const std::vector<protocol::Split>& splits_;
  std::vector<Condition> conditions_;
  std::map<Condition, std::map<std::uint64_t, protocol::Confusion>> confusions_;  // by seed
  std::vector<nlohmann::json> outcomes_;                                          // without their epochs
};

}  // namespace emograd::report
