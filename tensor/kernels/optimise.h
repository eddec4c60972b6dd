#pragma once

#include <cstdint>
#include <span>

/// Optimiser steps: one pass over all parameters of all networks, whatever their sizes.
namespace emograd::kernels {

/// One parameter tensor of n elements: value p (read), its new value q (written; may be p), gradient g, and the
/// optimiser's running state, updated in place.
struct Slot {
  bool f64;
  std::int64_t n;
  const void* p;
  void* q;
  const void* g;
  void *m, *v;
};

/// Kingma and Ba, "Adam" (ICLR 2015), algorithm 1, with bias corrections c1 = 1 − β1ᵗ, c2 = 1 − β2ᵗ. `l2` is added to
/// the gradient (L2 penalty); `decay` shrinks the parameter itself (Loshchilov and Hutter, "Decoupled weight decay",
/// 2019).
struct AdamStep {
  double lr, beta1, beta2, eps, c1, c2, l2, decay;
};
void adam(std::span<const Slot>, const AdamStep&);

/// m ← momentum·m + g + l2·p;  q = p − lr·m.  (v unused; m may be null where momentum is 0.)
struct SgdStep {
  double lr, momentum, l2;
};
void sgd(std::span<const Slot>, const SgdStep&);

struct OptimiseTable {
  void (*adam[2])(const Slot&, const AdamStep&, std::int64_t begin, std::int64_t end);
  void (*sgd[2])(const Slot&, const SgdStep&, std::int64_t begin, std::int64_t end);
};

}  // namespace emograd::kernels
