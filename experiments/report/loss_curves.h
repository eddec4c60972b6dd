#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "experiments/report/figure.h"

namespace emograd::report {

/// The losses of every training, from the outcomes of units (protocol/unit.h), and the figures of them.
class LossCurves {
 public:
  void add(const nlohmann::json& outcome);

  /// A figure per augmenter that was trained, in the order added, with a plot per loss: the mean over trainings (seeds
  /// and folds), and a band from the lowest to the highest of them. The axis is logarithmic where a loss is positive
  /// throughout and its largest value more than 30 times its smallest. `name` is the augmenter's for readers.
  std::vector<Figure> figures(const std::function<std::string(const std::string&)>& name) const;

 private:
  using OfEpoch = std::map<std::int64_t, std::vector<double>>;              // a value per training
  std::vector<std::pair<std::string, std::map<std::string, OfEpoch>>> of_;  // augmenter → loss
};

}  // namespace emograd::report
