#pragma once

#include <cstdint>

#include "tensor/kernels/math.h"

/// Every pointwise function: its value f, which all kernels on all devices are instantiated from, and its derivative
/// vjp, written in recorded operations. The signature of vjp says what the tape must keep: X is the input, Y the
/// output, A and B the inputs of a binary function; g is the incoming cotangent. vjp is a template only so that kernel
/// files, which know no tensors, can include this page; V is always Tensor. An empty V{} is the product zero: nothing
/// flows on.
namespace emograd {

template <class V>
struct Kept {
  const V& value;
  operator const V&() const { return value; }
};  // NOLINT: a tag
template <class V>
struct X : Kept<V> {};
template <class V>
struct Y : Kept<V> {};
template <class V>
struct A : Kept<V> {};
template <class V>
struct B : Kept<V> {};

/// Where tests and benches draw inputs from. Away from kinks and poles by construction of the case, not by luck.
struct Domain {
  double low, high;
};

template <class... Ops>
struct TypeList {
  static constexpr int size = sizeof...(Ops);
};
template <class Op, class List>
struct index_in;
template <class Op, class... Rest>
struct index_in<Op, TypeList<Op, Rest...>> {
  static constexpr int value = 0;
};
template <class Op, class First, class... Rest>
struct index_in<Op, TypeList<First, Rest...>> {
  static constexpr int value = 1 + index_in<Op, TypeList<Rest...>>::value;
};

// clang-format off

// ---- one input ------------------------------------------------------------------------------------------------------

struct Affine {                                                     // y = a x + b;  covers −x, x + c, c − x, c x
  double a = 1, b = 0;
  static constexpr const char* name = "affine";
  static constexpr Domain domain{-4, 4};
  template <class T> HD T f(T x) const { return static_cast<T>(a) * x + static_cast<T>(b); }
  template <class V> V vjp(const V& g) const { return g * a; }
};
struct Reciprocal {                                                 // y = 1/x
  static constexpr const char* name = "reciprocal";
  static constexpr Domain domain{0.5, 4};
  template <class T> HD static T f(T x) { return T(1) / x; }
  template <class V> static V vjp(const V& g, Y<V> y) { return -(g * (y * y)); }
};
struct Square {                                                     // y = x²
  static constexpr const char* name = "square";
  static constexpr Domain domain{-4, 4};
  template <class T> HD static T f(T x) { return x * x; }
  template <class V> static V vjp(const V& g, X<V> x) { return g * (x * 2.0); }
};
struct PowScalar {                                                  // y = x^p
  double p = 2;
  static constexpr const char* name = "pow_scalar";
  static constexpr Domain domain{0.25, 3};
  template <class T> HD T f(T x) const { return math::pow(x, static_cast<T>(p)); }
  template <class V> V vjp(const V& g, X<V> x) const { return p == 0 ? V{} : g * (pow(x, p - 1) * p); }
};
struct Exp {                                                        // y = eˣ
  static constexpr const char* name = "exp";
  static constexpr Domain domain{-4, 4};
  template <class T> HD static T f(T x) { return math::exp(x); }
  template <class V> static V vjp(const V& g, Y<V> y) { return g * y; }
};
struct Expm1 {                                                      // y = eˣ − 1
  static constexpr const char* name = "expm1";
  static constexpr Domain domain{-4, 4};
  template <class T> HD static T f(T x) { return math::expm1(x); }
  template <class V> static V vjp(const V& g, Y<V> y) { return g * (y + 1.0); }
};
struct Log {                                                        // y = ln x
  static constexpr const char* name = "log";
  static constexpr Domain domain{0.25, 4};
  template <class T> HD static T f(T x) { return math::log(x); }
  template <class V> static V vjp(const V& g, X<V> x) { return g / x; }
};
struct Log1p {                                                      // y = ln(1 + x)
  static constexpr const char* name = "log1p";
  static constexpr Domain domain{-0.5, 4};
  template <class T> HD static T f(T x) { return math::log1p(x); }
  template <class V> static V vjp(const V& g, X<V> x) { return g / (x + 1.0); }
};
struct Sqrt {                                                       // y = √x
  static constexpr const char* name = "sqrt";
  static constexpr Domain domain{0.25, 4};
  template <class T> HD static T f(T x) { return math::sqrt(x); }
  template <class V> static V vjp(const V& g, Y<V> y) { return g * 0.5 / y; }
};
struct Rsqrt {                                                      // y = 1/√x
  static constexpr const char* name = "rsqrt";
  static constexpr Domain domain{0.25, 4};
  template <class T> HD static T f(T x) { return math::rsqrt(x); }
  template <class V> static V vjp(const V& g, Y<V> y) { return g * (y * y * y * -0.5); }
};
struct Abs {                                                        // y = |x|;  derivative 0 at 0
  static constexpr const char* name = "abs";
  static constexpr Domain domain{0.25, 4};
  template <class T> HD static T f(T x) { return math::abs(x); }
  template <class V> static V vjp(const V& g, X<V> x) { return g * sign(x); }
};
struct Sign {                                                       // y = −1, 0, 1;  derivative 0 almost everywhere
  static constexpr const char* name = "sign";
  static constexpr Domain domain{0.25, 4};
  template <class T> HD static T f(T x) { return math::sign(x); }
  template <class V> static V vjp(const V&) { return V{}; }
};
struct Sin {                                                        // y = sin x
  static constexpr const char* name = "sin";
  static constexpr Domain domain{-4, 4};
  template <class T> HD static T f(T x) { return math::sin(x); }
  template <class V> static V vjp(const V& g, X<V> x) { return g * cos(x); }
};
struct Cos {                                                        // y = cos x
  static constexpr const char* name = "cos";
  static constexpr Domain domain{-4, 4};
  template <class T> HD static T f(T x) { return math::cos(x); }
  template <class V> static V vjp(const V& g, X<V> x) { return -(g * sin(x)); }
};
struct Tanh {                                                       // y = tanh x
  static constexpr const char* name = "tanh";
  static constexpr Domain domain{-4, 4};
  template <class T> HD static T f(T x) { return math::tanh(x); }
  template <class V> static V vjp(const V& g, Y<V> y) { return g * (1.0 - y * y); }
};
struct Sigmoid {                                                    // y = 1/(1 + e⁻ˣ)
  static constexpr const char* name = "sigmoid";
  static constexpr Domain domain{-4, 4};
  template <class T> HD static T f(T x) { return math::sigmoid(x); }
  template <class V> static V vjp(const V& g, Y<V> y) { return g * (y * (1.0 - y)); }
};
struct Softplus {                                                   // y = ln(1 + eˣ)
  static constexpr const char* name = "softplus";
  static constexpr Domain domain{-4, 4};
  template <class T> HD static T f(T x) { return math::softplus(x); }
  template <class V> static V vjp(const V& g, X<V> x) { return g * sigmoid(x); }
};
struct Erf {                                                        // y = 2/√π ∫₀ˣ e^(−t²) dt
  static constexpr const char* name = "erf";
  static constexpr Domain domain{-3, 3};
  template <class T> HD static T f(T x) { return math::erf(x); }
  template <class V> static V vjp(const V& g, X<V> x) { return g * (exp(-square(x)) * 1.1283791670955126); }
};
struct LeakyRelu {                                                  // y = x for x > 0, slope·x otherwise;  relu: slope 0
  double slope = 0;
  static constexpr const char* name = "leaky_relu";
  static constexpr Domain domain{0.25, 4};
  template <class T> HD T f(T x) const { return x > T(0) ? x : static_cast<T>(slope) * x; }
  template <class V> V vjp(const V& g, X<V> x) const { return leaky_gate(g, x, slope); }
};
struct Relu {                                                       // y = max(x, 0);  derivative 0 at 0, NaN passes
  static constexpr const char* name = "relu";
  static constexpr Domain domain{0.25, 4};
  template <class T> HD static T f(T x) { return x <= T(0) ? T(0) : x; }
  template <class V> static V vjp(const V& g, Y<V> y) { return leaky_gate(g, y, 0.0); }
};
struct Elu {                                                        // y = x for x > 0, α(eˣ − 1) otherwise
  double alpha = 1;
  static constexpr const char* name = "elu";
  static constexpr Domain domain{-4, 4};
  template <class T> HD T f(T x) const { return x > T(0) ? x : static_cast<T>(alpha) * math::expm1(x); }
  template <class V> V vjp(const V& g, X<V> x, Y<V> y) const { return where(x > 0.0, g, g * (y + alpha)); }
};
struct Silu {                                                       // y = x σ(x)
  static constexpr const char* name = "silu";
  static constexpr Domain domain{-4, 4};
  template <class T> HD static T f(T x) { return x * math::sigmoid(x); }
  template <class V> static V vjp(const V& g, X<V> x) {
    const V s = sigmoid(x);
    return g * (s * (1.0 + x * (1.0 - s)));
  }
};
struct Gelu {                                                       // y = x Φ(x),  Φ(x) = (1 + erf(x/√2))/2
  static constexpr const char* name = "gelu";
  static constexpr Domain domain{-3, 3};
  template <class T> HD static T f(T x) { return T(0.5) * x * (T(1) + math::erf(x * T(0.70710678118654752))); }
  template <class V> static V vjp(const V& g, X<V> x) {
    return g * ((erf(x * 0.70710678118654752) + 1.0) * 0.5 + x * exp(square(x) * -0.5) * 0.39894228040143268);
  }
};
struct GeluTanh {                                                   // y = x (1 + t)/2,  t = tanh(√(2/π)(x + 0.044715 x³))
  static constexpr const char* name = "gelu_tanh";
  static constexpr Domain domain{-3, 3};
  template <class T> HD static T f(T x) {
    return T(0.5) * x * (T(1) + math::tanh(T(0.79788456080286536) * (x + T(0.044715) * x * x * x)));
  }
  template <class V> static V vjp(const V& g, X<V> x) {
    const V xx = square(x);
    const V t = tanh(x * (xx * 0.044715 + 1.0) * 0.79788456080286536);
    const V slope = x * (1.0 - square(t)) * (xx * (3 * 0.044715) + 1.0) * 0.79788456080286536;
    return g * ((t + 1.0 + slope) * 0.5);
  }
};
struct Clamp {                                                      // y = min(max(x, low), high);  derivative 1 inside and at the bounds
  double low = -1, high = 1;
  static constexpr const char* name = "clamp";
  static constexpr Domain domain{-0.9, 0.9};
  template <class T> HD T f(T x) const {
    const T l = static_cast<T>(low), h = static_cast<T>(high);
    return x < l ? l : x > h ? h : x;
  }
  template <class V> V vjp(const V& g, X<V> x) const { return where(logical_and(x >= low, x <= high), g, zeros_like(g)); }
};

using Unary = TypeList<Affine, Reciprocal, Square, PowScalar, Exp, Expm1, Log, Log1p, Sqrt, Rsqrt, Abs, Sign, Sin, Cos, Tanh,
                       Sigmoid, Softplus, Erf, LeakyRelu, Relu, Elu, Silu, Gelu, GeluTanh, Clamp>;

// ---- two inputs of one shape ----------------------------------------------------------------------------------------

struct Add {                                                        // y = a + b
  static constexpr const char* name = "add";
  static constexpr Domain domain{-4, 4};
  template <class T> HD static T f(T a, T b) { return a + b; }
  template <class V> static V vjp_a(const V& g) { return g; }
  template <class V> static V vjp_b(const V& g) { return g; }
};
struct Sub {                                                        // y = a − b
  static constexpr const char* name = "sub";
  static constexpr Domain domain{-4, 4};
  template <class T> HD static T f(T a, T b) { return a - b; }
  template <class V> static V vjp_a(const V& g) { return g; }
  template <class V> static V vjp_b(const V& g) { return -g; }
};
struct Mul {                                                        // y = a b
  static constexpr const char* name = "mul";
  static constexpr Domain domain{-4, 4};
  template <class T> HD static T f(T a, T b) { return a * b; }
  template <class V> static V vjp_a(const V& g, B<V> b) { return g * b; }
  template <class V> static V vjp_b(const V& g, A<V> a) { return g * a; }
};
struct Div {                                                        // y = a/b
  static constexpr const char* name = "div";
  static constexpr Domain domain{0.5, 4};
  template <class T> HD static T f(T a, T b) { return a / b; }
  template <class V> static V vjp_a(const V& g, B<V> b) { return g / b; }
  template <class V> static V vjp_b(const V& g, B<V> b, Y<V> y) { return -(g * y / b); }
};
struct Pow {                                                        // y = aᵇ;  ∂y/∂b is 0 where a is 0
  static constexpr const char* name = "pow";
  static constexpr Domain domain{0.5, 2.5};
  template <class T> HD static T f(T a, T b) { return math::pow(a, b); }
  template <class V> static V vjp_a(const V& g, A<V> a, B<V> b) {  // 0 where a and b are, not 0·∞
    return g * (b * pow(a, where(logical_and(a == 0.0, b == 0.0), ones_like(b), b) - 1.0));
  }
  template <class V> static V vjp_b(const V& g, A<V> a, Y<V> y) {
    return where(a == 0.0, zeros_like(g), g * y * log(where(a == 0.0, ones_like(a), a)));
  }
};
struct Maximum {                                                    // y = max(a, b);  equal inputs share the derivative
  static constexpr const char* name = "maximum";
  static constexpr Domain domain{-4, 4};
  template <class T> HD static T f(T a, T b) { return math::max(a, b); }
  template <class V> static V vjp_a(const V& g, A<V> a, B<V> b) { return g * share(a > b, a == b, g); }
  template <class V> static V vjp_b(const V& g, A<V> a, B<V> b) { return g * share(a < b, a == b, g); }
};
struct Minimum {                                                    // y = min(a, b);  likewise
  static constexpr const char* name = "minimum";
  static constexpr Domain domain{-4, 4};
  template <class T> HD static T f(T a, T b) { return math::min(a, b); }
  template <class V> static V vjp_a(const V& g, A<V> a, B<V> b) { return g * share(a < b, a == b, g); }
  template <class V> static V vjp_b(const V& g, A<V> a, B<V> b) { return g * share(a > b, a == b, g); }
};
struct LeakyGate {                                                  // y = g for x > 0, slope·g otherwise: leaky_relu's derivative at x, times g
  double slope = 0;
  static constexpr const char* name = "leaky_gate";
  static constexpr Domain domain{0.25, 4};
  template <class T> HD T f(T g, T x) const { return x > T(0) ? g : static_cast<T>(slope) * g; }
  template <class V> V vjp_a(const V& g, B<V> x) const { return leaky_gate(g, x, slope); }
  template <class V> V vjp_b(const V&) const { return V{}; }
};

using Binary = TypeList<Add, Sub, Mul, Div, Pow, Maximum, Minimum, LeakyGate>;

// ---- truth values: no derivative exists, none is recorded ------------------------------------------------------------

struct Equal        { static constexpr const char* name = "equal";         template <class T> HD static bool f(T a, T b) { return a == b; } };
struct NotEqual     { static constexpr const char* name = "not_equal";     template <class T> HD static bool f(T a, T b) { return a != b; } };
struct Less         { static constexpr const char* name = "less";          template <class T> HD static bool f(T a, T b) { return a < b; } };
struct LessEqual    { static constexpr const char* name = "less_equal";    template <class T> HD static bool f(T a, T b) { return a <= b; } };
struct Greater      { static constexpr const char* name = "greater";       template <class T> HD static bool f(T a, T b) { return a > b; } };
struct GreaterEqual { static constexpr const char* name = "greater_equal"; template <class T> HD static bool f(T a, T b) { return a >= b; } };

using Comparisons = TypeList<Equal, NotEqual, Less, LessEqual, Greater, GreaterEqual>;

struct LogicalAnd { static constexpr const char* name = "logical_and"; HD static bool f(bool a, bool b) { return a & b; } };
struct LogicalOr  { static constexpr const char* name = "logical_or";  HD static bool f(bool a, bool b) { return a | b; } };
struct LogicalXor { static constexpr const char* name = "logical_xor"; HD static bool f(bool a, bool b) { return a != b; } };

using Logical = TypeList<LogicalAnd, LogicalOr, LogicalXor>;

template <class To>
struct Cast { template <class T> HD static To f(T x) { return static_cast<To>(x); } };

// clang-format on

}  // namespace emograd
