#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "experiments/protocol/classified.h"
#include "experiments/protocol/feature_table.h"
#include "experiments/protocol/scaler.h"
#include "experiments/protocol/splits.h"
#include "experiments/protocol/thinning.h"

namespace emograd::protocol {

/// What an experiment runs on: rows, how they are divided, how they are scaled, which are taken away.
struct Data {
  FeatureTable table;
  std::string protocol;
  std::vector<Split> splits;
  Scaling scaling;
  nlohmann::json manifest;                            // manifest_of table and folds
  Thinning thinning = {};                             // of every training fold, as each unit draws it; splits are whole
  std::shared_ptr<const Classified> classified = {};  // where classifiers are concerned with a part only

  /// What is tested: rows and classes of which predictions tell.
  const FeatureTable& tested_table() const { return classified ? classified->table : table; }
  const std::vector<Split>& tested_splits() const { return classified ? classified->splits : splits; }
};

/// Error where the folds do not fit the table (splits_of), and where no feature varies.
Data make_data(FeatureTable, const Folds&, const Scaling& = {});

/// A line on source, sizes and protocol, then one for each thing that a reader of results must know: a leak, features
/// that tell nothing, folds that test no utterance of some class, rows that are never tested, classes that are
/// thinned, a part that alone is classified.
std::string describe(const Data&);

}  // namespace emograd::protocol
