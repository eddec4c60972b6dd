#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tensor/tensor.h"

/// First-order optimisers. They hold pointers to parameters and replace each by a new value: a step never changes a
/// tensor that somebody else can see. Where nobody else holds the old value its memory is reused; where a tape does,
/// the tape keeps the old one and its derivatives stay right.
namespace emograd::optim {

struct AdamConfig {
  double lr = 1e-3, beta1 = 0.9, beta2 = 0.999, eps = 1e-8;
  double l2 = 0;            // L2 penalty l2/2 ‖p‖², through the gradient
  double weight_decay = 0;  // decoupled: p shrinks by lr·weight_decay each step (AdamW)
  /// eps joins √v before v's bias is corrected, not after: Kingma and Ba, end of section 2, and what TensorFlow and
  /// Keras do. The same as an eps of eps/√(1 − β2ᵗ), 32 times as large at first.
  bool early_eps = false;
  bool operator==(const AdamConfig&) const = default;
};

/// Adam and AdamW, all parameters of all networks in one pass.
class Adam {
 public:
  Adam(std::vector<Tensor*> parameters, AdamConfig);

  /// One step against `grads`, one per parameter. Error for another count, shape or dtype; then nothing has changed.
  void step(const std::vector<Tensor>& grads);
  /// The parameters' present values: what grad() is asked for.
  std::vector<Tensor> values() const;

  /// Running means "i.m" and "i.v" of parameter i, for checkpoints. With `steps` they are the whole state.
  template <class Visitor>
  void each(Visitor&& visit) {
    for (std::size_t i = 0; i < m_.size(); ++i) {
      visit(std::to_string(i) + ".m", m_[i]);
      visit(std::to_string(i) + ".v", v_[i]);
    }
  }
  std::int64_t steps = 0;  // taken so far
  AdamConfig config;

 private:
  std::vector<Tensor*> parameters_;
  std::vector<Tensor> m_, v_;
};

struct SgdConfig {
  double lr = 1e-2, momentum = 0, l2 = 0;
};

/// v ← momentum·v + g + l2·p;  p ← p − lr·v.
class Sgd {
 public:
  Sgd(std::vector<Tensor*> parameters, SgdConfig);
  void step(const std::vector<Tensor>& grads);
  std::vector<Tensor> values() const;
  template <class Visitor>
  void each(Visitor&& visit) {
    for (std::size_t i = 0; i < velocity_.size(); ++i) visit(std::to_string(i) + ".velocity", velocity_[i]);
  }
  SgdConfig config;

 private:
  std::vector<Tensor*> parameters_;
  std::vector<Tensor> velocity_;
};

/// √Σ‖g‖² over all tensors.
double global_norm(const std::vector<Tensor>& grads);
/// The gradients, scaled down so that their global norm is at most max_norm (Pascanu et al. 2013).
std::vector<Tensor> clip_by_global_norm(const std::vector<Tensor>& grads, double max_norm);

}  // namespace emograd::optim
