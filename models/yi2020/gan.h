#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "models/yi2020/adversarial.h"

/// The generative adversarial network (Goodfellow et al. 2014) and the conditional one (Mirza and Osindero 2014) that
/// yi2020 compares with ADAN (sections III-A and III-B). Symbols as there: x features, z noise, y one-hot labels.
namespace emograd::yi2020 {

struct GanConfig : TrainingConfig {
  bool conditional = false;                    // cGAN: G and D see labels, eqs. 4 to 6 in place of 1 to 3
  bool saturating = false;                     // G descends its term of the game, (1) or (4), in place of (3) or (6)
  std::int64_t noise = 100;                    // dim z
  std::vector<std::int64_t> hidden{100, 100};  // of G and D: as ADAN's networks of these names
};
GanConfig gan_config();
GanConfig cgan_config();

/// A conditional GAN, or as many GANs as there are classes. Nothing in (1) to (3) is a label, and the paper does not
/// say what label a row of its GAN gets in the training set that it is added to. A GAN for each class, trained on the
/// rows of that class, is the one way to labels which adds nothing to these equations.
class Gan : public AdversarialModel {
 public:
  /// A generator and the discriminator that it plays against.
  struct Pair {
    Pair(const GanConfig&, std::int64_t features, std::int64_t conditions, Rng&, DType);
    nn::Mlp G, D;
    optim::Adam adam_G, adam_D;
  };

  /// Weights by Xavier's rule from `rng`, which then belongs to the training.
  Gan(const GanConfig&, std::int64_t features, std::int64_t classes, Rng rng, DType = DType::f32);

  const TrainingConfig& training() const override { return config; }
  /// D, then G, of every pair that the batch has rows for; losses are averaged over rows. Without conditions each row
  /// of x and of z belongs to the class of its y, and y_gen is not used.
  Losses step(const Batch&) override;
  /// G([z, y]), or G(z) of the label's own GAN. Error for a class that had no row to train its GAN on.
  Tensor sample(const Tensor& labels, Rng&) const override;

  const GanConfig config;
  const std::int64_t classes;
  std::deque<Pair> pairs;  // one, or one per class; in a deque they stay where the optimisers look for them

 private:
  std::int64_t noise() const override { return config.noise; }
  Losses play(Pair&, const Batch&);
  /// [x, y] in a cGAN, x otherwise.
  Tensor with_condition(const Tensor& x, const Tensor& labels) const;
};

}  // namespace emograd::yi2020
