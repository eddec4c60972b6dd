#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "experiments/protocol/augmenter.h"
#include "experiments/protocol/unit.h"
#include "experiments/report/options.h"
#include "models/yi2020/aae.h"
#include "models/yi2020/adan.h"
#include "models/yi2020/classifiers.h"
#include "models/yi2020/gan.h"

/// Everything that programs know by name: where synthetic rows come from, and which classifiers learn from them. A new
/// model is a line of known_methods() in methods.cpp, with its options here.
namespace emograd::report {

struct Method {
  std::string name;
  protocol::MakeAugmenter make;
  std::int64_t epochs = 0;  // for the time left
  bool augments = true;     // false: there are no synthetic rows
  /// In place of the plan's, where there are any.
  std::vector<std::pair<std::string, protocol::MakeClassifier>> classifiers = {};
};

struct MethodOptions {
  std::vector<std::string> names{"none", "adan", "wadan"};
  std::vector<std::string>
      as_coded;  // departures of the authors' program (models/yi2020/as_coded.h), of classifiers, too
  std::int64_t neighbours = 5;
  double noise_sd = 0.1;
  yi2020::AdanConfig adan = yi2020::adan_config(), wadan = yi2020::wadan_config();
  yi2020::GanConfig gan = yi2020::gan_config(), gan_saturating = gan, cgan = yi2020::cgan_config();
  yi2020::AaeConfig aae = yi2020::aae_config();
  /// As given; they go before --as-coded, and depart() puts them into the configs. The batch is the DNNs', too.
  std::optional<std::int64_t> epochs, adan_epochs, wadan_epochs, gan_epochs, cgan_epochs, aae_epochs, batch;
  std::optional<double> alpha;  // of ADAN and WADAN
};

struct ClassifierOptions {
  std::vector<std::string> names{"svm", "dnn"};
  yi2020::DnnConfig dnn = yi2020::dnn_config(), dnn_large = yi2020::dnn_large_config();
  yi2020::SvmConfig svm, svm_rbf = yi2020::svm_rbf_config();
  /// As given, likewise.
  std::optional<std::int64_t> batch, dnn_steps;
  std::optional<double> dnn_l2, svm_c;
};

/// --models, --classifiers and what sets them up, in the groups Experiment and Training.
void add_method_options(CommandLine&, MethodOptions&, ClassifierOptions&);
/// After parsing: what one option says about several configs, and --as-coded. On the built-in table 100 epochs are as
/// good as given.
void complete(MethodOptions&, ClassifierOptions&, bool built_in_table);

/// Puts departures of the authors' program (models/yi2020/as_coded.h) into all configs that have them, and what is
/// given above those.
void depart(MethodOptions&, const std::vector<std::string>& departures);
void depart(ClassifierOptions&, const std::vector<std::string>& departures);
/// After parsing, for programs whose question is about synthetic rows: Error where nothing else is named.
void drop_none(MethodOptions&);

std::vector<Method> methods(const MethodOptions&);
std::vector<std::pair<std::string, protocol::MakeClassifier>> classifiers(const ClassifierOptions&);

/// Every option under its name, as config.json keeps it.
nlohmann::json method_config(const MethodOptions&, const ClassifierOptions&);
/// "adan 800 epochs; wadan 1500 epochs; DNN 1000 steps of 128, SVM C = 1"
std::string description(const MethodOptions&, const ClassifierOptions&);

}  // namespace emograd::report
