#include "experiments/protocol/projection.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "autograd/grad.h"
#include "autograd/ops/linalg.h"
#include "autograd/ops/pointwise.h"
#include "autograd/ops/random.h"
#include "autograd/ops/reduce.h"
#include "autograd/ops/shape.h"
#include "tensor/error.h"
#include "tensor/parallel.h"

namespace emograd::protocol {
namespace {

using Values = std::vector<double>;

// Subspace iteration: more directions than are wanted, so that near-equal variances do not slow it down.
constexpr std::int64_t directions = 16, most_iterations = 1000;
constexpr double residual = 1e-11;  // of the largest eigenvalue

constexpr double rounding = 1e-12;  // of distances, relative to their mean

// The gains are those of the authors' own programs; their paper refers to Jacobs 1988.
constexpr double start_deviation = 0.01, gain_up = 0.2, gain_down = 0.8, least_gain = 0.01;

/// (x_i − x̄)·(x_j − x̄), (N, N).
Tensor products(const Tensor& rows, const char* what) {
  check(rows.rank() == 2 && rows.dim(0) > 0, "{}: needs rows (N, F), got {}", what, rows.shape());
  const NoGrad off;
  const Tensor x = cast(rows, DType::f64), centred = packed(x - mean(x, {0}, true));
  Tensor k = packed(matmul(centred, transpose(centred)));
  const double* values = k.data<double>();
  check(std::all_of(values, values + k.numel(), [](double v) { return std::isfinite(v); }),
        "{}: a value of the rows is not finite", what);
  return k;
}

/// Of a small symmetric matrix (b, b), by Jacobi's rotations: eigenvalues, largest first, and eigenvectors as rows.
struct Eigen {
  Values values;
  Tensor vectors;  // (b, b)
};

Eigen eigen(const Tensor& matrix) {
  const auto n = static_cast<std::size_t>(matrix.dim(0));
  Values a = matrix.to_vector<double>(), v(n * n, 0);
  for (std::size_t i = 0; i < n; ++i) v[i * n + i] = 1;
  const auto rotate = [](double& x, double& y, double c, double s) {
    const double before = x;
    x = c * before - s * y;
    y = s * before + c * y;
  };
  for (int sweep = 0; sweep < 30; ++sweep) {
    double off = 0, on = 0;
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < n; ++j) (i == j ? on : off) += a[i * n + j] * a[i * n + j];
    if (off <= 1e-32 * on) break;
    for (std::size_t p = 0; p < n; ++p)
      for (std::size_t q = p + 1; q < n; ++q) {
        if (a[p * n + q] == 0) continue;
        const double theta = (a[q * n + q] - a[p * n + p]) / (2 * a[p * n + q]);
        const double t = (theta < 0 ? -1 : 1) / (std::abs(theta) + std::sqrt(theta * theta + 1));
        const double c = 1 / std::sqrt(t * t + 1), s = t * c;
        for (std::size_t k = 0; k < n; ++k) rotate(a[k * n + p], a[k * n + q], c, s);
        for (std::size_t k = 0; k < n; ++k) rotate(a[p * n + k], a[q * n + k], c, s);
        for (std::size_t k = 0; k < n; ++k) rotate(v[p * n + k], v[q * n + k], c, s);
      }
  }
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t i, std::size_t j) { return a[i * n + i] > a[j * n + j]; });
  Eigen e;
  Values rows;
  for (const std::size_t i : order) {
    e.values.push_back(a[i * n + i]);
    for (std::size_t j = 0; j < n; ++j) rows.push_back(v[i * n + j]);
  }
  e.vectors = from_values<double>(matrix.shape(), rows);
  return e;
}

double dot(const double* a, const double* b, std::int64_t n) {
  double sum = 0;
  for (std::int64_t i = 0; i < n; ++i) sum += a[i] * b[i];
  return sum;
}

