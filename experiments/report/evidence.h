#pragma once

#include <fmt/format.h>

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "experiments/report/comparison.h"
#include "tensor/error.h"
#include "tensor/io/bytes.h"

/// Finished runs, read again from their folders.
namespace emograd::report {

struct Evidence {
  std::string name;                             // of the folder
  nlohmann::json config;                        // config.json
  std::map<std::string, nlohmann::json> units;  // outcomes by name (run_folder.h)
  std::optional<Predictions> predictions;       // where classifiers were trained
  std::vector<std::string> warnings = {};       // what must be known of the run (config_json.h)
  std::string program() const { return config.at("program"); }
  std::string described() const;  // its name, with its warnings
};
/// FileError where the folder holds no run, one that is not finished, or one that cannot be read.
Evidence read_evidence(const std::filesystem::path& run);

/// body(), whose json errors become FileErrors of the run.
template <class Body>
auto reading(const std::string& run, const Body& body) {
  try {
    return body();
  } catch (const nlohmann::json::exception& error) {
    throw FileError(fmt::format("{}: holds other results than this version of emograd leaves: {}", run,
                                io::printable(error.what(), 300)));
  }
}

}  // namespace emograd::report
