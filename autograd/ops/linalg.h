#pragma once

#include "tensor/tensor.h"

namespace emograd {

/// Matrix product (…, M, K)·(…, K, N) → (…, M, N); leading axes are broadcast. Transposed and sliced operands are read
/// in place where one of their last two strides is 1. Error where inner extents or dtypes differ.
Tensor matmul(const Tensor& a, const Tensor& b);

/// act(x wᵀ + b) for x (…, in), w (out, in), b (out,), as one kernel: act(z) = z where z > 0, slope·z elsewhere. Slope
/// 1 is no activation, 0 is relu. Fused; equals leaky_relu(matmul(x, transpose(w)) + b).
Tensor linear(const Tensor& x, const Tensor& w, const Tensor& b, double slope = 1);

}  // namespace emograd