/// Rows made orthonormal, in two passes, since one leaves what rounding lost. What depends on rows above becomes 0.
Tensor orthonormal(const Tensor& x) {
  const std::int64_t count = x.dim(0), n = x.dim(1);
  Values rows = x.to_vector<double>();
  for (std::int64_t i = 0; i < count; ++i) {
    double* row = rows.data() + i * n;
    const double before = std::sqrt(dot(row, row, n));
    for (int pass = 0; pass < 2; ++pass)
      for (std::int64_t j = 0; j < i; ++j) {
        const double* other = rows.data() + j * n;
        const double along = dot(row, other, n);
        for (std::int64_t k = 0; k < n; ++k) row[k] -= along * other[k];
      }
    const double norm = std::sqrt(dot(row, row, n)), scale = norm > 1e-13 * before ? 1 / norm : 0;
    for (std::int64_t k = 0; k < n; ++k) row[k] *= scale;
  }
  return from_values<double>(x.shape(), rows);
}

/// The map of rows with products k, (N, N).
Pca pca_of(const Tensor& k) {
  const NoGrad off;
  const std::int64_t n = k.dim(0), b = std::min(directions, n), wanted = std::min<std::int64_t>(2, n);
  double trace = 0;
  for (std::int64_t i = 0; i < n; ++i) trace += k.data<double>()[i * n + i];
  Pca out{{}, {0, 0}};
  Values y(static_cast<std::size_t>(2 * n), 0);
  Rng rng{0};
  Tensor next = normal({b, n}, rng, DType::f64);
  for (std::int64_t iteration = 0; trace > 0 && iteration < most_iterations; ++iteration) {
    const Tensor q = orthonormal(next), kq = matmul(q, k);
    const Eigen e = eigen(matmul(q, transpose(kq)));  // Rayleigh and Ritz: the best directions within the subspace
    const Tensor best = slice(e.vectors, 0, 0, wanted);
    const Values u = matmul(best, q).to_vector<double>(), ku = matmul(best, kq).to_vector<double>();
    double error = 0;
    for (std::size_t c = 0; c < static_cast<std::size_t>(wanted); ++c) {
      const double lambda = std::max(e.values[c], 0.0), *vector = &u[c * y.size() / 2];
      double squares = 0;
      for (std::size_t i = 0; i < y.size() / 2; ++i) {
        const double rest = ku[c * y.size() / 2 + i] - lambda * vector[i];
        squares += rest * rest;
        y[2 * i + c] = std::sqrt(lambda) * vector[i];
      }
      error = std::max(error, std::sqrt(squares));
      out.variance_share[c] = lambda / trace;
    }
    if (error <= residual * e.values[0]) break;
    next = kq;
  }
  for (std::size_t c = 0; c < 2; ++c) {
    double largest = 0;
    for (std::size_t i = c; i < y.size(); i += 2)
      if (std::abs(y[i]) > std::abs(largest)) largest = y[i];
    for (std::size_t i = c; largest < 0 && i < y.size(); i += 2) y[i] = -y[i];
  }
  out.y = from_values<double>({n, 2}, y);
  return out;
}

/// p_·|i of the squared distances d to all rows, into p: the width by bisection, so that the entropy is as wanted.
void conditional(const double* d, std::int64_t n, std::int64_t i, double entropy, double* p) {
  double nearest = std::numeric_limits<double>::infinity(), all = 0;
  for (std::int64_t j = 0; j < n; ++j)
    if (j != i) nearest = std::min(nearest, d[j]), all += d[j];
  const double mean = all / static_cast<double>(n - 1);
  const auto farther = [&](std::int64_t j) {
    const double by = d[j] - nearest;
    return by > rounding * mean ? by : 0;  // no width tells apart what only rounding does
  };
  double low = 0, high = std::numeric_limits<double>::infinity(), beta = mean > 0 ? 1 / mean : 1, sum = 0;  // 1/(2σ²)
  for (int step = 0; step < 200; ++step) {
    double weighted = 0;
    sum = 0;
    for (std::int64_t j = 0; j < n; ++j) {
      p[j] = j == i ? 0 : std::exp(-beta * farther(j));
      sum += p[j];
      weighted += p[j] * farther(j);
    }
    const double excess = std::log(sum) + beta * weighted / sum - entropy;
    if (std::abs(excess) < 1e-9) break;
    (excess > 0 ? low : high) = beta;
    beta = high == std::numeric_limits<double>::infinity() ? 2 * beta : (low + high) / 2;
  }
  for (std::int64_t j = 0; j < n; ++j) p[j] /= sum;
}

