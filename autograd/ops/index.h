#pragma once

#include "tensor/tensor.h"

/// Elements by index. Indices are i64 tensors; one outside the axis is an Error that names it.
namespace emograd {

/// y[…, i, …] = x[…, index[i], …] along `axis`; index (n,). Adjoint: index_add.
Tensor index_select(const Tensor& x, std::int64_t axis, const Tensor& index);
/// The inverse: zeros of extent `size` along `axis`, y[…, index[i], …] += x[…, i, …]. Adjoint: index_select.
Tensor index_add(const Tensor& x, std::int64_t axis, const Tensor& index, std::int64_t size);

/// y[i][j] = x[index[i][j]][j] for axis 0, and so on; index has x's rank, and x's extents except along `axis`.
/// Adjoint: scatter_add.
Tensor gather(const Tensor& x, std::int64_t axis, const Tensor& index);
/// The inverse: zeros of extent `size` along `axis`, y[index[i][j]][j] += x[i][j]; index has x's shape. Adjoint:
/// gather.
Tensor scatter_add(const Tensor& x, std::int64_t axis, const Tensor& index, std::int64_t size);

/// labels (…) → (…, classes): 1 at the label, 0 elsewhere.
Tensor one_hot(const Tensor& labels, std::int64_t classes, DType = DType::f32);

}  // namespace emograd
