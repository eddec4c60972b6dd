#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <map>
#include <set>

#include "autograd/ops/index.h"
#include "autograd/ops/random.h"
#include "experiments/report/build_info.h"
#include "experiments/report/command_line.h"
#include "experiments/report/config_json.h"
#include "experiments/report/page.h"
#include "experiments/report/progress.h"
#include "experiments/report/run_folder.h"
#include "experiments/report/timing_table.h"
#include "models/yi2020/adan.h"
#include "tensor/parallel.h"

/// yi2020, Table III and section V-E: how long ADAN and WADAN take on this machine, how far that is from what the
/// machine could do, and the paper's own times on its own.

using namespace emograd;
using nlohmann::json;
using report::Table, report::Timing;

namespace {

struct Options {
  report::DataOptions data;
  report::RunOptions run{.out = "runs/yi2020_time"};
  std::vector<std::int64_t> rows{400, 2000, 10000};
  std::int64_t width = 4368, repeat = 5;
};

constexpr std::int64_t invented_classes = 7;  // as many as EmoDB has

struct Model {
  std::string name;
  yi2020::AdanConfig config;
  std::map<std::int64_t, double> paper;  // seconds by rows: of "a single sample" (section V-E), of epochs (Table III)
};
const std::vector<Model> models{
    {"ADAN", yi2020::adan_config(), {{1, 0.02}, {400, 0.067}, {2000, 0.3}, {10000, 1.4}}},
    {"WADAN", yi2020::wadan_config(), {{1, 0.07}, {400, 0.15}, {2000, 0.67}, {10000, 3.14}}}};

/// What rows are drawn from: the user's table, each feature scaled, or nothing.
struct Source {
  std::string name;
  Tensor x, labels;
  std::int64_t width, classes;

