#include "models/yi2020/adversarial.h"

#include <algorithm>
#include <set>

#include "autograd/ops/index.h"
#include "autograd/ops/random.h"
#include "autograd/ops/shape.h"
#include "nn/checkpoint.h"

namespace emograd::yi2020 {

nn::Mlp network(std::int64_t in, const std::vector<std::int64_t>& hidden, std::int64_t out, Rng& rng, DType dtype,
                double slope) {
  std::vector<std::int64_t> sizes{in};
  sizes.insert(sizes.end(), hidden.begin(), hidden.end());
  sizes.push_back(out);
  return nn::Mlp(sizes, rng, slope, nn::Init::xavier, dtype);
}

optim::AdamConfig adam_config(const TrainingConfig& c) {
  return {.lr = c.lr, .beta1 = c.beta1, .beta2 = c.beta2, .eps = c.eps, .early_eps = c.early_eps};
}

Tensor with_labels(const Tensor& x, const Tensor& labels, std::int64_t classes) {
  return cat({x, one_hot(labels, classes, x.dtype())}, 1);
}

AdversarialModel::Losses AdversarialModel::epoch(const Tensor& features, const Tensor& labels) {
  const std::int64_t rows = features.dim(0), batch = training().batch;
  check(labels.shape() == Shape{rows}, "epoch: {} rows of features, labels are {}", rows, labels.shape());
  check(batch >= 1, "epoch: the batch size is {}, must be at least 1", batch);
  const std::int64_t used = training().drop_last ? rows - rows % batch : rows;
  check(used > 0, "epoch: {} rows are less than a batch of {}, and drop_last leaves none; make the batch smaller", rows,
        batch);
  const Tensor order = permutation(rows, rng_);
  Losses sum;
  for (std::int64_t first = 0; first < rows; first += batch) {
    const Tensor pick = slice(order, 0, first, first + batch);
    const Batch drawn = draw(features, labels, pick);
    if (first >= used) break;  // drawn all the same: the next epoch's numbers are those without drop_last
    const double share = static_cast<double>(pick.dim(0)) / static_cast<double>(used);
    for (const auto& [name, loss] : step(drawn)) sum[name] += share * loss;
  }
  ++epochs_done;
  epoch_ended(features, labels);
  return sum;
}

AdversarialModel::Batch AdversarialModel::draw(const Tensor& features, const Tensor& labels, const Tensor& pick) {
  const std::int64_t m = pick.dim(0);
  return {.x = index_select(features, 0, pick),
          .y = index_select(labels, 0, pick),
          .z = normal({m, noise()}, rng_, features.dtype()),
          .y_gen = index_select(labels, 0, integers({m}, labels.dim(0), rng_)),
          .mu = {}};
}

void AdversarialModel::keep(const std::string& name, optim::Adam& adam) {
  keep<optim::Adam>(name, adam);
  counts_.emplace_back(name + ".steps", &adam.steps);
}

namespace {

/// Tensors under their names, for save_to and load_from.
struct Named {
  const std::vector<std::pair<std::string, Tensor*>>& tensors;
  template <class Visitor>
  void each(Visitor&& visit) {
    for (const auto& [name, tensor] : tensors) visit(name, *tensor);
  }
};

}  // namespace

void AdversarialModel::save(Checkpoint& checkpoint, const std::string& prefix) const {
  Named kept{tensors_};
  nn::save_to(checkpoint.tensors, prefix, kept);
  auto& state = checkpoint.state[prefix];
  for (const auto& [name, count] : counts_) state[name] = *count;
  state["epochs_done"] = epochs_done;
  state["rng.seed"] = rng_.seed;
  state["rng.offset"] = rng_.offset;
}

void AdversarialModel::load(const Checkpoint& checkpoint, const std::string& prefix) {
  check(checkpoint.state.contains(prefix), "load: the checkpoint holds no model named '{}'", prefix);
  const auto& state = checkpoint.state.at(prefix);
  std::set<std::string> wanted{"epochs_done", "rng.seed", "rng.offset"};
  for (const auto& [name, count] : counts_) wanted.insert(name);
  for (const std::string& name : wanted)
    check(state.contains(name) && state.at(name).is_number_integer(), "load: '{}' has no count '{}', this model does",
          prefix, name);
  for (const auto& [name, value] : state.items())
    check(wanted.contains(name), "load: '{}' has a count '{}', this model does not", prefix, name);
  const auto tensors = std::count_if(checkpoint.tensors.begin(), checkpoint.tensors.end(),
                                     [&](const auto& entry) { return entry.first.starts_with(prefix + "."); });
  check(tensors <= std::ssize(tensors_), "load: '{}' has {} tensors, this model {}", prefix, tensors, tensors_.size());
  Named kept{tensors_};
  nn::load_from(checkpoint.tensors, prefix, kept);  // all or nothing
  for (const auto& [name, count] : counts_) *count = state.at(name);
  epochs_done = state.at("epochs_done");
  rng_ = {state.at("rng.seed"), state.at("rng.offset")};
}

}  // namespace emograd::yi2020
