#include "nn/layers.h"

#include <algorithm>
#include <cmath>

#include "autograd/node.h"
#include "autograd/ops/linalg.h"
#include "autograd/ops/pointwise.h"
#include "autograd/ops/random.h"
#include "autograd/ops/reduce.h"

namespace emograd::nn {

Tensor init_weight(Init init, std::int64_t fan_out, std::int64_t fan_in, Rng& rng, DType dtype) {
  check(fan_out >= 1 && fan_in >= 1, "init_weight: needs at least one input and one output, got {} and {}", fan_in,
        fan_out);
  const NoGrad off;
  if (init == Init::xavier) {
    const double bound = std::sqrt(6.0 / static_cast<double>(fan_in + fan_out));
    return uniform({fan_out, fan_in}, -bound, bound, rng, dtype);
  }
  return normal({fan_out, fan_in}, rng, dtype) * std::sqrt(2.0 / static_cast<double>(fan_in));
}

Linear::Linear(std::int64_t in, std::int64_t out, Rng& rng, double slope_, Init init, DType dtype)
    : W(variable(init_weight(init, out, in, rng, dtype))), b(variable(zeros({out}, dtype))), slope(slope_) {}

Tensor Linear::operator()(const Tensor& x) const { return linear(x, W, b, slope); }

Tensor Dropout::operator()(const Tensor& x, Rng* training) const { return training ? dropout(x, p, *training) : x; }

BatchNorm::BatchNorm(std::int64_t n, DType dtype)
    : gain(variable(ones({n}, dtype))),
      bias(variable(zeros({n}, dtype))),
      mean(zeros({n}, dtype)),
      variance(ones({n}, dtype)) {}

Tensor BatchNorm::operator()(const Tensor& x) const { return (x - mean) * (gain * rsqrt(variance + eps)) + bias; }

Tensor BatchNorm::train(const Tensor& x) {
  const Tensor m = emograd::mean(x, {0}), v = var(x, {0}, 0);
  {
    const NoGrad off;
    const auto rows = static_cast<double>(x.dim(0));
    const double unbiased = rows / std::max(rows - 1, 1.0);
    mean = momentum * mean + (1 - momentum) * m;
    variance = momentum * variance + (1 - momentum) * unbiased * v;
  }
  return (x - m) * (gain * rsqrt(v + eps)) + bias;
}

Mlp::Mlp(const std::vector<std::int64_t>& sizes, Rng& rng, double slope, Init init, DType dtype) {
  check(sizes.size() >= 2, "Mlp: needs at least an input and an output size, got {} sizes", sizes.size());
  for (std::size_t i = 0; i + 1 < sizes.size(); ++i)
    layers.emplace_back(sizes[i], sizes[i + 1], rng, i + 2 < sizes.size() ? slope : 1, init, dtype);
}

Tensor Mlp::operator()(const Tensor& x) const {
  Tensor h = x;
  for (const Linear& layer : layers) h = layer(h);
  return h;
}

}  // namespace emograd::nn
