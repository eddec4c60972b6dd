#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "experiments/protocol/feature_table.h"
#include "experiments/protocol/metrics.h"
#include "experiments/protocol/splits.h"
#include "experiments/protocol/unit.h"
#include "experiments/report/comparison.h"
#include "experiments/report/condition.h"
#include "experiments/report/loss_curves.h"
#include "experiments/report/run_folder.h"
#include "tensor/io/csv.h"

namespace emograd::report {

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
  const LossCurves& losses() const { return losses_; }  // their epochs
  const protocol::FeatureTable& table() const { return table_; }
  const std::vector<protocol::Split>& splits() const { return splits_; }
  const protocol::Split& split(const std::string& name) const;  // Error where there is none
  const std::vector<std::string>& classes() const { return table_.classes; }
  std::vector<std::int64_t> truth(const nlohmann::json& outcome) const;  // labels of its test rows
  /// In the order added.
  const std::vector<Condition>& conditions() const { return conditions_; }
  /// By seed; every seed has all splits once all outcomes are added.
  const std::map<std::uint64_t, protocol::Confusion>& confusions_of(const Condition& c) const {
    return confusions_.at(c);
  }

  std::string title(const Condition&) const;  // the mix is named where augmenters have several

  /// Scores with intervals and tests, a row per condition (comparison.h); computed once.
  const Comparison& comparison() const;
  /// A line on parts of classifiers that did not converge; "" where all did.
  std::string unconverged() const;
  /// seed;split;id;speaker;truth;augmenter;classifier;sets;real;prediction. Labelled.
  CsvTable predictions() const;
  /// With a last column, leak, where units have one: who reads a row alone must know of it, too.
  CsvTable labelled(CsvTable) const;

 private:
  const protocol::FeatureTable& table_;
  const std::vector<protocol::Split>& splits_;
  std::vector<Condition> conditions_;
  std::map<Condition, std::map<std::uint64_t, protocol::Confusion>> confusions_;  // by seed
  std::vector<nlohmann::json> outcomes_;                                          // without their epochs
  mutable std::optional<Comparison> comparison_;                                  // until the next outcome
  LossCurves losses_;
};

/// ": mean ± standard deviation over folds", or over seeds where there is one fold; "" of a single training. What
/// over_folds (table.h) gives of its outcomes.
std::string spread(const Summary&);

/// Leaves the comparison as table.md, table.tex and table.csv in the folder. Its text, and what did not converge.
std::string write_comparison(const Summary&, const RunFolder&);

}  // namespace emograd::report
