#include "experiments/protocol/likeness.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "autograd/ops/pointwise.h"
#include "autograd/ops/reduce.h"
#include "autograd/ops/shape.h"
#include "experiments/protocol/nearest.h"
#include "experiments/protocol/statistics.h"
#include "tensor/error.h"
#include "tensor/parallel.h"

namespace emograd::protocol {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

void check_finite(const Tensor& x, const char* what) {
  check(std::isfinite(sum(abs(cast(x, DType::f64))).item()), "{}: a value of the rows is not finite", what);
}

/// By class; NaN of none.
std::vector<double> shares(const std::vector<Matched>& classes) {
  std::vector<double> out;
  for (const Matched& c : classes)
    out.push_back(c.rows > 0 ? static_cast<double>(c.matched) / static_cast<double>(c.rows) : nan);
  return out;
}

/// By class the share of rows whose nearest of the class is of the same kind.
std::vector<double> same_kind(const Tensor& labels, const std::vector<Nearest>& to_same,
                              const std::vector<Nearest>& to_other, std::int64_t classes) {
  std::vector<Matched> of_class(static_cast<std::size_t>(classes));
  const std::vector<std::int64_t> label = labels.to_vector<std::int64_t>();
  for (std::size_t i = 0; i < label.size(); ++i) {
    if (to_same[i].of_class == std::numeric_limits<double>::infinity()) continue;
    Matched& own = of_class[static_cast<std::size_t>(label[i])];
    ++own.rows;
    own.matched += to_same[i].of_class < to_other[i].of_class;
  }
  return shares(of_class);
}

}  // namespace

double ks_distance(std::vector<double> a, std::vector<double> b) {
  check(!a.empty() && !b.empty(), "ks_distance: needs values of both, got {} and {}", a.size(), b.size());
  for (const auto* values : {&a, &b})
    check(std::all_of(values->begin(), values->end(), [](double v) { return std::isfinite(v); }),
          "ks_distance: a value is not finite");
  std::sort(a.begin(), a.end());
  std::sort(b.begin(), b.end());
  double largest = 0;
  for (std::size_t i = 0, j = 0; i < a.size() && j < b.size();) {
    const double t = std::min(a[i], b[j]);
    while (i < a.size() && a[i] == t) ++i;
    while (j < b.size() && b[j] == t) ++j;
    largest = std::max(largest, std::abs(static_cast<double>(i) / static_cast<double>(a.size()) -
                                         static_cast<double>(j) / static_cast<double>(b.size())));
  }
  return largest;
}

std::vector<double> ks_distances(const Tensor& a, const Tensor& b) {
  check(a.rank() == 2 && b.rank() == 2 && a.dim(1) == b.dim(1),
        "ks_distances: needs rows (N, F) and (M, F), got {} and {}", a.shape(), b.shape());
  check(a.dim(0) > 0 && b.dim(0) > 0, "ks_distances: needs rows of both, got {} and {}", a.dim(0), b.dim(0));
  check_finite(a, "ks_distances");
  check_finite(b, "ks_distances");
  const Tensor at = packed(transpose(cast(a, DType::f64))), bt = packed(transpose(cast(b, DType::f64)));
  std::vector<double> out(static_cast<std::size_t>(a.dim(1)));
  parallel_for(a.dim(1), 16, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t f = begin; f < end; ++f) {
      const double *x = at.data<double>() + f * a.dim(0), *y = bt.data<double>() + f * b.dim(0);
      out[static_cast<std::size_t>(f)] = ks_distance({x, x + a.dim(0)}, {y, y + b.dim(0)});
    }
  });
  return out;
}

std::vector<double> histogram_edges(const std::vector<double>& values, std::int64_t most) {
  check(!values.empty(), "histogram_edges: there are no values");
  const auto [least, largest] = std::minmax_element(values.begin(), values.end());
  if (*least == *largest) return {*least - 0.5, *least + 0.5};
  const double n = std::cbrt(static_cast<double>(values.size())), range = *largest - *least,
               iqr = quantile(values, 0.75) - quantile(values, 0.25);
  const double wanted = iqr > 0 ? std::ceil(range * n / (2 * iqr)) : std::ceil(n);
  const auto bins = static_cast<std::int64_t>(std::clamp(wanted, 1.0, static_cast<double>(most)));
  std::vector<double> edges;
  for (std::int64_t i = 0; i < bins; ++i)
    edges.push_back(*least + range * static_cast<double>(i) / static_cast<double>(bins));
  edges.push_back(*largest);
  return edges;
}

std::vector<double> histogram_counts(const std::vector<double>& values, const std::vector<double>& edges) {
  std::vector<double> counts(edges.size() - 1, 0);
  for (const double v : values) {
    if (!(v >= edges.front() && v <= edges.back())) continue;
    const auto above = std::upper_bound(edges.begin(), edges.end(), v) - edges.begin();
    counts[static_cast<std::size_t>(std::min(above - 1, std::ssize(counts) - 1))] += 1;
  }
  return counts;
}

Neighbours neighbours(const LabelledRows& real, const LabelledRows& synthetic, std::int64_t classes) {
  check(real.x.rank() == 2 && synthetic.x.rank() == 2 && real.x.dim(1) == synthetic.x.dim(1) && real.x.dim(0) >= 2 &&
            synthetic.x.dim(0) >= 2,
        "neighbours: needs rows (N, F) and (M, F), two of each at least, got {} and {}", real.x.shape(),
        synthetic.x.shape());
  const std::vector<Nearest> ab = nearest(real, synthetic), aa = nearest(real, real, true),
                             ba = nearest(synthetic, real), bb = nearest(synthetic, synthetic, true);
  return {shares(matches(real.labels, ab, synthetic.labels, classes)),
          shares(matches(real.labels, aa, real.labels, classes)), same_kind(real.labels, aa, ab, classes),
          same_kind(synthetic.labels, bb, ba, classes)};
}

double expected_same_kind(std::int64_t n, std::int64_t m) {
  return static_cast<double>(n - 1) / static_cast<double>(n + m - 1);
}

}  // namespace emograd::protocol
