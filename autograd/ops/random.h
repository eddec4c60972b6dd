#pragma once

#include "tensor/philox.h"
#include "tensor/tensor.h"

/// Random tensors. Each draws as many numbers as it has elements from the stream it is given and advances it by that
/// many; the numbers are the same for any number of threads.
namespace emograd {

Tensor uniform(const Shape&, Rng&, DType = DType::f32);  // [0, 1)
Tensor uniform(const Shape&, double low, double high, Rng&, DType = DType::f32);
Tensor normal(const Shape&, Rng&, DType = DType::f32);               // mean 0, variance 1
Tensor bernoulli(const Shape&, double p, Rng&, DType = DType::f32);  // 1 with probability p, else 0
Tensor permutation(std::int64_t n, Rng&);                            // of 0 … n−1, i64, all equally likely
/// Whole numbers in [0, high), i64.
Tensor integers(const Shape&, std::int64_t high, Rng&);

/// x with each element zeroed with probability p in [0, 1), the others scaled by 1/(1 − p) (Srivastava et al., JMLR
/// 2014). The derivative draws the same mask again from the stream's position: nothing is stored.
Tensor dropout(const Tensor& x, double p, Rng&);

}  // namespace emograd
