#pragma once

#include "experiments/report/evidence.h"
#include "experiments/report/table.h"

namespace emograd::report {

/// Two finished runs beside each other, a row per condition that both have: the UAR of either, and the second's less
/// the first's with its 95 % interval, a sign-flip test and Holm's correction for all rows. Speakers are resampled in
/// both alike, so that differences are paired. FileError naming the runs where they have no condition in common, or did
/// not test the same utterances of the same speakers with the same seeds.
Table versus_table(const Evidence& first, const Evidence& second);

}  // namespace emograd::report
