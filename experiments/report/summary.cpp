#include "experiments/report/summary.h"

#include <fmt/format.h>

#include <algorithm>

#include "tensor/error.h"

namespace emograd::report {

using nlohmann::json;
using protocol::Confusion, protocol::Split;

namespace {

Condition condition_of(const json& outcome, const json& prediction) {
  return {outcome.at("augmenter"), prediction.at("classifier"), {prediction.at("sets"), prediction.at("real")}};
}

}  // namespace

std::string Summary::title(const Condition& c) const { return report::title(c, several_mixes(conditions_)); }

const Split& Summary::split(const std::string& name) const {
  for (const Split& s : splits_)
    if (s.name == name) return s;
  fail(fmt::format("Summary: there is no split '{}'", name));
}

std::vector<std::int64_t> Summary::truth(const json& outcome) const {
  return labels_of(table_, split(outcome.at("split")).test);
}

void Summary::add(const json& outcome) {
  const std::vector<std::int64_t> truth = this->truth(outcome);
  for (const json& p : outcome.at("predictions")) {
    const Condition condition = condition_of(outcome, p);
    if (!confusions_.contains(condition)) conditions_.push_back(condition);
    auto& of_seed = confusions_[condition];
    of_seed.try_emplace(outcome.at("seed"), table_.class_count())
        .first->second.add(truth, p.at("labels").get<std::vector<std::int64_t>>());
  }
  losses_.add(outcome);
  outcomes_.push_back(outcome);
  outcomes_.back().erase("epochs");
  comparison_.reset();
}

std::vector<json> Summary::metric_lines(const json& outcome) const {
  json unit{{"augmenter", outcome.at("augmenter")}, {"seed", outcome.at("seed")}, {"split", outcome.at("split")}};
  if (outcome.contains("leak")) unit["leak"] = outcome.at("leak");
  std::vector<json> lines;
  for (const json& epoch : outcome.at("epochs")) {
    lines.push_back(unit);
    lines.back().update(epoch);
  }
  const std::vector<std::int64_t> truth = this->truth(outcome);
  for (const json& p : outcome.at("predictions")) {
    Confusion c(table_.class_count());
    c.add(truth, p.at("labels").get<std::vector<std::int64_t>>());
    lines.push_back(unit);
    lines.back().update({{"classifier", p.at("classifier")},
                         {"sets", p.at("sets")},
                         {"real", p.at("real")},
                         {"wa", protocol::weighted_accuracy(c)},
                         {"uar", protocol::unweighted_average_recall(c)}});
  }
  return lines;
}

const Comparison& Summary::comparison() const {
  if (!comparison_) comparison_ = compare(read_predictions(predictions()));
  return *comparison_;
}

std::string Summary::unconverged() const {
  std::map<Condition, std::int64_t> counts;
  for (const json& outcome : outcomes_)
    for (const json& p : outcome.at("predictions"))
      counts[condition_of(outcome, p)] += p.at("unconverged").get<std::int64_t>();
  std::string out;
  for (const Condition& condition : conditions_)
    if (counts[condition] > 0)
      out += fmt::format("{}{} of {}",
                         out.empty() ? "Machines that stopped at the limit of iterations, unconverged: " : ", ",
                         counts[condition], title(condition));
  return out.empty() ? out : out + "\n";
}

CsvTable Summary::predictions() const {
  CsvTable csv;
  csv.name = "predictions.csv";
  csv.columns = {"seed", "split", "id", "speaker", "truth", "augmenter", "classifier", "sets", "real", "prediction"};
  for (const json& outcome : outcomes_) {
    const Split& s = split(outcome.at("split"));
    const std::vector<std::int64_t> truth = this->truth(outcome);
    for (const json& p : outcome.at("predictions"))
      for (std::size_t i = 0; i < truth.size(); ++i) {
        const auto row = static_cast<std::size_t>(s.test[i]);
        const auto name = [&](std::int64_t k) { return table_.classes[static_cast<std::size_t>(k)]; };
        const Condition c = condition_of(outcome, p);
        csv.add_row({std::to_string(outcome.at("seed").get<std::uint64_t>()), s.name, table_.ids[row],
                     table_.speakers[row], name(truth[i]), c.augmenter, c.classifier, std::to_string(c.mix.sets),
                     c.mix.real ? "yes" : "no", name(p.at("labels")[i].get<std::int64_t>())});
      }
  }
  return labelled(std::move(csv));
}

CsvTable Summary::labelled(CsvTable csv) const {
  if (outcomes_.empty() || !outcomes_.front().contains("leak")) return csv;  // the units of a run scale alike
  CsvTable out;
  out.name = csv.name;
  out.columns = csv.columns;
  out.columns.emplace_back("leak");
  for (std::size_t i = 0; i < csv.rows(); ++i) {
    std::vector<std::string> cells;
    for (std::size_t j = 0; j < csv.columns.size(); ++j) cells.emplace_back(csv.cell(i, j));
    cells.push_back(outcomes_.front().at("leak"));
    out.add_row(cells);
  }
  return out;
}

std::string spread(const Summary& summary) {
  std::map<std::string, std::map<std::uint64_t, int>> units;
  for (const json& outcome : summary.outcomes()) ++units[outcome.at("split")][outcome.at("seed")];
  if (units.size() > 1) return ": mean ± standard deviation over folds";
  return !units.empty() && units.begin()->second.size() > 1 ? ": mean ± standard deviation over seeds" : "";
}

std::string write_comparison(const Summary& summary, const RunFolder& folder) {
  write_tables(folder, summary.comparison().tables());
  return summary.comparison().text() + summary.unconverged();
}

}  // namespace emograd::report
