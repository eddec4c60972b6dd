#include <fmt/format.h>

#include <iostream>

#include "experiments/protocol/baselines.h"
#include "experiments/report/build_info.h"
#include "experiments/report/command_line.h"
#include "experiments/report/config_json.h"
#include "experiments/report/interrupt.h"
#include "experiments/report/run_plan.h"
#include "tensor/parallel.h"
#include "tensor/trace.h"

/// yi2020, Table I: what rows made by ADAN and WADAN are worth to an SVM and a DNN, leaving one speaker out.

using namespace emograd;

namespace {

constexpr std::int64_t synthetic_epochs = 100;  // enough to see the program at work on the built-in table

struct Options {
  protocol::TableFiles files;
  report::RunOptions run{.out = "runs/yi2020_table1"};
  std::string seeds = "1";
  std::vector<std::string> models{"none", "adan", "wadan"}, classifiers{"svm", "dnn"};
  std::optional<std::int64_t> epochs, adan_epochs, wadan_epochs;
  std::int64_t sets = 10, neighbours = 5;
  double noise_sd = 0.1;
  yi2020::AdanConfig adan = yi2020::adan_config(), wadan = yi2020::wadan_config();
  yi2020::DnnConfig dnn;
  yi2020::SvmConfig svm;
};

void add_options(CLI::App& app, Options& o) {
  const CLI::Range natural(1, 1'000'000);
  const CLI::IsMember models(
      {"none", "duplicate", "noise", "oversample", "smote", "mixup", "gaussian", "adan", "wadan"}),
      classifiers({"svm", "dnn"});
  const auto epochs = [](std::int64_t n) {
    return fmt::format(" [{}; {} on the built-in table]", n, synthetic_epochs);
  };
  report::add_table_options(app, o.files);
  app.option_defaults()->group("Experiment")->always_capture_default();
  app.add_option("--models", o.models,
                 "Where synthetic rows come from: none, duplicate, noise, oversample, smote, mixup, gaussian (one per "
                 "class), adan, wadan")
      ->delimiter(',')
      ->check(models);
  app.add_option("--classifiers", o.classifiers, "svm, dnn")->delimiter(',')->check(classifiers);
  app.add_option("--seeds", o.seeds, "How many seeds (3: 0, 1 and 2), or a list with a comma in it (5,8 or 7,)");
  app.add_option("--sets", o.sets, "Synthetic sets, each as large as the training fold")->check(CLI::NonNegativeNumber);
  app.add_option("--noise-sd", o.noise_sd, "noise: its deviation, where every feature's own is 1")
      ->check(CLI::NonNegativeNumber);
  app.add_option("--neighbours", o.neighbours, "smote: neighbours to choose from")->check(natural);
  app.option_defaults()->group("Training");
  app.add_option("--epochs", o.epochs, "Epochs of both models, unless the next two say otherwise")->check(natural);
  app.add_option("--adan-epochs", o.adan_epochs, "Epochs of ADAN" + epochs(o.adan.epochs))->check(natural);
  app.add_option("--wadan-epochs", o.wadan_epochs, "Epochs of WADAN" + epochs(o.wadan.epochs))->check(natural);
  app.add_option("--adam-beta1", o.adan.beta1, "Adam's first moment decay, for ADAN and WADAN")
      ->check(CLI::Range(0.0, 0.9999));
  app.add_option("--batch", o.adan.batch, "Rows per step of ADAN, WADAN and the DNN")->check(natural);
  app.add_option("--dnn-steps", o.dnn.steps, "Steps of the DNN, for any number of rows")->check(natural);
  app.add_option("--dnn-l2", o.dnn.l2, "Weight of the DNN's penalty l2/2 ‖θ‖²")->check(CLI::NonNegativeNumber);
  app.add_option("--svm-c", o.svm.C, "C of the linear SVM")->check(CLI::PositiveNumber);
  report::add_run_options(app, o.run);
}

void complete(Options& o) {
  if (!o.epochs && o.files.features.empty()) o.epochs = synthetic_epochs;
  o.adan.epochs = o.adan_epochs.value_or(o.epochs.value_or(o.adan.epochs));
  o.wadan.epochs = o.wadan_epochs.value_or(o.epochs.value_or(o.wadan.epochs));
  o.wadan.beta1 = o.adan.beta1;
  o.wadan.batch = o.dnn.batch = o.adan.batch;
}

report::Method method(const std::string& name, const Options& o) {
  using namespace protocol;
  if (name == "none") return {name, no_augmentation()};
  if (name == "adan") return {name, adan(o.adan), o.adan.epochs};
  if (name == "wadan") return {name, adan(o.wadan), o.wadan.epochs};
  if (name == "duplicate") return {name, untrained(duplicates)};
  if (name == "oversample") return {name, untrained(oversampled)};
  if (name == "mixup") return {name, untrained(mixup)};
  if (name == "gaussian") return {name, untrained(class_gaussians)};
  if (name == "noise")
    return {name, untrained([sd = o.noise_sd](const TrainingFold& fold, std::int64_t sets, Rng& rng) {
              return noisy_copies(fold, sets, sd, rng);
            })};
  return {name, untrained([k = o.neighbours](const TrainingFold& fold, std::int64_t sets, Rng& rng) {
            return smote(fold, sets, k, rng);
          })};
}

int run(const Options& o) {
  if (o.run.threads > 0) set_thread_count(o.run.threads);
  const protocol::FeatureTable table = report::table_of(o.files);
  const std::vector<protocol::Split> splits = protocol::leave_one_speaker_out(table);
  const nlohmann::json config{{"program", "yi2020_table1"},
                              {"version", 1},
                              {"options",
                               {{"models", o.models},
                                {"classifiers", o.classifiers},
                                {"seeds", report::parse_seeds(o.seeds)},
                                {"sets", o.sets},
                                {"noise_sd", o.noise_sd},
                                {"neighbours", o.neighbours},
                                {"adan", o.adan},
                                {"wadan", o.wadan},
                                {"dnn", o.dnn},
                                {"svm", o.svm}}},
                              {"data", table},
                              {"build", report::build_info(table.x.dim(1))}};

  report::Plan plan{table, splits, report::parse_seeds(o.seeds), {}, {}, o.sets};
  for (const std::string& name : o.models) plan.methods.push_back(method(name, o));
  for (const std::string& name : o.classifiers)
    if (name == "svm")
      plan.classifiers.emplace_back(name, [&] { return std::make_unique<yi2020::SvmClassifier>(o.svm); });
    else plan.classifiers.emplace_back(name, [&] { return std::make_unique<yi2020::DnnClassifier>(o.dnn); });

  const std::string head = fmt::format(
      "{}: {} utterances × {} features, {} classes, {} speakers, leave-one-speaker-out;\n"
      "seeds: {}; {} synthetic sets; ADAN {} epochs, WADAN {} epochs; DNN {} steps of {}, linear SVM C = {}\n\n",
      table.source, table.rows(), table.x.dim(1), table.classes.size(), splits.size(), plan.seeds.size(), o.sets,
      o.adan.epochs, o.wadan.epochs, o.dnn.steps, o.dnn.batch, o.svm.C);
  std::cout << head << std::flush;
  if (o.run.dry_run) {
    std::cout << config.dump(2) << '\n';
    return 0;
  }

  report::RunFolder folder(o.run.out, config, o.run.resume);
  report::Summary summary(table, splits);
  trace::enable(o.run.trace);
  return report::resumable(folder, [&] {
    if (!report::run_plan(plan, folder, o.run, summary)) return report::interrupted_exit_code;
    const std::string results =
        summary.table() + "\nRows: truth; columns: prediction.\n\n" + summary.confusions() + summary.unconverged();
    folder.write("predictions.csv", summary.predictions_csv());
    folder.write("table.txt", head + results);
    std::cout << results << "Run folder: " << o.run.out << '\n';
    if (o.run.trace) trace::print(std::cout);
    return 0;
  });
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{
      "Table I of yi2020 (ADAN and WADAN, doi.org/10.1109/TNNLS.2020.3027600): trains emotion classifiers on real "
      "feature rows,\n"
      "and on real plus synthetic ones, leaving one speaker out, and prints WA, UAR and macro-F1 over all left-out "
      "speakers.\n"
      "Everything is fitted on the training speakers only. Without --features it runs on a small built-in synthetic "
      "table."};
  Options options;
  add_options(app, options);
  CLI11_PARSE(app, argc, argv);
  complete(options);
  return report::guarded("yi2020_table1", [&] { return run(options); });
}
