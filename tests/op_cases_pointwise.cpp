#include <algorithm>
#include <cmath>

#include "autograd/fused.h"
#include "autograd/ops/functors.h"
#include "autograd/ops/pointwise.h"
#include "tests/op_cases.h"

namespace emograd::cases {
namespace {

using Real = double (*)(double);

const std::vector<Shapes> small1 = {{{3, 5}},    {{}},           {{1}}, {{7, 11, 13}},
                                    {{1, 1, 1}}, {{2, 1, 3, 1}}, {{0}}, {{3, 0, 2}}};
const std::vector<Shapes> large1 = {{{16383}}, {{16384}}, {{16385}}, {{32769}}, {{131, 257}}, {{3, 7, 31, 61}}};

template <class Functor>
OpCase unary(std::string variant, Tensor (*f)(const Tensor&), Real reference, bool mirrored = false) {
  OpCase row;
  row.name = Functor::name;
  row.variant = std::move(variant);
  row.inputs = {{Input::real, Functor::domain.low, Functor::domain.high, mirrored}};
  row.shapes = small1;
  row.large = large1;
  row.f = [f](const std::vector<Tensor>& in) { return f(in[0]); };
  row.reference = [reference](const std::vector<Array>& in) {
    Array y(in[0].shape);
    for (std::size_t i = 0; i < y.v.size(); ++i) y.scale[i] = std::abs(y.v[i] = reference(in[0].v[i]));
    return y;
  };
  return row;
}

template <class Functor>
OpCase unary(Tensor (*f)(const Tensor&), Real reference, bool mirrored = false) {
  return unary<Functor>("", f, reference, mirrored);
}

OpCase third(OpCase row) {
  row.order = 3;
  return row;
}

/// Where terms cancel inside the function, the error is relative to them: |x| and |constant|.
OpCase cancels(OpCase row, double constant) {
  row.reference = [inner = row.reference, constant](const std::vector<Array>& in) {
    Array y = inner(in);
    for (std::size_t i = 0; i < y.v.size(); ++i) y.scale[i] += std::abs(in[0].v[i]) + constant;
    return y;
  };
  return row;
}

OpCase said_by(const char* name, OpCase row) {
  row.said_by = name;
  return row;
}

OpCase linear(OpCase row) {
  row.linear = {{0}};
  return row;
}

OpCase beyond(OpCase row, double low, double high) {
  row.inputs[0].low = low;
  row.inputs[0].high = high;
  return row;
}

OpCase cast_case(std::string variant, DType to, bool tracked, double (*convert)(double)) {
  OpCase row = unary<Affine>(std::move(variant), nullptr, convert);
  row.name = "cast";
  row.inputs[0] = {Input::real, -3, 3};
  row.dtypes = any_type;
  row.order = to == DType::f64 ? 2 : 0;
  row.tracked = tracked;
  if (to == DType::f64) row.linear = {{0}};
  row.f = [to](const std::vector<Tensor>& in) { return cast(in[0], to); };
  return row;
}

}  // namespace

std::vector<OpCase> pointwise_cases() {
  using std::exp;
  constexpr double sqrt_half = 0.70710678118654752;
  return {
      cancels(unary<Affine>(
                  "1.5 x - 0.75", [](const Tensor& x) { return affine(x, 1.5, -0.75); },
                  [](double x) { return 1.5 * x - 0.75; }),
              0.75),
      linear(unary<Affine>(
          "-x", [](const Tensor& x) { return -x; }, [](double x) { return -x; })),
      linear(unary<Affine>(
          "x / 4", [](const Tensor& x) { return x / 4.0; }, [](double x) { return x / 4; })),
      cancels(unary<Affine>(
                  "1 - x", [](const Tensor& x) { return 1.0 - x; }, [](double x) { return 1 - x; }),
              1),
      third(unary<Reciprocal>([](const Tensor& x) { return reciprocal(x); }, [](double x) { return 1 / x; }, true)),
      unary<Reciprocal>(
          "3 / x", [](const Tensor& x) { return 3.0 / x; }, [](double x) { return 3 / x; }),
      third(unary<Square>([](const Tensor& x) { return square(x); }, [](double x) { return x * x; })),
      third(unary<PowScalar>(
          "2.5", [](const Tensor& x) { return pow(x, 2.5); }, [](double x) { return std::pow(x, 2.5); })),
      third(unary<PowScalar>(
          "3, both signs", [](const Tensor& x) { return pow(x, 3); }, [](double x) { return x * x * x; }, true)),
      unary<PowScalar>(
          "-1.5", [](const Tensor& x) { return pow(x, -1.5); }, [](double x) { return std::pow(x, -1.5); }),
      unary<PowScalar>(
          "0", [](const Tensor& x) { return pow(x, 0); }, [](double) { return 1.0; }, true),
      said_by("sqrt", unary<PowScalar>(
                          "0.5", [](const Tensor& x) { return pow(x, 0.5); }, [](double x) { return std::sqrt(x); })),
      third(unary<Exp>([](const Tensor& x) { return exp(x); }, [](double x) { return std::exp(x); })),
      unary<Expm1>([](const Tensor& x) { return expm1(x); }, [](double x) { return std::expm1(x); }),
      beyond(unary<Expm1>(
                 "near 0", [](const Tensor& x) { return expm1(x); }, [](double x) { return std::expm1(x); }),
             -1e-6, 1e-6),
      third(unary<Log>([](const Tensor& x) { return log(x); }, [](double x) { return std::log(x); })),
      unary<Log1p>([](const Tensor& x) { return log1p(x); }, [](double x) { return std::log1p(x); }),
      beyond(unary<Log1p>(
                 "near 0", [](const Tensor& x) { return log1p(x); }, [](double x) { return std::log1p(x); }),
             -1e-6, 1e-6),
      third(unary<Sqrt>([](const Tensor& x) { return sqrt(x); }, [](double x) { return std::sqrt(x); })),
      unary<Rsqrt>([](const Tensor& x) { return rsqrt(x); }, [](double x) { return 1 / std::sqrt(x); }),
      unary<Abs>([](const Tensor& x) { return abs(x); }, [](double x) { return std::fabs(x); }, true),
      unary<Sign>([](const Tensor& x) { return sign(x); }, [](double x) { return x < 0 ? -1.0 : x > 0; }, true),
      unary<Sin>([](const Tensor& x) { return sin(x); }, [](double x) { return std::sin(x); }),
      unary<Cos>([](const Tensor& x) { return cos(x); }, [](double x) { return std::cos(x); }),
      third(unary<Tanh>([](const Tensor& x) { return tanh(x); }, [](double x) { return std::tanh(x); })),
      third(
          unary<Sigmoid>([](const Tensor& x) { return sigmoid(x); }, [](double x) { return 1 / (1 + std::exp(-x)); })),
      beyond(unary<Sigmoid>(
                 "far", [](const Tensor& x) { return sigmoid(x); }, [](double x) { return 1 / (1 + std::exp(-x)); }),
             -80, 80),
      third(unary<Softplus>([](const Tensor& x) { return softplus(x); },
                            [](double x) { return std::log1p(std::exp(x)); })),
      beyond(unary<Softplus>(
                 "far", [](const Tensor& x) { return softplus(x); },
                 [](double x) { return std::fmax(x, 0.0) + std::log1p(std::exp(-std::fabs(x))); }),
             -80, 80),
      unary<Erf>([](const Tensor& x) { return erf(x); }, [](double x) { return std::erf(x); }),
      third(unary<LeakyRelu>([](const Tensor& x) { return leaky_relu(x, 0.125); },
                             [](double x) { return x > 0 ? x : 0.125 * x; }, true)),
      third(unary<Relu>([](const Tensor& x) { return relu(x); }, [](double x) { return x > 0 ? x : 0.0; }, true)),
      unary<Elu>([](const Tensor& x) { return elu(x, 1.5); }, [](double x) { return x > 0 ? x : 1.5 * std::expm1(x); }),
      unary<Silu>([](const Tensor& x) { return silu(x); }, [](double x) { return x / (1 + std::exp(-x)); }),
      cancels(unary<Gelu>([](const Tensor& x) { return gelu(x); },
                          [](double x) { return x * 0.5 * std::erfc(-x * sqrt_half); }),
              0),
      cancels(unary<GeluTanh>([](const Tensor& x) { return gelu_tanh(x); },
                              [](double x) {
                                const double z = std::sqrt(2 / 3.14159265358979324) * (x + 0.044715 * x * x * x);
                                return x / (1 + std::exp(-2 * z));
                              }),
              0),
      unary<Clamp>(
          "inside", [](const Tensor& x) { return clamp(x, -1, 1); }, [](double x) { return x; }),
      beyond(unary<Clamp>(
                 "outside", [](const Tensor& x) { return clamp(x, -1, 1); },
                 [](double x) { return std::fmin(std::fmax(x, -1.0), 1.0); }, true),
             1.1, 3),
      beyond(unary<Clamp>(
                 "one bound", [](const Tensor& x) { return clamp(x, -0.25, 100); },
                 [](double x) { return std::fmax(x, -0.25); }),
             -0.2, 4),
      cast_case("to f64", DType::f64, true, [](double x) { return x; }),
      cast_case("to f32", DType::f32, true, [](double x) { return static_cast<double>(static_cast<float>(x)); }),
      cast_case("to i64", DType::i64, false, [](double x) { return std::trunc(x); }),
      cast_case("to bool", DType::boolean, false, [](double x) { return x != 0 ? 1.0 : 0.0; }),
      [] {
        OpCase row = linear(unary<Affine>("", nullptr, [](double x) { return x; }));
        row.name = "alias";
        row.dtypes = any_type;
        row.refuses_undefined = false;
        row.f = [](const std::vector<Tensor>& in) { return alias(in[0]); };
        return row;
      }(),
  };
}

}  // namespace emograd::cases
