#include "autograd/ops/softmax.h"

#include "autograd/fused.h"
#include "autograd/ops/pointwise.h"
#include "autograd/ops/reduce.h"
#include "tensor/kernels/softmax.h"

namespace emograd {

Tensor softmax(const Tensor& x, std::int64_t axis) { return exp(log_softmax(x, axis)); }

Tensor log_softmax(const Tensor& x, std::int64_t axis) {
  check(x.defined() && is_float(x.dtype()), "log_softmax: needs a floating tensor, got {}{}; use cast(x, DType::f32)",
        x.dtype(), x.shape());
  check(x.shape()[normalize_axis("log_softmax", axis, x.shape())] > 0,
        "log_softmax: axis {} of shape {} has no elements", axis, x.shape());
  // Not x − logsumexp(x): where one class is nearly certain, the two are large and equal, and the digits of ln y are
  // lost.
  const Tensor shifted = x - overflow_shift(x, {axis});
  return shifted - log(sum(exp(shifted), {axis}, true));
}

Tensor softmax_cross_entropy(const Tensor& logits, const Tensor& targets) {
  check(logits.defined() && targets.defined(), "softmax_cross_entropy: an input is undefined");
  check(logits.rank() == 2 && logits.dim(1) > 0 && targets.shape() == logits.shape(),
        "softmax_cross_entropy: needs logits and targets of one shape (B, K), got {} and {}; one_hot makes targets of "
        "labels",
        logits.shape(), targets.shape());
  check(is_float(logits.dtype()) && targets.dtype() == logits.dtype(),
        "softmax_cross_entropy: needs two floating tensors of one dtype, got {} and {}", logits.dtype(),
        targets.dtype());
  const auto composite = [](const std::vector<Tensor>& in) { return sum(in[1] * -log_softmax(in[0]), {1}); };
  if (!fused_mode()) return composite({logits, targets});
  const Tensor x = packed(logits), t = packed(targets);
  const auto problem = [](const Tensor& a, const Tensor& b) {
    return kernels::CrossEntropy{a.dtype() == DType::f64, a.dim(0), a.dim(1), a.raw(), b.raw()};
  };
  Tensor y = empty({logits.dim(0)}, logits.dtype(), logits.device());
  kernels::cross_entropy(problem(x, t), y.raw());
  return record_fused("softmax_cross_entropy", std::move(y), {logits, targets}, composite,
                      [x, t, problem](const Tensor& g, const Tensor&, const bool* wanted, Tensor* out) {
                        for (int i = 0; i < 2; ++i)
                          if (wanted[i]) out[i] = empty(x.shape(), x.dtype(), x.device());
                        const Tensor seed = packed(g);
                        kernels::cross_entropy_backward(problem(x, t), seed.raw(), wanted[0] ? out[0].raw() : nullptr,
                                                        wanted[1] ? out[1].raw() : nullptr);
                      });
}

}  // namespace emograd
