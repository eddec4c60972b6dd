#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "experiments/protocol/data.h"
#include "experiments/protocol/unit.h"
#include "experiments/report/command_line.h"
#include "experiments/report/methods.h"
#include "experiments/report/run_folder.h"
#include "experiments/report/summary.h"

namespace emograd::report {

/// Every seed × split × method is one unit.
struct Plan {
  const protocol::Data& data;
  std::vector<std::uint64_t> seeds;
  std::vector<Method> methods;
  std::vector<std::pair<std::string, protocol::MakeClassifier>> classifiers;
  std::vector<protocol::Mix> mixes{protocol::Mix{}};  // a method that augments nothing has the real rows only
  std::int64_t evaluate_every = 0;                    // protocol::Unit
  protocol::Measure measure = {};                     // likewise
};

/// Leaves the manifest of the splits in the folder (manifest.json), runs what it does not hold yet, with a progress
/// bar, and adds every outcome to `summary` and the folder's metrics. False where SIGINT or SIGTERM ended it; then
/// everything is saved, and stderr says how to go on.
bool run_plan(const Plan&, RunFolder&, const RunOptions&, Summary&);

}  // namespace emograd::report
