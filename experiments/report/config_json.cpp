#include "experiments/report/config_json.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "experiments/protocol/synthetic_table.h"

namespace emograd::yi2020 {

void to_json(nlohmann::json& j, const TrainingConfig& c) {
  j = {{"lr", c.lr},
       {"beta1", c.beta1},
       {"beta2", c.beta2},
       {"eps", c.eps},
       {"batch", c.batch},
       {"epochs", c.epochs},
       {"gradient_norm", c.gradient_norm},
       {"early_eps", c.early_eps},
       {"drop_last", c.drop_last}};
}

void to_json(nlohmann::json& j, const AdanConfig& c) {
  to_json(j, static_cast<const TrainingConfig&>(c));
  j.update({{"wasserstein", c.wasserstein},
            {"latent", c.latent},
            {"noise", c.noise},
            {"autoencoder_hidden", c.autoencoder_hidden},
            {"hidden", c.hidden},
            {"alpha", c.alpha},
            {"lambda", c.lambda},
            {"p", c.p},
            {"class_weights", c.class_weights},
            {"classifier_hidden", c.classifier_hidden},
            {"slope", c.slope},
            {"untrained_norm", c.untrained_norm},
            {"tanh_latents", c.tanh_latents},
            {"tanh_features", c.tanh_features},
            {"max_scaling", c.max_scaling},
            {"half_discriminator_loss", c.half_discriminator_loss},
            {"mean_reconstruction", c.mean_reconstruction},
            {"penalised_generator", c.penalised_generator},
            {"discriminator_updates", c.discriminator_updates},
            {"simultaneous", c.simultaneous},
            {"batch_labels", c.batch_labels},
            {"constant_mu", c.constant_mu},
            {"early_stop", c.early_stop}});
}

void to_json(nlohmann::json& j, const GanConfig& c) {
  to_json(j, static_cast<const TrainingConfig&>(c));
  j.update({{"conditional", c.conditional}, {"saturating", c.saturating}, {"noise", c.noise}, {"hidden", c.hidden}});
}

void to_json(nlohmann::json& j, const AaeConfig& c) {
  to_json(j, static_cast<const TrainingConfig&>(c));
  j.update({{"autoencoder_hidden", c.autoencoder_hidden}, {"hidden", c.hidden}, {"separation", c.separation}});
}

void to_json(nlohmann::json& j, const DnnConfig& c) {
  j = {{"hidden", c.hidden},
       {"lr", c.lr},
       {"steps", c.steps},
       {"batch", c.batch},
       {"l2", c.l2},
       {"class_weights", c.class_weights},
       {"epochs", c.epochs},
       {"tanh", c.tanh},
       {"batch_norm", c.batch_norm},
       {"dropout", c.dropout},
       {"upper_l2", c.upper_l2},
       {"eps", c.eps},
       {"early_eps", c.early_eps}};
}

void to_json(nlohmann::json& j, const SvmConfig& c) {
  j = {{"kernel", c.kernel == SvmKernel::linear ? "linear" : "rbf"},
       {"gamma", c.gamma == SvmGamma::scale ? "scale" : "auto"},
       {"C", c.C},
       {"tolerance", c.tolerance},
       {"class_weights", c.class_weights}};
}

}  // namespace emograd::yi2020

namespace emograd::protocol {

void to_json(nlohmann::json& j, const Data& d) {
  j = {{"source", d.table.source},
       {"xxhash64", d.manifest.at("table").at("xxhash64")},
       {"rows", d.table.rows()},
       {"features", d.table.x.dim(1)},
       {"classes", d.table.classes},
       {"split", {{"protocol", d.protocol}, {"folds", d.splits.size()}, {"manifest", d.manifest.at("xxhash64")}}},
       {"scaling", {{"normalise", d.scaling.whole_corpus ? "corpus" : "fold"}, {"max_abs", d.scaling.max_abs}}}};
  for (const auto& [label, rows] : d.thinning) j["thinned"][d.table.classes[static_cast<std::size_t>(label)]] = rows;
  if (d.classified)
    j["classified"] = {{"classes", d.classified->table.classes},
                       {"in_names", d.classified->in_names},
                       {"rows", d.classified->table.rows()}};
  if (const std::string leak = leak_of(d.scaling); !leak.empty()) j["leak"] = leak;
}

}  // namespace emograd::protocol

namespace emograd::report {
namespace {

/// "left are at most 3 of anger, 5 of sadness"
std::string thinned_classes(const nlohmann::json& rows) {
  std::string out;
  for (const auto& [name, left] : rows.items())
    out += (out.empty() ? "left are at most " : ", ") + left.dump() + " of " + name;
  return out;
}

}  // namespace

std::vector<std::string> warnings(const nlohmann::json& config) {
  std::vector<std::string> out;
  const nlohmann::json data = config.value("data", nlohmann::json::object());
  if (data.value("source", "") == protocol::synthetic_source)
    out.push_back("The data are invented: these numbers show the program at work and say nothing about speech.");
  if (data.contains("leak")) out.push_back("Leak: features are " + data.at("leak").get<std::string>() + ".");
  if (data.contains("thinned"))
    out.push_back(
        "Thinned: in every training fold all but a few rows of some classes were taken away, for models and "
        "classifiers alike: " +
        thinned_classes(data.at("thinned")) + ". No test row was.");
  if (data.contains("classified")) {
    const nlohmann::json& part = data.at("classified");
    const std::string in_names = part.at("in_names");
    out.push_back(fmt::format(
        "Part: models learn all {} classes; classifiers learn, and are tested on, {}{}: {} of {} utterances, and "
        "synthetic rows of these classes, made from all training rows.",
        data.at("classes").size(), fmt::join(part.at("classes").get<std::vector<std::string>>(), ", "),
        in_names.empty() ? "" : " where the name contains '" + in_names + "'", part.at("rows").get<std::int64_t>(),
        data.at("rows").get<std::int64_t>()));
  }
  const nlohmann::json::json_pointer as_coded("/options/as_coded");
  if (config.contains(as_coded) && !config.at(as_coded).empty())
    out.push_back(fmt::format("Trained as the authors' program does it, not as the paper says: {}.",
                              fmt::join(config.at(as_coded).get<std::vector<std::string>>(), ", ")));
  return out;
}

}  // namespace emograd::report