Values probabilities_of(const Tensor& k, double perplexity) {
  const std::int64_t n = k.dim(0);
  check(perplexity >= 1 && perplexity < static_cast<double>(n - 1),
        "t-SNE: a perplexity of {} needs more than {} rows, there are {}; ask for less, or for more rows", perplexity,
        perplexity + 1, n);
  const double* products = k.data<double>();
  Values p(static_cast<std::size_t>(n * n));
  parallel_for(n, 8, [&](std::int64_t begin, std::int64_t end) {
    Values d(static_cast<std::size_t>(n));
    for (std::int64_t i = begin; i < end; ++i) {
      for (std::int64_t j = 0; j < n; ++j)
        d[static_cast<std::size_t>(j)] =
            std::max(0.0, products[i * n + i] + products[j * n + j] - 2 * products[i * n + j]);
      conditional(d.data(), n, i, std::log(perplexity), &p[static_cast<std::size_t>(i * n)]);
    }
  });
  const auto size = static_cast<std::size_t>(n);
  for (std::size_t i = 0; i < size; ++i)
    for (std::size_t j = i; j < size; ++j)
      p[i * size + j] = p[j * size + i] = (p[i * size + j] + p[j * size + i]) / static_cast<double>(2 * n);
  return p;
}

/// Sums over j of a row of pairs, with w = 1/(1 + ‖y_i − y_j‖²): w, p w (y_i − y_j) and w² (y_i − y_j).
struct Pull {
  double w = 0, near_x = 0, near_y = 0, far_x = 0, far_y = 0;
};

/// In several lanes, which the compiler keeps side by side in registers.
Pull pull(const double* p, const Values& x, const Values& y, std::size_t i) {
  constexpr std::size_t lanes = 4;
  Pull sums[lanes];
  const auto add = [&](std::size_t j, Pull& s) {
    const double dx = x[i] - x[j], dy = y[i] - y[j], w = 1 / (1 + dx * dx + dy * dy), pw = p[j] * w, ww = w * w;
    s.w += w;
    s.near_x += pw * dx;
    s.near_y += pw * dy;
    s.far_x += ww * dx;
    s.far_y += ww * dy;
  };
  std::size_t j = 0;
  for (; j + lanes <= x.size(); j += lanes)
    for (std::size_t l = 0; l < lanes; ++l) add(j + l, sums[l]);
  for (; j < x.size(); ++j) add(j, sums[0]);
  for (std::size_t l = 1; l < lanes; ++l) {
    sums[0].w += sums[l].w;
    sums[0].near_x += sums[l].near_x;
    sums[0].near_y += sums[l].near_y;
    sums[0].far_x += sums[l].far_x;
    sums[0].far_y += sums[l].far_y;
  }
  sums[0].w -= 1;  // of the row with itself
  return sums[0];
}

struct Gradient {
  double z = 0;  // Σ 1/(1 + ‖y_i − y_j‖²) over pairs i ≠ j
  Values x, y;
};

/// 4 Σ_j (e p_ij − q_ij)(y_i − y_j) w_ij (the paper's equation 5), with probabilities exaggerated by e.
void gradient_of(const Values& p, const Values& x, const Values& y, double exaggeration, std::vector<Pull>& pulls,
                 Gradient& g) {
  const auto n = std::ssize(x);
  parallel_for(n, 16, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i)
      pulls[static_cast<std::size_t>(i)] = pull(p.data() + i * n, x, y, static_cast<std::size_t>(i));
  });
  g.z = 0;
  for (const Pull& s : pulls) g.z += s.w;
  for (std::size_t i = 0; i < pulls.size(); ++i) {
    g.x[i] = 4 * (exaggeration * pulls[i].near_x - pulls[i].far_x / g.z);
    g.y[i] = 4 * (exaggeration * pulls[i].near_y - pulls[i].far_y / g.z);
  }
}

