#pragma once

#include <span>
#include <vector>

#include "tensor/tensor.h"

/// Operations that move elements and compute nothing. Those that can are views (no copy): broadcast_to, permute, slice,
/// flip, and reshape where the layout allows. Each is linear; its adjoint is named beside it. Axes may be negative.
namespace emograd {

/// Repeats x along new leading axes and along axes of extent 1 (stride 0, no copy). Adjoint: sum_to.
Tensor broadcast_to(const Tensor& x, const Shape& shape);
/// Sums x over the axes along which broadcast_to(·, x.shape()) would repeat a tensor of `shape`. Adjoint: broadcast_to.
Tensor sum_to(const Tensor& x, const Shape& shape);

/// Same elements in row-major order; one extent may be −1. A view where strides allow, else a copy. Adjoint: reshape.
Tensor reshape(const Tensor& x, Shape shape);
Tensor flatten(const Tensor& x);                       // to one axis
Tensor squeeze(const Tensor& x, std::int64_t axis);    // drops an axis of extent 1
Tensor unsqueeze(const Tensor& x, std::int64_t axis);  // inserts an axis of extent 1 before `axis`
/// y.shape[i] = x.shape[axes[i]]. Adjoint: the inverse permutation.
Tensor permute(const Tensor& x, std::span<const std::int64_t> axes);
Tensor permute(const Tensor& x, std::initializer_list<std::int64_t> axes);
Tensor transpose(const Tensor& x);  // swaps the last two axes
Tensor transpose(const Tensor& x, std::int64_t axis0, std::int64_t axis1);
Tensor contiguous(const Tensor& x);  // x, or a row-major copy

/// Elements start, start+step, … below stop along `axis`; negative start or stop count from the end, and stop may lie
/// beyond it. step ≥ 1. Adjoint: embed.
Tensor slice(const Tensor& x, std::int64_t axis, std::int64_t start, std::int64_t stop, std::int64_t step = 1);
/// The inverse: zeros of extent `size` along `axis`, with x at start, start+step, … Adjoint: slice.
Tensor embed(const Tensor& x, std::int64_t axis, std::int64_t start, std::int64_t step, std::int64_t size);
Tensor pad(const Tensor& x, std::int64_t axis, std::int64_t before, std::int64_t after);  // with zeros
Tensor flip(const Tensor& x, std::int64_t axis);                                          // its own adjoint

Tensor cat(const std::vector<Tensor>& xs, std::int64_t axis);    // along an existing axis; adjoint: slices
Tensor stack(const std::vector<Tensor>& xs, std::int64_t axis);  // along a new axis

}  // namespace emograd
