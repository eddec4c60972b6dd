#pragma once

#include <string>

#include "experiments/report/options.h"

/// The authors' own program on the command line (models/yi2020/as_coded.h).
namespace emograd::report {

/// Every departure with what the paper says and what the program does; then what they have in common where the paper is
/// silent, and where other options are.
std::string departures_text();

/// Accepts "all" and the names of departures; "list" prints departures_text() and ends the program.
Check departure_name();

}  // namespace emograd::report
