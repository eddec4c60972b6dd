#include <algorithm>
#include <cmath>

#include "autograd/ops/linalg.h"
#include "autograd/ops/shape.h"
#include "autograd/ops/softmax.h"
#include "tests/op_cases.h"

namespace emograd::cases {
namespace {

/// Three nested loops; leading axes broadcast; either operand may be stored transposed.
Array product(const Array& a, const Array& b, bool a_transposed = false, bool b_transposed = false) {
  const int ra = a.shape.rank(), rb = b.shape.rank(), rank = std::max(ra, rb);
  const std::int64_t m = a.shape[ra - (a_transposed ? 1 : 2)], k = a.shape[ra - (a_transposed ? 2 : 1)];
  const std::int64_t n = b.shape[rb - (b_transposed ? 2 : 1)];
  Shape shape = Dims::filled(rank, 1);
  for (int i = 3; i <= rank; ++i)
    shape[rank - i] = i > ra || (i <= rb && a.shape[ra - i] == 1) ? b.shape[rb - i] : a.shape[ra - i];
  shape[rank - 2] = m;
  shape[rank - 1] = n;
  Array y(shape);
  // Where the matrix of batch `at` starts, in elements.
  const auto start = [rank](const Array& x, const Index& at) {
    std::int64_t offset = 0;
    const int own = x.shape.rank();
    for (int axis = 0; axis + 2 < own; ++axis)
      offset = offset * x.shape[axis] + (x.shape[axis] == 1 ? 0 : at[static_cast<std::size_t>(rank - own + axis)]);
    return offset * x.shape[own - 2] * x.shape[own - 1];
  };
  each_index(shape, [&](const Index& at) {
    const std::int64_t i = at[at.size() - 2], j = at[at.size() - 1], first_a = start(a, at), first_b = start(b, at);
    for (std::int64_t l = 0; l < k; ++l)
      y.add(at, a.v[static_cast<std::size_t>(first_a + (a_transposed ? l * m + i : i * k + l))] *
                    b.v[static_cast<std::size_t>(first_b + (b_transposed ? j * k + l : l * n + j))]);
  });
  return y;
}

double contraction(const Shapes& s) { return static_cast<double>(s[0][s[0].rank() - 1]); }

OpCase matmul_case(std::string variant, std::vector<Shapes> shapes, std::vector<Shapes> large, bool ta = false,
                   bool tb = false) {
  OpCase row;
  row.name = "matmul";
  if (ta || tb) row.said_by = "transpose";
  row.variant = std::move(variant);
  row.inputs = {{}, {}};
  row.shapes = std::move(shapes);
  row.large = std::move(large);
  row.f = [ta, tb](const auto& in) { return matmul(ta ? transpose(in[0]) : in[0], tb ? transpose(in[1]) : in[1]); };
  row.reference = [ta, tb](const std::vector<Array>& in) { return product(in[0], in[1], ta, tb); };
  row.order = 3;
  row.linear = {{0}, {1}};
  row.ulps = 8;
  row.flops = 2;
  row.depth = contraction;
  return row;
}

OpCase linear_case(double slope) {
  OpCase row;
  row.name = "linear";
  row.variant = "slope " + std::to_string(slope).substr(0, 5);
  row.inputs = {{}, {}, {}};
  row.shapes = {{{3, 4}, {2, 4}, {2}}, {{7, 11}, {13, 11}, {13}}, {{1, 1}, {1, 1}, {1}}, {{0, 4}, {2, 4}, {2}},
                {{3, 0}, {2, 0}, {2}}, {{4}, {3, 4}, {3}},        {{3, 4}, {0, 4}, {0}}, {{2, 3, 4}, {5, 4}, {5}}};
  row.large = {{{131, 97}, {113, 97}, {113}}, {{64, 300}, {17, 300}, {17}}, {{1, 512}, {256, 512}, {256}}};
  row.refused = {{{3, 4}, {2, 5}, {2}}, {{3, 4}, {2, 4}, {3}}};
  row.f = [slope](const auto& in) { return linear(in[0], in[1], in[2], slope); };
  row.reference = [slope](const std::vector<Array>& in) {
    const std::int64_t inputs = in[1].shape[1], outputs = in[1].shape[0];
    Shape shape = in[0].shape;
    shape[shape.rank() - 1] = outputs;
    Array y(shape);
    each_index(shape, [&](const Index& at) {
      const std::int64_t j = at.back();
      Index from = at;
      for (from.back() = 0; from.back() < inputs; ++from.back()) y.add(at, in[0](from) * in[1]({j, from.back()}));
      y.add(at, in[2]({j}));
      if (y(at) < 0) y(at) *= slope;
    });
    return y;
  };
  row.order = 3;
  if (slope == 1) row.linear = {{0}, {1}};  // with the bias, affine
  row.ulps = 8;
  row.fused = true;
  row.flops = 2;
  row.depth = contraction;
  return row;
}

struct Line {  // a row along an axis: its extremes
  double top = -1e300, total = 0;
};

OpCase softmax_case(std::string name, std::string variant, int axis, double reach, bool log) {
  OpCase row;
  row.name = std::move(name);
  row.variant = std::move(variant);
  row.inputs = {{Input::real, -reach, reach}};
  row.shapes = {{{3, 5}}, {{7, 11}}, {{1, 1}}, {{5, 1}}, {{1, 13}}};
  row.shapes.push_back({axis == 0 ? Shape{3, 0} : Shape{0, 3}});
  row.refused = {{axis == 0 ? Shape{0, 3} : Shape{3, 0}}};
  row.large = {{{131, 257}}, {{3, 30011}}, {{30011, 3}}};
  row.f = [axis, log](const auto& in) { return log ? log_softmax(in[0], axis) : softmax(in[0], axis); };
  row.reference = [axis, log](const std::vector<Array>& in) {
    const Array& x = in[0];
    std::vector<Line> lines(static_cast<std::size_t>(x.shape[1 - axis]));
    const auto line = [&](const Index& at) -> Line& {
      return lines[static_cast<std::size_t>(at[static_cast<std::size_t>(1 - axis)])];
    };
    each_index(x.shape, [&](const Index& at) { line(at).top = std::max(line(at).top, x(at)); });
    each_index(x.shape, [&](const Index& at) { line(at).total += std::exp(x(at) - line(at).top); });
    Array y(x.shape);
    each_index(x.shape, [&](const Index& at) {
      const Line& l = line(at);
      const double value = x(at) - l.top - std::log(l.total);
      const double error = std::abs(x(at)) + std::abs(l.top) + std::log(l.total) + 1;  // of the exponent, in ulp
      y(at) = log ? value : std::exp(value);
      y.scale[flat(at, y.shape)] = log ? error : error * y(at);
    });
    return y;
  };
  row.order = reach < 10 ? 3 : 2;
  row.said_by = "log_softmax";
  row.flops = 4;
  return row;
}

OpCase cross_entropy_case(std::string variant, double reach) {
  OpCase row;
  row.name = "softmax_cross_entropy";
  row.variant = std::move(variant);
  row.inputs = {{Input::real, -reach, reach}, {Input::real, 0, 1}};
  row.shapes = {{{3, 5}, {3, 5}}, {{7, 11}, {7, 11}},   {{1, 1}, {1, 1}},
                {{5, 1}, {5, 1}}, {{3, 131}, {3, 131}}, {{0, 3}, {0, 3}}};
  row.large = {{{5003, 4}, {5003, 4}}, {{63, 257}, {63, 257}}};
  row.refused = {{{3, 5}, {3, 4}}, {{3}, {3}}, {{3, 0}, {3, 0}}};
  row.f = [](const auto& in) { return softmax_cross_entropy(in[0], in[1]); };
  row.reference = [](const std::vector<Array>& in) {
    Array y(Shape{in[0].shape[0]});
    for (std::int64_t i = 0; i < in[0].shape[0]; ++i) {
      // In long double: a chain of 257 additions in double would itself be further off than the kernel may be.
      long double top = -1e300L, total = 0, loss = 0;
      for (std::int64_t k = 0; k < in[0].shape[1]; ++k) top = std::max(top, static_cast<long double>(in[0]({i, k})));
      for (std::int64_t k = 0; k < in[0].shape[1]; ++k) total += std::exp(in[0]({i, k}) - top);
      for (std::int64_t k = 0; k < in[0].shape[1]; ++k) {
        const long double t = in[1]({i, k}), x = in[0]({i, k});
        loss += t * (top + std::log(total) - x);
        y.scale[static_cast<std::size_t>(i)] +=
            static_cast<double>(t * (std::abs(top) + std::log(total) + std::abs(x) + 1));
      }
      y({i}) = static_cast<double>(loss);
    }
    return y;
  };
  row.order = 3;
  row.linear = {{1}};
  row.fused = true;
  row.flops = 4;
  row.depth = contraction;
  return row;
}

}  // namespace

std::vector<OpCase> linalg_cases() {
  const std::vector<Shapes> none;
  OpCase plain = matmul_case("",
                             {{{3, 4}, {4, 2}},
                              {{7, 11}, {11, 13}},
                              {{1, 1}, {1, 1}},
                              {{1, 5}, {5, 1}},
                              {{5, 1}, {1, 3}},
                              {{0, 3}, {3, 2}},
                              {{3, 0}, {0, 2}},
                              {{2, 3}, {3, 0}},
                              {{17, 257}, {257, 33}}},
                             {{{131, 97}, {97, 113}},
                              {{14, 300}, {300, 33}},
                              {{1, 400}, {400, 257}},
                              {{257, 400}, {400, 1}},
                              {{200, 520}, {520, 90}}});
  plain.refused = {{{3, 4}, {3, 2}}, {{4}, {4, 2}}, {{3, 4}, {4}}, {{2, 3, 4}, {3, 4, 2}}};
  return {
      plain,
      matmul_case("aᵀ b", {{{4, 3}, {4, 2}}, {{11, 7}, {11, 13}}, {{1, 1}, {1, 1}}, {{3, 0}, {3, 2}}},
                  {{{97, 131}, {97, 113}}}, true, false),
      matmul_case("a bᵀ", {{{3, 4}, {2, 4}}, {{7, 11}, {13, 11}}, {{1, 5}, {1, 5}}, {{2, 3}, {0, 3}}},
                  {{{131, 97}, {113, 97}}}, false, true),
      matmul_case("aᵀ bᵀ", {{{4, 3}, {2, 4}}, {{11, 7}, {13, 11}}}, {{{97, 131}, {113, 97}}}, true, true),
      matmul_case("batched",
                  {{{2, 3, 4}, {2, 4, 2}},
                   {{7, 5, 3}, {7, 3, 11}},
                   {{1, 1, 1}, {1, 1, 1}},
                   {{0, 2, 3}, {0, 3, 2}},
                   {{2, 2, 0}, {2, 0, 2}}},
                  {{{13, 31, 37}, {13, 37, 41}}}),
      matmul_case("broadcast",
                  {{{2, 1, 3, 2}, {3, 2, 2}},
                   {{5, 3, 4}, {4, 2}},
                   {{3, 4}, {5, 4, 2}},
                   {{1, 3, 4}, {5, 4, 2}},
                   {{2, 3, 2, 1}, {1, 3, 1, 2}}},
                  {{{13, 31, 37}, {37, 41}}}),
      linear_case(1),
      linear_case(0),
      linear_case(0.125),
      softmax_case("softmax", "axis 1", 1, 3, false),
      softmax_case("softmax", "axis 0", 0, 3, false),
      softmax_case("log_softmax", "axis 1", 1, 3, true),
      softmax_case("log_softmax", "axis 0, far", 0, 300, true),
      cross_entropy_case("", 3),
      cross_entropy_case("far", 100),
  };
}

}  // namespace emograd::cases
