#include "experiments/report/methods.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

#include "experiments/protocol/baselines.h"
#include "experiments/report/as_coded.h"
#include "experiments/report/config_json.h"
#include "models/yi2020/as_coded.h"
#include "tensor/error.h"

namespace emograd::report {
namespace {

constexpr std::int64_t built_in_epochs = 100;  // enough to see a program at work on the built-in table

/// All that have a name, in the order of --help.
std::vector<Method> known_methods(const MethodOptions& o) {
  using namespace protocol;
  return {{"none", no_augmentation(), 0, false},
          {"duplicate", untrained(duplicates)},
          {"noise", untrained([sd = o.noise_sd](const TrainingFold& fold, std::int64_t sets, Rng& rng) {
             return noisy_copies(fold, sets, sd, rng);
           })},
          {"oversample", untrained(oversampled)},
          {"smote", untrained([k = o.neighbours](const TrainingFold& fold, std::int64_t sets, Rng& rng) {
             return smote(fold, sets, k, rng);
           })},
          {"mixup", untrained(mixup)},
          {"gaussian", untrained(class_gaussians)},
          {"gan", gan(o.gan), o.gan.epochs},
          {"gan-saturating", gan(o.gan_saturating), o.gan_saturating.epochs},
          {"cgan", gan(o.cgan), o.cgan.epochs},
          {"aae", aae(o.aae), o.aae.epochs},
          {"adan", adan(o.adan), o.adan.epochs},
          {"wadan", adan(o.wadan), o.wadan.epochs}};
}

void check_distinct(const char* option, const std::vector<std::string>& names) {
  for (auto name = names.begin(); name != names.end(); ++name)
    check(std::find(names.begin(), name, *name) == name, "{} names '{}' twice", option, *name);
}

}  // namespace

void add_method_options(CommandLine& line, MethodOptions& m, ClassifierOptions& c) {
  const Check natural = range(1, 1'000'000);
  std::vector<std::string> names;
  for (const Method& method : known_methods(m)) names.push_back(method.name);
  const auto epochs = [](std::int64_t n) { return fmt::format(" [{}; {} on the built-in table]", n, built_in_epochs); };
  line.group("Experiment");
  line.option("--models", &m.names,
              fmt::format("Where synthetic rows come from: {}\n(gaussian, gan and gan-saturating: one per class)",
                          fmt::join(names, ", ")),
              one_of(names));
  line.option("--classifiers", &c.names,
              "svm (linear), svm-rbf, dnn (two hidden layers of 100: Table I), dnn-large (four of 512, class\n"
              "weights: Table II)",
              one_of({"svm", "svm-rbf", "dnn", "dnn-large"}));
  line.option("--as-coded", &m.as_coded,
              "Departures of the authors' own program from the paper: names, or all; list: what they are.\nWhere "
              "another option is given for the same setting, that one counts",
              departure_name());
  line.option("--noise-sd", &m.noise_sd, "noise: its deviation, where every feature's own is 1", not_negative());
  line.option("--neighbours", &m.neighbours, "smote: neighbours to choose from", natural);
  line.group("Training");
  line.option("--epochs", &m.epochs, "Epochs of every trained model, unless the next ones say otherwise", natural);
  line.option("--adan-epochs", &m.adan_epochs, "Epochs of ADAN" + epochs(m.adan.epochs), natural);
  line.option("--wadan-epochs", &m.wadan_epochs, "Epochs of WADAN" + epochs(m.wadan.epochs), natural);
  line.option("--gan-epochs", &m.gan_epochs, "Epochs of gan and gan-saturating" + epochs(m.gan.epochs), natural);
  line.option("--cgan-epochs", &m.cgan_epochs, "Epochs of the conditional GAN" + epochs(m.cgan.epochs), natural);
  line.option("--aae-epochs", &m.aae_epochs, "Epochs of the adversarial autoencoder" + epochs(m.aae.epochs), natural);
  line.option("--adam-beta1", &m.adan.beta1, "Adam's first moment decay, for every trained model", range(0.0, 0.9999));
  line.option("--batch", &m.batch, fmt::format("Rows per step of every trained model and the DNNs [{}]", m.adan.batch),
              natural);
  line.option("--dnn-steps", &c.dnn_steps, fmt::format("Steps of the DNNs, for any number of rows [{}]", c.dnn.steps),
              natural);
  line.option("--dnn-l2", &c.dnn_l2, fmt::format("Weight of the DNNs' penalty l2/2 ‖θ‖² [{}]", c.dnn.l2),
              not_negative());
  line.option("--svm-c", &c.svm_c, fmt::format("C of the SVMs [{}]", c.svm.C), positive());
}

void complete(MethodOptions& m, ClassifierOptions& c, bool built_in_table) {
  if (!m.epochs && built_in_table) m.epochs = built_in_epochs;
  m.gan_saturating.saturating = true;
  c.batch = m.batch;
  m.as_coded = yi2020::departures_named(m.as_coded);
  depart(m, m.as_coded);
  depart(c, m.as_coded);
}

void depart(MethodOptions& o, const std::vector<std::string>& departures) {
  for (yi2020::AdanConfig* config : {&o.adan, &o.wadan}) {
    *config = yi2020::as_coded(*config, departures);
    config->alpha = o.alpha.value_or(config->alpha);
  }
  const auto give = [&](yi2020::TrainingConfig& config, const std::optional<std::int64_t>& its_epochs) {
    config.epochs = its_epochs.value_or(o.epochs.value_or(config.epochs));
    config.beta1 = o.adan.beta1;
    config.batch = o.batch.value_or(config.batch);
  };
  give(o.adan, o.adan_epochs);
  give(o.wadan, o.wadan_epochs);
  give(o.gan, o.gan_epochs);
  give(o.gan_saturating, o.gan_epochs);
  give(o.cgan, o.cgan_epochs);
  give(o.aae, o.aae_epochs);
}

void depart(ClassifierOptions& o, const std::vector<std::string>& departures) {
  for (yi2020::DnnConfig* config : {&o.dnn, &o.dnn_large}) {
    *config = yi2020::as_coded(*config, departures);
    config->batch = o.batch.value_or(config->batch);
    config->l2 = o.dnn_l2.value_or(config->l2);
    if (!o.dnn_steps) continue;
    config->steps = *o.dnn_steps;
    config->epochs = 0;  // which would go before steps
  }
  for (yi2020::SvmConfig* config : {&o.svm, &o.svm_rbf}) {
    *config = yi2020::as_coded(*config, departures);
    config->C = o.svm_c.value_or(config->C);
  }
}

void drop_none(MethodOptions& o) {
  std::erase(o.names, "none");
  check(!o.names.empty(), "--models: none makes no synthetic rows; name one that does");
}

std::vector<Method> methods(const MethodOptions& o) {
  check_distinct("--models", o.names);
  const std::vector<Method> known = known_methods(o);
  std::vector<Method> chosen;
  for (const std::string& name : o.names) {
    const auto found = std::find_if(known.begin(), known.end(), [&](const Method& m) { return m.name == name; });
    check(found != known.end(), "there is no model '{}'", name);
    chosen.push_back(*found);
  }
  return chosen;
}

std::vector<std::pair<std::string, protocol::MakeClassifier>> classifiers(const ClassifierOptions& o) {
  const auto svm = [](const yi2020::SvmConfig& c) -> protocol::MakeClassifier {
    return [c] { return std::make_unique<yi2020::SvmClassifier>(c); };
  };
  const auto dnn = [](const yi2020::DnnConfig& c) -> protocol::MakeClassifier {
    return [c] { return std::make_unique<yi2020::DnnClassifier>(c); };
  };
  const std::map<std::string, protocol::MakeClassifier> known{
      {"svm", svm(o.svm)}, {"svm-rbf", svm(o.svm_rbf)}, {"dnn", dnn(o.dnn)}, {"dnn-large", dnn(o.dnn_large)}};
  check_distinct("--classifiers", o.names);
  std::vector<std::pair<std::string, protocol::MakeClassifier>> chosen;
  for (const std::string& name : o.names) {
    const auto found = known.find(name);
    check(found != known.end(), "there is no classifier '{}'", name);
    chosen.emplace_back(*found);
  }
  return chosen;
}

nlohmann::json method_config(const MethodOptions& m, const ClassifierOptions& c) {
  return {{"models", m.names}, {"classifiers", c.names}, {"noise_sd", m.noise_sd}, {"neighbours", m.neighbours},
          {"adan", m.adan},    {"wadan", m.wadan},       {"gan", m.gan},           {"gan_saturating", m.gan_saturating},
          {"cgan", m.cgan},    {"aae", m.aae},           {"dnn", c.dnn},           {"dnn_large", c.dnn_large},
          {"svm", c.svm},      {"svm_rbf", c.svm_rbf},   {"as_coded", m.as_coded}};
}

std::string description(const MethodOptions& m, const ClassifierOptions& c) {
  std::vector<std::string> parts;
  for (const Method& method : methods(m))
    if (method.epochs > 0) parts.push_back(fmt::format("{} {} epochs", method.name, method.epochs));
  if (!c.names.empty())
    parts.push_back(fmt::format("DNN {} {} of {}, SVM C = {}", c.dnn.epochs > 0 ? c.dnn.epochs : c.dnn.steps,
                                c.dnn.epochs > 0 ? "epochs" : "steps", c.dnn.batch, c.svm.C));
  if (!m.as_coded.empty()) parts.push_back(fmt::format("as coded: {}", fmt::join(m.as_coded, ", ")));
  return fmt::format("{}", fmt::join(parts, "; "));
}

}  // namespace emograd::report
