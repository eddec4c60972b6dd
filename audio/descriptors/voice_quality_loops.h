#pragma once

#include <cstddef>

namespace emograd::audio {

constexpr std::size_t lags_together = 8;

/// r[i] = Pearson's correlation of x[0 … q) and x[q … 2q), q = first + i, for 0 ≤ i < lags, a multiple of
/// lags_together. x: 2·(first + lags) values. Each sum runs in the order of its index, whatever the level.
struct PeriodTable {
  void (*correlate)(const double* x, std::size_t first, std::size_t lags, double* r);
};

}  // namespace emograd::audio
