#pragma once

#include "tensor/tensor.h"

namespace emograd {

Tensor softmax(const Tensor& x, std::int64_t axis = -1);      // eˣ / Σ eˣ
Tensor log_softmax(const Tensor& x, std::int64_t axis = -1);  // x − ln Σ eˣ

/// Σ_k t_k (−log softmax(x)_k) per row: logits (B, K), targets (B, K) → (B,). The targets need not sum to 1: class
/// weights are multiplied into them. Fused; defined by log_softmax, *, sum.
Tensor softmax_cross_entropy(const Tensor& logits, const Tensor& targets);

}  // namespace emograd
