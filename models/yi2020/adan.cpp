#include "models/yi2020/adan.h"

#include <algorithm>

#include "autograd/grad.h"
#include "autograd/ops/index.h"
#include "autograd/ops/pointwise.h"
#include "autograd/ops/random.h"
#include "autograd/ops/reduce.h"
#include "autograd/ops/shape.h"
#include "nn/losses.h"

namespace emograd::yi2020 {
namespace {

std::vector<std::int64_t> sizes(std::int64_t in, const std::vector<std::int64_t>& hidden, std::int64_t out) {
  std::vector<std::int64_t> all{in};
  all.insert(all.end(), hidden.begin(), hidden.end());
  all.push_back(out);
  return all;
}

nn::Mlp network(std::int64_t in, const std::vector<std::int64_t>& hidden, std::int64_t out, Rng& rng, DType dtype) {
  return nn::Mlp(sizes(in, hidden, out), rng, 0, nn::Init::xavier, dtype);
}

optim::AdamConfig adam_config(const AdanConfig& c) {
  return {.lr = c.lr, .beta1 = c.beta1, .beta2 = c.beta2, .eps = c.eps};
}

}  // namespace

AdanConfig adan_config() { return {}; }

AdanConfig wadan_config() {
  AdanConfig c;
  c.wasserstein = true;
  c.epochs = 1500;
  return c;
}

Tensor class_weights(const Tensor& labels, std::int64_t classes) {
  std::vector<float> count(static_cast<std::size_t>(classes), 0);
  for (const std::int64_t y : labels.to_vector<std::int64_t>()) {
    check(y >= 0 && y < classes, "class_weights: label {} is not in 0 … {}", y, classes - 1);
    ++count[static_cast<std::size_t>(y)];
  }
  const float most = *std::max_element(count.begin(), count.end());
  for (std::size_t k = 0; k < count.size(); ++k) {
    check(count[k] > 0, "class_weights: class {} has no sample in the training set", k);
    count[k] = most / count[k];
  }
  return from_values<float>({classes}, count);
}

Adan::Adan(const AdanConfig& c, std::int64_t features, std::int64_t classes_, const Tensor& weights, Rng rng,
           DType dtype)
    : config(c),
      classes(classes_),
      E(network(features, c.autoencoder_hidden, c.latent, rng, dtype)),
      R(network(c.latent, c.autoencoder_hidden, features, rng, dtype)),
      C(network(c.latent, c.hidden, classes, rng, dtype)),
      G(network(c.noise + classes, c.hidden, c.latent, rng, dtype)),
      D(network(c.latent, c.hidden, 1, rng, dtype)),
      weights_(weights.defined() ? cast(weights, dtype) : weights),
      rng_(rng),
      adam_E_(nn::parameters(E), adam_config(c)),
      adam_R_(nn::parameters(R), adam_config(c)),
      adam_C_(nn::parameters(C), adam_config(c)),
      adam_G_(nn::parameters(G), adam_config(c)),
      adam_D_(nn::parameters(D), adam_config(c)) {
  check(c.batch >= 1, "Adan: the batch size is {}, must be at least 1", c.batch);
}

Tensor Adan::classification_error(const Tensor& latent, const Tensor& labels) const {
  return nn::cross_entropy(C(latent), labels, weights_);
}

namespace {

/// One line of Algorithm 1: descends the loss that `forward` records. The tape is gone before the step, so that Adam
/// finds the parameters' memory unshared and updates it in place.
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
/// output, and the derivative goes on from there along out's own tape, which is given up.
template <class Forward>
double descend_through(optim::Adam& adam, const char* equation, Tensor& out, const Forward& forward) {
  const trace::Equation eq(equation);
  double value = 0;
  std::vector<Tensor> gradient;
  {
    const Tensor at = variable(out.detach());
    const Tensor loss = forward(at);
    value = loss.item();
    gradient = grad(out, adam.values(), {.seed = grad(loss, at)});
  }
  out = out.detach();
  adam.step(gradient);
  return value;
}

Tensor under(const char* equation, const auto& forward) {
  const trace::Equation eq(equation);
  return forward();
}

}  // namespace

Adan::Losses Adan::step(const Batch& batch) {
  const bool w = config.wasserstein;
  const char *eq_D = w ? "yi2020:17" : "yi2020:10", *eq_G = w ? "yi2020:18" : "yi2020:14";
  // Only line 11 changes E and only line 12 changes G: h = E(x) and ĥ = G(z, y) are computed once for all lines.
  Tensor h = under("yi2020:13", [&] { return E(batch.x); });
  Tensor h_gen = under(eq_G, [&] { return generate(batch.z, batch.y_gen); });
  const Tensor real = h.detach(), fake = h_gen.detach();

  Losses loss;
  loss.C = descend(adam_C_, "yi2020:11", [&] { return classification_error(real, batch.y); });  // line 7
  loss.D = descend(adam_D_, eq_D, [&] {                                                         // line 8
    return w ? nn::wasserstein_divergence(D, real, fake, batch.mu, config.lambda, config.p)
             : nn::gan_discriminator_loss(D(real), D(fake));
  });
  loss.R = descend(adam_R_, "yi2020:12", [&] { return nn::squared_error(batch.x, R(real)); });  // line 10
  loss.E = descend_through(adam_E_, "yi2020:13", h, [&](const Tensor& at) {                     // line 11
    return nn::squared_error(batch.x, R(at)) + classification_error(at, batch.y);
  });
  loss.G = descend_through(adam_G_, eq_G, h_gen, [&](const Tensor& at) {  // line 12
    const Tensor score = D(at);
    return (w ? mean(score) : nn::gan_generator_loss_saturating(score)) +
           config.alpha * classification_error(at, batch.y_gen);
  });
  return loss;
}

Adan::Losses Adan::epoch(const Tensor& features, const Tensor& labels) {
  const std::int64_t rows = features.dim(0);
  check(labels.shape() == Shape{rows}, "Adan: {} rows of features, labels are {}", rows, labels.shape());
  const Tensor order = permutation(rows, rng_);
  Losses sum;
  for (std::int64_t first = 0; first < rows; first += config.batch) {
    const Tensor pick = slice(order, 0, first, first + config.batch);
    const std::int64_t m = pick.dim(0);
    Batch batch{.x = index_select(features, 0, pick),
                .y = index_select(labels, 0, pick),
                .z = normal({m, config.noise}, rng_, features.dtype()),
                .y_gen = index_select(labels, 0, integers({m}, rows, rng_)),
                .mu = {}};
    if (config.wasserstein) batch.mu = uniform({m, 1}, rng_, features.dtype());
    const Losses l = step(batch);
    const double share = static_cast<double>(m) / static_cast<double>(rows);
    sum.C += share * l.C;
    sum.D += share * l.D;
    sum.R += share * l.R;
    sum.E += share * l.E;
    sum.G += share * l.G;
  }
  ++epochs_done;
  return sum;
}

Tensor Adan::generate(const Tensor& z, const Tensor& labels) const {
  return G(cat({z, one_hot(labels, classes, z.dtype())}, 1));
}

Tensor Adan::encode(const Tensor& x) const {
  const NoGrad off;
  return E(x);
}

Tensor Adan::sample(const Tensor& labels, Rng& rng) const {
  const NoGrad off;
  return R(generate(normal({labels.dim(0), config.noise}, rng, E.layers.front().W.dtype()), labels));
}

template <class Visitor>
void Adan::each_optimiser(Visitor&& visit) {
  visit("adam_E", adam_E_);
  visit("adam_R", adam_R_);
  visit("adam_C", adam_C_);
  visit("adam_G", adam_G_);
  visit("adam_D", adam_D_);
}

namespace {

/// The networks under their names.
template <class Model, class Visitor>
void each_network(Model& m, Visitor&& visit) {
  visit("E", m.E);
  visit("R", m.R);
  visit("C", m.C);
  visit("G", m.G);
  visit("D", m.D);
}

}  // namespace

void Adan::save(Checkpoint& checkpoint, const std::string& prefix) {
  each_network(
      *this, [&](const std::string& name, nn::Mlp& net) { nn::save_to(checkpoint.tensors, prefix + "." + name, net); });
  auto& state = checkpoint.state[prefix];
  each_optimiser([&](const std::string& name, optim::Adam& adam) {
    nn::save_to(checkpoint.tensors, prefix + "." + name, adam);
    state[name + ".steps"] = adam.steps;
  });
  state["epochs_done"] = epochs_done;
  state["rng.seed"] = rng_.seed;
  state["rng.offset"] = rng_.offset;
}

void Adan::load(const Checkpoint& checkpoint, const std::string& prefix) {
  check(checkpoint.state.contains(prefix), "Adan: the checkpoint holds no model named '{}'", prefix);
  const auto& state = checkpoint.state.at(prefix);
  each_network(*this, [&](const std::string& name, nn::Mlp& net) {
    nn::load_from(checkpoint.tensors, prefix + "." + name, net);
  });
  each_optimiser([&](const std::string& name, optim::Adam& adam) {
    nn::load_from(checkpoint.tensors, prefix + "." + name, adam);
    adam.steps = state.at(name + ".steps");
  });
  epochs_done = state.at("epochs_done");
  rng_ = {state.at("rng.seed"), state.at("rng.offset")};
}

}  // namespace emograd::yi2020
