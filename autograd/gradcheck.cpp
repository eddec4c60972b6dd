#include "autograd/gradcheck.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "autograd/grad.h"
#include "autograd/ops/pointwise.h"
#include "autograd/ops/random.h"
#include "autograd/ops/reduce.h"

namespace emograd {
namespace {

std::vector<Tensor> as_variables(const std::vector<Tensor>& inputs) {
  std::vector<Tensor> out;
  for (const Tensor& x : inputs) out.push_back(variable(x));
  return out;
}

std::vector<Tensor> moved(const std::vector<Tensor>& x, const std::vector<Tensor>& direction, double by) {
  const NoGrad off;
  std::vector<Tensor> out;
  for (std::size_t i = 0; i < x.size(); ++i) out.push_back(x[i] + direction[i] * by);
  return out;
}

std::vector<Tensor> random_direction(const std::vector<Tensor>& like, Rng& rng) {
  std::vector<Tensor> out;
  for (const Tensor& x : like) out.push_back(normal(x.shape(), rng, DType::f64));
  return out;
}

Tensor dot(const std::vector<Tensor>& a, const std::vector<Tensor>& b) {
  Tensor total = full({}, 0, DType::f64);
  for (std::size_t i = 0; i < a.size(); ++i) total = total + sum(a[i] * b[i]);
  return total;
}

/// ⟨f(x), c⟩ for order 0; ⟨∇(order k−1), u_k⟩ above: a scalar function, recorded.
struct Scalar {
  const Function& f;
  Tensor cotangent;
  std::vector<std::vector<Tensor>> directions;

  Tensor operator()(const std::vector<Tensor>& x, std::size_t order) const {
    if (order == 0) return sum(f(x) * cotangent);
    const Tensor below = (*this)(x, order - 1);
    if (!below.tracked()) return full({}, 0, DType::f64);
    return dot(grad(below, x, {.create_graph = true, .allow_unused = true}), directions[order - 1]);
  }
};

}  // namespace

std::string gradcheck(const Function& f, const std::vector<Tensor>& inputs, const GradcheckOptions& options) {
  Rng rng = options.rng;
  for (const Tensor& x : inputs) check(x.dtype() == DType::f64, "gradcheck: inputs must be f64, got {}", x.dtype());
  double reach = 1;
  for (const Tensor& x : inputs)
    for (const double v : x.to_vector<double>()) reach = std::max(reach, std::abs(v));
  const double h = options.step * reach;

  for (int round = 0; round < options.directions; ++round) {
    Scalar scalar{f, normal(f(as_variables(inputs)).shape(), rng, DType::f64), {}};
    for (int order = 1; order <= options.order; ++order) {
      const auto direction = random_direction(inputs, rng);
      const auto below = static_cast<std::size_t>(order - 1);
      const auto at = [&](double by) { return scalar(as_variables(moved(inputs, direction, by)), below).item(); };
      const double numeric = (at(h) - at(-h)) / (2 * h);
      scalar.directions.push_back(direction);
      const double analytic = scalar(as_variables(inputs), below + 1).item();
      const double scale = std::max({1.0, std::abs(numeric), std::abs(analytic)});
      if (!(std::abs(numeric - analytic) <= options.tolerance * scale))
        return fmt::format("order {}, direction {}: the tape gives {:.12g}, central differences give {:.12g}", order,
                           round, analytic, numeric);
    }
  }
  return "";
}

}  // namespace emograd
