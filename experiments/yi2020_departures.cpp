#include <fmt/format.h>

#include "experiments/report/as_coded.h"
#include "experiments/report/departures.h"
#include "experiments/report/results_page.h"
#include "models/yi2020/as_coded.h"

/// yi2020: what it is worth, in points of UAR, that the authors' program does not do what their paper says.

using namespace emograd;

int main(int argc, char** argv) {
  report::CommandLine line{
      "What the departures of the authors' own program from yi2020 (doi.org/10.1109/TNNLS.2020.3027600) are worth:\n"
      "trains as the paper says, with each departure alone and with all of them, leaving one speaker out, and prints "
      "by\n"
      "how many points the pooled UAR changes, with 95 % intervals over speakers.\n"
      "A departure draws from the same random streams as the paper's version. --departures list says what they are."};
  report::ExperimentOptions options{.run = {.out = "runs/yi2020_departures"}};
  std::int64_t sets = 10;
  std::vector<std::string> names{"all"};
  report::add_options(line, options);
  line.remove({"--as-coded"});  // what it names would be in every row, also the paper's
  line.option("--sets", &sets, "Synthetic sets, each as large as the training fold", report::not_negative());
  line.option("--departures", &names,
              "Names of departures, or all; list: what they are. Where another option\n"
              "is given for the same setting, that one counts in every row",
              report::departure_name());
  if (const auto exit_code = line.parse(argc, argv)) return *exit_code;
  names = yi2020::departures_named(names);
  report::ExperimentOptions all = options;  // with what is given, which no other setting tells
  all.methods.as_coded = names;
  report::complete(all.methods, all.classifiers, options.data.files.features.empty());
  return report::run_experiment(
      options,
      {.program = "yi2020_departures",
       .options = {{"sets", sets}, {"departures", names}, {"all", report::method_config(all.methods, all.classifiers)}},
       .subject = fmt::format("{} synthetic sets, {} departures", sets, names.size()),
       .mixes = {{.sets = sets}},
       .extend = [&](report::Plan& plan,
                     const report::ExperimentOptions& o) { report::add_departures(plan, o, names); },
       .results =
           [&](const report::Summary& summary, const report::RunFolder& folder) {
             const report::Table t = report::departures_table(summary, names);
             report::write_tables(folder, {t});
             return report::as_text(t) + "\n" + summary.unconverged();
           },
       .title = "What the departures of the authors' program are worth",
       .lead = "Classifiers of emotions that learn from real and synthetic rows, as yi2020 says it and as the "
               "authors' own program does it, one departure at a time and all together.",
       .sections =
           [&](const report::Summary& summary) {
             return std::vector<report::Section>{
                 {"Result", {report::as_html(report::departures_table(summary, names))}},
                 report::loss_section(summary)};
           }});
}
