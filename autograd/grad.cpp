#include "autograd/grad.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <memory>

#include "autograd/ops/pointwise.h"

namespace emograd {
namespace {

constexpr std::size_t none = std::numeric_limits<std::size_t>::max();

const Node* node_of(const Tensor& t) { return static_cast<const Node*>(t.node().get()); }

/// The part of the tape between y and the xs, in descending id order: every node stands before its parents, because a
/// node is created, and numbered, after them.
struct Tape {
  struct Entry {
    const Node* node;
    std::size_t first_edge;
    bool is_x;
    bool wanted;  // an x is at or below this node
  };
  std::size_t max_arity = 0;
  std::vector<Entry> entries;
  std::vector<std::size_t> edges;  // per parent of each entry: the parent's position in entries, or none

  Tape(const Node* y, std::vector<const Node*> xs) {
    std::sort(xs.begin(), xs.end(), [](auto a, auto b) { return a->id > b->id; });
    const std::uint64_t lowest = xs.back()->id;
    // A heap on ids visits nodes in the order wanted. The same node may be pushed once per edge into it; its copies
    // leave the heap one after the other, so that comparing with the last entry is all the bookkeeping there is.
    struct Pending {
      const Node* node;
      std::size_t edge;
      bool operator<(const Pending& other) const { return node->id < other.node->id; }
    };
    std::vector<Pending> heap{{y, none}};
    auto next_x = xs.begin();
    while (!heap.empty()) {
      std::pop_heap(heap.begin(), heap.end());
      const auto [node, edge] = heap.back();
      heap.pop_back();
      if (entries.empty() || entries.back().node != node) {
        while (next_x != xs.end() && (*next_x)->id > node->id) ++next_x;
        const auto parents = node->parents();
        const bool is_x = next_x != xs.end() && *next_x == node;
        entries.push_back({node, edges.size(), is_x, is_x});
        max_arity = std::max(max_arity, parents.size());
        for (const auto& parent : parents) {
          if (parent && parent->id >= lowest) {
            heap.push_back({static_cast<const Node*>(parent.get()), edges.size()});
            std::push_heap(heap.begin(), heap.end());
          }
          edges.push_back(none);
        }
      }
      if (edge != none) edges[edge] = entries.size() - 1;
    }
    for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry)
      for (std::size_t i = 0; i < entry->node->parents().size() && !entry->wanted; ++i) {
        const std::size_t parent = edges[entry->first_edge + i];
        entry->wanted = parent != none && entries[parent].wanted;
      }
  }
};

Tensor seed_for(const Tensor& y, const GradOptions& options) {
  if (!options.seed.defined()) {
    check(y.numel() == 1, "grad: y has shape {}; only a y of one element has a default seed, give options.seed",
          y.shape());
    return ones_like(y);
  }
  check(options.seed.shape() == y.shape() && options.seed.dtype() == y.dtype(),
        "grad: the seed is {}{}, y is {}{}; they must agree", options.seed.dtype(), options.seed.shape(), y.dtype(),
        y.shape());
  return options.seed;
}

}  // namespace

std::vector<Tensor> grad(const Tensor& y, const std::vector<Tensor>& xs, const GradOptions& options) {
  if (xs.empty()) return {};
  check(y.defined(), "grad: y is undefined");
  std::vector<const Node*> wanted_nodes;
  for (std::size_t i = 0; i < xs.size(); ++i) {
    if (!xs[i].tracked()) throw GradError(fmt::format("grad: x[{}] is not tracked; make it with variable()", i));
    wanted_nodes.push_back(node_of(xs[i]));
  }
  Tensor seed = seed_for(y, options);
  std::vector<Tensor> results(xs.size());

  if (y.tracked()) {
    const Tape tape(node_of(y), wanted_nodes);
    std::vector<Tensor> cotangents(tape.entries.size());
    cotangents[0] = std::move(seed);

    const GradMode mode(options.create_graph);
    const bool nested = std::strcmp(trace::current_phase(), "forward") != 0;
    const trace::Phase phase(options.create_graph || nested ? "backward²" : "backward");
    std::vector<Tensor> products(tape.max_arity);
    const auto wants = std::make_unique<bool[]>(tape.max_arity);
    for (std::size_t at = 0; at < tape.entries.size(); ++at) {
      const auto& [node, first_edge, is_x, wanted] = tape.entries[at];
      const Tensor g = std::move(cotangents[at]);
      if (!wanted) continue;
      for (std::size_t i = 0; is_x && i < xs.size(); ++i)
        if (wanted_nodes[i] == node) results[i] = g.defined() ? g : zeros_like(xs[i]);
      if (!g.defined()) continue;
      const std::size_t arity = node->parents().size();
      bool any = false;
      for (std::size_t i = 0; i < arity; ++i) {
        const std::size_t parent = tape.edges[first_edge + i];
        wants[i] = parent != none && tape.entries[parent].wanted;
        any |= wants[i];
      }
      if (!any) continue;
      const trace::Equation equation(node->equation);
      node->backward(g, wants.get(), products.data());
      for (std::size_t i = 0; i < arity; ++i) {
        if (!wants[i] || !products[i].defined()) continue;
        Tensor& sum = cotangents[tape.edges[first_edge + i]];
        sum = sum.defined() ? sum + products[i] : std::move(products[i]);
        products[i] = Tensor();
      }
    }
  }

  for (std::size_t i = 0; i < xs.size(); ++i) {
    if (results[i].defined()) continue;
    if (!options.allow_unused)
      throw GradError(fmt::format(
          "grad: y{} does not depend on x[{}] of shape {}; leave it out, or set allow_unused for zeros. (A parameter "
          "that an optimiser has stepped is a new value: graphs made before hold the old one.)",
          y.tracked() ? "" : " is not tracked and so", i, xs[i].shape()));
    results[i] = zeros_like(xs[i]);
  }
  return results;
}

Tensor grad(const Tensor& y, const Tensor& x, const GradOptions& options) {
  return grad(y, std::vector<Tensor>{x}, options).front();
}

}  // namespace emograd
