#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "experiments/report/figure.h"

namespace emograd::report {

/// The losses of every training, from the outcomes of units (protocol/unit.h), and the figures of them.
class LossCurves {
 public:
  /// One seed and split of an augmenter.
  struct Training {
    std::string augmenter;
    std::uint64_t seed = 0;
    std::string split;
    std::vector<double> epochs;                         // those reported
    std::map<std::string, std::vector<double>> losses;  // by name, a value per epoch
  };

  void add(const nlohmann::json& outcome);
  /// In the order added, without augmenters that need no training.
  const std::vector<Training>& trainings() const { return trainings_; }
  std::vector<std::string> augmenters() const;  // of them, each once
  std::vector<const Training*> trainings_of(const std::string& augmenter) const;

  /// The mean over an augmenter's trainings, with a band from the lowest to the highest, at the epochs that all of them
  /// reported: where trainings end early, each at an epoch of its own, the mean behind would be one over ever others.
  Series curve(const std::string& augmenter, const std::string& loss) const;
  /// What a reader must know of curves of the augmenter.
  std::string caption(const std::string& augmenter) const;
  /// A figure per augmenter, with a plot per loss. `name` is the augmenter's for readers.
  std::vector<Figure> figures(const std::function<std::string(const std::string&)>& name) const;

 private:
  std::vector<Training> trainings_;
};

/// Whether curves are for a logarithmic axis: positive throughout, and the largest value more than 30 times the
/// smallest.
bool spans_magnitudes(const std::vector<Series>&);

/// "D (discriminator)": what a loss of this name trains, in the paper's letters.
std::string loss_title(const std::string& loss);

}  // namespace emograd::report
