#include "autograd/ops/pointwise.h"

#include <cmath>

#include "autograd/ops/functors.h"
#include "autograd/ops/pointwise_loops.h"
#include "autograd/ops/shape.h"
#include "autograd/record.h"

namespace emograd {
namespace {

const kernels::PointwiseTable& loops() { return kernels::active_table<kernels::PointwiseTable>(); }

int float_column(const char* name, const Tensor& x) {
  check(x.defined(), "{}: an input is undefined", name);
  check(is_float(x.dtype()), "{}: needs a floating tensor, got {}{}; use cast(x, DType::f32)", name, x.dtype(),
        x.shape());
  return x.dtype() == DType::f64;
}

Tensor run1(const char* name, kernels::MapFn fn, const void* op, const Tensor& x, DType result) {
  Tensor y = empty(x.shape(), result, x.device());
  const kernels::View in = x.view();
  const kernels::View* inputs[] = {&in};
  kernels::run_map(name, fn, op, inputs, 1, y.raw(), size_of(result), 1);
  return y;
}

Tensor run2(const char* name, kernels::MapFn fn, const void* op, const Tensor& a, const Tensor& b, DType result) {
  Tensor y = empty(a.shape(), result, a.device());
  const kernels::View va = a.view(), vb = b.view();
  const kernels::View* inputs[] = {&va, &vb};
  kernels::run_map(name, fn, op, inputs, 2, y.raw(), size_of(result), 1);
  return y;
}

/// Value, then the rule whose signature the functor's vjp has.
template <class Op>
Tensor unary(const Op& op, const Tensor& x) {
  const int column = float_column(Op::name, x);
  Tensor y = run1(Op::name, loops().unary[index_in<Op, Unary>::value][column], &op, x, x.dtype());
  using V = Tensor;
  if constexpr (requires { op.vjp(x); })
    return record(Op::name, std::move(y), {x}, [op](const V& g) { return op.vjp(g); });
  else if constexpr (requires { op.vjp(x, Y<V>{x}); })
    return record(Op::name, std::move(y), {x}, [op](const V& g, const V& out) { return op.vjp(g, Y<V>{out}); });
  else if constexpr (requires { op.vjp(x, X<V>{x}); })
    return record(Op::name, std::move(y), {x}, [op, x](const V& g) { return op.vjp(g, X<V>{x}); });
  else
    return record(Op::name, std::move(y), {x},
                  [op, x](const V& g, const V& out) { return op.vjp(g, X<V>{x}, Y<V>{out}); });
}

struct Pair {
  Tensor a, b;
};

Pair broadcast_pair(const char* name, const Tensor& a, const Tensor& b) {
  check(a.defined() && b.defined(), "{}: an input is undefined", name);
  check(a.dtype() == b.dtype(), "{}: dtypes differ: a is {}{}, b is {}{}; cast one of them", name, a.dtype(), a.shape(),
        b.dtype(), b.shape());
  if (a.shape() == b.shape()) return {a, b};
  const Shape shape = broadcast_shapes(name, a.shape(), b.shape());
  return {broadcast_to(a, shape), broadcast_to(b, shape)};
}

template <class Op>
Tensor binary_same_shape(const Op& op, const Tensor& a, const Tensor& b) {
  using V = Tensor;
  const int column = float_column(Op::name, a);
  Tensor y = run2(Op::name, loops().binary[index_in<Op, Binary>::value][column], &op, a, b, a.dtype());
  const auto rule_a = [&] {
    if constexpr (requires { op.vjp_a(a); }) return [op](const V& g) { return op.vjp_a(g); };
    else if constexpr (requires { op.vjp_a(a, B<V>{b}); }) return [op, b](const V& g) { return op.vjp_a(g, B<V>{b}); };
    else return [op, a, b](const V& g) { return op.vjp_a(g, A<V>{a}, B<V>{b}); };
  };
  const auto rule_b = [&] {
    if constexpr (requires { op.vjp_b(a); }) return [op](const V& g) { return op.vjp_b(g); };
    else if constexpr (requires { op.vjp_b(a, A<V>{a}); }) return [op, a](const V& g) { return op.vjp_b(g, A<V>{a}); };
    else if constexpr (requires { op.vjp_b(a, B<V>{b}, Y<V>{a}); })
      return [op, b](const V& g, const V& out) { return op.vjp_b(g, B<V>{b}, Y<V>{out}); };
    else if constexpr (requires { op.vjp_b(a, A<V>{a}, Y<V>{a}); })
      return [op, a](const V& g, const V& out) { return op.vjp_b(g, A<V>{a}, Y<V>{out}); };
    else return [op, a, b](const V& g) { return op.vjp_b(g, A<V>{a}, B<V>{b}); };
  };
  return record(Op::name, std::move(y), {a, b}, rule_a(), rule_b());
}

template <class Op>
Tensor binary(const Op& op, const Tensor& a, const Tensor& b) {
  if (a.shape() == b.shape() && a.dtype() == b.dtype() && a.defined()) return binary_same_shape(op, a, b);
  const Pair p = broadcast_pair(Op::name, a, b);
  return binary_same_shape(op, p.a, p.b);
}

template <class Op>
Tensor compare(const Tensor& a, const Tensor& b) {
  const Pair p = broadcast_pair(Op::name, a, b);
  check(a.dtype() != DType::boolean, "{}: compares numbers, got bool; use logical_xor", Op::name);
  const Op op;
  const auto fn = loops().comparison[index_in<Op, Comparisons>::value][static_cast<int>(a.dtype())];
  return run2(Op::name, fn, &op, p.a, p.b, DType::boolean);
}

/// Whole numbers are compared as f64 where c is none that they could equal.
template <class Op>
Tensor compare(const Tensor& x, double c) {
  check(x.defined(), "{}: the input is undefined", Op::name);
  const bool whole = c == std::floor(c) && std::abs(c) <= 0x1p53;
  return x.dtype() != DType::i64 || whole ? compare<Op>(x, full({}, c, x.dtype()))
                                          : compare<Op>(cast(x, DType::f64), full({}, c, DType::f64));
}

template <class Op>
Tensor logical(const Tensor& a, const Tensor& b) {
  const Pair p = broadcast_pair(Op::name, a, b);
  check(a.dtype() == DType::boolean, "{}: needs bool tensors, got {}{}", Op::name, a.dtype(), a.shape());
  const Op op;
  return run2(Op::name, loops().logical[index_in<Op, Logical>::value], &op, p.a, p.b, DType::boolean);
}

}  // namespace

Tensor affine(const Tensor& x, double a, double b) { return unary(Affine{a, b}, x); }
Tensor reciprocal(const Tensor& x) { return unary(Reciprocal{}, x); }
Tensor square(const Tensor& x) { return unary(Square{}, x); }
Tensor pow(const Tensor& x, double p) {
  if (p == 1) return x;
  return p == 2 ? square(x) : p == 0.5 ? sqrt(x) : unary(PowScalar{p}, x);
}
Tensor exp(const Tensor& x) { return unary(Exp{}, x); }
Tensor expm1(const Tensor& x) { return unary(Expm1{}, x); }
Tensor log(const Tensor& x) { return unary(Log{}, x); }
Tensor log1p(const Tensor& x) { return unary(Log1p{}, x); }
Tensor sqrt(const Tensor& x) { return unary(Sqrt{}, x); }
Tensor rsqrt(const Tensor& x) { return unary(Rsqrt{}, x); }
Tensor abs(const Tensor& x) { return unary(Abs{}, x); }
Tensor sign(const Tensor& x) { return unary(Sign{}, x); }
Tensor sin(const Tensor& x) { return unary(Sin{}, x); }
Tensor cos(const Tensor& x) { return unary(Cos{}, x); }
Tensor tanh(const Tensor& x) { return unary(Tanh{}, x); }
Tensor sigmoid(const Tensor& x) { return unary(Sigmoid{}, x); }
Tensor softplus(const Tensor& x) { return unary(Softplus{}, x); }
Tensor erf(const Tensor& x) { return unary(Erf{}, x); }
Tensor relu(const Tensor& x) { return unary(Relu{}, x); }
Tensor leaky_relu(const Tensor& x, double slope) { return unary(LeakyRelu{slope}, x); }
Tensor elu(const Tensor& x, double alpha) { return unary(Elu{alpha}, x); }
Tensor silu(const Tensor& x) { return unary(Silu{}, x); }
Tensor gelu(const Tensor& x) { return unary(Gelu{}, x); }
Tensor gelu_tanh(const Tensor& x) { return unary(GeluTanh{}, x); }
Tensor clamp(const Tensor& x, double low, double high) {
  check(low <= high, "clamp: the lower bound {} exceeds the upper bound {}", low, high);
  return unary(Clamp{low, high}, x);
}

Tensor operator+(const Tensor& a, const Tensor& b) { return binary(Add{}, a, b); }
Tensor operator-(const Tensor& a, const Tensor& b) { return binary(Sub{}, a, b); }
Tensor operator*(const Tensor& a, const Tensor& b) { return binary(Mul{}, a, b); }
Tensor operator/(const Tensor& a, const Tensor& b) { return binary(Div{}, a, b); }
Tensor pow(const Tensor& a, const Tensor& b) { return binary(Pow{}, a, b); }
Tensor maximum(const Tensor& a, const Tensor& b) { return binary(Maximum{}, a, b); }
Tensor minimum(const Tensor& a, const Tensor& b) { return binary(Minimum{}, a, b); }
Tensor leaky_gate(const Tensor& g, const Tensor& x, double slope) { return binary(LeakyGate{slope}, g, x); }

Tensor operator==(const Tensor& a, const Tensor& b) { return compare<Equal>(a, b); }
Tensor operator!=(const Tensor& a, const Tensor& b) { return compare<NotEqual>(a, b); }
Tensor operator<(const Tensor& a, const Tensor& b) { return compare<Less>(a, b); }
Tensor operator<=(const Tensor& a, const Tensor& b) { return compare<LessEqual>(a, b); }
Tensor operator>(const Tensor& a, const Tensor& b) { return compare<Greater>(a, b); }
Tensor operator>=(const Tensor& a, const Tensor& b) { return compare<GreaterEqual>(a, b); }
Tensor operator==(const Tensor& x, double c) { return compare<Equal>(x, c); }
Tensor operator<(const Tensor& x, double c) { return compare<Less>(x, c); }
Tensor operator<=(const Tensor& x, double c) { return compare<LessEqual>(x, c); }
Tensor operator>(const Tensor& x, double c) { return compare<Greater>(x, c); }
Tensor operator>=(const Tensor& x, double c) { return compare<GreaterEqual>(x, c); }
Tensor logical_and(const Tensor& a, const Tensor& b) { return logical<LogicalAnd>(a, b); }
Tensor logical_or(const Tensor& a, const Tensor& b) { return logical<LogicalOr>(a, b); }
Tensor logical_xor(const Tensor& a, const Tensor& b) { return logical<LogicalXor>(a, b); }

Tensor where(const Tensor& condition, const Tensor& a_in, const Tensor& b_in) {
  check(condition.defined() && condition.dtype() == DType::boolean, "where: the condition must be bool; compare first");
  const Pair p = broadcast_pair("where", a_in, b_in);
  const Shape shape = broadcast_shapes("where", condition.shape(), p.a.shape());
  const Tensor c = broadcast_to(condition, shape), a = broadcast_to(p.a, shape), b = broadcast_to(p.b, shape);
  Tensor y = empty(shape, a.dtype(), a.device());
  const kernels::View views[] = {c.view(), a.view(), b.view()};
  const kernels::View* inputs[] = {&views[0], &views[1], &views[2]};
  kernels::run_map("where", loops().where[static_cast<int>(a.dtype())], nullptr, inputs, 3, y.raw(), size_of(a.dtype()),
                   1);
  return record(
      "where", std::move(y), {a, b}, [c](const Tensor& g) { return where(c, g, zeros_like(g)); },
      [c](const Tensor& g) { return where(c, zeros_like(g), g); });
}

Tensor cast(const Tensor& x, DType to) {
  check(x.defined(), "cast: the input is undefined");
  if (x.dtype() == to) return x;
  const Cast<float> functor;  // stateless, as all casts
  Tensor y = run1("cast", loops().cast[static_cast<int>(x.dtype())][static_cast<int>(to)], &functor, x, to);
  if (!is_float(to)) return y;
  return record("cast", std::move(y), {x}, [from = x.dtype()](const Tensor& g) { return cast(g, from); });
}

Tensor share(const Tensor& whole, const Tensor& half, const Tensor& like) {
  return cast(whole, like.dtype()) + cast(half, like.dtype()) * 0.5;
}

}  // namespace emograd
