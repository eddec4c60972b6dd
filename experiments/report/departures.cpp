#include "experiments/report/departures.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>

#include "experiments/report/comparison.h"

namespace emograd::report {

using protocol::Score;

namespace {

using Classifiers = std::vector<std::pair<std::string, protocol::MakeClassifier>>;

std::string variant(const std::string& of, const std::string& departure) { return of + ":" + departure; }

/// Those that the departures change, under the name of the variant.
std::vector<Method> changed_methods(const MethodOptions& o, const std::vector<std::string>& departures,
                                    const std::string& name) {
  MethodOptions changed = o;
  depart(changed, departures);
  std::vector<Method> found;
  for (Method& m : methods(changed))
    if ((m.name == "adan" && changed.adan != o.adan) || (m.name == "wadan" && changed.wadan != o.wadan)) {
      m.name = variant(m.name, name);
      found.push_back(std::move(m));
    }
  return found;
}

Classifiers changed_classifiers(const ClassifierOptions& o, const std::vector<std::string>& departures,
                                const std::string& name) {
  ClassifierOptions changed = o;
  depart(changed, departures);
  const std::map<std::string, bool> differs{{"dnn", changed.dnn != o.dnn},
                                            {"dnn-large", changed.dnn_large != o.dnn_large},
                                            {"svm", changed.svm != o.svm},
                                            {"svm-rbf", changed.svm_rbf != o.svm_rbf}};
  Classifiers found;
  for (auto& [classifier, make] : classifiers(changed))
    if (differs.at(classifier)) found.emplace_back(variant(classifier, name), std::move(make));
  return found;
}

}  // namespace

void add_departures(Plan& plan, const ExperimentOptions& o, const std::vector<std::string>& names) {
  const Classifiers paper = plan.classifiers, all = changed_classifiers(o.classifiers, names, "all");
  std::vector<Method> variants;
  for (const std::string& name : names) {
    for (Method& m : changed_methods(o.methods, {name}, name)) {
      m.classifiers = paper;
      variants.push_back(std::move(m));
    }
    for (auto& c : changed_classifiers(o.classifiers, {name}, name)) plan.classifiers.push_back(std::move(c));
  }
  plan.classifiers.insert(plan.classifiers.end(), all.begin(), all.end());
  for (Method& m : changed_methods(o.methods, names, "all")) {
    m.classifiers = paper;
    m.classifiers.insert(m.classifiers.end(), all.begin(), all.end());
    variants.push_back(std::move(m));
  }
  plan.methods.insert(plan.methods.end(), variants.begin(), variants.end());
}

Table departures_table(const Summary& summary, const std::vector<std::string>& names) {
  const Predictions predictions = read_predictions(summary.predictions());
  const std::vector<Contender>& all = predictions.contenders;
  const protocol::Bootstrap bootstrap(answers_of(all));
  const auto uar = [&](std::size_t i) {
    return protocol::mean_sd(protocol::score_per_seed(Score::uar, all[i].by_speaker)).mean;
  };
  const auto is_variant = [](const std::string& name) { return name.find(':') != std::string::npos; };

  Table t{
      "What departures of the authors' program are worth: the pooled UAR as the paper says, and by how many points "
      "each departure changes it",
      {{"UAR (%)"}},
      {{{"as the paper says"}}},
      {}};
  std::vector<std::size_t> paper;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Condition& c = all[i].condition;
    if (is_variant(c.augmenter) || is_variant(c.classifier)) continue;
    paper.push_back(i);
    t.columns.push_back({all[i].title, {"", "low", "high"}});
    t.rows[0].push_back(interval_cell(uar(i), bootstrap.interval(i, Score::uar)));
  }
  // The first of these variants that there is, given a method and a classifier of the paper.
  using Variants = std::vector<std::pair<std::string, std::string>>;
  const auto add = [&](const std::string& title, const std::function<Variants(const Condition&)>& variants) {
    t.rows.push_back({{title}});
    for (const std::size_t i : paper) {
      Table::Cell cell{"–"};
      for (const auto& sought : variants(all[i].condition)) {
        const auto found = std::find_if(all.begin(), all.end(), [&](const Contender& c) {
          return std::pair(c.condition.augmenter, c.condition.classifier) == sought;
        });
        if (found == all.end()) continue;
        const auto v = static_cast<std::size_t>(found - all.begin());
        cell = interval_cell(uar(v) - uar(i), bootstrap.difference(v, i, Score::uar), true);
        break;
      }
      t.rows.back().push_back(std::move(cell));
    }
  };
  const auto model = [](const Condition& c, const std::string& departure) { return variant(c.augmenter, departure); };
  const auto learner = [](const Condition& c, const std::string& departure) {
    return variant(c.classifier, departure);
  };
  for (const std::string& name : names)
    add(name, [&](const Condition& c) {
      return Variants{{model(c, name), c.classifier}, {c.augmenter, learner(c, name)}};
    });
  add("all of the model", [&](const Condition& c) { return Variants{{model(c, "all"), c.classifier}}; });
  add("all of the classifier", [&](const Condition& c) { return Variants{{c.augmenter, learner(c, "all")}}; });
  add("all", [&](const Condition& c) {
    return Variants{
        {model(c, "all"), learner(c, "all")}, {model(c, "all"), c.classifier}, {c.augmenter, learner(c, "all")}};
  });
  t.notes = {
      "Points are averaged over seeds; all rows of a column are resampled alike, so that their differences are "
      "paired. –: the departure does not concern the method or its classifier, or an option says otherwise.",
      about_intervals(bootstrap, predictions.folds.size()),
      "The intervals are not corrected for the number of departures: of twenty that change nothing, about one "
      "leaves 0 outside."};
  return t;
}

}  // namespace emograd::report
