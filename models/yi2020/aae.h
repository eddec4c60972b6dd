#pragma once

#include <cstdint>
#include <vector>

#include "models/yi2020/adversarial.h"

/// The adversarial autoencoder (Makhzani et al. 2016) that yi2020 compares with ADAN (section III-C). Symbols as there:
/// x features, E(x) their codes, z samples of the prior that codes are to follow, R the decoder, D the discriminator.
namespace emograd::yi2020 {

struct AaeConfig : TrainingConfig {
  std::vector<std::int64_t> autoencoder_hidden{800, 800};  // of E and R: as ADAN's
  std::vector<std::int64_t> hidden{100, 100};              // of D, likewise
  /// Section V-A has a Gaussian in the plane for each emotion, and leaves open where. Here all have deviation 1 and
  /// their means lie evenly on a circle around 0, neighbours this far apart: at 6, one point in 370 of a Gaussian is
  /// nearer to the mean of a neighbour.
  double separation = 6;
};
AaeConfig aae_config();

/// The paper writes D(z) and D(E(x)), from which nothing would follow about the class of a Gaussian's rows. Here D sees
/// labels, too, as in Makhzani et al., section 2.3, and in sahu2020:4: a row's label beside its code, and a Gaussian's
/// beside its sample. So codes of a class are drawn to the Gaussian of that class.
class Aae : public AdversarialModel {
 public:
  static constexpr std::int64_t plane = 2;  // dimensions of codes

  /// Weights by Xavier's rule from `rng`, which then belongs to the training.
  Aae(const AaeConfig&, std::int64_t features, std::int64_t classes, Rng rng, DType = DType::f32);

  const TrainingConfig& training() const override { return config; }
  /// As Makhzani et al., section 2: first E and R descend the reconstruction error, then D its loss, then E its own.
  Losses step(const Batch&) override;
  /// R(z), z from the label's Gaussian.
  Tensor sample(const Tensor& labels, Rng&) const override;
  std::optional<Latents> latents(const Tensor& x, const Tensor& labels, Rng&) const override;
  /// E(x), and the prior's sample for z ~ N(0, 1): z + the mean of the label's Gaussian. Both (N, 2).
  Tensor encode(const Tensor& x) const;
  Tensor prior(const Tensor& z, const Tensor& labels) const;

  const AaeConfig config;
  const std::int64_t classes;
  nn::Mlp E, R, D;

 private:
  std::int64_t noise() const override { return plane; }

  Tensor means_;  // (classes, 2)
  optim::Adam adam_ER_, adam_D_, adam_E_;
};

}  // namespace emograd::yi2020
