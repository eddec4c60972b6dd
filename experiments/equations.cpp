#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <iostream>
#include <map>
#include <memory>

#include "autograd/ops/random.h"
#include "experiments/report/ledger.h"
#include "experiments/report/ledger_page.h"
#include "experiments/report/options.h"
#include "experiments/report/text_table.h"
#include "models/yi2020/aae.h"
#include "models/yi2020/adan.h"
#include "models/yi2020/gan.h"
#include "tensor/io/atomic_file.h"
#include "tensor/trace.h"

/// The equation ledger: what the papers' equations are, where they are computed, and what they cost.

using namespace emograd;
using report::EquationStatus;
using report::LedgerEntry;

namespace {

struct Options {
  std::string id, html, source;
  bool no_cost = false;
};

void print_table(const std::vector<LedgerEntry>& ledger) {
  std::vector<std::vector<std::string>> rows{{"equation", "status", "code"}}, counts{{"paper"}};
  const auto all = {EquationStatus::complete, EquationStatus::planned, EquationStatus::background};
  for (const auto s : all) counts[0].push_back(report::name_of(s));
  std::string paper;
  for (const LedgerEntry& e : ledger) {
    const std::string code = e.code.empty() ? "" : e.code[0].name + (e.code.size() > 1 ? ", …" : "");
    rows.push_back({fmt::format("{:<18} {}", e.id, e.title), report::name_of(e.status), code});
    if (e.paper() == paper) continue;
    paper = e.paper();
    counts.push_back({paper});
    for (const auto s : all)
      counts.back().push_back(std::to_string(std::count_if(ledger.begin(), ledger.end(), [&](const LedgerEntry& other) {
        return other.paper() == paper && other.status == s;
      })));
  }
  std::cout << report::text_table(rows) << '\n' << report::text_table(counts);
}

void print_list(const char* title, const std::vector<std::string>& items) {
  if (!items.empty()) std::cout << '\n' << title << ":\n";
  for (const std::string& item : items) std::cout << "  - " << item << '\n';
}

void print_entry(const LedgerEntry& e, const Options& o) {
  std::cout << fmt::format("{}: {} ({})\n\n{}", e.id, e.title, report::name_of(e.status), e.latex);
  print_list("symbols", e.symbols);
  std::vector<std::string> code, tests;
  for (const report::Place& p : e.code) {
    const std::string line = o.source.empty() ? "" : fmt::format(":{}", report::definition_of(p, o.source).line);
    code.push_back(fmt::format("{}{} {}", p.file, line, p.name));
  }
  for (const report::Place& p : e.tests) tests.push_back(fmt::format("{}: {}", p.file, p.name));
  print_list("code", code);
  print_list("test", tests);
  print_list("decisions", e.decisions);
}

/// Seconds of the kernels of some training steps, per phase: all, and those under one equation.
struct Cost {
  double step = 0;  // one step, all of it
  std::map<std::string, double> phases;
  double together() const {
    double sum = 0;
    for (const auto& phase : phases) sum += phase.second;
    return sum;
  }
};

// On random rows at the sizes of Interspeech 2011's features and EmoDB's classes.
constexpr std::int64_t features = 4368, classes = 7;

/// A model whose training may compute an equation.
struct System {
  const char* name;
  std::int64_t noise;  // dim z
  std::function<std::unique_ptr<yi2020::AdversarialModel>()> make;
};

template <class Model, class Config, class... More>
System system_of(const char* name, std::int64_t noise, const Config& config, const More&... more) {
  return {name, noise, [=] { return std::make_unique<Model>(config, features, classes, more..., Rng{2022, 0}); }};
}

std::vector<System> systems() {
  using namespace yi2020;
  const AdanConfig adan = adan_config();
  GanConfig gan = gan_config(), cgan = cgan_config(), gan_saturating = gan, cgan_saturating = cgan;
  gan_saturating.saturating = cgan_saturating.saturating = true;
  return {system_of<Adan>("an ADAN", adan.noise, adan, Tensor()),
          system_of<Adan>("a WADAN", adan.noise, wadan_config(), Tensor()),
          system_of<Gan>("a GAN", gan.noise, gan),
          system_of<Gan>("a saturating GAN", gan.noise, gan_saturating),
          system_of<Gan>("a cGAN", cgan.noise, cgan),
          system_of<Gan>("a saturating cGAN", cgan.noise, cgan_saturating),
          system_of<Aae>("an AAE", Aae::plane, aae_config())};
}

Cost cost_under(const std::string& equation, const System& system) {
  constexpr std::int64_t steps = 5;
  Rng rng{2023, 0};
  const auto model = system.make();
  const std::int64_t m = model->training().batch;
  const yi2020::AdversarialModel::Batch batch{.x = normal({m, features}, rng),
                                              .y = integers({m}, classes, rng),
                                              .z = normal({m, system.noise}, rng),
                                              .y_gen = integers({m}, classes, rng),
                                              .mu = uniform({m, 1}, rng)};
  model->step(batch);  // whatever happens once has happened
  trace::clear();
  trace::enable(true);
  for (std::int64_t i = 0; i < steps; ++i) model->step(batch);
  trace::enable(false);

  Cost cost;
  const bool whole = equation == "yi2020:algorithm1";
  for (const trace::Row& row : trace::rows()) {
    cost.step += row.seconds / steps;
    if (row.equation == equation || whole)
      cost.phases[row.kernel == "adam" ? "update" : row.phase] += row.seconds / steps;
  }
  return cost;
}

/// What share of a training step's kernels runs under the entry's equation: of the first model that has it.
void print_cost(const LedgerEntry& e) {
  for (const System& system : systems()) {
    const Cost cost = cost_under(e.id, system);
    if (cost.phases.empty()) continue;
    std::cout << fmt::format("\ncost, of the kernels of {} step ({} rows, random; {:.2f} ms):\n", system.name,
                             yi2020::TrainingConfig().batch, 1e3 * cost.step);
    for (const char* phase : {"forward", "backward", "backward²", "update"})
      if (cost.phases.contains(phase))
        std::cout << fmt::format("  {} {:.2f} %\n", phase, 100 * cost.phases.at(phase) / cost.step);
    std::cout << fmt::format("  together {:.2f} %\n", 100 * cost.together() / cost.step);
    if (cost.phases.contains("backward²"))
      std::cout << "  (backward²: a sweep that is itself recorded, to be differentiated again)\n";
    return;
  }
  std::cout << "\ncost: no part of a training step runs under this equation's own tag\n";
}

int run(const Options& o) {
  const std::vector<LedgerEntry> ledger = report::parse_ledger(report::ledger_files());
  if (!o.html.empty()) {
    const std::string page = report::ledger_page(ledger, report::mathml_of(ledger), o.source.empty() ? "." : o.source);
    write_file(o.html, std::as_bytes(std::span(page)));
  } else if (o.id.empty()) {
    print_table(ledger);
  } else {
    const LedgerEntry& e = report::find_entry(ledger, o.id);
    print_entry(e, o);
    if (!o.no_cost && e.status == EquationStatus::complete) print_cost(e);
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  report::CommandLine line{
      "The equation ledger: every numbered equation of the five papers, where it is computed, which test checks it, "
      "and what was decided\nwhere the paper is open or wrong. Without arguments a table of all; with an id, that "
      "one."};
  Options o;
  line.positional("id", &o.id, "An equation, as yi2020:17");
  line.flag("--no-cost", &o.no_cost, "Run no training steps to measure what the equation costs");
  line.option("--html", &o.html, "Write all as one page: formulas (by pandoc) beside their code").excludes("id");
  line.option("--source", &o.source, "The source tree: for line numbers, and the code of the page (there: [.])",
              report::existing_folder());
  if (const auto exit_code = line.parse(argc, argv)) return *exit_code;
  return report::guarded("equations", [&] { return run(o); });
}
