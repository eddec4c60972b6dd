#include "experiments/report/evidence.h"

#include "experiments/report/config_json.h"
#include "tensor/io/csv.h"
#include "tensor/io/strict_json.h"

namespace emograd::report {
namespace fs = std::filesystem;
using nlohmann::json;

std::string Evidence::described() const {
  std::string out = name;
  for (const std::string& warning : warnings) out += "; " + warning;
  return out;
}

Evidence read_evidence(const fs::path& run) {
  constexpr int json_depth = 16;
  const std::string name = run.string();
  const auto text = [&](const fs::path& file) {
    const io::FileBytes bytes = io::read_file(file);
    return std::string(io::as_text(bytes));
  };
  io::check_file(fs::exists(run / "config.json"), name, "is no run folder: it has no config.json");
  io::check_file(fs::exists(run / "table.txt"), name,
                 "holds a run that is not finished; go on with it by --resume, with the command that began it");
  Evidence e{
      name, io::parse_strict_json(text(run / "config.json"), json_depth, (run / "config.json").string()), {}, {}};
  io::check_file(e.config.contains("program") && e.config["program"].is_string(), name,
                 "its config.json names no program");
  if (fs::exists(run / "units"))
    for (const auto& entry : fs::directory_iterator(run / "units"))
      e.units[entry.path().stem().string()] =
          io::parse_strict_json(text(entry.path()), json_depth, entry.path().string());
  reading(name, [&] {
    e.warnings = warnings(e.config);
    if (fs::exists(run / "predictions.csv")) e.predictions = read_predictions(read_csv(run / "predictions.csv"));
  });
  return e;
}

}  // namespace emograd::report
