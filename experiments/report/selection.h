#pragma once

#include <cstdint>
#include <string>

#include "experiments/report/summary.h"
#include "experiments/report/table.h"

/// Who chooses the epoch at which a model of synthetic rows stops to learn: outcomes with evaluations
/// (protocol/unit.h).
namespace emograd::report {

/// A row per condition: the UAR at the epoch that validation speakers choose in each fold, at the last epoch, and at
/// the one epoch that is best on the test speakers, on average over seeds; what that peak adds to the other two, in
/// points. Intervals are over speakers; those of the peak seek it anew in every resample.
Table selection_table(const Summary&, std::int64_t sets);
/// seed;augmenter;classifier;epoch;uar: on the test speakers, pooled over splits. Labelled (summary.h).
std::string selection_csv(const Summary&);

}  // namespace emograd::report
