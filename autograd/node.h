#pragma once

#include <span>

#include "tensor/restore.h"
#include "tensor/tensor.h"
#include "tensor/trace.h"

namespace emograd {

/// One operation on the tape: y = f(parents), with one vector-Jacobian product per parent.
struct Node : TapeEntry {
  const char* const name;
  const char* const equation = trace::current_equation();

  explicit Node(const char* op) : name(op) {}

  /// In the order of the operation's inputs; null where an input is untracked.
  virtual std::span<const Ref<TapeEntry>> parents() const = 0;

  /// out[i] = gᵀ ∂y/∂(input i), for every i with wanted[i]; the others stay as they are. g has y's shape.
  /// A product that is zero by mathematics may be left undefined: the sweep then has nothing to carry on.
  virtual void backward(const Tensor& g, const bool* wanted, Tensor* out) const = 0;
};

/// Whether operations on this thread are recorded.
bool grad_mode();

/// Sets the mode for a scope.
struct GradMode : Restore<bool> {
  explicit GradMode(bool on);
};

/// A scope in which nothing is recorded: evaluation, optimiser steps, first-order sweeps.
struct NoGrad : GradMode {
  NoGrad() : GradMode(false) {}
};

/// A new leaf with this value: something to differentiate with respect to.
Tensor variable(const Tensor& value);

}  // namespace emograd
