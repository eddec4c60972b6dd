#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <vector>

#include "experiments/protocol/feature_table.h"
#include "experiments/protocol/splits.h"

/// Choosing among the states of a training by speakers who are neither trained nor tested on.
namespace emograd::protocol {

/// The split with some of its training speakers set aside for validation, their altered copies left out: those who
/// follow the test speakers in alphabetical order, after the last of which the first comes. A speaker without whom
/// training would lack a class is passed over. So the choice depends on names and training labels alone, and in
/// leave-one-speaker-out every speaker validates as often. Error where too few speakers can be spared.
Split with_validation(const FeatureTable&, const Split&, std::int64_t speakers);

/// For every prediction of a unit's evaluations (unit.h), the epoch at which its UAR on the rows `part`, "validation"
/// or "labels" (the test rows: what nobody may choose by), is highest; the first of equals. `truth` is of those rows.
std::vector<std::int64_t> best_epochs(const nlohmann::json& evaluations, const char* part,
                                      const std::vector<std::int64_t>& truth, std::int64_t classes);

}  // namespace emograd::protocol
