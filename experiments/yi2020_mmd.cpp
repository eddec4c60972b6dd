#include <fmt/format.h>

#include <map>

#include "experiments/protocol/mmd.h"
#include "experiments/report/experiment.h"
#include "experiments/report/results_page.h"
#include "experiments/report/table.h"

/// yi2020, section V-A: how far the rows that a model makes are from the real rows it was trained on.

using namespace emograd;
using protocol::Augmenter, protocol::TrainingFold;
using report::Summary, report::Table;

namespace {

/// Real rows of the fold against one set of synthetic ones, and E(x) against G(z, y) where the model has a latent
/// space.
nlohmann::json measure(const TrainingFold& fold, const Augmenter& augmenter, Rng rng) {
  const auto both = [](const Tensor& real, const Tensor& synthetic) {
    const protocol::Mmd m = protocol::mmd(real, synthetic);
    return nlohmann::json{{"biased", m.biased}, {"unbiased", m.unbiased}};
  };
  nlohmann::json out;
  Rng sampling = protocol::stream(rng, "features"), latent_sampling = protocol::stream(rng, "latent");
  out["features"] = both(fold.rows.x, augmenter.sample(1, sampling).x);
  if (const auto latent = augmenter.latents(latent_sampling)) out["latent"] = both(latent->real, latent->generated);
  return out;
}

/// One row per model and space. Folds are averaged over seeds first.
Table mmd_table(const Summary& summary) {
  static const std::map<std::string, double> paper{{"aae", 0.0244}, {"adan", 0.0057}, {"wadan", 0.0054}};
  Table t{"Squared maximum mean discrepancy between real and synthetic rows" + spread(summary), {}, {}, {}};
  t.columns.push_back({"Rows of"});
  for (const char* kind : {"as printed", "unbiased"}) t.columns.push_back({kind, {"", "sd"}});
  t.columns.push_back({"in the paper", {""}});

  struct Values {
    std::map<std::string, std::vector<double>> biased, unbiased;  // by fold, of every seed
  };
  std::vector<std::pair<std::string, std::string>> order;
  std::map<std::pair<std::string, std::string>, Values> values;
  for (const nlohmann::json& outcome : summary.outcomes())
    for (const char* space : {"features", "latent"}) {
      const auto& measured = outcome.at("measured");
      if (!measured.contains(space)) continue;
      const std::pair key{outcome.at("augmenter").get<std::string>(), std::string(space)};
      const auto [at, fresh] = values.try_emplace(key);
      if (fresh) order.push_back(key);
      at->second.biased[outcome.at("split")].push_back(measured.at(space).at("biased"));
      at->second.unbiased[outcome.at("split")].push_back(measured.at(space).at("unbiased"));
    }
  for (const auto& key : order) {
    const auto& [augmenter, space] = key;
    const auto known = paper.find(augmenter);
    t.rows.push_back(
        {{fmt::format("{}, {}", report::display_name(augmenter), space)},
         report::over_folds(values.at(key).biased, 4),
         report::over_folds(values.at(key).unbiased, 4),
         known == paper.end() ? Table::Cell{"–"} : Table::Cell{fmt::format("{:.4f}", known->second), {known->second}}});
  }
  t.notes = {
      "As printed in the paper, pairs of a row with itself count: small sets look apart even where they are not. "
      "Unbiased: without those pairs, 0 on average where both distributions are equal, and below 0 where synthetic "
      "rows repeat real ones.",
      "latent: E(x) against G(z, y); features: real rows against decoded ones, scaled on the fold. The paper does "
      "not say which of the two its values are of."};
  return t;
}

}  // namespace

int main(int argc, char** argv) {
  report::CommandLine line{
      "Maximum mean discrepancy as in section V-A of yi2020 (doi.org/10.1109/TNNLS.2020.3027600): trains every model "
      "once per\n"
      "fold, leaving one speaker out, and measures how far its rows are from the real rows of the fold, as features "
      "and,\n"
      "where the model has one, in its latent space. Without --features it runs on a small built-in synthetic table."};
  report::ExperimentOptions options{.run = {.out = "runs/yi2020_mmd"}};
  options.methods.names = {"adan", "wadan"};
  report::add_options_without_classifiers(line, options);
  line.after_parsing([&] { report::drop_none(options.methods); });
  if (const auto exit_code = line.parse(argc, argv)) return *exit_code;
  return report::run_experiment(options, {.program = "yi2020_mmd",
                                          .options = nlohmann::json::object(),
                                          .subject = "one set of synthetic rows",
                                          .mixes = {},
                                          .measure = measure,
                                          .results =
                                              [](const Summary& summary, const report::RunFolder& folder) {
                                                const Table t = mmd_table(summary);
                                                report::write_tables(folder, {t});
                                                return report::as_text(t) + "\n";
                                              },
                                          .title = "How far synthetic rows are from real ones",
                                          .lead = "Maximum mean discrepancy as in section V-A of yi2020, of every "
                                                  "training fold's real rows and as many synthetic ones.",
                                          .sections =
                                              [](const Summary& summary) {
                                                return std::vector<report::Section>{
                                                    {"Result", {report::as_html(mmd_table(summary))}},
                                                    report::loss_section(summary)};
                                              }});
}
