#include "experiments/report/departures.h"

#include <fmt/format.h>

#include <map>

#include "experiments/report/table.h"
#include "experiments/report/text_table.h"
#include "tensor/error.h"

namespace emograd::report {
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

namespace {

/// Of the one mix that an augmenter's rows were in; null where there is no such condition.
const Condition* find(const Summary& summary, const std::string& augmenter, const std::string& classifier) {
  for (const Condition& c : summary.conditions())
    if (c.augmenter == augmenter && c.classifier == classifier) return &c;
  return nullptr;
}

/// Seed by seed.
std::string change(const Summary& summary, const Condition& paper, const Condition* varied) {
  if (varied == nullptr) return "·";
  const std::vector<double> before = summary.uar_per_seed(paper);
  std::vector<double> differences = summary.uar_per_seed(*varied);
  check(differences.size() == before.size(), "departures: {} seeds, of the paper's version {}", differences.size(),
        before.size());
  for (std::size_t r = 0; r < before.size(); ++r) differences[r] -= before[r];
  return change_and_sd(differences);
}

bool is_variant(const std::string& name) { return name.find(':') != std::string::npos; }

}  // namespace

std::vector<std::vector<std::string>> departure_rows(const Summary& summary, const std::vector<std::string>& names) {
  std::vector<Condition> paper;
  for (const Condition& c : summary.conditions())
    if (!is_variant(c.augmenter) && !is_variant(c.classifier)) paper.push_back(c);

  std::vector<std::vector<std::string>> rows{{"UAR (%)"}, {"as the paper says"}, {}};
  for (const Condition& c : paper) {
    rows[0].push_back(fmt::format("{} + {}", c.augmenter, c.classifier));
    rows[1].push_back(mean_and_sd(summary.uar_per_seed(c)));
  }
  const auto add = [&](const std::string& title, const auto& varied) {
    rows.push_back({title});
    for (const Condition& c : paper) rows.back().push_back(change(summary, c, varied(c)));
  };
  for (const std::string& name : names)
    add(name, [&](const Condition& c) {
      const Condition* model = find(summary, variant(c.augmenter, name), c.classifier);
      return model != nullptr ? model : find(summary, c.augmenter, variant(c.classifier, name));
    });
  rows.push_back({});
  add("all of the model", [&](const Condition& c) { return find(summary, variant(c.augmenter, "all"), c.classifier); });
  add("all of the classifier",
      [&](const Condition& c) { return find(summary, c.augmenter, variant(c.classifier, "all")); });
  add("all", [&](const Condition& c) -> const Condition* {
    const std::string model = variant(c.augmenter, "all"), classifier = variant(c.classifier, "all");
    for (const Condition* varied :
         {find(summary, model, classifier), find(summary, model, c.classifier), find(summary, c.augmenter, classifier)})
      if (varied != nullptr) return varied;
    return nullptr;
  });
  return rows;
}

std::string departures_table(const Summary& summary, const std::vector<std::string>& names) {
  return text_table(departure_rows(summary, names));
}

}  // namespace emograd::report