/// One axis of the map on its way down.
struct Axis {
  Values at, step, gain;

  explicit Axis(std::size_t n) : at(n), step(n, 0), gain(n, 1) {}
  /// With gains that grow while a coordinate keeps its direction.
  void descend(const Values& gradient, double rate, double momentum) {
    double centre = 0;
    for (std::size_t i = 0; i < at.size(); ++i) {
      const bool onwards = (gradient[i] > 0) != (step[i] > 0);
      gain[i] = std::max(least_gain, onwards ? gain[i] + gain_up : gain[i] * gain_down);
      step[i] = momentum * step[i] - rate * gain[i] * gradient[i];
      at[i] += step[i];
      centre += at[i];
    }
    centre /= static_cast<double>(at.size());
    for (double& v : at) v -= centre;
  }
};

}  // namespace

Pca pca(const Tensor& x) { return pca_of(products(x, "PCA")); }

Tensor neighbour_probabilities(const Tensor& x, double perplexity) {
  const std::int64_t n = x.dim(0);
  return from_values<double>({n, n}, probabilities_of(products(x, "t-SNE"), perplexity));
}

Divergence divergence(const Tensor& p, const Tensor& y) {
  check(y.rank() == 2 && y.dim(1) == 2 && p.shape() == Shape({y.dim(0), y.dim(0)}),
        "divergence: needs (N, N) and (N, 2), got {} and {}", p.shape(), y.shape());
  const auto n = static_cast<std::size_t>(y.dim(0));
  const Values probabilities = p.to_vector<double>(), flat = y.to_vector<double>();
  Values px(n), py(n);
  for (std::size_t i = 0; i < n; ++i) px[i] = flat[2 * i], py[i] = flat[2 * i + 1];
  std::vector<Pull> pulls(n);
  Gradient g{0, Values(n), Values(n)};
  gradient_of(probabilities, px, py, 1, pulls, g);
  double value = 0;
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) {
      const double pij = probabilities[i * n + j], dx = px[i] - px[j], dy = py[i] - py[j];
      if (pij > 0) value += pij * std::log(pij * g.z * (1 + dx * dx + dy * dy));
    }
  Values both(2 * n);
  for (std::size_t i = 0; i < n; ++i) both[2 * i] = g.x[i], both[2 * i + 1] = g.y[i];
  return {value, from_values<double>({y.dim(0), 2}, both)};
}

Tensor tsne(const Tensor& rows, const TsneConfig& c) {
  const Tensor k = products(rows, "t-SNE");
  const auto n = static_cast<std::size_t>(k.dim(0));
  const Values p = probabilities_of(k, c.perplexity), start = pca_of(k).y.to_vector<double>();
  double squares = 0;  // along the first component
  for (std::size_t i = 0; i < n; ++i) squares += start[2 * i] * start[2 * i];
  const double scale = squares > 0 ? start_deviation / std::sqrt(squares / static_cast<double>(n)) : 0;
  Axis x(n), y(n);
  for (std::size_t i = 0; i < n; ++i) x.at[i] = scale * start[2 * i], y.at[i] = scale * start[2 * i + 1];

  std::vector<Pull> pulls(n);
  Gradient g{0, Values(n), Values(n)};
  for (std::int64_t t = 0; t < c.iterations; ++t) {
    gradient_of(p, x.at, y.at, t < c.exaggerated ? c.exaggeration : 1, pulls, g);
    const double momentum = t < c.later ? c.momentum : c.later_momentum;
    x.descend(g.x, c.learning_rate, momentum);
    y.descend(g.y, c.learning_rate, momentum);
  }
  Values both(2 * n);
  for (std::size_t i = 0; i < n; ++i) both[2 * i] = x.at[i], both[2 * i + 1] = y.at[i];
  return from_values<double>({k.dim(0), 2}, both);
}

}  // namespace emograd::protocol
