#pragma once

#include <string>
#include <vector>

#include "nn/module.h"
#include "tensor/philox.h"
#include "tensor/tensor.h"

namespace emograd::nn {

/// How weights (fan_out, fan_in) are drawn.
enum class Init {
  xavier,  // uniform within ±√(6/(fan_in + fan_out))  (Glorot and Bengio 2010, eq. 16)
  he,      // normal with variance 2/fan_in             (He et al. 2015, eq. 10)
};
Tensor init_weight(Init, std::int64_t fan_out, std::int64_t fan_in, Rng&, DType = DType::f32);

/// y = act(x Wᵀ + b) for x (…, in): act(z) = z where z > 0, slope·z elsewhere; slope 1 is no activation, 0 is relu.
struct Linear {
  Tensor W;  // (out, in)
  Tensor b;  // (out,), 0 at first
  double slope = 1;

  Linear() = default;
  Linear(std::int64_t in, std::int64_t out, Rng&, double slope = 1, Init = Init::xavier, DType = DType::f32);
  Tensor operator()(const Tensor& x) const;
  template <class Visitor>
  void each(Visitor&& visit) {
    visit("W", W);
    visit("b", b);
  }
};

/// Zeroes elements with probability p and rescales, where a stream is given; the identity otherwise (evaluation).
struct Dropout {
  double p = 0.5;
  Tensor operator()(const Tensor& x, Rng* training) const;
};

/// Batch normalisation (Ioffe and Szegedy 2015, algorithms 1 and 2) of rows (B, n): gain (x − mean)/√(variance + eps) +
/// bias. In evaluation mean and variance are running means, which belong to no optimiser and are not in each().
struct BatchNorm {
  Tensor gain, bias;                   // (n,), 1 and 0 at first
  Tensor mean, variance;               // (n,), 0 and 1 at first
  double momentum = 0.99, eps = 1e-3;  // TensorFlow's and Keras's

  BatchNorm() = default;
  explicit BatchNorm(std::int64_t n, DType = DType::f32);
  Tensor operator()(const Tensor& x) const;  // evaluation
  /// With the batch's own mean and variance, after which the running ones have moved: momentum·old + (1 −
  /// momentum)·new, the variance's new value being the unbiased one.
  Tensor train(const Tensor& x);
  template <class Visitor>
  void each(Visitor&& visit) {
    visit("gain", gain);
    visit("bias", bias);
  }
};

/// Linear layers one after the other, an activation of `slope` after each but the last: sizes {in, hidden…, out}.
struct Mlp {
  std::vector<Linear> layers;

  Mlp() = default;
  Mlp(const std::vector<std::int64_t>& sizes, Rng&, double slope = 0, Init = Init::xavier, DType = DType::f32);
  Tensor operator()(const Tensor& x) const;
  template <class Visitor>
  void each(Visitor&& visit) {
    for (std::size_t i = 0; i < layers.size(); ++i) each_in(std::to_string(i), layers[i], visit);
  }
};

}  // namespace emograd::nn
