#include "experiments/report/experiment.h"
#include "experiments/report/results_page.h"
#include "experiments/report/space.h"

/// yi2020, Figs. 4, 5 and 9: where the rows that a model makes lie among the real rows it was trained on.

using namespace emograd;
using report::Summary;

int main(int argc, char** argv) {
  report::CommandLine line{
      "Pictures as Figs. 4, 5 and 9 of yi2020 (doi.org/10.1109/TNNLS.2020.3027600), and numbers beside them: trains "
      "every\n"
      "model once, by default on all rows, takes one synthetic set, and shows real and synthetic rows in the plane, as "
      "features "
      "and,\n"
      "where the model has one, in its latent space, and histograms of single features. Without --features it runs on "
      "a\n"
      "small built-in synthetic table."};
  report::ExperimentOptions options{.run = {.out = "runs/yi2020_space"}};
  report::SpaceOptions space;
  options.data.split = "all";
  options.methods.names = {"gan", "cgan", "aae", "adan", "wadan"};
  report::add_options_without_classifiers(line, options);
  line.option("--projections", &space.projections, "Pictures of rows: tsne, pca", report::one_of({"tsne", "pca"}));
  line.option("--perplexity", &space.perplexity, "t-SNE: how many neighbours of a row count",
              report::range(1.0, 10'000.0));
  line.option("--iterations", &space.iterations, "t-SNE: steps of its descent", report::range(1, 1'000'000));
  line.option("--rows", &space.rows, "Real rows in a picture, at most, chosen at random; numbers are of all rows",
              report::range(2, 3000));
  line.repeated("--feature", &space.features,
                "Name of a feature to show a histogram of; may be given several times [one drawn at random]");
  line.option("--feature-seed", &space.feature_seed, "By which that feature is drawn");
  line.after_parsing([&] { report::drop_none(options.methods); });
  if (const auto exit_code = line.parse(argc, argv)) return *exit_code;
  return report::run_experiment(
      options,
      {.program = "yi2020_space",
       .options = {{"space", space}},
       .subject = "one set of synthetic rows",
       .mixes = {},
       .extend = [&](report::Plan& plan,
                     const report::ExperimentOptions&) { plan.measure = report::space_measure(space, plan.data); },
       .results =
           [](const Summary& summary, const report::RunFolder& folder) {
             const std::vector<report::Table> tables = report::space_tables(summary);
             report::write_tables(folder, tables);
             folder.write("space.csv", format_csv(report::space_csv(summary)));
             std::string text;
             for (const report::Table& t : tables) text += report::as_text(t) + "\n";
             return text;
           },
       .title = "Where synthetic rows lie among real ones",
       .lead = "Rows of training sets and as many rows that models make of them, as in Figs. 4, 5 and 9 of yi2020.",
       .sections = [&](const Summary& summary) { return report::space_sections(summary, space); }});
}
