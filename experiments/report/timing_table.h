#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "experiments/protocol/timing.h"
#include "experiments/report/table.h"

/// How long parts of a training take, as tables. What was measured is JSON as run folders keep it.
namespace emograd::report {

/// {"flops", "bytes": rates of the Peak, "processor", "threads", "isa"}: what floors are computed from.
nlohmann::json machine_json(const protocol::Peak&);
/// {"seconds": [of every repetition], "flops", "bytes", "equations": of the Work}.
nlohmann::json timing_json(const std::vector<double>& seconds, const protocol::Work&);

struct Timing {
  std::string model, what;          // "ADAN", "epoch of 400 rows"
  std::optional<double> published;  // seconds, on another machine
  nlohmann::json measured;          // timing_json
};

/// Median, least and most seconds; the floor, and the median as its multiple; published seconds in a last column of
/// this title. Its notes say what machine and what floor that is.
Table time_table(const std::string& caption, const std::string& published, const std::vector<Timing>&,
                 const nlohmann::json& machine);
/// Where a run's time went, a row per method: its units, their seconds, and the shares of their parts. `lines` are the
/// run folder's timings, each {"unit", "method", "seconds", "parts": {name: seconds}}; units that another process
/// finished count, interrupted ones do not.
Table spent_table(const std::vector<nlohmann::json>& lines);

/// A column per model, of the last of its timings: the percentages of its kernels' time under each equation.
Table equation_table(const std::string& caption, const std::vector<Timing>&);

}  // namespace emograd::report
