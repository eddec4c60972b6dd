#include "experiments/protocol/trend.h"

#include <cmath>
#include <limits>

#include "experiments/protocol/metrics.h"
#include "tensor/error.h"

namespace emograd::protocol {

Trend trend(const std::vector<double>& epochs, const std::vector<double>& values) {
  check(!epochs.empty() && epochs.size() == values.size(), "trend: {} epochs, {} values", epochs.size(), values.size());
  constexpr double none = std::numeric_limits<double>::quiet_NaN();
  std::vector<double> x, y, end;
  for (std::size_t i = 0; i < epochs.size(); ++i) {
    if (epochs[i] > 0.9 * epochs.back()) end.push_back(values[i]);
    if (epochs[i] < 0.5 * epochs.back()) continue;
    x.push_back(epochs[i]);
    y.push_back(values[i]);
  }
  const double x_mean = mean_sd(x).mean, y_mean = mean_sd(y).mean;
  double xx = 0, xy = 0, rest = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    xx += (x[i] - x_mean) * (x[i] - x_mean);
    xy += (x[i] - x_mean) * (y[i] - y_mean);
  }
  const double slope = x.size() > 1 ? xy / xx : none;
  for (std::size_t i = 0; i < x.size(); ++i) rest += std::pow(y[i] - y_mean - slope * (x[i] - x_mean), 2);
  return {values.front(), mean_sd(end).mean, slope,
          x.size() > 2 ? std::sqrt(rest / static_cast<double>(x.size() - 2)) : none};
}

}  // namespace emograd::protocol
