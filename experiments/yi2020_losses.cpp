#include <fmt/format.h>

#include <cmath>
#include <map>

#include "experiments/protocol/trend.h"
#include "experiments/report/experiment.h"
#include "experiments/report/results_page.h"
#include "experiments/report/table.h"
#include "tensor/error.h"
#include "tensor/io/csv.h"

/// yi2020, Fig. 3: the losses of six models while they are trained. `claims` judges what section V-A reads from them.

using namespace emograd;
using protocol::Trend;
using report::LossCurves, report::Summary, report::Table;

namespace {

/// Every model that is trained, and its panel of Fig. 3.
const std::map<std::string, std::string> panels{
    {"gan-saturating", "(a)"}, {"gan", "(b)"}, {"cgan", "(c)"}, {"aae", "(d)"}, {"adan", "(e)"}, {"wadan", "(f)"}};

/// Of one loss, a value per training.
struct Trends {
  std::vector<double> first, last_tenth, slope, scatter;
};

Trends trends_of(const LossCurves& curves, const std::string& augmenter, const std::string& loss) {
  Trends all;
  for (const LossCurves::Training* training : curves.trainings_of(augmenter)) {
    const Trend t = protocol::trend(training->epochs, training->losses.at(loss));
    all.first.push_back(t.first);
    all.last_tenth.push_back(t.last_tenth);
    all.slope.push_back(100 * t.slope);
    all.scatter.push_back(t.scatter);
  }
  return all;
}

/// Losses span magnitudes: digits that count, not decimals.
Table::Cell cell(const std::vector<double>& values) {
  const protocol::MeanSd r = protocol::mean_sd(values);
  if (std::isnan(r.mean)) return {"–"};
  return {values.size() > 1 ? fmt::format("{:.4g} ± {:.2g}", r.mean, r.sd) : fmt::format("{:.4g}", r.mean),
          {r.mean, r.sd}};
}

Table trend_table(const LossCurves& curves) {
  Table t{"Losses during training: mean ± standard deviation over trainings (one per fold and seed)", {}, {}, {}};
  t.columns.push_back({"Curve"});
  for (const char* title : {"first", "last tenth", "slope per 100 epochs", "scatter"})
    t.columns.push_back({title, {"", "sd"}});
  for (const std::string& augmenter : curves.augmenters())
    for (const auto& [loss, values] : curves.trainings_of(augmenter)[0]->losses) {
      const Trends all = trends_of(curves, augmenter, loss);
      t.rows.push_back({{fmt::format("{}, {}", report::display_name(augmenter), report::loss_title(loss))},
                        cell(all.first),
                        cell(all.last_tenth),
                        cell(all.slope),
                        cell(all.scatter)});
    }
  t.notes = {
      "A loss of an epoch is the mean over its steps, by rows; of the first epoch and "
      "at most 100 more it is kept. first: the first epoch; last tenth: mean over the last tenth of the epochs; slope: "
      "of the least-squares line through the last "
      "half; scatter: standard deviation around that line.",
      "Norm of a gradient: of all of the network's weights together, mean over the epoch's steps, of the network's "
      "whole "
      "loss; in ADAN and WADAN that is the classification error, too (14, 18). The paper shows none."};
  if (curves.trainings_of("gan").size() + curves.trainings_of("gan-saturating").size() > 0)
    t.notes.push_back(
        "GAN and GAN-SATURATING are one GAN per class: losses and norms are means over the rows of all classes.");
  return t;
}

/// seed;split;model;epoch;loss;value
std::string losses_csv(const Summary& summary) {
  CsvTable csv;
  csv.columns = {"seed", "split", "model", "epoch", "loss", "value"};
  for (const LossCurves::Training& t : summary.losses().trainings())
    for (std::size_t i = 0; i < t.epochs.size(); ++i)
      for (const auto& [loss, values] : t.losses)
        csv.add_row({std::to_string(t.seed), t.split, t.augmenter, fmt::format("{}", t.epochs[i]), loss,
                     fmt::format("{}", values[i])});
  return format_csv(summary.labelled(std::move(csv)));
}

/// A curve in every panel: of the first of these losses that the model has.
struct Line {
  std::string name;
  std::vector<std::string> losses;
};

/// A panel per model, as in Fig. 3.
report::Figure panel_figure(const LossCurves& curves, const char* title, const char* y_label,
                            const std::vector<Line>& lines) {
  const std::vector<std::string> augmenters = curves.augmenters();
  report::Figure figure{.title = title, .caption = curves.caption(augmenters.at(0))};
  for (const std::string& augmenter : augmenters) {
    const std::string name = report::display_name(augmenter), caption = curves.caption(augmenter);
    if (caption != curves.caption(augmenters[0])) figure.caption += fmt::format(" {}: {}", name, caption);
    report::Plot plot{
        .title = fmt::format("{} {}", panels.at(augmenter), name), .x_label = "epoch", .y_label = y_label};
    const auto& losses = curves.trainings_of(augmenter)[0]->losses;
    for (const Line& line : lines) {
      const auto has = [&](const std::string& loss) { return losses.contains(loss); };
      const auto loss = std::find_if(line.losses.begin(), line.losses.end(), has);
      plot.series.push_back(curves.curve(augmenter, *loss));
      plot.series.back().name = line.name;
    }
    plot.log_y = report::spans_magnitudes(plot.series);
    figure.panels.push_back(std::move(plot));
  }
  return figure;
}

}  // namespace

