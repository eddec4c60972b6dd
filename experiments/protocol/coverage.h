#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <vector>

#include "experiments/protocol/augmenter.h"
#include "experiments/protocol/nearest.h"

/// Do synthetic rows lie where the real ones of their class do? What yi2020 shows as Fig. 9, in numbers.
namespace emograd::protocol {

struct Coverage {
  std::vector<Matched> real;       // per class: real rows, nearest synthetic ones: does anything synthetic cover them?
  std::vector<Matched> synthetic;  // per class: synthetic rows, nearest real ones: are they where they claim to be?
};

/// Of rows (N, M) and (N', M), by Euclidean distance, in f64; of rows as near the first. Error where shapes do not fit,
/// a set is empty, a label is not in 0 … classes − 1, or a value is not finite.
Coverage coverage(const LabelledRows& real, const LabelledRows& synthetic, std::int64_t classes);

/// Of the fold's rows in the latent space, E(x), and as many G(z, y) with their labels, as a unit measures it
/// (Unit::measure): {"real": [[rows, matched] of every class], "synthetic": likewise}; {} where there is no such space.
nlohmann::json latent_coverage(const TrainingFold&, const Augmenter&, Rng);

}  // namespace emograd::protocol
