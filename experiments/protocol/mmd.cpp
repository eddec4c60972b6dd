#include "experiments/protocol/mmd.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "autograd/grad.h"
#include "autograd/ops/linalg.h"
#include "autograd/ops/pointwise.h"
#include "autograd/ops/reduce.h"
#include "autograd/ops/shape.h"
#include "tensor/error.h"
#include "tensor/parallel.h"
#include "tensor/trace.h"

namespace emograd::protocol {
namespace {

constexpr std::int64_t block = 512;  // rows: a product of two blocks is 2 MiB

struct Rows {
  Tensor x;        // (N, F) f64
  Tensor squares;  // (N,): ‖x_i‖²
  std::int64_t n() const { return x.dim(0); }
};

Rows rows_of(const Tensor& x) {
  Rows rows{x, packed(sum(square(x), {1}))};
  const double* squares = rows.squares.data<double>();
  check(std::all_of(squares, squares + rows.n(), [](double v) { return std::isfinite(v); }),
        "mmd: a value of the rows is not finite");
  return rows;
}

double kernel(double squared_distance, std::span<const double> bandwidths) {
  double k = 0;
  for (const double s : bandwidths) {
    const double exponent = -squared_distance / (2 * s * s);
    if (exponent > -746) k += std::exp(exponent);  // e^−746 is 0
  }
  return k;
}

/// Σ k(a_i, b_j) over a block of each. On the diagonal of `same` rows the distance is 0, not what rounding leaves.
double block_sum(const Rows& a, std::int64_t i, const Rows& b, std::int64_t j, bool same,
                 std::span<const double> bandwidths) {
  const Tensor products =
      packed(matmul(slice(a.x, 0, i, i + block), transpose(slice(b.x, 0, j, j + block))));  // slices end with the rows
  const std::int64_t rows = products.dim(0), columns = products.dim(1);
  const double *xy = products.data<double>(), *xx = a.squares.data<double>() + i, *yy = b.squares.data<double>() + j;
  std::vector<double> sums(static_cast<std::size_t>(rows), 0);
  parallel_for(rows, 8, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t r = begin; r < end; ++r)
      for (std::int64_t c = 0; c < columns; ++c) {
        const double d = same && r == c ? 0 : std::max(0.0, xx[r] + yy[c] - 2 * xy[r * columns + c]);
        sums[static_cast<std::size_t>(r)] += kernel(d, bandwidths);
      }
  });
  double total = 0;
  for (const double s : sums) total += s;
  return total;
}

/// Σ k(a_i, b_j) over all pairs.
double pair_sum(const Rows& a, const Rows& b, std::span<const double> bandwidths) {
  double total = 0;
  for (std::int64_t i = 0; i < a.n(); i += block)
    for (std::int64_t j = 0; j < b.n(); j += block) total += block_sum(a, i, b, j, false, bandwidths);
  return total;
}

/// The same among the rows of one set: every pair is there twice, so blocks on one side of the diagonal suffice.
double pair_sum(const Rows& a, std::span<const double> bandwidths) {
  double total = 0;
  for (std::int64_t i = 0; i < a.n(); i += block)
    for (std::int64_t j = i; j < a.n(); j += block)
      total += (i == j ? 1 : 2) * block_sum(a, i, a, j, i == j, bandwidths);
  return total;
}

}  // namespace

Mmd mmd(const Tensor& real, const Tensor& synthetic, std::span<const double> bandwidths) {
  check(real.rank() == 2 && synthetic.rank() == 2 && real.dim(1) == synthetic.dim(1),
        "mmd: needs rows (N, F) and (M, F), got {} and {}", real.shape(), synthetic.shape());
  check(real.dim(0) >= 2 && synthetic.dim(0) >= 2, "mmd: needs two rows of each, got {} and {}", real.dim(0),
        synthetic.dim(0));
  check(!bandwidths.empty() && std::all_of(bandwidths.begin(), bandwidths.end(), [](double s) { return s > 0; }),
        "mmd: needs bandwidths above 0");
  const trace::Equation eq("yi2020:mmd");
  const NoGrad off;
  // Distances do not change, and lose fewer digits to large norms.
  const Tensor x = cast(real, DType::f64), centre = mean(x, {0}, true);
  const Rows a = rows_of(packed(x - centre)), b = rows_of(packed(cast(synthetic, DType::f64) - centre));
  const auto n = static_cast<double>(a.n()), m = static_cast<double>(b.n()),
             self = static_cast<double>(bandwidths.size());  // k(x, x)
  const double aa = pair_sum(a, bandwidths), bb = pair_sum(b, bandwidths),
               ab = 2 / (n * m) * pair_sum(a, b, bandwidths);
  return {aa / (n * n) + bb / (m * m) - ab, (aa - n * self) / (n * (n - 1)) + (bb - m * self) / (m * (m - 1)) - ab};
}

}  // namespace emograd::protocol
