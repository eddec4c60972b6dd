#include "experiments/report/experiment.h"

#include <fmt/format.h>

#include <iostream>

#include "experiments/report/build_info.h"
#include "experiments/report/config_json.h"
#include "experiments/report/interrupt.h"
#include "experiments/report/results_page.h"
#include "experiments/report/run_plan.h"
#include "experiments/report/timing_table.h"
#include "tensor/error.h"
#include "tensor/parallel.h"
#include "tensor/trace.h"

namespace emograd::report {

void add_options(CommandLine& line, ExperimentOptions& o) {
  add_table_options(line, o.data);
  add_method_options(line, o.methods, o.classifiers);
  add_run_options(line, o.run);
  line.group("Experiment");
  line.option("--seeds", &o.seeds, "How many seeds (3: 0, 1 and 2), or a list with a comma in it (5,8 or 7,)");
}

void add_options_without_classifiers(CommandLine& line, ExperimentOptions& o) {
  o.classifiers.names = {};
  add_options(line, o);
  line.remove({"--classifiers", "--dnn-steps", "--dnn-l2", "--svm-c"});
}

namespace {

int run(const ExperimentOptions& o, const Experiment& e) {
  if (o.run.threads > 0) set_thread_count(o.run.threads);
  protocol::Data data = data_of(o.data);
  if (e.prepare) e.prepare(data);
  Plan plan{data,    parse_seeds(o.seeds), methods(o.methods), classifiers(o.classifiers),
            e.mixes, e.evaluate_every,     e.measure};
  if (e.extend) e.extend(plan, o);
  for (const std::uint64_t seed : plan.seeds)
    for (const protocol::Split& split : data.splits)
      if (data.classified)
        protocol::check_classified(*data.classified, protocol::thinned_split(data.table, split, data.thinning, seed));
  check(plan.classifiers.empty() || !data.splits.front().test.empty(),
        "{}: nothing to test classifiers on; --split loso leaves out a speaker at a time", data.protocol);

  nlohmann::json options = method_config(o.methods, o.classifiers);
  options["seeds"] = plan.seeds;
  options.update(e.options);
  const nlohmann::json config{{"program", e.program},
                              {"version", 5},
                              {"options", options},
                              {"data", data},
                              {"build", build_info(data.table.x.dim(1))}};
  const std::string trained = description(o.methods, o.classifiers);
  const std::string head = protocol::describe(data) + fmt::format("Seeds: {}; {}{}{}\n\n", plan.seeds.size(), e.subject,
                                                                  trained.empty() ? "" : "; ", trained);
  std::cout << head << std::flush;
  if (o.run.dry_run) {
    std::cout << config.dump(2) << '\n';
    return 0;
  }

  RunFolder folder(o.run.out, config, o.run.resume);
  Summary summary(data.tested_table(), data.tested_splits());
  trace::enable(o.run.trace);
  return resumable(folder, [&] {
    if (!run_plan(plan, folder, o.run, summary)) return interrupted_exit_code;
    if (!plan.classifiers.empty()) folder.write("predictions.csv", format_csv(summary.predictions()));
    const std::string results = e.results(summary, folder);
    folder.write("table.txt", head + results);
    const RunDescription description{e.title, e.lead, config, o.run.command};
    folder.write("report.html",
                 html(run_page(description, e.sections ? e.sections(summary) : comparison_sections(summary))));
    std::cout << results << "Run folder: " << o.run.out << '\n';
    if (o.run.times) std::cout << '\n' << as_text(spent_table(folder.timings()));
    if (o.run.trace) trace::print(std::cout);
    return 0;
  });
}

}  // namespace

int run_experiment(ExperimentOptions o, const Experiment& e) {
  complete(o.methods, o.classifiers, o.data.files.features.empty());
  return guarded(e.program.c_str(), [&] { return run(o, e); });
}

}  // namespace emograd::report
