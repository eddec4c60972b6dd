#pragma once

#include <span>

#include "tensor/tensor.h"

namespace emograd::protocol {

/// The paper's σ_q.
inline constexpr double mmd_bandwidths[] = {0.1, 1, 5, 10, 100};

/// How far two sets of rows are apart, as the squared maximum mean discrepancy under the kernel
/// k(x, y) = Σ_q exp(−‖x − y‖²/(2σ_q²)). Small is alike.
struct Mmd {
  double biased = 0;    // as printed in the paper (yi2020:mmd), pairs of a row with itself included: never below 0
  double unbiased = 0;  // without those pairs: 0 on average where both sets come from one distribution; may be below 0
};

/// Of rows (N, F) and (M, F), f32 or f64; in f64, by blocks of products, so that memory beyond the rows is a few MiB.
/// The same bits for any number of threads. Error where a set has fewer than two rows, F differs, or a value is not
/// finite.
Mmd mmd(const Tensor& real, const Tensor& synthetic, std::span<const double> bandwidths = mmd_bandwidths);

}  // namespace emograd::protocol
