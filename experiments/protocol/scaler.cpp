#include "experiments/protocol/scaler.h"

#include <cmath>
#include <vector>

#include "autograd/ops/index.h"
#include "autograd/ops/pointwise.h"
#include "tensor/error.h"

namespace emograd::protocol {

Scaler Scaler::fit(const Tensor& x) {
  check(x.rank() == 2 && x.dim(0) > 0, "Scaler: needs rows (N, F), got {}", x.shape());
  const auto rows = static_cast<std::size_t>(x.dim(0)), columns = static_cast<std::size_t>(x.dim(1));
  const Tensor p = packed(x);
  const float* value = p.data<float>();
  std::vector<double> sum(columns, 0), squares(columns, 0);
  std::vector<bool> varies(columns, false);  // exactly: a rounded variance of equal values need not be 0
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t j = 0; j < columns; ++j) {
      sum[j] += value[i * columns + j];
      if (value[i * columns + j] != value[j]) varies[j] = true;
    }
  const auto n = static_cast<double>(rows);
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t j = 0; j < columns; ++j) {
      const double d = value[i * columns + j] - sum[j] / n;
      squares[j] += d * d;
    }
  std::vector<std::int64_t> kept;
  std::vector<float> mean, rate;
  for (std::size_t j = 0; j < columns; ++j) {
    const auto per_sd = static_cast<float>(1 / std::sqrt(squares[j] / n));
    if (!varies[j] || !std::isfinite(per_sd)) continue;
    kept.push_back(static_cast<std::int64_t>(j));
    mean.push_back(static_cast<float>(sum[j] / n));
    rate.push_back(per_sd);
  }
  check(!kept.empty(), "Scaler: none of the {} features varies over the {} training rows", columns, rows);
  const auto count = static_cast<std::int64_t>(kept.size());
  return {from_values<std::int64_t>({count}, kept), from_values<float>({count}, mean),
          from_values<float>({count}, rate)};
}

Tensor Scaler::operator()(const Tensor& x) const { return (index_select(x, 1, kept) - mean) * rate; }

}  // namespace emograd::protocol