  std::pair<Tensor, Tensor> draw(std::int64_t rows, Rng rng) const {
    if (!x.defined()) return {normal({rows, width}, rng), integers({rows}, classes, rng)};
    const Tensor pick = integers({rows}, x.dim(0), rng);
    return {index_select(x, 0, pick), index_select(labels, 0, pick)};
  }
};

/// Something that is timed: under a name for readers, with the paper's seconds where it has any.
struct Task {
  std::string model, what;
  std::optional<double> paper;
  std::function<std::function<void()>()> prepare;  // gives what is to be repeated
};

std::vector<Task> tasks_of(const Options& o, const Source& source) {
  std::vector<Task> tasks;
  std::set<std::int64_t> sizes(o.rows.begin(), o.rows.end());
  sizes.insert(1);
  for (const Model& m : models) {
    const auto make = [&m, &source] {
      return std::make_shared<yi2020::Adan>(m.config, source.width, source.classes, Tensor(), Rng{2022});
    };
    const auto paper = [&m](std::int64_t rows) {
      return m.paper.contains(rows) ? std::optional(m.paper.at(rows)) : std::nullopt;
    };
    const auto named = [](const char* what, std::int64_t rows) {
      return fmt::format("{} {} row{}", what, rows, rows == 1 ? "" : "s");
    };
    for (const std::int64_t rows : sizes)
      tasks.push_back({m.name, named("epoch of", rows), paper(rows), [=, &source]() -> std::function<void()> {
                         const std::pair data = source.draw(rows, Rng{2023});
                         return [adan = make(), data] { adan->epoch(data.first, data.second); };
                       }});
    for (const std::int64_t rows : {std::int64_t{1}, m.config.batch})
      tasks.push_back({m.name, named("generating", rows), paper(rows), [=, &source]() -> std::function<void()> {
                         const Tensor labels = source.draw(rows, Rng{2024}).second;
                         return [adan = make(), labels, rng = Rng{2025}]() mutable { adan->sample(labels, rng); };
                       }});
  }
  return tasks;
}

/// What the folder has under this name, or now has.
json kept(report::RunFolder& folder, const std::string& name, const std::function<json()>& make) {
  if (const auto finished = folder.finished(name)) return *finished;
  const json outcome = make();
  folder.finish(name, outcome);
  return outcome;
}

int run(const Options& o) {
  if (o.run.threads > 0) set_thread_count(o.run.threads);
  Source source{"invented, normal random numbers, not speech", {}, {}, o.width, invented_classes};
  const protocol::Data data = report::data_of(o.data);  // also where it is not used: it refuses --labels without rows
  json description{{"source", source.name}};
  if (!o.data.files.features.empty()) {
    const Tensor x = protocol::Scaler::fit(data.table.x)(data.table.x);
    source = {"drawn with replacement from " + data.table.source, x, data.table.labels, x.dim(1),
              data.table.class_count()};
    description = data;
  }
  const json build = report::build_info(source.width);
  const json config{{"program", "yi2020_time"},
                    {"version", 1},
                    {"options",
                     {{"rows", o.rows},
                      {"width", source.width},
                      {"repeat", o.repeat},
                      {"threads", thread_count()},
                      {"processor", protocol::processor_name()},
                      {"adan", models[0].config},
                      {"wadan", models[1].config}}},
                    {"data", description},
                    {"build", build}};
  if (o.run.dry_run) {
    std::cout << config.dump(2) << '\n';
    return 0;
  }
  report::RunFolder folder(o.run.out, config, o.run.resume);
  return report::resumable(folder, [&] {
    const std::vector<Task> tasks = tasks_of(o, source);
    report::Progress progress(std::ssize(tasks));
    progress.label("what this machine can do");
    const json machine = kept(folder, "machine", [] { return report::machine_json(protocol::measured_peak()); });
    std::vector<Timing> timings, epochs;
    for (const Task& task : tasks) {
      std::string name = fmt::format("{} {}", task.model, task.what);
      progress.label(name);
      std::replace(name.begin(), name.end(), ' ', '-');
      timings.push_back({task.model, task.what, task.paper, kept(folder, name, [&] {
                           const std::function<void()> body = task.prepare();
                           return report::timing_json(protocol::seconds_of(body, o.repeat), protocol::work_of(body));
                         })});
      if (task.what.starts_with("epoch")) epochs.push_back(timings.back());
      progress.advance(1);
    }
    Table times = report::time_table(fmt::format("Execution time in seconds: batches of {}, {} features, {} classes",
                                                 models[0].config.batch, source.width, source.classes),
                                     "paper, on a GTX 1080 Ti", timings, machine);
    times.notes.insert(
        times.notes.end(),
        {"The paper's times are for 4368 features, of other hardware, a graphics card, and of another program: a "
         "ratio to them would mean nothing.",
         "The paper gives 0.02 s and 0.07 s for \"inputting a single sample to the networks\" and does "
         "not say what was computed. ADAN and WADAN generate with networks of the same sizes and differ "
         "in training only, so the figure stands beside both.",
         "Rows: " + source.name + "."});
    const Table shares =
        report::equation_table("Where the time of kernels goes in the longest epoch, in percent", epochs);
    const std::string text = report::as_text(times) + "\n" + report::as_text(shares) + "\n";
    report::write_tables(folder, {times, shares});
    folder.write("table.txt", text);
    const report::Page page{"Table III of yi2020: how long training takes",
                            "Seconds of an epoch and of generating rows on this machine, beside what their "
                            "operations take at the best rate that this machine was seen to reach.",
                            {},
                            {{"Result", {as_html(times), as_html(shares)}},
                             {"How it was run", {report::Text{"By this command:"}, report::Listing{o.run.command}}}}};
    folder.write("report.html", html(page));
    std::cout << text << "Run folder: " << o.run.out << '\n';
    return 0;
  });
}

}  // namespace

int main(int argc, char** argv) {
  report::CommandLine line{
      "Table III and section V-E of yi2020 (doi.org/10.1109/TNNLS.2020.3027600): seconds of an epoch of ADAN and WADAN "
      "and of\ngenerating rows on this machine, the least that they could take here, and the paper's times, which are "
      "of another\nmachine. Without --features rows are invented, as wide as the features of Interspeech 2011. Takes a "
      "minute or two;\nnothing else should run meanwhile."};
  Options o;
  o.data.split = "all";
  report::add_table_options(line, o.data);
  report::add_run_options(line, o.run);
  line.remove({"--split", "--split-seed", "--normalise", "--max-abs", "--write-manifest", "--checkpoint-seconds",
               "--jobs", "--verbose", "--trace"});
  line.group("Experiment");
  line.option("--rows", &o.rows, "Rows of an epoch, drawn with replacement; one row is timed in any case",
              report::range(1, 1'000'000));
  line.option("--width", &o.width, "Features of invented rows", report::range(1, 100'000)).excludes("--features");
  line.option("--repeat", &o.repeat, "Repetitions, after one that is not counted", report::range(1, 1000));
  if (const auto exit_code = line.parse(argc, argv)) return *exit_code;
  return report::guarded("yi2020_time", [&] { return run(o); });
}
