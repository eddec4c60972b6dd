#include "experiments/report/loss_curves.h"

#include <fmt/format.h>

#include <algorithm>

#include "experiments/protocol/metrics.h"

namespace emograd::report {
namespace {

constexpr double logarithmic_from = 30;  // times the smallest value

/// What a loss of this name trains, in the paper's letters.
std::string title(const std::string& loss) {
  static const std::map<std::string, std::string> parts{
      {"C", "classifier"}, {"D", "discriminator"}, {"E", "encoder"}, {"G", "generator"}, {"R", "decoder"}};
  const auto part = parts.find(loss);
  return part == parts.end() ? loss : fmt::format("{} ({})", loss, part->second);
}

}  // namespace

void LossCurves::add(const nlohmann::json& outcome) {
  if (outcome.at("epochs").empty()) return;
  const std::string augmenter = outcome.at("augmenter");
  auto of = std::find_if(of_.begin(), of_.end(), [&](const auto& o) { return o.first == augmenter; });
  if (of == of_.end()) of = of_.insert(of_.end(), {augmenter, {}});
  for (const nlohmann::json& epoch : outcome.at("epochs"))
    for (const auto& [loss, value] : epoch.at("losses").items())
      of->second[loss][epoch.at("epoch").get<std::int64_t>()].push_back(value.get<double>());
}

std::vector<Figure> LossCurves::figures(const std::function<std::string(const std::string&)>& name) const {
  std::vector<Figure> figures;
  for (const auto& [augmenter, losses] : of_) {
    Figure f{fmt::format("Losses of {}", name(augmenter)), "", {}};
    std::size_t trainings = 0;
    for (const auto& [loss, epochs] : losses) {
      Series s{.name = loss};
      for (const auto& [epoch, values] : epochs) {
        trainings = std::max(trainings, values.size());
        const auto [low, high] = std::minmax_element(values.begin(), values.end());
        s.x.push_back(static_cast<double>(epoch));
        s.y.push_back(protocol::mean_sd(values).mean);
        s.low.push_back(*low);
        s.high.push_back(*high);
      }
      const double least = *std::min_element(s.low.begin(), s.low.end()),
                   most = *std::max_element(s.high.begin(), s.high.end());
      f.panels.push_back({.title = title(loss),
                          .x_label = "epoch",
                          .y_label = "loss",
                          .series = {std::move(s)},
                          .log_y = least > 0 && most > logarithmic_from * least});
    }
    f.caption = trainings == 1 ? "One training."
                               : fmt::format(
                                     "Line: mean over {} trainings (one per fold and seed). Around it: from the "
                                     "lowest to the highest of them.",
                                     trainings);
    figures.push_back(std::move(f));
  }
  return figures;
}

}  // namespace emograd::report
