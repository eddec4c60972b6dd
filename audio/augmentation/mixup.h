#pragma once

#include <span>
#include <vector>

#include "tensor/philox.h"

/// mixup (Zhang et al., ICLR 2018): λ a + (1 − λ) b, λ ~ Beta(α, α), of two sounds or two rows of features; labels mix
/// by the same λ. For whole training folds there is protocol::mixup.
namespace emograd::audio {

/// λ, by the ratio of two gamma variates (Marsaglia & Tsang, ACM TOMS 26(3), 2000), whose logarithms are kept: α
/// may be small. Error unless α is finite and 1e-300 at least.
double mixup_weight(double alpha, Rng&);

/// As long as the longer one: silence, or zeros, follow the shorter one. Error for a weight outside 0 … 1.
std::vector<float> mixed(std::span<const float> a, std::span<const float> b, double weight_of_a);

}  // namespace emograd::audio
