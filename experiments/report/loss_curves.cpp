#include "experiments/report/loss_curves.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "experiments/protocol/metrics.h"

namespace emograd::report {

void LossCurves::add(const nlohmann::json& outcome) {
  if (outcome.at("epochs").empty()) return;
  Training t{outcome.at("augmenter"), outcome.at("seed"), outcome.at("split"), {}, {}};
  for (const nlohmann::json& epoch : outcome.at("epochs")) {
    t.epochs.push_back(epoch.at("epoch"));
    for (const auto& [loss, value] : epoch.at("losses").items()) t.losses[loss].push_back(value);
  }
  trainings_.push_back(std::move(t));
}

std::vector<std::string> LossCurves::augmenters() const {
  std::vector<std::string> names;
  for (const Training& t : trainings_)
    if (std::find(names.begin(), names.end(), t.augmenter) == names.end()) names.push_back(t.augmenter);
  return names;
}

std::vector<const LossCurves::Training*> LossCurves::trainings_of(const std::string& augmenter) const {
  std::vector<const Training*> found;
  for (const Training& t : trainings_)
    if (t.augmenter == augmenter) found.push_back(&t);
  return found;
}

Series LossCurves::curve(const std::string& augmenter, const std::string& loss) const {
  const std::vector<const Training*> trainings = trainings_of(augmenter);
  std::map<double, std::vector<double>> at;
  for (const Training* t : trainings)
    for (std::size_t i = 0; i < t->epochs.size(); ++i) at[t->epochs[i]].push_back(t->losses.at(loss)[i]);
  Series s{.name = loss};
  for (const auto& [epoch, values] : at) {
    if (values.size() < trainings.size()) continue;
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    s.x.push_back(epoch);
    s.y.push_back(protocol::mean_sd(values).mean);
    s.low.push_back(*low);
    s.high.push_back(*high);
  }
  return s;
}

std::string LossCurves::caption(const std::string& augmenter) const {
  const std::vector<const Training*> trainings = trainings_of(augmenter);
  if (trainings.size() == 1) return "One training.";
  const auto [first, last] =
      std::minmax_element(trainings.begin(), trainings.end(),
                          [](const Training* a, const Training* b) { return a->epochs.back() < b->epochs.back(); });
  std::string text = fmt::format(
      "Line: mean over {} trainings (one per fold and seed). Around it: from the lowest to the highest of them.",
      trainings.size());
  if ((*first)->epochs.back() < (*last)->epochs.back())
    text += fmt::format(" Trainings ended after {} to {} epochs; shown is what all of them went through.",
                        (*first)->epochs.back(), (*last)->epochs.back());
  return text;
}

std::vector<Figure> LossCurves::figures(const std::function<std::string(const std::string&)>& name) const {
  std::vector<Figure> figures;
  for (const std::string& augmenter : augmenters()) {
    Figure f{fmt::format("Losses of {}", name(augmenter)), caption(augmenter), {}};
    for (const auto& [loss, values] : trainings_of(augmenter)[0]->losses) {
      std::vector<Series> series{curve(augmenter, loss)};
      const bool log_y = spans_magnitudes(series);
      f.panels.push_back({.title = loss_title(loss),
                          .x_label = "epoch",
                          .y_label = loss.starts_with("grad_") ? "norm" : "loss",
                          .series = std::move(series),
                          .log_y = log_y});
    }
    figures.push_back(std::move(f));
  }
  return figures;
}

bool spans_magnitudes(const std::vector<Series>& series) {
  constexpr double factor = 30;
  double least = std::numeric_limits<double>::infinity(), most = -least;
  for (const Series& s : series)
    for (std::size_t i = 0; i < s.low.size(); ++i) least = std::min(least, s.low[i]), most = std::max(most, s.high[i]);
  return least > 0 && most > factor * least;
}

std::string loss_title(const std::string& loss) {
  static const std::map<std::string, std::string> parts{{"C", "classifier"},
                                                        {"D", "discriminator"},
                                                        {"E", "encoder"},
                                                        {"G", "generator"},
                                                        {"R", "decoder"},
                                                        {"grad_E", "norm of the encoder's gradient"},
                                                        {"grad_G", "norm of the generator's gradient"}};
  const auto part = parts.find(loss);
  return part == parts.end() ? loss : fmt::format("{} ({})", loss, part->second);
}

}  // namespace emograd::report
