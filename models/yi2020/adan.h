#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/yi2020/adversarial.h"

/// ADAN and WADAN: Yi and Mak, "Improving speech emotion recognition with adversarial data augmentation network", IEEE
/// TNNLS 33(1), 2022, cited as yi2020. Symbols as there: x features, h = E(x) latent vectors, ĥ = G(z, y) generated
/// ones, R the decoder, C the classifier, D the discriminator.
namespace emograd::yi2020 {

/// Section IV-D's settings; what the paper leaves open is said at the field.
struct AdanConfig : TrainingConfig {
  bool wasserstein = false;                                // WADAN: eqs. 17 and 18 in place of 10 and 14
  std::int64_t latent = 100;                               // M = dim h
  std::int64_t noise = 100;                                // dim z
  std::vector<std::int64_t> autoencoder_hidden{800, 800};  // of E and R
  std::vector<std::int64_t> hidden{100, 100};              // of C, G and D
  double alpha = 1;                                        // weight of the classification error in L_G
  double lambda = 10;                                      // weight of the gradient penalty (17)
  double p = 5;                                            // its power (17)
  /// w_k = n_max/n_k on every classification error (11, 13, 14, 18). The paper speaks of (11) alone; (13) and the last
  /// terms of (14) and (18) are the same error seen by other networks, so they carry the same weights.
  bool class_weights = true;

  // Departures of the authors' own program (as_coded.h); the paper is the default.
  std::vector<std::int64_t> classifier_hidden;       // of C, where not as `hidden`
  double slope = 0;                                  // of the leaky ReLU in hidden layers
  bool untrained_norm = false;                       // batch normalisation that is never told that it trains
  bool tanh_latents = false, tanh_features = false;  // on the outputs of E and G, of R
  bool max_scaling = false;                          // of features, by those who bring them (protocol/augmenter)
  bool half_discriminator_loss = false;              // (10)
  bool mean_reconstruction = false;                  // over dimensions, too (12, 13)
  bool penalised_generator = false;                  // (18) is the classification error less (17)
  std::int64_t discriminator_updates = 1;            // Algorithm 1, line 8
  bool simultaneous = false;                         // lines 7 to 12: others are met as they were
  bool batch_labels = false;                         // line 4: y_gen is y
  bool constant_mu = false;                          // line 5
  bool early_stop = false;                           // line 1 ends where D is undecided
  bool operator==(const AdanConfig&) const = default;
};
AdanConfig adan_config();
AdanConfig wadan_config();

/// n_max/n_k per class, f32 (K,). Error where a class of 0 … K−1 has no sample.
Tensor class_weights(const Tensor& labels, std::int64_t classes);

/// One of the five networks: an Mlp, and what the authors' program adds to it.
struct Network {
  nn::Mlp mlp;
  std::vector<nn::BatchNorm> norms = {};  // after hidden activations, as in evaluation; none in the paper
  bool tanh = false;                      // of the output

  Tensor operator()(const Tensor& x) const;
  template <class Visitor>
  void each(Visitor&& visit) {
    mlp.each(visit);
    for (std::size_t i = 0; i < norms.size(); ++i) nn::each_in("norm" + std::to_string(i), norms[i], visit);
  }
};

class Adan : public AdversarialModel {
 public:
  /// Weights by Xavier's rule from `rng`, which then belongs to the training. `weights` may be undefined: all 1.
  Adan(const AdanConfig&, std::int64_t features, std::int64_t classes, const Tensor& weights, Rng rng,
       DType = DType::f32);

  const TrainingConfig& training() const override { return config; }
  /// One iteration of Algorithm 1, lines 7 to 12: C, D, R, E, G in this order.
  Losses step(const Batch&) override;
  /// R(G(z, y)) (section III-E, last paragraph).
  Tensor sample(const Tensor& labels, Rng&) const override;
  std::optional<Latents> latents(const Tensor& x, const Tensor& labels, Rng&) const override;
  /// E(x) and G(z, y): the two distributions that D compares.
  Tensor encode(const Tensor& x) const;
  Tensor generate(const Tensor& z, const Tensor& labels) const;
  bool stopped() const override { return close_together_ >= 4; }

  const AdanConfig config;
  const std::int64_t classes;
  Network E, R, C, G, D;

 private:
  std::int64_t noise() const override { return config.noise; }
  Batch draw(const Tensor& features, const Tensor& labels, const Tensor& pick) override;
  void epoch_ended(const Tensor& features, const Tensor& labels) override;
  bool undecided(const Tensor& features, const Tensor& labels);
  Tensor reconstruction_error(const Network& decoder, const Tensor& latent, const Tensor& x) const;
  Tensor classification_error(const Network& classifier, const Tensor& latent, const Tensor& labels) const;

  Tensor weights_;
  optim::Adam adam_E_, adam_R_, adam_C_, adam_G_, adam_D_;
  std::int64_t last_undecided_ = 0, close_together_ = 0;  // of early_stop: an epoch, and how many followed another soon
};

}  // namespace emograd::yi2020
