#include "experiments/report/timing_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "experiments/protocol/statistics.h"
#include "experiments/report/ledger.h"
#include "tensor/kernels/isa.h"
#include "tensor/parallel.h"

namespace emograd::report {

using nlohmann::json;

json machine_json(const protocol::Peak& peak) {
  return {{"flops", peak.flops},
          {"bytes", peak.bytes},
          {"processor", protocol::processor_name()},
          {"threads", thread_count()},
          {"isa", kernels::name_of(kernels::active_isa())}};
}

json timing_json(const std::vector<double>& seconds, const protocol::Work& work) {
  return {{"seconds", seconds}, {"flops", work.flops}, {"bytes", work.bytes}, {"equations", work.equations}};
}

Table time_table(const std::string& caption, const std::string& published, const std::vector<Timing>& timings,
                 const json& machine) {
  Table t{caption, {{"What"}}, {}, {}};
  for (const char* title : {"median", "least", "most", "floor", "median / floor", "its bytes by copy", "GFLOP"})
    t.columns.push_back({title, {""}});
  t.columns.push_back({published, {""}});
  const double flop_rate = machine.at("flops"), byte_rate = machine.at("bytes");
  const auto cell = [](double v) { return Table::Cell{fmt::format("{:.4g}", v), {v}}; };
  for (const Timing& timing : timings) {
    const auto seconds = timing.measured.at("seconds").get<std::vector<double>>();
    const double flops = timing.measured.at("flops"), bytes = timing.measured.at("bytes"),
                 median = protocol::quantile(seconds, 0.5);
    t.rows.push_back({{fmt::format("{}, {}", timing.model, timing.what)},
                      cell(median),
                      cell(protocol::quantile(seconds, 0)),
                      cell(protocol::quantile(seconds, 1)),
                      cell(flops / flop_rate),
                      cell(median * flop_rate / flops),
                      cell(bytes / byte_rate),
                      cell(flops * 1e-9),
                      timing.published ? cell(*timing.published) : Table::Cell{"–"}});
  }
  t.notes = {
      fmt::format("Measured here: {}, {} threads, kernels for x86-64-{}.", machine.at("processor").get<std::string>(),
                  machine.at("threads").get<int>(), machine.at("isa").get<std::string>()),
      fmt::format(
          "Floor: the operations that the kernels count, at the rate of the best product of 1024 × 1024 matrices "
          "seen here ({:.0f} GFLOP/s). Beside it what the kernels read and write, at the rate of a pass over 64 "
          "MiB ({:.1f} GB/s); what stays in caches is faster than that. Other work on the machine changes times "
          "and rates.",
          flop_rate * 1e-9, byte_rate * 1e-9)};
  return t;
}

Table spent_table(const std::vector<json>& lines) {
  struct Spent {
    int units = 0;
    double seconds = 0;
    std::map<std::string, double> parts;
  };
  const std::string all = "all";
  std::vector<std::string> names;  // as they first come
  std::map<std::string, Spent> of;
  for (const json& line : lines) {
    const std::string method = line.at("method");
    if (!of.contains(method)) names.push_back(method);
    for (const std::string& name : {method, all}) {
      Spent& spent = of[name];
      ++spent.units;
      spent.seconds += line.at("seconds").get<double>();
      for (const auto& [part, seconds] : line.at("parts").items()) spent.parts[part] += seconds.get<double>();
    }
  }
  if (names.size() > 1) names.push_back(all);
  Table t{"Where the time went",
          {{"Method"}, {"units", {""}}, {"seconds per unit", {""}}, {"of all time (%)", {""}}},
          {},
          {"The parts' shares are of their row's time; what is left is reading, scaling and writing. With several "
           "units at a time, their seconds pass at once."}};
  for (const auto& part : of[all].parts) t.columns.push_back({part.first + " (%)", {""}});
  const auto cell = [](double v) { return Table::Cell{fmt::format("{:.1f}", v), {v}}; };
  for (const std::string& name : names) {
    const Spent& spent = of[name];
    t.rows.push_back({{name},
                      {fmt::format("{}", spent.units), {static_cast<double>(spent.units)}},
                      cell(spent.seconds / spent.units),
                      cell(100 * spent.seconds / of[all].seconds)});
    for (const auto& part : of[all].parts) {
      const auto own = spent.parts.find(part.first);
      t.rows.back().push_back(cell(own == spent.parts.end() ? 0 : 100 * own->second / spent.seconds));
    }
  }
  return t;
}

Table equation_table(const std::string& caption, const std::vector<Timing>& timings) {
  std::vector<std::string> models;
  std::map<std::string, std::map<std::string, double>> of;  // equation → model → seconds
  std::map<std::string, double> all;                        // of a model
  for (auto timing = timings.rbegin(); timing != timings.rend(); ++timing) {
    if (all.contains(timing->model)) continue;
    models.insert(models.begin(), timing->model);
    for (const auto& [equation, seconds] : timing->measured.at("equations").items()) {
      of[equation][timing->model] = seconds;
      all[timing->model] += seconds.get<double>();
    }
  }
  Table t{caption, {{"Equation"}}, {}, {}};
  for (const std::string& model : models) t.columns.push_back({model, {""}});
  const std::vector<LedgerEntry> ledger = parse_ledger(ledger_files());
  for (const auto& [equation, seconds] : of) {
    t.rows.push_back({{equation.empty() ? "none: drawing batches"
                                        : fmt::format("{} ({})", equation, find_entry(ledger, equation).title)}});
    for (const std::string& model : models) {
      const auto own = seconds.find(model);
      const double share = own == seconds.end() ? 0 : 100 * own->second / all.at(model);
      t.rows.back().push_back(own == seconds.end() ? Table::Cell{"–"}
                                                   : Table::Cell{fmt::format("{:.1f}", share), {share}});
    }
  }
  return t;
}

}  // namespace emograd::report
