#include "models/yi2020/adan.h"

#include <algorithm>
#include <cmath>

#include "autograd/ops/pointwise.h"
#include "autograd/ops/random.h"
#include "autograd/ops/reduce.h"
#include "nn/losses.h"

namespace emograd::yi2020 {

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

Tensor Network::operator()(const Tensor& x) const {
  Tensor h = x;
  for (std::size_t i = 0; i < mlp.layers.size(); ++i) {
    h = mlp.layers[i](h);
    if (i < norms.size()) h = norms[i](h);
  }
  return tanh ? emograd::tanh(h) : h;
}

namespace {

Network with_norms(Network n, bool wanted, DType dtype) {
  for (std::size_t i = 0; wanted && i + 1 < n.mlp.layers.size(); ++i)
    n.norms.emplace_back(n.mlp.layers[i].W.dim(0), dtype);
  return n;
}

}  // namespace

Adan::Adan(const AdanConfig& c, std::int64_t features, std::int64_t classes_, const Tensor& weights, Rng rng,
           DType dtype)
    : config(c),
      classes(classes_),
      E(with_norms(
          {.mlp = network(features, c.autoencoder_hidden, c.latent, rng, dtype, c.slope), .tanh = c.tanh_latents},
          c.untrained_norm, dtype)),
      R(with_norms(
          {.mlp = network(c.latent, c.autoencoder_hidden, features, rng, dtype, c.slope), .tanh = c.tanh_features},
          c.untrained_norm, dtype)),
      C({.mlp = network(c.latent, c.classifier_hidden.empty() ? c.hidden : c.classifier_hidden, classes, rng, dtype,
                        c.slope)}),
      G({.mlp = network(c.noise + classes, c.hidden, c.latent, rng, dtype, c.slope), .tanh = c.tanh_latents}),
      D({.mlp = network(c.latent, c.hidden, 1, rng, dtype, c.slope)}),
      weights_(weights.defined() ? cast(weights, dtype) : weights),
      adam_E_(nn::parameters(E), adam_config(c)),
      adam_R_(nn::parameters(R), adam_config(c)),
      adam_C_(nn::parameters(C), adam_config(c)),
      adam_G_(nn::parameters(G), adam_config(c)),
      adam_D_(nn::parameters(D), adam_config(c)) {
  keep("E", E), keep("R", R), keep("C", C), keep("G", G), keep("D", D);
  keep("adam_E", adam_E_), keep("adam_R", adam_R_), keep("adam_C", adam_C_), keep("adam_G", adam_G_);
  keep("adam_D", adam_D_);
  if (c.early_stop) keep("last_undecided", last_undecided_), keep("close_together", close_together_);
  check(c.discriminator_updates >= 1, "Adan: D is updated {} times per step, must be at least once",
        c.discriminator_updates);
  rng_ = rng;
}

Tensor Adan::classification_error(const Network& classifier, const Tensor& latent, const Tensor& labels) const {
  return nn::cross_entropy(classifier(latent), labels, weights_);
}

Tensor Adan::reconstruction_error(const Network& decoder, const Tensor& latent, const Tensor& x) const {
  return config.mean_reconstruction ? nn::mean_squared_error(x, decoder(latent))
                                    : nn::squared_error(x, decoder(latent));
}

Adan::Losses Adan::step(const Batch& batch) {
  const bool w = config.wasserstein;
  const char *eq_D = w ? "yi2020:17" : "yi2020:10", *eq_G = w ? "yi2020:18" : "yi2020:14";
  // Only line 11 changes E and only line 12 changes G: h = E(x) and ĥ = G(z, y) are computed once for all lines.
  Tensor h = under("yi2020:13", [&] { return E(batch.x); });
  Tensor h_gen = under(eq_G, [&] { return generate(batch.z, batch.y_gen); });
  const Tensor real = h.detach(), fake = h_gen.detach();
  // What E and G meet: R and C as updated, or as they are now. WADAN's C is trained ahead of the others in any case.
  const Network before_R = config.simultaneous ? R : Network(), before_C = config.simultaneous && !w ? C : Network();
  const Network &met_R = config.simultaneous ? before_R : R, &met_C = config.simultaneous && !w ? before_C : C;
  const auto divergence = [&](const Tensor& h_real, const Tensor& h_fake) {
    return nn::wasserstein_divergence(D, h_real, h_fake, batch.mu, config.lambda, config.p);
  };

  Losses loss;
  loss["C"] = descend(adam_C_, "yi2020:11", [&] { return classification_error(C, real, batch.y); });  // line 7
  for (std::int64_t i = 0; i < config.discriminator_updates; ++i)                                     // line 8
    loss["D"] = descend(adam_D_, eq_D, [&] {
      if (w) return divergence(real, fake);
      const Tensor error = nn::gan_discriminator_loss(D(real), D(fake));
      return config.half_discriminator_loss ? 0.5 * error : error;
    });
  loss["R"] = descend(adam_R_, "yi2020:12", [&] { return reconstruction_error(R, real, batch.x); });  // line 10
  loss["E"] = descend_through(adam_E_, "yi2020:13", h, nullptr, [&](const Tensor& at) {               // line 11
    return reconstruction_error(met_R, at, batch.x) + classification_error(met_C, at, batch.y);
  });
  double* const norm = config.gradient_norm ? &loss["grad_G"] : nullptr;
  loss["G"] = descend_through(adam_G_, eq_G, h_gen, norm, [&](const Tensor& at) {  // line 12
    const auto adversarial_loss = [&] {
      if (w && config.penalised_generator) return -divergence(encode(batch.x), at);
      const Tensor score = D(at);
      return w ? mean(score) : nn::gan_generator_loss_saturating(score);
    };
    return adversarial_loss() + config.alpha * classification_error(met_C, at, batch.y_gen);
  });
  return loss;
}

Adan::Batch Adan::draw(const Tensor& features, const Tensor& labels, const Tensor& pick) {
  Batch batch = AdversarialModel::draw(features, labels, pick);
  if (config.batch_labels) batch.y_gen = batch.y;
  if (!config.wasserstein) return batch;
  batch.mu = uniform({pick.dim(0), 1}, rng_, features.dtype());  // also where it is replaced: all else stays as it is
  Rng constant = rng_.split(5);                                  // a function of the seed alone
  if (config.constant_mu) batch.mu = uniform({pick.dim(0), 1}, constant, features.dtype());
  return batch;
}

/// Does D, on average over the training set, give real and generated latent vectors the probability ½ of being real?
bool Adan::undecided(const Tensor& features, const Tensor& labels) {
  const NoGrad off;
  Rng apart = rng_.split(6).split(static_cast<std::uint64_t>(epochs_done));  // the training draws as without
  const Tensor z = normal({labels.dim(0), config.noise}, apart, features.dtype());
  const auto near_half = [&](const Tensor& latent) { return std::abs(mean(sigmoid(D(latent))).item() - 0.5) <= 0.01; };
  return near_half(E(features)) && near_half(generate(z, labels));
}

/// Counts the epochs after the 201st in which D is undecided and was so at most two epochs before; ends with the
/// fourth.
void Adan::epoch_ended(const Tensor& features, const Tensor& labels) {
  if (!config.early_stop || epochs_done <= 201 || !undecided(features, labels)) return;
  if (epochs_done - last_undecided_ <= 2) ++close_together_;
  last_undecided_ = epochs_done;
}

Tensor Adan::generate(const Tensor& z, const Tensor& labels) const { return G(with_labels(z, labels, classes)); }

Tensor Adan::encode(const Tensor& x) const {
  const NoGrad off;
  return E(x);
}

std::optional<Latents> Adan::latents(const Tensor& x, const Tensor& labels, Rng& rng) const {
  const NoGrad off;
  return Latents{encode(x), generate(normal({labels.dim(0), config.noise}, rng, x.dtype()), labels), labels};
}

Tensor Adan::sample(const Tensor& labels, Rng& rng) const {
  const NoGrad off;
  return R(generate(normal({labels.dim(0), config.noise}, rng, E.mlp.layers.front().W.dtype()), labels));
}

}  // namespace emograd::yi2020
