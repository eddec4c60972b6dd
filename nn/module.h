#pragma once

#include <map>
#include <string>
#include <vector>

#include "tensor/tensor.h"

/// A layer is a plain struct with an operator() and `each(visit)`, which calls visit(name, parameter) for every
/// parameter it owns. That one member gives parameter lists, named state and loading; there is no base class.
namespace emograd::nn {

/// each() of a member: its names get `prefix.` in front.
template <class Module, class Visitor>
void each_in(const std::string& prefix, Module& module, Visitor&& visit) {
  module.each([&](const std::string& name, Tensor& parameter) { visit(prefix + "." + name, parameter); });
}

/// Pointers to all parameters, in order: what an optimiser steps. The modules must outlive it and stay where they are.
template <class... Modules>
std::vector<Tensor*> parameters(Modules&... modules) {
  std::vector<Tensor*> out;
  (modules.each([&](const std::string&, Tensor& parameter) { out.push_back(&parameter); }), ...);
  return out;
}

/// The present values behind the pointers: what grad is asked for.
std::vector<Tensor> values(const std::vector<Tensor*>& parameters);

/// Makes `parameter` a new leaf with this value, packed: optimisers step through memory in order.
void set_parameter(Tensor& parameter, const Tensor& value);

/// Adds the module's parameters, untracked, under `prefix.`.
template <class Module>
void save_to(std::map<std::string, Tensor>& state, const std::string& prefix, Module& module) {
  each_in(prefix, module, [&](const std::string& name, Tensor& p) { state[name] = p.detach(); });
}

/// Replaces every parameter by the tensor of its name. Error for a missing name, another shape or another dtype; then
/// nothing has been replaced.
template <class Module>
void load_from(const std::map<std::string, Tensor>& state, const std::string& prefix, Module& module) {
  std::vector<Tensor> found;
  each_in(prefix, module, [&](const std::string& name, Tensor& p) {
    const auto it = state.find(name);
    check(it != state.end(), "load_from: no tensor is named '{}'", name);
    check(it->second.shape() == p.shape() && it->second.dtype() == p.dtype(),
          "load_from: '{}' is {}{}, the module wants {}{}", name, it->second.dtype(), it->second.shape(), p.dtype(),
          p.shape());
    found.push_back(it->second);
  });
  std::size_t i = 0;
  module.each([&](const std::string&, Tensor& p) { set_parameter(p, found[i++]); });
}

}  // namespace emograd::nn
