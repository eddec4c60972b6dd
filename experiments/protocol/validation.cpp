#include "experiments/protocol/validation.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <string>

#include "experiments/protocol/metrics.h"
#include "tensor/error.h"

namespace emograd::protocol {

Split with_validation(const FeatureTable& table, const Split& split, std::int64_t speakers) {
  const auto speaker_of = [&](std::int64_t row) { return table.speakers[static_cast<std::size_t>(row)]; };
  check(!split.test.empty(), "split '{}': no test rows", split.name);
  std::string last_tested;
  for (const std::int64_t row : split.test) last_tested = std::max(last_tested, speaker_of(row));
  std::set<std::string> names;
  for (const std::int64_t row : split.train) names.insert(speaker_of(row));
  std::vector<std::string> candidates(names.upper_bound(last_tested), names.end());
  candidates.insert(candidates.end(), names.begin(), names.upper_bound(last_tested));

  const std::vector<bool> copies = altered_copies(table);
  Split result{split.name, split.train, split.test, {}};
  for (const std::string& candidate : candidates) {
    if (speakers == 0) break;
    std::vector<std::int64_t> left, spared;
    for (const std::int64_t row : result.train) (speaker_of(row) == candidate ? spared : left).push_back(row);
    const std::vector<std::int64_t> labels = labels_of(table, left);
    if (std::set(labels.begin(), labels.end()).size() < table.classes.size()) continue;
    result.train = left;
    std::copy_if(spared.begin(), spared.end(), std::back_inserter(result.validation),
                 [&](std::int64_t row) { return !copies[static_cast<std::size_t>(row)]; });
    --speakers;
  }
  check(
      speakers == 0,
      "split '{}': {} more of its {} training speakers would have to validate, but without any of them training lacks "
      "a class; ask for fewer",
      split.name, speakers, names.size());
  std::sort(result.validation.begin(), result.validation.end());
  check_split(table, result);
  return result;
}

std::vector<std::int64_t> best_epochs(const nlohmann::json& evaluations, const char* part,
                                      const std::vector<std::int64_t>& truth, std::int64_t classes) {
  std::vector<std::int64_t> epochs;
  std::vector<double> best;
  for (const nlohmann::json& evaluation : evaluations) {
    const nlohmann::json& predictions = evaluation.at("predictions");
    epochs.resize(predictions.size());
    best.resize(predictions.size(), -1);
    for (std::size_t i = 0; i < predictions.size(); ++i) {
      Confusion c(classes);
      c.add(truth, predictions[i].at(part).get<std::vector<std::int64_t>>());
      const double uar = unweighted_average_recall(c);
      if (uar <= best[i]) continue;
      best[i] = uar;
      epochs[i] = evaluation.at("epoch");
    }
  }
  return epochs;
}

}  // namespace emograd::protocol
