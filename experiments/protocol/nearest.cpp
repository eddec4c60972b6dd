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

}  // namespace

std::vector<Nearest> nearest(const LabelledRows& x, const LabelledRows& others, bool same) {
  check(x.x.rank() == 2 && others.x.rank() == 2 && x.x.dim(1) == others.x.dim(1) && others.x.dim(0) > 0,
        "nearest: needs rows (N, F) and (M, F), got {} and {}", x.x.shape(), others.x.shape());
  check(x.labels.shape() == Shape{x.x.dim(0)} && others.labels.shape() == Shape{others.x.dim(0)},
        "nearest: rows {} and {} with labels {} and {}", x.x.shape(), others.x.shape(), x.labels.shape(),
        others.labels.shape());
  const NoGrad off;
  // Distances do not change, and lose fewer digits to large norms.
  const Tensor wide = cast(others.x, DType::f64), centre = mean(wide, {0}, true);
  const Tensor a = packed(cast(x.x, DType::f64) - centre), b = packed(wide - centre), b_t = transpose(b);
  const Tensor squares = sum(square(b), {1});
  check(std::isfinite(sum(square(a)).item() + sum(squares).item()), "nearest: a value of the rows is not finite");
  const Tensor labels = packed(x.labels), other_labels = packed(others.labels);
  const std::int64_t n = a.dim(0), m = b.dim(0), *label = labels.data<std::int64_t>(),
                     *other_label = other_labels.data<std::int64_t>();
  std::vector<Nearest> found(static_cast<std::size_t>(n));
  for (std::int64_t begin = 0; begin < n; begin += block) {
    const Tensor rows = slice(a, 0, begin, begin + block);  // it ends with the rows
    const Tensor distances = packed(sum(square(rows), {1}, true) + squares - matmul(rows, b_t) * 2.0);
    parallel_for(rows.dim(0), 8, [&](std::int64_t first, std::int64_t last) {
      for (std::int64_t r = first; r < last; ++r) {
        const double* d = distances.data<double>() + r * m;
        Nearest& of = found[static_cast<std::size_t>(begin + r)];
        for (std::int64_t j = 0; j < m; ++j) {
          if (same && j == begin + r) continue;
          if (of.row < 0 || d[j] < d[of.row]) of.row = j;
          if (d[j] < of.of_class && other_label[j] == label[begin + r]) of.of_class = d[j];
        }
      }
    });
  }
  return found;
}

}  // namespace emograd::protocol
