#include "experiments/protocol/scaler.h"

#include <algorithm>
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

Scaler fit_scaler(const Scaling& scaling, const Tensor& train, const Tensor& corpus) {
  const Scaler scaler = Scaler::fit(scaling.whole_corpus ? corpus : train);
  if (!scaling.max_abs) return scaler;
  const Tensor z = packed(scaler(train));
  const auto rows = static_cast<std::size_t>(z.dim(0)), columns = static_cast<std::size_t>(z.dim(1));
  const float* value = z.data<float>();
  std::vector<float> rate;
  std::vector<std::int64_t> moving;  // of scaler.kept
  const float* z_rate = scaler.rate.data<float>();
  for (std::size_t j = 0; j < columns; ++j) {
    float largest = 0;
    for (std::size_t i = 0; i < rows; ++i) largest = std::max(largest, std::abs(value[i * columns + j]));
    if (largest == 0) continue;
    moving.push_back(static_cast<std::int64_t>(j));
    rate.push_back(z_rate[j] / largest);
  }
  check(!moving.empty(), "Scaler: all {} features are 0 over the {} training rows", columns, rows);
  const Tensor index = from_values<std::int64_t>({std::ssize(moving)}, moving);
  return {index_select(scaler.kept, 0, index), index_select(scaler.mean, 0, index),
          from_values<float>({std::ssize(rate)}, rate)};
}

std::string leak_of(const Scaling& scaling) {
  return scaling.whole_corpus ? "normalised on the whole corpus, which leaks test rows into training" : "";
}

}  // namespace emograd::protocol
