#include "autograd/node.h"

namespace emograd {
namespace {

thread_local bool mode = true;

struct Leaf final : Node {
  Leaf() : Node("variable") {}
  std::span<const Ref<TapeEntry>> parents() const override { return {}; }
  void backward(const Tensor&, const bool*, Tensor*) const override {}
};

}  // namespace

bool grad_mode() { return mode; }
GradMode::GradMode(bool on) : Restore(mode, on) {}

Tensor variable(const Tensor& value) {
  check(value.defined(), "variable: the tensor is undefined");
  check(is_float(value.dtype()), "variable: only floating tensors have derivatives, this one is {}", value.dtype());
  return value.with_node(Ref<TapeEntry>(new Leaf));
}

}  // namespace emograd
