#pragma once

#include <span>

namespace emograd::audio {

/// Autocorrelation, not normalised: r[l] = Σ_{i ≥ l} x[i] x[i − l]; 0 for lags that x is too short for.
void autocorrelation(std::span<const float> x, std::span<float> r);

/// The linear predictor A(z) = 1 + Σ a[m − 1] z^{−m} by Levinson's and Durbin's recursion, of order a.size(), from
/// a.size() + 1 lags. Returns the error's energy; where r[0] = 0 all is 0.
float linear_predictor(std::span<const float> r, std::span<float> a);

}  // namespace emograd::audio