int main(int argc, char** argv) {
  report::CommandLine line{
      "Fig. 3 of yi2020 (doi.org/10.1109/TNNLS.2020.3027600): trains the paper's six models and shows their losses\n"
      "during training, and the norm of the generator's gradient; `claims` judges what the paper reads from them. "
      "Without\n"
      "--features it runs on a small built-in synthetic table."};
  report::ExperimentOptions options{.run = {.out = "runs/yi2020_losses"}};
  options.data.split = "all";
  report::MethodOptions& methods = options.methods;
  methods.names = {"gan-saturating", "gan", "cgan", "aae", "adan", "wadan"};
  for (yi2020::TrainingConfig* config : std::initializer_list<yi2020::TrainingConfig*>{
           &methods.gan_saturating, &methods.gan, &methods.cgan, &methods.aae, &methods.adan, &methods.wadan})
    config->gradient_norm = true;
  report::add_options_without_classifiers(line, options);
  line.after_parsing([&] {
    for (const std::string& name : methods.names)
      check(panels.contains(name), "--models: {} is not trained and has no losses", name);
  });
  if (const auto exit_code = line.parse(argc, argv)) return *exit_code;
  return report::run_experiment(
      options,
      {.program = "yi2020_losses",
       .options = nlohmann::json::object(),
       .subject = "losses during training",
       .mixes = {},
       .results =
           [](const Summary& summary, const report::RunFolder& folder) {
             const Table trends = trend_table(summary.losses());
             folder.write("losses.csv", losses_csv(summary));
             report::write_tables(folder, {trends});
             return report::as_text(trends) + "\n";
           },
       .title = "Fig. 3 of yi2020: losses during training",
       .lead = "Generator against discriminator in six models, epoch after epoch.",
       .sections =
           [](const Summary& summary) {
             const LossCurves& curves = summary.losses();
             return std::vector<report::Section>{
                 {"Result",
                  {panel_figure(curves, "The adversaries' losses", "loss",
                                {{"discriminator", {"D"}}, {"generator (in the AAE the encoder)", {"G", "E"}}}),
                   panel_figure(curves, "Norm of the generator's gradient", "norm",
                                {{"generator (in the AAE the encoder)", {"grad_G", "grad_E"}}}),
                   report::as_html(trend_table(curves))}},
                 report::loss_section(summary)};
           }});
}
