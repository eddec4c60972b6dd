#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "autograd/grad.h"
#include "nn/layers.h"
#include "optim/optimiser.h"
#include "tensor/trace.h"

namespace emograd {
struct Checkpoint;
}

/// What the generative models of yi2020 share: networks trained against each other by Adam, batch after batch.
/// Sections, equations and lines are that paper's; adan.h says which it is.
namespace emograd::yi2020 {

/// How a model is trained: section IV-D, where the settings stand for ADAN. The other models take them over.
struct TrainingConfig {
  double lr = 1e-4;  // of Adam
  /// The paper gives none; these are the authors' own program's. With Kingma and Ba's 0.9 and 1e-8 ADAN's encoder and
  /// decoder chase each other: on EmoDB's features latents grow a hundredfold in 200 epochs while (12) rises again.
  double beta1 = 0.5, beta2 = 0.999, eps = 1e-5;
  std::int64_t batch = 128;
  std::int64_t epochs = 800;   // section V-E: "at least 800" for ADAN on EmoDB, 1500 for WADAN; none for the others
  bool gradient_norm = false;  // measure the norm of the generator's gradient, too; changes no training
  // Departures of the authors' own program (as_coded.h).
  bool early_eps = false;  // of Adam (optim::AdamConfig)
  bool drop_last = false;  // a batch that is not full is left out
  bool operator==(const TrainingConfig&) const = default;
};

/// Rows as their encoder sees them, and as many vectors of the kind that the decoder is given to sample: (N, M) each,
/// with the labels that both have, (N,).
struct Latents {
  Tensor real, generated, labels;
};

class AdversarialModel {
 public:
  /// One value per loss of section III, under the letter of its network: of a step, or averaged over an epoch. With
  /// gradient_norm also ‖∂L_G/∂w_G‖ as "grad_G", of the network that learns from D: "grad_E" in an AAE.
  using Losses = std::map<std::string, double>;
  /// What lines 2 to 5 of Algorithm 1 sample.
  struct Batch {
    Tensor x;      // (m, F) real features
    Tensor y;      // (m,) their labels
    Tensor z;      // (m, noise) ~ N(0, 1)
    Tensor y_gen;  // (m,) labels for the generator, drawn as the training labels are distributed
    Tensor mu;     // (m, 1) ~ U[0, 1], WADAN only
  };

  virtual ~AdversarialModel() = default;
  AdversarialModel(const AdversarialModel&) = delete;  // the optimisers point into it
  AdversarialModel& operator=(const AdversarialModel&) = delete;

  virtual const TrainingConfig& training() const = 0;
  /// One update of every network, each against the already updated others.
  virtual Losses step(const Batch&) = 0;
  /// One pass over the training set (N, F), labels (N,), in batches of a random order; the last may be smaller. Error
  /// where drop_last leaves none.
  Losses epoch(const Tensor& features, const Tensor& labels);
  /// One synthetic feature vector per label: (N,) → (N, F).
  virtual Tensor sample(const Tensor& labels, Rng&) const = 0;

  /// What the model makes of rows and their labels in its latent space; nothing where it has none.
  virtual std::optional<Latents> latents(const Tensor& /*x*/, const Tensor& /*labels*/, Rng&) const { return {}; }
  /// No further epochs are wanted.
  virtual bool stopped() const { return false; }

  /// Everything that the next epoch depends on; loading it continues the run bit for bit. Error for what a model of
  /// another shape, or one that keeps more or less, has saved; then nothing has been loaded.
  void save(Checkpoint&, const std::string& prefix) const;
  void load(const Checkpoint&, const std::string& prefix);

  std::int64_t epochs_done = 0;

 protected:
  AdversarialModel() = default;

  virtual std::int64_t noise() const = 0;  // dim z
  /// The batch of the rows `pick`; WADAN adds mu.
  virtual Batch draw(const Tensor& features, const Tensor& labels, const Tensor& pick);

  virtual void epoch_ended(const Tensor& /*features*/, const Tensor& /*labels*/) {}

  /// Makes a network part of what is saved, an optimiser, or a count.
  template <class Network>
  void keep(const std::string& name, Network& network) {
    nn::each_in(name, network, [&](const std::string& full, Tensor& tensor) { tensors_.emplace_back(full, &tensor); });
  }
  void keep(const std::string& name, optim::Adam& adam);
  void keep(const std::string& name, std::int64_t& count) { counts_.emplace_back(name, &count); }

  Rng rng_;  // of the training; set once the weights are drawn

 private:
  std::vector<std::pair<std::string, Tensor*>> tensors_;
  std::vector<std::pair<std::string, std::int64_t*>> counts_;
};

/// Layers in → hidden… → out, ReLU between them (leaky where there is a slope), Xavier's weights.
nn::Mlp network(std::int64_t in, const std::vector<std::int64_t>& hidden, std::int64_t out, Rng&, DType,
                double slope = 0);
optim::AdamConfig adam_config(const TrainingConfig&);

/// [x, y]: rows (N, F) with their labels (N,), made one-hot, beside them: (N, F + classes).
Tensor with_labels(const Tensor& x, const Tensor& labels, std::int64_t classes);

/// One update: descends the loss that `forward` records. The tape is gone before the step, so that Adam finds the
/// parameters' memory unshared and updates it in place.
template <class Forward>
double descend(optim::Adam& adam, const char* equation, const Forward& forward) {
  const trace::Equation eq(equation);
  double value = 0;
  std::vector<Tensor> gradient;
  {
    const Tensor loss = forward();
    value = loss.item();
    gradient = grad(loss, adam.values());
  }
  adam.step(gradient);
  return value;
}

/// The same for a network whose output `out` was computed earlier: `forward` records the loss as a function of that
/// output, and the derivative goes on from there along out's own tape, which is given up. `norm`, where there is one,
/// gets the norm of the whole gradient.
template <class Forward>
double descend_through(optim::Adam& adam, const char* equation, Tensor& out, double* norm, const Forward& forward) {
  const trace::Equation eq(equation);
  double value = 0;
  std::vector<Tensor> gradient;
  {
    const Tensor at = variable(out.detach());
    const Tensor loss = forward(at);
    value = loss.item();
    gradient = grad(out, adam.values(), {.seed = grad(loss, at)});
  }
  if (norm) *norm = optim::global_norm(gradient);
  out = out.detach();
  adam.step(gradient);
  return value;
}

Tensor under(const char* equation, const auto& forward) {
  const trace::Equation eq(equation);
  return forward();
}

}  // namespace emograd::yi2020
