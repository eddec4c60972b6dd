#pragma once

#include <cstdint>
#include <vector>

#include "tensor/tensor.h"

namespace emograd {

/// Axes to reduce over; negative count from the end; empty means all.
using Axes = std::vector<std::int64_t>;

Tensor sum(const Tensor& x, const Axes& axes = {}, bool keepdim = false);
Tensor mean(const Tensor& x, const Axes& axes = {}, bool keepdim = false);  // Error over no elements
/// Largest and smallest element. Equal extremes share the derivative in equal parts. Error over no elements.
Tensor max(const Tensor& x, const Axes& axes = {}, bool keepdim = false);
Tensor min(const Tensor& x, const Axes& axes = {}, bool keepdim = false);
/// Position of the first maximum along `axis`, i64; a NaN counts as the largest. No derivative exists, none is
/// recorded.
Tensor argmax(const Tensor& x, std::int64_t axis, bool keepdim = false);
/// Mean squared deviation from the mean, over n − correction elements; Error where that is not positive.
Tensor var(const Tensor& x, const Axes& axes = {}, double correction = 1, bool keepdim = false);
/// The largest element along the axes (kept, extent 1) as a constant, 0 where it is not finite: what is subtracted from
/// x so that eˣ cannot overflow. It cancels out of the results it is used in, so no derivative flows through it.
Tensor overflow_shift(const Tensor& x, const Axes& axes);
/// ln Σ eˣ, computed without overflow; −∞ where every element is −∞.
Tensor logsumexp(const Tensor& x, const Axes& axes = {}, bool keepdim = false);
/// (Σ |x|^p)^(1/p), finite p ≥ 1. Where the norm is 0 its derivatives are 0.
Tensor norm(const Tensor& x, double p = 2, const Axes& axes = {}, bool keepdim = false);
/// ‖x‖₂^p, p > 0, as one power of the sum of squares: a polynomial where p is even. Otherwise its derivatives are 0
/// where the norm is 0, which is right up to the last order below p.
Tensor norm_power(const Tensor& x, double p, const Axes& axes = {}, bool keepdim = false);
/// Running sum along `axis`, from the end if `reverse`. The two directions are each other's adjoint.
Tensor cumsum(const Tensor& x, std::int64_t axis, bool reverse = false);

}  // namespace emograd
