#include "optim/optimiser.h"

#include <algorithm>
#include <cmath>

#include "autograd/node.h"
#include "autograd/ops/pointwise.h"
#include "autograd/ops/reduce.h"
#include "nn/module.h"
#include "tensor/kernels/copy.h"
#include "tensor/kernels/optimise.h"

namespace emograd::optim {
namespace {

void check_parameters(const char* name, const std::vector<Tensor*>& parameters) {
  check(!parameters.empty(), "{}: there are no parameters to optimise", name);
  for (const Tensor* p : parameters)
    check(p->defined() && is_float(p->dtype()) && p->is_contiguous(),
          "{}: a parameter is undefined or not a packed float tensor", name);
  for (auto p = parameters.begin(); p != parameters.end(); ++p)
    check(std::find(parameters.begin(), p, *p) == p, "{}: parameter {} is given twice", name, p - parameters.begin());
}

/// A parameter may have been replaced, and state loaded, since the optimiser was made.
void check_state(const char* name, const std::vector<Tensor*>& parameters, const std::vector<Tensor>& states) {
  for (std::size_t i = 0; i < states.size(); ++i) {
    const Tensor &p = *parameters[i], &s = states[i];
    check(s.defined() && s.shape() == p.shape() && s.dtype() == p.dtype() && s.is_contiguous(),
          "{}: parameter {} is {}{}, its running state {}{}: they must be alike, and packed", name, i, p.dtype(),
          p.shape(), s.defined() ? s.dtype() : p.dtype(), s.defined() ? s.shape() : Shape{});
  }
}

/// One step's view of everything: packed gradients, new values, and the kernel's slots.
class Step {
 public:
  Step(const char* name, const std::vector<Tensor*>& parameters, const std::vector<Tensor>& grads)
      : parameters_(parameters) {
    check(grads.size() == parameters.size(), "{}: {} gradients for {} parameters", name, grads.size(),
          parameters.size());
    for (std::size_t i = 0; i < grads.size(); ++i) {
      const Tensor& p = *parameters[i];
      check(grads[i].defined() && grads[i].shape() == p.shape() && grads[i].dtype() == p.dtype(),
            "{}: gradient {} is {}{}, its parameter is {}{}", name, i, grads[i].dtype(), grads[i].shape(), p.dtype(),
            p.shape());
      check(p.is_contiguous(), "{}: parameter {} was replaced by a view; make it packed, as nn::set_parameter does",
            name, i);
      gradients_.push_back(packed(grads[i]));
    }
    for (std::size_t i = 0; i < grads.size(); ++i) {
      const Tensor& p = *parameters[i];
      values_.push_back(p.storage().unique() ? p.detach() : empty(p.shape(), p.dtype()));
      slots_.push_back({.f64 = p.dtype() == DType::f64,
                        .n = p.numel(),
                        .p = p.raw(),
                        .q = values_[i].raw(),
                        .g = gradients_[i].raw(),
                        .m = nullptr,
                        .v = nullptr});
    }
  }
  std::vector<kernels::Slot>& slots() { return slots_; }
  void finish() {
    for (std::size_t i = 0; i < values_.size(); ++i) *parameters_[i] = variable(values_[i]);
  }

 private:
  const std::vector<Tensor*>& parameters_;
  std::vector<Tensor> gradients_, values_;
  std::vector<kernels::Slot> slots_;
};

/// Running state is the optimiser's own, except just after it was saved or loaded: then it is copied before it is
/// written.
void make_own(Tensor& state) {
  if (state.storage().unique()) return;
  Tensor own = empty(state.shape(), state.dtype());
  kernels::copy(state.view(), own.raw());
  state = own;
}

}  // namespace

Adam::Adam(std::vector<Tensor*> parameters, AdamConfig c) : config(c), parameters_(std::move(parameters)) {
  check_parameters("Adam", parameters_);
  check(c.lr >= 0 && c.beta1 >= 0 && c.beta1 < 1 && c.beta2 >= 0 && c.beta2 < 1 && c.eps >= 0 && c.l2 >= 0 &&
            c.weight_decay >= 0,
        "Adam: needs lr, eps, l2, weight_decay ≥ 0 and β in [0, 1); got lr {}, β {} and {}, eps {}, l2 {}, "
        "weight_decay {}",
        c.lr, c.beta1, c.beta2, c.eps, c.l2, c.weight_decay);
  for (const Tensor* p : parameters_) {
    m_.push_back(zeros_like(*p));
    v_.push_back(zeros_like(*p));
  }
}

std::vector<Tensor> Adam::values() const { return nn::values(parameters_); }

void Adam::step(const std::vector<Tensor>& grads) {
  Step s("Adam", parameters_, grads);
  check_state("Adam", parameters_, m_);
  check_state("Adam", parameters_, v_);
  for (std::size_t i = 0; i < m_.size(); ++i) {
    make_own(m_[i]);
    make_own(v_[i]);
    s.slots()[i].m = m_[i].raw();
    s.slots()[i].v = v_[i].raw();
  }
  ++steps;
  const auto t = static_cast<double>(steps);
  const double c2 = 1 - std::pow(config.beta2, t);
  kernels::adam(s.slots(), {.lr = config.lr,
                            .beta1 = config.beta1,
                            .beta2 = config.beta2,
                            .eps = config.early_eps ? config.eps / std::sqrt(c2) : config.eps,
                            .c1 = 1 - std::pow(config.beta1, t),
                            .c2 = c2,
                            .l2 = config.l2,
                            .decay = config.lr * config.weight_decay});
  s.finish();
}

Sgd::Sgd(std::vector<Tensor*> parameters, SgdConfig c) : config(c), parameters_(std::move(parameters)) {
  check_parameters("Sgd", parameters_);
  check(c.lr >= 0 && c.momentum >= 0 && c.l2 >= 0, "Sgd: needs lr, momentum, l2 ≥ 0; got {}, {}, {}", c.lr, c.momentum,
        c.l2);
  if (c.momentum != 0)
    for (const Tensor* p : parameters_) velocity_.push_back(zeros_like(*p));
}

std::vector<Tensor> Sgd::values() const { return nn::values(parameters_); }

void Sgd::step(const std::vector<Tensor>& grads) {
  check(config.momentum == 0 || !velocity_.empty(),
        "Sgd: it was made without momentum and keeps no velocity; make another one for momentum {}", config.momentum);
  Step s("Sgd", parameters_, grads);
  check_state("Sgd", parameters_, velocity_);
  for (std::size_t i = 0; i < velocity_.size(); ++i) {
    make_own(velocity_[i]);
    s.slots()[i].m = velocity_[i].raw();
  }
  kernels::sgd(s.slots(), {.lr = config.lr, .momentum = config.momentum, .l2 = config.l2});
  s.finish();
}

double global_norm(const std::vector<Tensor>& grads) {
  const NoGrad off;
  double total = 0;
  for (const Tensor& g : grads) total += sum(square(g)).item();
  return std::sqrt(total);
}

std::vector<Tensor> clip_by_global_norm(const std::vector<Tensor>& grads, double max_norm) {
  check(max_norm > 0, "clip_by_global_norm: the bound is {}, must be positive", max_norm);
  const double norm = global_norm(grads);
  if (norm <= max_norm) return grads;
  const NoGrad off;
  std::vector<Tensor> out;
  for (const Tensor& g : grads) out.push_back(g * (max_norm / norm));
  return out;
}

}  // namespace emograd::optim
