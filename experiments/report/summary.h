#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "experiments/protocol/feature_table.h"
#include "experiments/protocol/metrics.h"
#include "experiments/protocol/splits.h"

namespace emograd::report {

/// The outcomes of units (protocol/unit.h), added up: predictions of all splits are pooled per seed, metrics computed
/// per seed, and seeds averaged. The table and the splits outlive it.
class Summary {
 public:
  Summary(const protocol::FeatureTable& table, const std::vector<protocol::Split>& splits)
      : table_(table), splits_(splits) {}

  /// Error where an outcome does not fit table and splits.
  void add(const nlohmann::json& outcome);
  /// What metrics.jsonl gets: a line per reported epoch, then one for the unit with WA and UAR of its split per
  /// classifier.
  std::vector<nlohmann::json> metric_lines(const nlohmann::json& outcome) const;

  /// WA, UAR and macro-F1 in percent, one row per method, in the order added; mean ± standard deviation over seeds
  /// where there are several, and then the rows of every seed. The paper's Table I has the first two.
  std::string table() const;
  /// One matrix per method, summed over seeds, with recalls.
  std::string confusions() const;
  /// A line on parts of classifiers that did not converge; "" where all did.
  std::string unconverged() const;
  /// seed;split;id;speaker;truth;augmenter;classifier;prediction
  std::string predictions_csv() const;

 private:
  using Method = std::pair<std::string, std::string>;  // augmenter, classifier
  const protocol::Split& split(const std::string& name) const;

  const protocol::FeatureTable& table_;
  const std::vector<protocol::Split>& splits_;
  std::vector<Method> methods_;
  std::map<Method, std::map<std::uint64_t, protocol::Confusion>> confusions_;  // by seed
  std::vector<nlohmann::json> outcomes_;                                       // without their epochs
};

}  // namespace emograd::report
