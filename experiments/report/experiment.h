#pragma once

#include <cstdint>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "experiments/report/command_line.h"
#include "experiments/report/methods.h"
#include "experiments/report/page.h"
#include "experiments/report/run_folder.h"
#include "experiments/report/run_plan.h"
#include "experiments/report/summary.h"

/// What programs have in common that train on a table of features and classify what was left out: everything but their
/// question.
namespace emograd::report {

struct ExperimentOptions {
  DataOptions data = {};
  std::string seeds = "1";
  MethodOptions methods = {};
  ClassifierOptions classifiers = {};
  RunOptions run = {};
};
/// All of them; a program's own come behind, in the group Experiment.
void add_options(CommandLine&, ExperimentOptions&);
/// For questions about models alone: no classifier is trained, none can be asked for.
void add_options_without_classifiers(CommandLine&, ExperimentOptions&);

/// A program's question and its answer.
struct Experiment {
  std::string program;
  nlohmann::json options;  // its own, for config.json
  std::string subject;     // of the head of its output: "10 synthetic sets"
  std::vector<protocol::Mix> mixes;
  std::int64_t evaluate_every = 0;  // protocol::Unit
  protocol::Measure measure = {};   // likewise
  /// What it changes about the data before anything is made of them: validation rows, classes thinned.
  std::function<void(protocol::Data&)> prepare = {};
  /// What it adds to the plan that methods and classifiers by name make.
  std::function<void(Plan&, const ExperimentOptions&)> extend = {};
  /// What is printed, and kept in table.txt, when all units are finished. It may leave further files in the folder.
  std::function<std::string(const Summary&, const RunFolder&)> results;
  std::string title, lead;  // of report.html
  /// What report.html shows between what was run and how; without it, the methods compared (results_page.h).
  std::function<std::vector<Section>(const Summary&)> sections = {};
};

/// Runs every seed × split × method in the run folder and shows the results. Returns the program's exit code; an error
/// becomes one line on stderr.
int run_experiment(ExperimentOptions, const Experiment&);

}  // namespace emograd::report
