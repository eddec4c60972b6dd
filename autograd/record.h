#pragma once

#include <array>
#include <functional>
#include <initializer_list>
#include <optional>
#include <tuple>
#include <vector>

#include "autograd/node.h"

/// The one way onto the tape. An operation computes its value and calls record with one rule per input:
///
///   return record("matmul", y, {a, b},
///                 [b](const Tensor& g) { return matmul(g, transpose(b)); },    // dA = g Bᵀ
///                 [a](const Tensor& g) { return matmul(transpose(a), g); });   // dB = Aᵀ g
///
/// What the rules capture is what the tape keeps in memory, no more: a rule whose input is untracked is dropped at
/// once. A rule that needs the output takes it as second argument, [](const Tensor& g, const Tensor& y), and must not
/// capture it (the node would own itself). Rules are written in recorded operations, so they can be differentiated
/// again.
namespace emograd {

using Inputs = std::initializer_list<std::reference_wrapper<const Tensor>>;

/// Whether an operation on these inputs goes onto the tape.
template <class Range = Inputs>
bool any_tracked(const Range& inputs) {
  if (!grad_mode()) return false;
  for (const Tensor& x : inputs)
    if (x.tracked()) return true;
  return false;
}

namespace detail {

template <class Rule>
constexpr bool takes_output = std::is_invocable_v<const Rule&, const Tensor&, const Tensor&>;

template <class... Rules>
class RuleNode final : public Node {
 public:
  RuleNode(const char* op, const Tensor& y, Inputs inputs, Rules&&... rules) : Node(op) {
    if constexpr ((takes_output<Rules> || ...)) y_ = y.detach();
    std::size_t i = 0;
    for (const Tensor& x : inputs) parents_[i++] = x.node();
    i = 0;
    std::apply([&](auto&... slot) { ((parents_[i++] ? void(slot.emplace(std::move(rules))) : void()), ...); }, rules_);
  }

  std::span<const Ref<TapeEntry>> parents() const override { return parents_; }

  void backward(const Tensor& g, const bool* wanted, Tensor* out) const override {
    std::size_t i = 0;
    std::apply([&](const auto&... rule) { ((wanted[i] ? void(out[i] = apply(*rule, g)) : void(), ++i), ...); }, rules_);
  }

 private:
  template <class Rule>
  Tensor apply(const Rule& rule, const Tensor& g) const {
    if constexpr (takes_output<Rule>) return rule(g, y_.with_node(Ref<TapeEntry>(const_cast<RuleNode*>(this))));
    else return rule(g);
  }

  std::array<Ref<TapeEntry>, sizeof...(Rules)> parents_;
  std::tuple<std::optional<Rules>...> rules_;
  Tensor y_;  // defined only where a rule takes it; without its node, which is this one
};

/// One call computes all wanted products: for lists of inputs, and where the products share work.
template <class Backward>
class JointNode final : public Node {
 public:
  JointNode(const char* op, const Tensor& y, const std::vector<Tensor>& inputs, Backward&& backward)
      : Node(op), y_(y.detach()), backward_(std::move(backward)) {
    for (const Tensor& x : inputs) parents_.push_back(x.node());
  }
  std::span<const Ref<TapeEntry>> parents() const override { return parents_; }
  void backward(const Tensor& g, const bool* wanted, Tensor* out) const override {
    backward_(g, y_.with_node(Ref<TapeEntry>(const_cast<JointNode*>(this))), wanted, out);
  }

 private:
  std::vector<Ref<TapeEntry>> parents_;
  Tensor y_;  // as in RuleNode
  Backward backward_;
};

}  // namespace detail

/// y, on the tape if an input is tracked and this thread records; y as it is otherwise.
template <class... Rules>
Tensor record(const char* name, Tensor y, Inputs inputs, Rules... rules) {
  if (!any_tracked(inputs)) return y;
  return y.with_node(Ref<TapeEntry>(new detail::RuleNode<Rules...>(name, y, inputs, std::move(rules)...)));
}

/// The same with one rule for all inputs: backward(g, y, wanted, out) sets out[i] for every i with wanted[i].
template <class Backward>
Tensor record_joint(const char* name, Tensor y, const std::vector<Tensor>& inputs, Backward backward) {
  if (!any_tracked(inputs)) return y;
  return y.with_node(Ref<TapeEntry>(new detail::JointNode<Backward>(name, y, inputs, std::move(backward))));
}

}  // namespace emograd
