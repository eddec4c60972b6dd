#pragma once

#include <vector>

#include "autograd/grad.h"
#include "autograd/record.h"

/// A fused operation is a kernel *defined by* a composite: a plain function of recorded operations with the same value.
/// Its fast backward runs while nothing records. When the sweep itself is recorded (somebody wants a derivative of the
/// derivative), the composite is differentiated instead, so that orders two and up need no rules of their own.
namespace emograd {

/// Whether fused kernels are used: yes, unless the environment says EMOGRAD_FUSED=0 or a FusedMode scope does.
bool fused_mode();

struct FusedMode : Restore<bool> {
  explicit FusedMode(bool on);
};

/// An identity node: a place where a nested sweep can stop.
Tensor alias(const Tensor& x);

/// y onto the tape. composite(inputs) must equal y; fast(g, y, wanted, out) sets the wanted first-order products.
template <class Composite, class Fast>
Tensor record_fused(const char* name, Tensor y, const std::vector<Tensor>& inputs, Composite composite, Fast fast) {
  return record_joint(name, std::move(y), inputs,
                      [inputs, composite, fast](const Tensor& g, const Tensor& y_out, const bool* wanted, Tensor* out) {
                        if (!grad_mode()) return fast(g, y_out, wanted, out);
                        // Aliases are newer than anything below them, so the inner sweep ends at them; through them
                        // its result still depends on the inputs.
                        std::vector<Tensor> sources, targets;
                        for (std::size_t i = 0; i < inputs.size(); ++i) {
                          sources.push_back(wanted[i] ? alias(inputs[i]) : inputs[i]);
                          if (wanted[i]) targets.push_back(sources.back());
                        }
                        const auto products =
                            grad(composite(sources), targets, {.create_graph = true, .allow_unused = true, .seed = g});
                        for (std::size_t i = 0, k = 0; i < inputs.size(); ++i)
                          if (wanted[i]) out[i] = products[k++];
                      });
}

}  // namespace emograd
