#pragma once

#include "experiments/protocol/feature_table.h"
#include "tensor/philox.h"

namespace emograd::protocol {

/// FeatureTable::source of invented data.
inline constexpr const char* synthetic_source = "synthetic table (invented data, not speech)";

struct SyntheticConfig {
  std::int64_t speakers = 10, classes = 4, utterances = 8;  // the last per speaker and class
  std::int64_t features = 200;
  std::int64_t rank = 6;      // of the space that class means and speaker offsets lie in
  double class_spread = 0.9;  // standard deviation of a class mean along each of those directions
  double speaker_spread = 1;  // of a speaker's offset, likewise
  double noise = 1;           // of what remains, along those directions and, in each feature, across them
};

/// Invented data, for trying the programs without a corpus: x = 3 + s_k (c_y + o_k + e) B + n, then each feature on a
/// scale of its own. Class means c, speakers' offsets o and loudness-like factors s, a basis B, noise e and n, all
/// Gaussian. Its source and its ids say "synthetic". The numbers tell nothing about speech.
FeatureTable synthetic_table(const SyntheticConfig&, Rng);

}  // namespace emograd::protocol
