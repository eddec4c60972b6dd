#include "audio/descriptors/lpc.h"

#include <algorithm>
#include <array>

#include "tensor/error.h"

namespace emograd::audio {

void autocorrelation(std::span<const float> x, std::span<float> r) {
  for (std::size_t lag = 0; lag < r.size(); ++lag) {
    float sum = 0;
    for (std::size_t i = lag; i < x.size(); ++i) sum += x[i] * x[i - lag];
    r[lag] = sum;
  }
}

float linear_predictor(std::span<const float> r, std::span<float> a) {
  constexpr std::size_t most = 32;
  check(r.size() == a.size() + 1 && a.size() <= most, "linear_predictor: order {} from {} lags", a.size(), r.size());
  std::fill(a.begin(), a.end(), 0.0F);
  float error = r[0];
  if (error == 0) return 0;
  std::array<float, most> old;
  for (std::size_t m = 1; m <= a.size(); ++m) {
    float sum = r[m];
    for (std::size_t i = 1; i < m; ++i) sum += a[i - 1] * r[m - i];
    const float k = (-1.0F / error) * sum;  // the reciprocal first
    std::copy_n(a.begin(), m - 1, old.begin());
    for (std::size_t i = 1; i < m; ++i) a[i - 1] = old[i - 1] + k * old[m - i - 1];
    a[m - 1] = k;
    error *= 1.0F - k * k;
    if (error == 0) break;
  }
  return error;
}

}  // namespace emograd::audio
