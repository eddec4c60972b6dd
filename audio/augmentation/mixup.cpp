#include "audio/augmentation/mixup.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "audio/augmentation/draws.h"
#include "tensor/error.h"

namespace emograd::audio {
namespace {

double positive_draw(Rng& rng) { return draw(rng) + 0x1p-33; }  // in the middle of its cell: its logarithm is finite

double normal_draw(Rng& rng) {
  const double radius = std::sqrt(-2 * std::log(positive_draw(rng)));
  return radius * std::cos(2 * std::numbers::pi * draw(rng));
}

/// The logarithm of a gamma variate of this shape. A shape below 1 is raised by 1 and its variate multiplied by
/// u^(1/shape).
double log_gamma_draw(double shape, Rng& rng) {
  if (shape < 1) {
    const double boost = std::log(positive_draw(rng)) / shape;
    return boost + log_gamma_draw(shape + 1, rng);
  }
  const double d = shape - 1. / 3, c = 1 / std::sqrt(9 * d);
  while (true) {
    const double x = normal_draw(rng), root = 1 + c * x, u = positive_draw(rng);
    if (root <= 0) continue;
    const double v = root * root * root;
    if (std::log(u) < x * x / 2 + d - d * v + d * std::log(v)) return std::log(d * v);
  }
}

}  // namespace

double mixup_weight(double alpha, Rng& rng) {
  check(alpha >= 1e-300 && std::isfinite(alpha), "mixup_weight: alpha is {}, must be positive, 1e-300 at least", alpha);
  const double a = log_gamma_draw(alpha, rng), b = log_gamma_draw(alpha, rng);
  return 1 / (1 + std::exp(b - a));
}

std::vector<float> mixed(std::span<const float> a, std::span<const float> b, double weight_of_a) {
  check(weight_of_a >= 0 && weight_of_a <= 1, "mixed: the weight is {}, must lie in 0 … 1", weight_of_a);
  std::vector<float> y(std::max(a.size(), b.size()));
  const auto at = [](std::span<const float> x, std::size_t i) { return i < x.size() ? static_cast<double>(x[i]) : 0; };
  for (std::size_t i = 0; i < y.size(); ++i)
    y[i] = static_cast<float>(weight_of_a * at(a, i) + (1 - weight_of_a) * at(b, i));
  return y;
}

}  // namespace emograd::audio
