#pragma once

#include "tensor/tensor.h"

/// Pointwise operations: the functions of functors.h on tensors. Inputs of two-input operations are broadcast to a
/// common shape first (NumPy's rule) and must agree in dtype. Arithmetic takes f32 and f64; comparisons also i64.
namespace emograd {

Tensor affine(const Tensor& x, double a, double b);  // a x + b
Tensor reciprocal(const Tensor&);
Tensor square(const Tensor&);
Tensor pow(const Tensor& x, double p);
Tensor exp(const Tensor&);
Tensor expm1(const Tensor&);
Tensor log(const Tensor&);
Tensor log1p(const Tensor&);
Tensor sqrt(const Tensor&);
Tensor rsqrt(const Tensor&);
Tensor abs(const Tensor&);
Tensor sign(const Tensor&);
Tensor sin(const Tensor&);
Tensor cos(const Tensor&);
Tensor tanh(const Tensor&);
Tensor sigmoid(const Tensor&);
Tensor softplus(const Tensor&);
Tensor erf(const Tensor&);
Tensor relu(const Tensor&);
Tensor leaky_relu(const Tensor&, double slope = 0.01);
Tensor elu(const Tensor&, double alpha = 1);
Tensor silu(const Tensor&);
Tensor gelu(const Tensor&);       // with the exact normal distribution function
Tensor gelu_tanh(const Tensor&);  // with its tanh approximation
Tensor clamp(const Tensor&, double low, double high);

Tensor operator+(const Tensor& a, const Tensor& b);
Tensor operator-(const Tensor& a, const Tensor& b);
Tensor operator*(const Tensor& a, const Tensor& b);
Tensor operator/(const Tensor& a, const Tensor& b);
Tensor pow(const Tensor& a, const Tensor& b);
Tensor maximum(const Tensor& a, const Tensor& b);
Tensor minimum(const Tensor& a, const Tensor& b);
Tensor leaky_gate(const Tensor& g, const Tensor& x, double slope);  // g where x > 0, slope·g elsewhere

inline Tensor operator+(const Tensor& x, double c) { return affine(x, 1, c); }
inline Tensor operator+(double c, const Tensor& x) { return affine(x, 1, c); }
inline Tensor operator-(const Tensor& x, double c) { return affine(x, 1, -c); }
inline Tensor operator-(double c, const Tensor& x) { return affine(x, -1, c); }
inline Tensor operator-(const Tensor& x) { return affine(x, -1, 0); }
inline Tensor operator*(const Tensor& x, double c) { return affine(x, c, 0); }
inline Tensor operator*(double c, const Tensor& x) { return affine(x, c, 0); }
inline Tensor operator/(const Tensor& x, double c) { return affine(x, 1 / c, 0); }
inline Tensor operator/(double c, const Tensor& x) { return affine(reciprocal(x), c, 0); }

Tensor operator==(const Tensor& a, const Tensor& b);
Tensor operator!=(const Tensor& a, const Tensor& b);
Tensor operator<(const Tensor& a, const Tensor& b);
Tensor operator<=(const Tensor& a, const Tensor& b);
Tensor operator>(const Tensor& a, const Tensor& b);
Tensor operator>=(const Tensor& a, const Tensor& b);
Tensor operator==(const Tensor& x, double c);
Tensor operator<(const Tensor& x, double c);
Tensor operator<=(const Tensor& x, double c);
Tensor operator>(const Tensor& x, double c);
Tensor operator>=(const Tensor& x, double c);
Tensor logical_and(const Tensor& a, const Tensor& b);  // of bool tensors, as the next two
Tensor logical_or(const Tensor& a, const Tensor& b);
Tensor logical_xor(const Tensor& a, const Tensor& b);

/// a where the condition (bool) holds, b elsewhere; the three are broadcast together.
Tensor where(const Tensor& condition, const Tensor& a, const Tensor& b);
/// Converted to another element type. Between floating types it is tracked, to i64 or bool it is not.
Tensor cast(const Tensor&, DType);

/// 1 where `whole` holds, ½ where `half` holds, 0 elsewhere, in the dtype of `like`: how equal inputs share a
/// derivative.
Tensor share(const Tensor& whole, const Tensor& half, const Tensor& like);

}  // namespace emograd
