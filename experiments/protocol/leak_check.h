#pragma once

#include <functional>
#include <string>
#include <vector>

#include "experiments/protocol/feature_table.h"
#include "experiments/protocol/splits.h"
#include "experiments/protocol/unit.h"

namespace emograd::protocol {

/// The table with every feature and label of these rows replaced by something else. Their speakers, and so the splits,
/// stay.
FeatureTable with_altered_rows(const FeatureTable&, const std::vector<std::int64_t>& rows);

/// Trains on a table as an experiment does, and shows everything that comes of it.
using Train = std::function<void(const FeatureTable&, const Observe&)>;

/// Trains twice, the second time with the test rows altered. The names of all artefacts that are not the same bits, and
/// of those made only once: each is a leak from the test fold into training. Empty is what an experiment has to show.
std::vector<std::string> leaking_artefacts(const FeatureTable&, const Split&, const Train&);

}  // namespace emograd::protocol
