#include "autograd/ops/reduce.h"

#include <array>
#include <cmath>
#include <limits>

#include "autograd/ops/pointwise.h"
#include "autograd/ops/shape.h"
#include "autograd/record.h"
#include "tensor/kernels/reduce.h"

namespace emograd {
namespace {

struct Plan {
  std::array<bool, max_rank> reduced{};
  Shape kept;     // the output's shape, reduced axes dropped
  Shape keepdim;  // the same with extent 1 in their place
  std::int64_t count = 1;
};

Plan plan(const char* op, const Tensor& x, const Axes& axes, bool needs_elements) {
  check(x.defined(), "{}: the input is undefined", op);
  check(is_float(x.dtype()), "{}: needs a floating tensor, got {}{}; use cast(x, DType::f32)", op, x.dtype(),
        x.shape());
  Plan p;
  p.keepdim = x.shape();
  for (const int axis : normalize_axes(op, axes, x.shape())) {
    p.reduced[static_cast<std::size_t>(axis)] = true;
    p.keepdim[axis] = 1;
    p.count *= x.shape()[axis];
  }
  for (int i = 0; i < x.rank(); ++i)
    if (!p.reduced[static_cast<std::size_t>(i)]) p.kept.push_back(x.shape()[i]);
  check(!needs_elements || p.count > 0, "{}: shape {} has no elements to reduce", op, x.shape());
  return p;
}

Tensor run(kernels::Reduction kind, const Tensor& x, const Plan& p, bool keepdim, DType result) {
  Tensor y = empty(keepdim ? p.keepdim : p.kept, result, x.device());
  kernels::reduce(kind, x.view(), p.reduced.data(), y.raw());
  return y;
}

Tensor extreme(const char* name, kernels::Reduction kind, const Tensor& x, const Axes& axes, bool keepdim) {
  const Plan p = plan(name, x, axes, true);
  return record(name, run(kind, x, p, keepdim, x.dtype()), {x},
                [x, axes, to = p.keepdim](const Tensor& g, const Tensor& y) {
                  const Tensor hit = cast(x.detach() == reshape(y.detach(), to), x.dtype());
                  return broadcast_to(reshape(g, to), x.shape()) * (hit / sum(hit, axes, true));
                });
}

/// s^p for s ≥ 0. A whole p makes it a polynomial; otherwise all derivatives are 0 where s is 0.
Tensor power_of_sum(const Tensor& s, double p) {
  if (p == std::floor(p)) return pow(s, p);
  const Tensor zero = s.detach() == 0.0;
  return where(zero, zeros_like(s), pow(where(zero, ones_like(s), s), p));
}

}  // namespace

Tensor sum(const Tensor& x, const Axes& axes, bool keepdim) {
  const Plan p = plan("sum", x, axes, false);
  return record("sum", run(kernels::Reduction::sum, x, p, keepdim, x.dtype()), {x},
                [from = x.shape(), to = p.keepdim](const Tensor& g) { return broadcast_to(reshape(g, to), from); });
}

Tensor mean(const Tensor& x, const Axes& axes, bool keepdim) {
  const auto n = static_cast<double>(plan("mean", x, axes, true).count);
  return sum(x, axes, keepdim) * (1 / n);
}

Tensor max(const Tensor& x, const Axes& axes, bool keepdim) {
  return extreme("max", kernels::Reduction::max, x, axes, keepdim);
}

Tensor min(const Tensor& x, const Axes& axes, bool keepdim) {
  return extreme("min", kernels::Reduction::min, x, axes, keepdim);
}

Tensor argmax(const Tensor& x, std::int64_t axis, bool keepdim) {
  return run(kernels::Reduction::argmax, x, plan("argmax", x, {axis}, true), keepdim, DType::i64);
}

Tensor var(const Tensor& x, const Axes& axes, double correction, bool keepdim) {
  const auto n = static_cast<double>(plan("var", x, axes, true).count);
  check(n > correction, "var: {} elements of shape {} leave nothing after a correction of {}", n, x.shape(),
        correction);
  return sum(square(x - mean(x, axes, true)), axes, keepdim) * (1 / (n - correction));
}

Tensor overflow_shift(const Tensor& x, const Axes& axes) {
  const Tensor top = max(x.detach(), axes, true);
  const double largest =
      x.dtype() == DType::f64 ? std::numeric_limits<double>::max() : std::numeric_limits<float>::max();
  return where(abs(top) <= largest, top, zeros_like(top));
}

Tensor logsumexp(const Tensor& x, const Axes& axes, bool keepdim) {
  const Plan p = plan("logsumexp", x, axes, true);
  const Tensor top = overflow_shift(x, axes);
  const Tensor y = log(sum(exp(x - top), axes, true)) + top;
  return keepdim ? y : reshape(y, p.kept);
}

Tensor norm(const Tensor& x, double p, const Axes& axes, bool keepdim) {
  check(p >= 1 && std::isfinite(p),
        "norm: p is {}, must be at least 1 and finite; the largest magnitude is max(abs(x))", p);
  plan("norm", x, axes, false);
  if (p == 2) return norm_power(x, 1, axes, keepdim);
  if (p == 1) return sum(abs(x), axes, keepdim);
  return power_of_sum(sum(power_of_sum(abs(x), p), axes, keepdim), 1 / p);
}

Tensor norm_power(const Tensor& x, double p, const Axes& axes, bool keepdim) {
  check(p > 0 && std::isfinite(p), "norm_power: p is {}, must be positive and finite", p);
  plan("norm_power", x, axes, false);
  return power_of_sum(sum(square(x), axes, keepdim), p / 2);
}

Tensor cumsum(const Tensor& x, std::int64_t axis, bool reverse) {
  plan("cumsum", x, {axis}, false);
  const int at = normalize_axis("cumsum", axis, x.shape());
  Tensor y = empty(x.shape(), x.dtype(), x.device());
  kernels::cumsum(x.view(), at, reverse, y.raw());
  return record("cumsum", std::move(y), {x}, [at, reverse](const Tensor& g) { return cumsum(g, at, !reverse); });
}

}  // namespace emograd
