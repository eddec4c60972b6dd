#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tensor/philox.h"
#include "tensor/tensor.h"

namespace emograd {

/// A function of f64 tensors, recorded on the tape.
using Function = std::function<Tensor(const std::vector<Tensor>&)>;

struct GradcheckOptions {
  int order = 1;            // 1: ∇f, 2: also ∇⟨∇f, u⟩, 3: once more
  double step = 1e-5;       // of the central difference, times max(1, |x|)
  double tolerance = 1e-6;  // relative, on each directional derivative
  int directions = 2;
  Rng rng{0x67726164, 0};
};

/// Compares the derivative of f along random directions with central differences, at `inputs` (f64), for every order up
/// to options.order. A derivative of order k + 1 is checked as the derivative of the order-k one the tape computed.
/// Returns an empty string if all agree, else what was found: order, direction, both numbers.
std::string gradcheck(const Function& f, const std::vector<Tensor>& inputs, const GradcheckOptions& = {});

}  // namespace emograd
