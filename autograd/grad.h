#pragma once

#include <vector>

#include "autograd/node.h"

namespace emograd {

struct GradOptions {
  bool create_graph = false;  // record the sweep itself, so that its results can be differentiated
  bool allow_unused = false;  // an x that y does not depend on gets zeros instead of an error
  Tensor seed = {};           // the cotangent of y (y's shape and dtype); default 1 for a y of one element
};

/// ∂⟨seed, y⟩/∂x for every x, as values with x's shape. Nothing is stored anywhere: tensors have no gradient slot, and
/// the tape can be swept again. GradError where y is untracked, an x is untracked, or y does not depend on it.
std::vector<Tensor> grad(const Tensor& y, const std::vector<Tensor>& xs, const GradOptions& = {});
Tensor grad(const Tensor& y, const Tensor& x, const GradOptions& = {});

}  // namespace emograd
