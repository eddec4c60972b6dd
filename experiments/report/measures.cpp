#include "experiments/report/measures.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <utility>

#include "experiments/protocol/trend.h"

namespace emograd::report {
using namespace protocol;
using nlohmann::json;

namespace {

/// Nothing where the run has no such condition. "dnn" is the DNN of the run, also where that is Table II's large one.
const Contender* find(const Evidence& e, const Learner& learner) {
  if (!e.predictions) return nullptr;
  const auto& contenders = e.predictions->contenders;
  const bool small = std::any_of(contenders.begin(), contenders.end(),
                                 [](const Contender& c) { return c.condition.classifier == "dnn"; });
  const std::string classifier = learner.classifier == std::string("dnn") && !small ? "dnn-large" : learner.classifier;
  const bool alone = learner.rows == Rows::one_set || learner.rows == Rows::all_sets;
  const bool one = learner.rows == Rows::with_one_set || learner.rows == Rows::one_set;
  const Contender* found = nullptr;
  for (const Contender& c : contenders) {
    const Condition& has = c.condition;
    const bool real = has.augmenter == "none";
    if (has.classifier != classifier || (!real && has.mix.sets == 0) || real != (learner.rows == Rows::real)) continue;
    if (real) return &c;
    if (has.augmenter != learner.augmenter || has.mix.real == alone || (one && has.mix.sets != 1)) continue;
    if (found == nullptr || has.mix.sets > found->condition.mix.sets) found = &c;
  }
  return found;
}

constexpr double percent = 100;

/// Section V-E: "at least 800" for ADAN, 1500 for WADAN; it says nothing of the others.
const std::map<std::string, std::int64_t> published_epochs{{"adan", 800}, {"wadan", 1500}};

/// "ADAN 10 sets, 200 of the paper's 800 epochs", as far as they are known.
std::string training_of(const Evidence& e, const std::string& augmenter, std::int64_t sets) {
  const json::json_pointer at(fmt::format("/options/{}/epochs", augmenter));
  std::string out = sets > 0 ? fmt::format("{} {} sets", display_name(augmenter), sets) : display_name(augmenter);
  if (!e.config.contains(at)) return out;
  const auto epochs = e.config.at(at).get<std::int64_t>();
  const auto wanted = published_epochs.find(augmenter);
  const bool fewer = wanted != published_epochs.end() && epochs < wanted->second;
  return out + fmt::format(", {} {}epochs", epochs, fewer ? fmt::format("of the paper's {} ", wanted->second) : "");
}
std::string training_of(const Evidence& e, const Contender& c) {
  return training_of(e, c.condition.augmenter, c.condition.augmenter == "none" ? 0 : c.condition.mix.sets);
}

Estimate over_trainings(const std::vector<double>& values) { return {mean_sd(values).mean, mean_interval(values), ""}; }

/// More sets than the paper calls few.
const Contender* find_many(const Evidence& e, const Learner& learner) {
  const Contender* c = find(e, learner);
  return c != nullptr && c->condition.mix.sets > 5 ? c : nullptr;
}

/// Of every unit of the augmenter, by split and seed.
std::map<std::pair<std::string, json>, double> values_of(const Evidence& e, const std::string& augmenter,
                                                         const OfUnit& of_unit) {
  std::map<std::pair<std::string, json>, double> values;
  for (const auto& [name, outcome] : e.units)
    if (outcome.at("augmenter") == augmenter)
      if (const auto value = of_unit(outcome)) values[{outcome.at("split"), outcome.at("seed")}] = *value;
  return values;
}

Trend trend_of(const json& outcome, const std::string& loss) {
  std::vector<double> epochs, values;
  for (const json& epoch : outcome.at("epochs")) {
    epochs.push_back(epoch.at("epoch"));
    values.push_back(epoch.at("losses").at(loss));
  }
  return trend(epochs, values);
}

}  // namespace

Measure of(std::vector<std::string> programs, Measure measure) {
  return [programs = std::move(programs), measure = std::move(measure)](const Evidence& e) -> std::optional<Estimate> {
    if (std::find(programs.begin(), programs.end(), e.program()) == programs.end()) return {};
    return measure(e);
  };
}

Measure uar_change(const Learner& a, const Learner& b) {
  return [=](const Evidence& e) -> std::optional<Estimate> {
    const Contender *first = find(e, a), *second = find(e, b);
    if (first == nullptr || second == nullptr || first == second) return {};
    const std::vector<double> d = uar_differences(first->by_speaker, second->by_speaker);
    const Interval i = Bootstrap({first->by_speaker, second->by_speaker}).difference(0, 1, Score::uar);
    return Estimate{percent * std::accumulate(d.begin(), d.end(), 0.0),
                    {percent * i.low, percent * i.high},
                    fmt::format("{}; {}", training_of(e, *first), training_of(e, *second))};
  };
}

Measure uar_above_chance(const Learner& a) {
  return [=](const Evidence& e) -> std::optional<Estimate> {
    const Contender* c = find_many(e, a);
    if (c == nullptr) return {};
    const double chance = percent / static_cast<double>(e.predictions->classes.size());
    const Interval i = Bootstrap({c->by_speaker}).interval(0, Score::uar);
    return Estimate{percent * mean_sd(score_per_seed(Score::uar, c->by_speaker)).mean - chance,
                    {percent * i.low - chance, percent * i.high - chance},
                    training_of(e, *c)};
  };
}

Measure perfect_folds(const Learner& a) {
  return [=](const Evidence& e) -> std::optional<Estimate> {
    const Contender* c = find_many(e, a);
    if (c == nullptr) return {};
    std::vector<double> best;  // fold's UAR, of every seed
    for (const auto& seed : c->by_fold) {
      double most = 0;
      for (const Confusion& fold : seed) most = std::max(most, percent * unweighted_average_recall(fold));
      best.push_back(most);
    }
    Estimate estimate = over_trainings(best);
    estimate.of = training_of(e, *c);
    return estimate;
  };
}

Measure mean_of(const std::string& augmenter, const OfUnit& of_unit) {
  return [=](const Evidence& e) -> std::optional<Estimate> {
    std::map<std::string, std::vector<double>> by_split;
    for (const auto& [key, value] : values_of(e, augmenter, of_unit)) by_split[key.first].push_back(value);
    if (by_split.empty()) return {};
    Estimate estimate = over_trainings(fold_means(by_split));
    estimate.of = training_of(e, augmenter, 0);
    return estimate;
  };
}

Measure change_of(const std::string& a, const std::string& b, const OfUnit& of_unit) {
  return [=](const Evidence& e) -> std::optional<Estimate> {
    const auto first = values_of(e, a, of_unit), second = values_of(e, b, of_unit);
    std::map<std::string, std::vector<double>> differences;
    for (const auto& [key, value] : first)
      if (const auto other = second.find(key); other != second.end())
        differences[key.first].push_back(value - other->second);
    if (differences.empty()) return {};
    Estimate estimate = over_trainings(fold_means(differences));
    estimate.of = fmt::format("{}; {}", training_of(e, a, 0), training_of(e, b, 0));
    return estimate;
  };
}

std::optional<double> discrepancy(const json& outcome) {
  return outcome.at("measured").at("features").at("unbiased").get<double>();
}

OfUnit rise_of(const std::string& loss) {
  return [=](const json& outcome) {
    const Trend t = trend_of(outcome, loss);
    return std::optional(t.last_tenth - t.first);
  };
}

OfUnit slope_of(const std::string& loss) {
  return [=](const json& outcome) { return std::optional(100 * trend_of(outcome, loss).slope); };
}

OfUnit left_of(const std::string& loss) {
  return [=](const json& outcome) {
    const Trend t = trend_of(outcome, loss);
    return std::optional(t.last_tenth / t.first);
  };
}

std::optional<double> classes_missed(const json& outcome) {
  if (!outcome.at("measured").contains("real")) return {};
  double missed = 0;
  for (const json& of_class : outcome.at("measured").at("real")) missed += of_class.at(1) == 0;
  return missed;
}

std::optional<double> covered(const json& outcome) {
  if (!outcome.at("measured").contains("real")) return {};
  std::vector<double> shares;
  for (const json& of_class : outcome.at("measured").at("real"))
    shares.push_back(percent * of_class.at(1).get<double>() / of_class.at(0).get<double>());
  return mean_sd(shares).mean;
}

Measure thinned(const Measure& measure) {
  return [=](const Evidence& e) -> std::optional<Estimate> {
    if (!e.config.contains(json::json_pointer("/data/thinned"))) return {};
    return measure(e);
  };
}

std::optional<double> feature_distance(const json& outcome) {
  return outcome.at("measured").at("spaces").at(0).at("ks").at("median").get<double>();
}

std::optional<double> own_class(const json& outcome) {
  std::vector<double> shares;
  for (const json& of_class : outcome.at("measured").at("spaces").at(0).at("own"))
    if (!of_class.is_null()) shares.push_back(percent * of_class.get<double>());
  return mean_sd(shares).mean;
}

Measure time_ratio(const std::string& a, const std::string& b) {
  return [=](const Evidence& e) -> std::optional<Estimate> {
    const auto first = e.units.find(a), second = e.units.find(b);
    if (first == e.units.end() || second == e.units.end()) return {};
    const auto seconds = [](const json& unit) { return unit.at("seconds").get<std::vector<double>>(); };
    const std::vector<double> x = seconds(first->second), y = seconds(second->second);
    return Estimate{quantile(x, 0.5) / quantile(y, 0.5),
                    {quantile(x, 0) / quantile(y, 1), quantile(x, 1) / quantile(y, 0)},
                    fmt::format("{} repetitions", x.size())};
  };
}

}  // namespace emograd::report
