#include "models/yi2020/adan.h"

#include <algorithm>

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
      adam_E_(nn::parameters(E), adam_config(c)),
      adam_R_(nn::parameters(R), adam_config(c)),
      adam_C_(nn::parameters(C), adam_config(c)),
      adam_G_(nn::parameters(G), adam_config(c)),
      adam_D_(nn::parameters(D), adam_config(c)) {
  keep("E", E), keep("R", R), keep("C", C), keep("G", G), keep("D", D);
  keep("adam_E", adam_E_), keep("adam_R", adam_R_), keep("adam_C", adam_C_), keep("adam_G", adam_G_);
  keep("adam_D", adam_D_);
  rng_ = rng;
}

Tensor Adan::classification_error(const Tensor& latent, const Tensor& labels) const {
  return nn::cross_entropy(C(latent), labels, weights_);
}

Adan::Losses Adan::step(const Batch& batch) {
  const bool w = config.wasserstein;
  const char *eq_D = w ? "yi2020:17" : "yi2020:10", *eq_G = w ? "yi2020:18" : "yi2020:14";
  // Only line 11 changes E and only line 12 changes G: h = E(x) and ĥ = G(z, y) are computed once for all lines.
  Tensor h = under("yi2020:13", [&] { return E(batch.x); });
  Tensor h_gen = under(eq_G, [&] { return generate(batch.z, batch.y_gen); });
  const Tensor real = h.detach(), fake = h_gen.detach();

  Losses loss;
  loss["C"] = descend(adam_C_, "yi2020:11", [&] { return classification_error(real, batch.y); });  // line 7
  loss["D"] = descend(adam_D_, eq_D, [&] {                                                         // line 8
    return w ? nn::wasserstein_divergence(D, real, fake, batch.mu, config.lambda, config.p)
             : nn::gan_discriminator_loss(D(real), D(fake));
  });
  loss["R"] = descend(adam_R_, "yi2020:12", [&] { return nn::squared_error(batch.x, R(real)); });  // line 10
  loss["E"] = descend_through(adam_E_, "yi2020:13", h, [&](const Tensor& at) {                     // line 11
    return nn::squared_error(batch.x, R(at)) + classification_error(at, batch.y);
  });
  loss["G"] = descend_through(adam_G_, eq_G, h_gen, [&](const Tensor& at) {  // line 12
    const Tensor score = D(at);
    return (w ? mean(score) : nn::gan_generator_loss_saturating(score)) +
           config.alpha * classification_error(at, batch.y_gen);
  });
  return loss;
}

Adan::Batch Adan::draw(const Tensor& features, const Tensor& labels, const Tensor& pick) {
  Batch batch = AdversarialModel::draw(features, labels, pick);
  if (config.wasserstein) batch.mu = uniform({pick.dim(0), 1}, rng_, features.dtype());
  return batch;
}

Tensor Adan::generate(const Tensor& z, const Tensor& labels) const { return G(with_labels(z, labels, classes)); }

Tensor Adan::encode(const Tensor& x) const {
  const NoGrad off;
  return E(x);
}

std::optional<Latents> Adan::latents(const Tensor& x, const Tensor& labels, Rng& rng) const {
  const NoGrad off;
  return Latents{encode(x), generate(normal({labels.dim(0), config.noise}, rng, x.dtype()), labels)};
}

Tensor Adan::sample(const Tensor& labels, Rng& rng) const {
  const NoGrad off;
  return R(generate(normal({labels.dim(0), config.noise}, rng, E.layers.front().W.dtype()), labels));
}

}  // namespace emograd::yi2020
