#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "nn/checkpoint.h"
#include "nn/layers.h"
#include "optim/optimiser.h"

/// ADAN and WADAN: Yi and Mak, "Improving speech emotion recognition with adversarial data augmentation network", IEEE
/// TNNLS 33(1), 2022, cited as yi2020. Symbols as there: x features, h = E(x) latent vectors, ĥ = G(z, y) generated
/// ones, R the decoder, C the classifier, D the discriminator.
namespace emograd::yi2020 {

/// Section IV-D's settings; what the paper leaves open is said at the field.
struct AdanConfig {
  bool wasserstein = false;                                // WADAN: eqs. 17 and 18 in place of 10 and 14
  std::int64_t latent = 100;                               // M = dim h
  std::int64_t noise = 100;                                // dim z
  std::vector<std::int64_t> autoencoder_hidden{800, 800};  // of E and R
  std::vector<std::int64_t> hidden{100, 100};              // of C, G and D
  double alpha = 1;                                        // weight of the classification error in L_G
  double lambda = 10;                                      // weight of the gradient penalty (17)
  double p = 5;                                            // its power (17)
  double lr = 1e-4;                                        // of Adam
  /// The paper gives none; these are the authors' own program's. With Kingma and Ba's 0.9 and 1e-8 the encoder and the
  /// decoder chase each other: on EmoDB's features latents grow a hundredfold in 200 epochs while (12) rises again.
  double beta1 = 0.5, beta2 = 0.999, eps = 1e-5;
  std::int64_t batch = 128;
  std::int64_t epochs = 800;  // section V-E: "at least 800" for ADAN on EmoDB, 1500 for WADAN
  /// w_k = n_max/n_k on every classification error (11, 13, 14, 18). The paper speaks of (11) alone; (13) and the last
  /// terms of (14) and (18) are the same error seen by other networks, so they carry the same weights.
  bool class_weights = true;
};
AdanConfig adan_config();
AdanConfig wadan_config();

/// n_max/n_k per class, f32 (K,). Error where a class of 0 … K−1 has no sample.
Tensor class_weights(const Tensor& labels, std::int64_t classes);

class Adan {
 public:
  /// One value per loss of section III: of a step, or averaged over an epoch.
  struct Losses {
    double C = 0, D = 0, R = 0, E = 0, G = 0;
  };
  /// What line 2 to 5 of Algorithm 1 sample.
  struct Batch {
    Tensor x;      // (m, F) real features
    Tensor y;      // (m,) their labels
    Tensor z;      // (m, noise) ~ N(0, 1)
    Tensor y_gen;  // (m,) labels for the generator, drawn as the training labels are distributed
    Tensor mu;     // (m, 1) ~ U[0, 1], WADAN only
  };

  /// Weights by Xavier's rule from `rng`, which then belongs to the training. `weights` may be undefined: all 1.
  Adan(const AdanConfig&, std::int64_t features, std::int64_t classes, const Tensor& weights, Rng rng,
       DType = DType::f32);
  Adan(const Adan&) = delete;  // the optimisers point into it
  Adan& operator=(const Adan&) = delete;

  /// One iteration of Algorithm 1, lines 7 to 12: C, D, R, E, G in this order, each against the already updated others.
  Losses step(const Batch&);
  /// One pass over the training set (N, F), labels (N,), in batches of a random order; the last may be smaller.
  Losses epoch(const Tensor& features, const Tensor& labels);

  /// R(G(z, y)): one synthetic feature vector per label (section III-E, last paragraph).
  Tensor sample(const Tensor& labels, Rng&) const;
  /// E(x) and G(z, y): the two distributions that D compares.
  Tensor encode(const Tensor& x) const;
  Tensor generate(const Tensor& z, const Tensor& labels) const;

  /// Everything that the next epoch depends on; loading it continues the run bit for bit. Error for another shape.
  void save(Checkpoint&, const std::string& prefix);
  void load(const Checkpoint&, const std::string& prefix);

  const AdanConfig config;
  const std::int64_t classes;
  std::int64_t epochs_done = 0;
  nn::Mlp E, R, C, G, D;

 private:
  Tensor classification_error(const Tensor& latent, const Tensor& labels) const;
  template <class Visitor>
  void each_optimiser(Visitor&&);

  Tensor weights_;
  Rng rng_;
  optim::Adam adam_E_, adam_R_, adam_C_, adam_G_, adam_D_;
};

}  // namespace emograd::yi2020
