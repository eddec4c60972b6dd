#include <algorithm>
#include <cmath>

#include "autograd/ops/functors.h"
#include "autograd/ops/pointwise.h"
#include "tests/op_cases.h"

namespace emograd::cases {
namespace {

using Real2 = double (*)(double, double);
using Op2 = Tensor (*)(const Tensor&, const Tensor&);

const std::vector<Shapes> small2 = {{{3, 5}, {3, 5}}, {{3, 1, 4}, {2, 1}},    {{2, 3, 4}, {4}},       {{}, {3}},
                                    {{}, {}},         {{7, 11, 13}, {11, 1}}, {{1, 1, 1}, {1, 1, 1}}, {{5, 1}, {1, 7}},
                                    {{0}, {1}},       {{3, 0}, {3, 0}},       {{2, 3}, {2, 1}}};
const std::vector<Shapes> large2 = {
    {{16385}, {16385}}, {{131, 257}, {257}}, {{131, 257}, {131, 1}}, {{1, 257}, {131, 1}}, {{32768}, {}}};
const std::vector<Shapes> refused2 = {{{3, 5}, {4, 5}}, {{2, 3}, {2}}, {{2, 0}, {2, 3}}};

/// The element of `x` that broadcasting puts at `at` of a larger shape.
double broadcast_at(const Array& x, const Index& at) {
  Index own;
  for (int i = 0; i < x.shape.rank(); ++i) {
    const std::int64_t k = at[at.size() - static_cast<std::size_t>(x.shape.rank() - i)];
    own.push_back(x.shape[i] == 1 ? 0 : k);
  }
  return x(own);
}

Shape common_shape(const std::vector<Array>& in) {
  int rank = 0;
  for (const Array& x : in) rank = std::max(rank, x.shape.rank());
  Shape out = Dims::filled(rank, 1);
  for (const Array& x : in)
    for (int i = 0; i < x.shape.rank(); ++i) {
      std::int64_t& extent = out[rank - x.shape.rank() + i];
      if (x.shape[i] != 1) extent = x.shape[i];
    }
  return out;
}

template <class Functor>
OpCase binary(std::string variant, Op2 f, Real2 reference, Input a, Input b) {
  OpCase row;
  row.name = Functor::name;
  row.variant = std::move(variant);
  row.inputs = {a, b};
  row.shapes = small2;
  row.large = large2;
  row.refused = refused2;
  row.f = [f](const std::vector<Tensor>& in) { return f(in[0], in[1]); };
  row.reference = [reference](const std::vector<Array>& in) {
    Array y(common_shape(in));
    each_index(y.shape,
               [&](const Index& at) { y.add(at, reference(broadcast_at(in[0], at), broadcast_at(in[1], at))); });
    return y;
  };
  return row;
}

template <class Functor>
OpCase binary(Op2 f, Real2 reference, bool mirrored = false) {
  const Input in{Input::real, Functor::domain.low, Functor::domain.high, mirrored};
  return binary<Functor>("", f, reference, in, in);
}

template <class Functor>
OpCase compare(Op2 f, Real2 reference) {
  const Input in{Input::whole, -2, 2, false, true};
  OpCase row = binary<Functor>("", f, reference, in, in);
  row.order = 0;
  row.tracked = false;
  row.dtypes = numbers;
  return row;
}

/// A comparison with a number.
template <class Functor>
OpCase compare(std::string variant, Tensor (*f)(const Tensor&), double (*reference)(double)) {
  OpCase row = compare<Functor>(nullptr, nullptr);
  row.variant = std::move(variant);
  row.inputs.pop_back();
  row.shapes = {{{3, 5}}, {{}}, {{7, 11}}, {{1}}, {{0, 2}}};
  row.large = {{{16385}}};
  row.refused = {};
  row.f = [f](const std::vector<Tensor>& in) { return f(in[0]); };
  row.reference = [reference](const std::vector<Array>& in) {
    Array y(in[0].shape);
    for (std::size_t i = 0; i < y.v.size(); ++i) y.v[i] = reference(in[0].v[i]);
    return y;
  };
  return row;
}

template <class Functor>
OpCase logical(Op2 f, Real2 reference) {
  OpCase row = compare<Functor>(f, reference);
  row.inputs = {{Input::real, -1, 1}, {Input::real, -1, 1}};
  row.dtypes = {DType::boolean};
  return row;
}

OpCase with(OpCase row, int order, std::vector<std::vector<int>> linear) {
  row.order = order;
  row.linear = std::move(linear);
  return row;
}

OpCase where_case() {
  OpCase row;
  row.name = "where";
  row.inputs = {{Input::mask}, {}, {}};
  row.inputs[0].differentiable = false;
  row.shapes = {{{3, 5}, {3, 5}, {3, 5}}, {{3, 1}, {5}, {}}, {{}, {2, 3}, {3}}, {{7, 11}, {7, 1}, {11}},
                {{1}, {1}, {1}},          {{}, {}, {}},      {{0}, {1}, {0}},   {{2, 3, 4}, {4}, {3, 1}}};
  row.large = {{{16385}, {16385}, {16385}}, {{131, 1}, {257}, {131, 257}}};
  row.refused = {{{3, 5}, {3, 5}, {4, 5}}};
  row.f = [](const std::vector<Tensor>& in) { return where(in[0], in[1], in[2]); };
  row.reference = [](const std::vector<Array>& in) {
    Array y(common_shape(in));
    each_index(y.shape, [&](const Index& at) { y(at) = broadcast_at(in[broadcast_at(in[0], at) != 0 ? 1 : 2], at); });
    return y;
  };
  row.linear = {{1, 2}};
  row.dtypes = any_type;
  return row;
}

OpCase share_case() {
  OpCase row = where_case();
  row.name = "share";
  row.inputs = {{Input::mask}, {Input::mask}, {}};
  for (Input& in : row.inputs) in.differentiable = false;
  row.shapes = {{{3, 5}, {3, 5}, {3, 5}}, {{2, 3}, {2, 3}, {1}}, {{0}, {0}, {0}}};
  row.large = {{{16385}, {16385}, {1}}};
  row.refused = {};
  row.f = [](const std::vector<Tensor>& in) { return share(in[0], in[1], in[2]); };
  row.reference = [](const std::vector<Array>& in) {
    Array y(in[0].shape);
    for (std::size_t i = 0; i < y.v.size(); ++i) y.v[i] = in[0].v[i] + 0.5 * in[1].v[i], y.scale[i] = 1.5;
    return y;
  };
  row.order = 0;
  row.tracked = false;
  row.linear = {};
  row.dtypes = floats;
  row.said_by = "affine";
  row.refuses_undefined = false;
  return row;
}

}  // namespace

std::vector<OpCase> binary_cases() {
  using T = const Tensor&;
  const Input both_sides{Input::real, 0.25, 4, true}, any{Input::real, -4, 4}, positive{Input::real, 0.5, 2.5};
  Input gate = both_sides;
  return {
      with(binary<Add>([](T a, T b) { return a + b; }, [](double a, double b) { return a + b; }), 2, {{0, 1}}),
      with(binary<Sub>([](T a, T b) { return a - b; }, [](double a, double b) { return a - b; }), 2, {{0, 1}}),
      with(binary<Mul>([](T a, T b) { return a * b; }, [](double a, double b) { return a * b; }), 3, {{0}, {1}}),
      with(binary<Div>([](T a, T b) { return a / b; }, [](double a, double b) { return a / b; }, true), 3, {{0}}),
      with(binary<Pow>([](T a, T b) { return pow(a, b); }, [](double a, double b) { return std::pow(a, b); }), 3, {}),
      binary<Pow>(
          "exponents of both signs", [](T a, T b) { return pow(a, b); },
          [](double a, double b) { return std::pow(a, b); }, positive, any),
      binary<Maximum>([](T a, T b) { return maximum(a, b); }, [](double a, double b) { return a > b ? a : b; }),
      binary<Minimum>([](T a, T b) { return minimum(a, b); }, [](double a, double b) { return a < b ? a : b; }),
      with(binary<LeakyGate>(
               "", [](T g, T x) { return leaky_gate(g, x, 0.125); },
               [](double g, double x) { return x > 0 ? g : 0.125 * g; }, any, gate),
           3, {{0}}),
      compare<Equal>([](T a, T b) { return a == b; }, [](double a, double b) -> double { return a == b; }),
      compare<NotEqual>([](T a, T b) { return a != b; }, [](double a, double b) -> double { return a != b; }),
      compare<Less>([](T a, T b) { return a < b; }, [](double a, double b) -> double { return a < b; }),
      compare<LessEqual>([](T a, T b) { return a <= b; }, [](double a, double b) -> double { return a <= b; }),
      compare<Greater>([](T a, T b) { return a > b; }, [](double a, double b) -> double { return a > b; }),
      compare<GreaterEqual>([](T a, T b) { return a >= b; }, [](double a, double b) -> double { return a >= b; }),
      compare<Equal>(
          "1", [](T x) { return x == 1.0; }, [](double x) -> double { return x == 1; }),
      compare<Less>(
          "1", [](T x) { return x < 1.0; }, [](double x) -> double { return x < 1; }),
      compare<LessEqual>(
          "1", [](T x) { return x <= 1.0; }, [](double x) -> double { return x <= 1; }),
      compare<Greater>(
          "1", [](T x) { return x > 1.0; }, [](double x) -> double { return x > 1; }),
      compare<GreaterEqual>(
          "1", [](T x) { return x >= 1.0; }, [](double x) -> double { return x >= 1; }),
      logical<LogicalAnd>([](T a, T b) { return logical_and(a, b); },
                          [](double a, double b) -> double { return a != 0 && b != 0; }),
      logical<LogicalOr>([](T a, T b) { return logical_or(a, b); },
                         [](double a, double b) -> double { return a != 0 || b != 0; }),
      logical<LogicalXor>([](T a, T b) { return logical_xor(a, b); },
                          [](double a, double b) -> double { return a != b; }),
      where_case(),
      share_case(),
  };
}

}  // namespace emograd::cases
