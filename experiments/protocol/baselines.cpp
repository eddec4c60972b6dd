#include "experiments/protocol/baselines.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <utility>
#include <vector>

#include "autograd/ops/index.h"
#include "autograd/ops/linalg.h"
#include "autograd/ops/pointwise.h"
#include "autograd/ops/random.h"
#include "autograd/ops/reduce.h"
#include "autograd/ops/shape.h"
#include "tensor/error.h"

namespace emograd::protocol {
namespace {

LabelledRows rows_at(const TrainingFold& fold, const Tensor& index) {
  return {index_select(fold.rows.x, 0, index), index_select(fold.rows.labels, 0, index)};
}

/// 0 … N−1, `sets` times.
Tensor every_row(const TrainingFold& fold, std::int64_t sets) {
  std::vector<std::int64_t> index;
  for (std::int64_t s = 0; s < sets; ++s)
    for (std::int64_t i = 0; i < fold.rows.x.dim(0); ++i) index.push_back(i);
  return from_values<std::int64_t>({static_cast<std::int64_t>(index.size())}, index);
}

std::vector<std::vector<std::int64_t>> rows_by_class(const Tensor& labels) {
  std::vector<std::vector<std::int64_t>> rows;
  const auto values = labels.to_vector<std::int64_t>();
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto label = static_cast<std::size_t>(values[i]);
    if (label >= rows.size()) rows.resize(label + 1);
    rows[label].push_back(static_cast<std::int64_t>(i));
  }
  return rows;
}

/// Sets of their own draws, one after the other: the first of them are the same however many there are.
LabelledRows set_by_set(std::int64_t sets, const std::function<LabelledRows()>& one_set) {
  std::vector<Tensor> x, labels;
  for (std::int64_t s = 0; s < sets; ++s) {
    LabelledRows rows = one_set();
    x.push_back(std::move(rows.x));
    labels.push_back(std::move(rows.labels));
  }
  return {cat(x, 0), cat(labels, 0)};
}

/// a + u (b − a), u (N, 1).
Tensor between(const Tensor& a, const Tensor& b, const Tensor& u) { return a + u * (b - a); }

}  // namespace

LabelledRows duplicates(const TrainingFold& fold, std::int64_t sets, Rng&) {
  return rows_at(fold, every_row(fold, sets));
}

LabelledRows noisy_copies(const TrainingFold& fold, std::int64_t sets, double sd, Rng& rng) {
  check(sd >= 0, "noisy_copies: the noise's deviation is {}, must not be negative", sd);
  LabelledRows rows = rows_at(fold, every_row(fold, sets));
  rows.x = rows.x + sd * normal(rows.x.shape(), rng);
  return rows;
}

LabelledRows oversampled(const TrainingFold& fold, std::int64_t sets, Rng& rng) {
  auto by_class = rows_by_class(fold.rows.labels);
  std::erase_if(by_class, [](const auto& rows) { return rows.empty(); });
  std::vector<std::int64_t> count;
  for (const auto& rows : by_class) count.push_back(static_cast<std::int64_t>(rows.size()));
  std::vector<std::int64_t> index;
  for (std::int64_t left = sets * fold.rows.x.dim(0); left > 0; --left) {
    const auto rarest = static_cast<std::size_t>(std::min_element(count.begin(), count.end()) - count.begin());
    ++count[rarest];
    const auto& rows = by_class[rarest];
    const std::int64_t drawn = integers({}, static_cast<std::int64_t>(rows.size()), rng).to_vector<std::int64_t>()[0];
    index.push_back(rows[static_cast<std::size_t>(drawn)]);
  }
  return rows_at(fold, from_values<std::int64_t>({static_cast<std::int64_t>(index.size())}, index));
}

Tensor nearest_of_class(const Tensor& x, const Tensor& labels, std::int64_t neighbours) {
  check(neighbours >= 1, "nearest_of_class: {} neighbours were asked for, at least 1 is needed", neighbours);
  const std::int64_t n = x.dim(0);
  std::vector<std::int64_t> nearest(static_cast<std::size_t>(n * neighbours));
  for (const auto& rows : rows_by_class(labels)) {
    if (rows.empty()) continue;
    const auto m = rows.size();
    const Tensor own = index_select(x, 0, from_values<std::int64_t>({static_cast<std::int64_t>(m)}, rows));
    // ‖a − b‖² − ‖a‖², which orders b as the distance from a does.
    const Tensor relative = sum(square(own), {1}) - 2 * matmul(own, transpose(own));
    const auto distance = relative.to_vector<float>();
    for (std::size_t i = 0; i < m; ++i) {
      std::vector<std::size_t> others(m);
      std::iota(others.begin(), others.end(), std::size_t{0});
      if (m > 1) others.erase(others.begin() + static_cast<std::ptrdiff_t>(i));
      std::stable_sort(others.begin(), others.end(),
                       [&](std::size_t a, std::size_t b) { return distance[i * m + a] < distance[i * m + b]; });
      for (std::size_t k = 0; k < static_cast<std::size_t>(neighbours); ++k)
        nearest[static_cast<std::size_t>(rows[i] * neighbours) + k] = rows[others[k % others.size()]];
    }
  }
  return from_values<std::int64_t>({n, neighbours}, nearest);
}

LabelledRows smote(const TrainingFold& fold, std::int64_t sets, std::int64_t neighbours, Rng& rng) {
  const Tensor nearest = nearest_of_class(fold.rows.x, fold.rows.labels, neighbours);
  const std::int64_t n = fold.rows.x.dim(0);
  return set_by_set(sets, [&]() -> LabelledRows {
    const Tensor partner = reshape(gather(nearest, 1, integers({n, 1}, neighbours, rng)), {n});
    return {between(fold.rows.x, index_select(fold.rows.x, 0, partner), uniform({n, 1}, rng)), fold.rows.labels};
  });
}

LabelledRows mixup(const TrainingFold& fold, std::int64_t sets, Rng& rng) {
  const LabelledRows& own = fold.rows;
  const std::int64_t n = own.x.dim(0);
  return set_by_set(sets, [&]() -> LabelledRows {
    const LabelledRows other = rows_at(fold, integers({n}, n, rng));
    const Tensor share = uniform({n, 1}, rng);  // of the other row: 1 − λ
    const Tensor others_label = uniform({n}, rng) < reshape(share, {n});
    return {between(own.x, other.x, share), where(others_label, other.labels, own.labels)};
  });
}

LabelledRows class_gaussians(const TrainingFold& fold, std::int64_t sets, Rng& rng) {
  const std::int64_t n = fold.rows.x.dim(0);
  const Tensor member = one_hot(fold.rows.labels, fold.classes);  // (N, K)
  const Tensor size = sum(member, {0});
  const Tensor mean_of_class =
      matmul(transpose(member / clamp(size, 1, static_cast<double>(n))), fold.rows.x);  // (K, F)
  const Tensor mean_of_row = index_select(mean_of_class, 0, fold.rows.labels);
  const Tensor centred = fold.rows.x - mean_of_row;
  // Σ ε_i (x_i − mean) / √(m − 1) over the class has the class's sample covariance: no matrix of F × F is needed.
  const Tensor per_row = index_select(rsqrt(clamp(size - 1, 1, static_cast<double>(n))), 0, fold.rows.labels);  // (N,)
  const Tensor same_class = matmul(member, transpose(member)) * per_row;
  return set_by_set(sets, [&]() -> LabelledRows {
    return {mean_of_row + matmul(same_class * normal({n, n}, rng), centred), fold.rows.labels};
  });
}

}  // namespace emograd::protocol
