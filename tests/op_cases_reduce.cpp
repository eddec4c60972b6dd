#include <algorithm>
#include <cmath>
#include <limits>

#include "autograd/ops/reduce.h"
#include "tests/op_cases.h"

namespace emograd::cases {
namespace {

struct Axis {  // of a reduction: which axes, kept or not, as called
  Axes axes;
  bool keepdim;
};

bool is_reduced(const Axis& a, int axis, int rank) {
  if (a.axes.empty()) return true;
  return std::any_of(a.axes.begin(), a.axes.end(), [&](std::int64_t k) { return (k < 0 ? k + rank : k) == axis; });
}

/// Folds the groups of elements that end in one output: y = f(group), with the scale it sets.
Array fold(const Array& x, const Axis& a, const std::function<double(const std::vector<double>&, double& scale)>& f) {
  const int rank = x.shape.rank();
  Shape keepdim = x.shape, kept;
  for (int i = 0; i < rank; ++i)
    if (is_reduced(a, i, rank)) keepdim[i] = 1;
    else kept.push_back(x.shape[i]);
  Array y(keepdim);
  std::vector<std::vector<double>> groups(y.v.size());
  each_index(x.shape, [&](const Index& at) {
    Index to = at;
    for (int i = 0; i < rank; ++i)
      if (is_reduced(a, i, rank)) to[static_cast<std::size_t>(i)] = 0;
    groups[flat(to, keepdim)].push_back(x(at));
  });
  for (std::size_t i = 0; i < y.v.size(); ++i) y.v[i] = f(groups[i], y.scale[i]);
  y.shape = a.keepdim ? keepdim : kept;
  return y;
}

using Group = const std::vector<double>&;

double plain_sum(Group g, double& scale) {
  long double total = 0;
  for (const double v : g) total += v, scale += std::abs(v);
  return static_cast<double>(total);
}

double log_sum_exp(Group g, double& scale) {
  double top = -std::numeric_limits<double>::infinity();
  long double sum = 0;
  for (const double v : g) top = std::max(top, v);
  for (const double v : g) sum += std::exp(v - top);
  const auto total = static_cast<double>(sum);
  scale = 1 + std::abs(top) + std::log(total);
  return top + std::log(total);
}

double variance(Group g, double correction, double& scale) {
  long double mean = 0, total = 0, reach = 0;
  for (const double v : g) mean += v / static_cast<long double>(g.size());
  for (const double v : g)
    total += (v - mean) * (v - mean), reach += (std::abs(v) + std::abs(mean)) * (std::abs(v) + std::abs(mean));
  scale = static_cast<double>(reach) / (static_cast<double>(g.size()) - correction);
  return static_cast<double>(total) / (static_cast<double>(g.size()) - correction);
}

double powers(Group g, double p) {
  long double total = 0;
  for (const double v : g) total += std::pow(std::abs(v), p);
  return static_cast<double>(total);
}

OpCase reduction(std::string name, std::string variant, Axis a, Tensor (*f)(const Tensor&, const Axes&, bool),
                 std::function<double(Group, double&)> reference) {
  OpCase row;
  row.name = std::move(name);
  row.variant = std::move(variant);
  row.inputs = {{}};
  if (a.axes.empty()) row.shapes = {{{2, 3, 4}}, {{}}, {{1}}, {{7, 11, 13}}, {{1, 1}}, {{17}}};
  else
    row.shapes = {{{2, 3, 4}}, {{1, 1, 1}},  {{7, 11, 13}},
                  {{5, 1, 3}}, {{1, 19, 2}}, {is_reduced(a, 1, 3) ? Shape{0, 3, 2} : Shape{3, 0, 2}}};
  row.large = {{{3, 127, 131}}, {{2, 1, 32768}}, {{32, 65, 32}}, {{1024, 5, 13}}, {{1, 65537, 1}}, {{5, 13, 1025}}};
  row.f = [f, a](const std::vector<Tensor>& in) { return f(in[0], a.axes, a.keepdim); };
  row.reference = [a, reference](const std::vector<Array>& in) { return fold(in[0], a, reference); };
  row.ulps = 8;  // sums of n terms: n ulp of their magnitudes at worst, about √n in practice, and f64 partial sums
  row.depth = [](const Shapes& s) { return static_cast<double>(numel(s[0])); };
  return row;
}

OpCase in_range(OpCase row, double low, double high, bool mirrored = false) {
  row.inputs[0].low = low;
  row.inputs[0].high = high;
  row.inputs[0].mirrored = mirrored;
  return row;
}
OpCase third(OpCase row) {
  row.order = 3;
  return row;
}
OpCase linear(OpCase row) {
  row.linear = {{0}};
  return row;
}
/// Also over no elements, where the result is `f` of nothing.
OpCase of_nothing(OpCase row) {
  row.shapes.push_back({{3, 0, 2}});
  return row;
}
/// Not over no elements.
OpCase refuses_nothing(OpCase row) {
  row.refused = {{{3, 0, 2}}};
  return row;
}

double largest(Group g, double&) { return *std::max_element(g.begin(), g.end()); }
double smallest(Group g, double&) { return *std::min_element(g.begin(), g.end()); }
double average(Group g, double& scale) {
  const double total = plain_sum(g, scale);
  scale /= static_cast<double>(g.size());
  return total / static_cast<double>(g.size());
}
double first_largest(Group g, double&) { return static_cast<double>(std::max_element(g.begin(), g.end()) - g.begin()); }
template <int twice_p>
double norm_of(Group g, double& scale) {
  return scale = std::pow(powers(g, twice_p / 2.0), 2.0 / twice_p);
}
template <int twice_p>
double norm_power_of(Group g, double& scale) {
  return scale = std::pow(powers(g, 2), twice_p / 4.0);
}

OpCase argmax_case(std::string variant, std::int64_t axis, bool keepdim) {
  OpCase row = refuses_nothing(reduction("argmax", std::move(variant), {{axis}, keepdim}, nullptr, first_largest));
  row.inputs = {{Input::whole, -3, 3}};
  row.f = [axis, keepdim](const std::vector<Tensor>& in) { return argmax(in[0], axis, keepdim); };
  if (axis != 1) row.refused = {};
  row.order = 0;
  row.tracked = false;
  return row;
}

OpCase overflow_shift_case() {
  OpCase row = refuses_nothing(reduction("overflow_shift", "axis 1", {{1}, true}, nullptr, largest));
  row.f = [](const std::vector<Tensor>& in) { return overflow_shift(in[0], {1}); };
  row.order = 0;
  row.tracked = false;
  row.said_by = "max";
  return row;
}

OpCase cumsum_case(std::string variant, std::int64_t axis, bool reverse) {
  OpCase row = linear(reduction("cumsum", std::move(variant), {{axis}, true}, nullptr, nullptr));
  row.shapes.insert(row.shapes.end(), {{{3, 0, 2}}, {{0, 3, 2}}});
  row.f = [axis, reverse](const std::vector<Tensor>& in) { return cumsum(in[0], axis, reverse); };
  row.reference = [axis, reverse](const std::vector<Array>& in) {
    const Array& x = in[0];
    const auto k = static_cast<std::size_t>(axis < 0 ? axis + x.shape.rank() : axis);
    Array y(x.shape);
    each_index(x.shape, [&](const Index& at) {
      Index from = at;
      if (!reverse)
        for (from[k] = 0; from[k] <= at[k]; ++from[k]) y.add(at, x(from));
      else
        for (from[k] = at[k]; from[k] < x.shape[static_cast<int>(k)]; ++from[k]) y.add(at, x(from));
    });
    return y;
  };
  row.large = {{{3, 127, 131}}, {{64, 3, 257}}, {{257, 2, 64}}};  // the reference is quadratic
  return row;
}

}  // namespace

std::vector<OpCase> reduce_cases() {
  using T = const Tensor&;
  using A = const Axes&;
  const auto variance1 = [](Group g, double& s) { return variance(g, 1, s); };
  const auto variance0 = [](Group g, double& s) { return variance(g, 0, s); };
  const auto by_sum = [](T x, A a, bool k) { return sum(x, a, k); };
  std::vector<OpCase> rows = {
      of_nothing(linear(reduction("sum", "all", {{}, false}, by_sum, plain_sum))),
      of_nothing(linear(reduction("sum", "axis 1", {{1}, false}, by_sum, plain_sum))),
      linear(reduction("sum", "axes 0 and -1, kept", {{0, -1}, true}, by_sum, plain_sum)),
      linear(reduction("sum", "axis 0", {{0}, false}, by_sum, plain_sum)),
      linear(reduction("sum", "axis 2", {{2}, false}, by_sum, plain_sum)),
      refuses_nothing(linear(reduction(
          "mean", "all", {{}, false}, [](T x, A a, bool k) { return mean(x, a, k); }, average))),
      refuses_nothing(linear(reduction(
          "mean", "axis 1", {{1}, false}, [](T x, A a, bool k) { return mean(x, a, k); }, average))),
      refuses_nothing(reduction(
          "max", "all", {{}, false}, [](T x, A a, bool k) { return max(x, a, k); }, largest)),
      refuses_nothing(reduction(
          "max", "axis 1, kept", {{1}, true}, [](T x, A a, bool k) { return max(x, a, k); }, largest)),
      refuses_nothing(reduction(
          "min", "all", {{}, false}, [](T x, A a, bool k) { return min(x, a, k); }, smallest)),
      reduction(
          "min", "axes 0 and 2", {{0, 2}, false}, [](T x, A a, bool k) { return min(x, a, k); }, smallest),
      argmax_case("axis 1", 1, false),
      argmax_case("axis 0, kept", 0, true),
      argmax_case("axis 2", -1, false),
      reduction(
          "var", "all", {{}, false}, [](T x, A a, bool k) { return var(x, a, 0, k); }, variance0),
      reduction(
          "var", "axis 1", {{1}, false}, [](T x, A a, bool k) { return var(x, a, 1, k); }, variance1),
      third(refuses_nothing(reduction(
          "logsumexp", "all", {{}, false}, [](T x, A a, bool k) { return logsumexp(x, a, k); }, log_sum_exp))),
      refuses_nothing(reduction(
          "logsumexp", "axis 1", {{1}, true}, [](T x, A a, bool k) { return logsumexp(x, a, k); }, log_sum_exp)),
      in_range(refuses_nothing(reduction(
                   "logsumexp", "far", {{1}, false}, [](T x, A a, bool k) { return logsumexp(x, a, k); }, log_sum_exp)),
               -300, 300),
      third(reduction(
          "norm", "2", {{}, false}, [](T x, A a, bool k) { return norm(x, 2, a, k); }, norm_of<4>)),
      reduction(
          "norm", "2, axis 1", {{1}, false}, [](T x, A a, bool k) { return norm(x, 2, a, k); }, norm_of<4>),
      in_range(reduction(
                   "norm", "1, axis 2", {{2}, false}, [](T x, A a, bool k) { return norm(x, 1, a, k); }, norm_of<2>),
               0.25, 2, true),
      in_range(reduction(
                   "norm", "3, axis 0", {{0}, true}, [](T x, A a, bool k) { return norm(x, 3, a, k); }, norm_of<6>),
               0.25, 2, true),
      third(reduction(
          "norm_power", "5, axis 1", {{1}, false}, [](T x, A a, bool k) { return norm_power(x, 5, a, k); },
          norm_power_of<10>)),
      reduction(
          "norm_power", "2.5", {{}, false}, [](T x, A a, bool k) { return norm_power(x, 2.5, a, k); },
          norm_power_of<5>),
      overflow_shift_case(),
      cumsum_case("axis 1", 1, false),
      cumsum_case("axis 0, from the end", 0, true),
      cumsum_case("axis -1", -1, false),
  };
  for (OpCase& row : rows) {  // a variance needs more elements than its correction
    if (row.title() == "var (axis 1)")
      row.shapes = {{{2, 3, 4}}, {{7, 11, 13}}, {{1, 19, 2}}, {{0, 3, 2}}}, row.refused = {{{5, 1, 3}}},
      row.large.erase(row.large.begin() + 1);
    if (row.name == "var" || row.name == "norm" || row.name == "norm_power") row.ulps = 16;
  }
  return rows;
}

}  // namespace emograd::cases
