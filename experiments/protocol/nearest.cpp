#include "experiments/protocol/nearest.h"

#include <cmath>

#include "autograd/grad.h"
#include "autograd/ops/linalg.h"
#include "autograd/ops/pointwise.h"
#include "autograd/ops/reduce.h"
#include "autograd/ops/shape.h"
#include "tensor/error.h"
#include "tensor/parallel.h"

namespace emograd::protocol {
namespace {

constexpr std::int64_t block = 512;  // rows whose distances are in memory at a time

double squared_distance(const double* x, const double* y, std::int64_t n) {
  double sum = 0;
  for (std::int64_t i = 0; i < n; ++i) sum += (x[i] - y[i]) * (x[i] - y[i]);
  return sum;
}

}  // namespace

std::vector<Nearest> nearest(const LabelledRows& x, const LabelledRows& others, bool same) {
  check(x.x.rank() == 2 && others.x.rank() == 2 && x.x.dim(1) == others.x.dim(1) && others.x.dim(0) > 0,
        "nearest: needs rows (N, F) and (M, F), got {} and {}", x.x.shape(), others.x.shape());
  check(x.labels.shape() == Shape{x.x.dim(0)} && others.labels.shape() == Shape{others.x.dim(0)},
        "nearest: rows {} and {} with labels {} and {}", x.x.shape(), others.x.shape(), x.labels.shape(),
        others.labels.shape());
  const NoGrad off;
  // Distances do not change, and lose fewer digits to large norms.
  const Tensor plain = packed(cast(x.x, DType::f64)), wide = packed(cast(others.x, DType::f64)),
               centre = mean(wide, {0}, true);
  const Tensor a = packed(plain - centre), b = packed(wide - centre), b_t = transpose(b);
  const Tensor squares = sum(square(b), {1});
  check(std::isfinite(sum(square(a)).item() + sum(squares).item()), "nearest: a value of the rows is not finite");
  const Tensor labels = packed(x.labels), other_labels = packed(others.labels);
  const std::int64_t n = a.dim(0), m = b.dim(0), features = a.dim(1), *label = labels.data<std::int64_t>(),
                     *other_label = other_labels.data<std::int64_t>();
  std::vector<Nearest> found(static_cast<std::size_t>(n));
  for (std::int64_t begin = 0; begin < n; begin += block) {
    const Tensor rows = slice(a, 0, begin, begin + block);  // it ends with the rows
    const Tensor distances = packed(sum(square(rows), {1}, true) + squares - matmul(rows, b_t) * 2.0);
    parallel_for(rows.dim(0), 8, [&](std::int64_t first, std::int64_t last) {
      for (std::int64_t r = first; r < last; ++r) {
        const double* d = distances.data<double>() + r * m;
        Nearest& of = found[static_cast<std::size_t>(begin + r)];
        std::int64_t own = -1;  // nearest of its label
        for (std::int64_t j = 0; j < m; ++j) {
          if (same && j == begin + r) continue;
          if (of.row < 0 || d[j] < d[of.row]) of.row = j;
          if ((own < 0 || d[j] < d[own]) && other_label[j] == label[begin + r]) own = j;
        }
        // As a sum of squares: 0 for copies, and the same for the same two rows in any company.
        if (own >= 0)
          of.of_class = squared_distance(plain.data<double>() + (begin + r) * features,
                                         wide.data<double>() + own * features, features);
      }
    });
  }
  return found;
}

std::vector<Matched> matches(const Tensor& labels, const std::vector<Nearest>& nearest, const Tensor& labels_of_others,
                             std::int64_t classes) {
  std::vector<Matched> out(static_cast<std::size_t>(classes));
  const std::vector<std::int64_t> label = labels.to_vector<std::int64_t>(),
                                  other = labels_of_others.to_vector<std::int64_t>();
  for (std::size_t i = 0; i < label.size(); ++i) {
    Matched& of_class = out[static_cast<std::size_t>(label[i])];
    ++of_class.rows;
    of_class.matched += other[static_cast<std::size_t>(nearest[i].row)] == label[i];
  }
  return out;
}

}  // namespace emograd::protocol
