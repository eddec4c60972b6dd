#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "experiments/protocol/feature_table.h"

namespace emograd::protocol {

struct Split {
  std::string name;                           // of a random stream and in reports: what is left out
  std::vector<std::int64_t> train, test;      // rows of the table, ascending
  std::vector<std::int64_t> validation = {};  // likewise; for choosing among trainings (validation.h), or none
};

/// One split per speaker, in alphabetical order: that speaker is the test set. Error where a training set would lack a
/// class; a test set may.
std::vector<Split> leave_one_speaker_out(const FeatureTable&);

/// Error unless train, test and validation are disjoint sets of rows, share no speaker, and train has every class.
void check_split(const FeatureTable&, const Split&);

}  // namespace emograd::protocol
