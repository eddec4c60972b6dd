#include <cmath>
#include <iostream>

#include "autograd/grad.h"
#include "autograd/ops/pointwise.h"
#include "autograd/ops/reduce.h"
#include "nn/layers.h"
#include "nn/losses.h"
#include "optim/optimiser.h"

int main() {
  using namespace emograd;
  const Tensor x = variable(tensor({0.5, -1.0}, DType::f64));
  const Tensor dx = grad(sum(tanh(x)), x, {.create_graph = true});
  const double second = grad(sum(dx), x).to_vector<double>()[0];  // −2 tanh x (1 − tanh² x)
  Rng rng{1, 0};
  nn::Mlp net({2, 8, 1}, rng);
  optim::Adam adam(nn::parameters(net), {});
  const Tensor rows = tensor({{0.1, 0.2}, {0.3, 0.4}});
  adam.step(grad(nn::squared_error(net(rows), ones({2, 1})), adam.values()));
  std::cout << net(rows) << "\n";
  return std::abs(second + 2 * std::tanh(0.5) * (1 - std::pow(std::tanh(0.5), 2))) < 1e-12 ? 0 : 1;
}
