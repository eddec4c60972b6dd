#pragma once

#include <functional>

#include "tensor/tensor.h"

/// Losses, each a mean over the batch (axis 0) unless it says otherwise. Logits are what a network's last linear layer
/// gives; sigmoid and softmax belong to the loss, where they are computed without overflow.
namespace emograd::nn {

/// −Σ_k w_k y_k log softmax(logits)_k, averaged over rows: logits (B, K). Labels are i64 (B,) or probabilities (B, K);
/// class weights (K,) are optional. The average divides by B, not by the sum of the weights.
Tensor cross_entropy(const Tensor& logits, const Tensor& labels, const Tensor& class_weights = {});

/// −t log σ(x) − (1 − t) log(1 − σ(x)), averaged over all elements; targets t in [0, 1] of x's shape.
Tensor bce_with_logits(const Tensor& logits, const Tensor& targets);

/// ‖a − b‖² per row, averaged over rows: the papers' reconstruction error, a sum over dimensions.
Tensor squared_error(const Tensor& a, const Tensor& b);
/// The same divided by the number of dimensions: the mean over all elements.
Tensor mean_squared_error(const Tensor& a, const Tensor& b);

/// Discriminator: −E log D(real) − E log(1 − D(fake)), D = σ(logit)                                      (yi2020:2)
Tensor gan_discriminator_loss(const Tensor& real_logits, const Tensor& fake_logits);
/// Generator, saturating: E log(1 − D(fake))                                                    (yi2020:1, yi2020:14)
Tensor gan_generator_loss_saturating(const Tensor& fake_logits);
/// Generator, non-saturating: −E log D(fake)                                                              (yi2020:3)
Tensor gan_generator_loss(const Tensor& fake_logits);

/// A critic: rows (B, M) → one score per row, (B, 1) or (B,).
using Critic = std::function<Tensor(const Tensor&)>;

/// E ‖∇D(x)‖₂^p over the rows of `at`, p > 1, as a function of the critic's parameters: the third term of yi2020:16,
/// without its λ. Differentiating it differentiates the critic twice. Where `at` is tracked, the penalty is a function
/// of what it came from, too.
Tensor gradient_penalty(const Critic&, const Tensor& at, double p);

/// The points between real and fake rows where the penalty is taken: (1 − μ) real + μ fake, μ (B, 1) in [0, 1]
/// (yi2020, Algorithm 1, line 6).
Tensor interpolate(const Tensor& real, const Tensor& fake, const Tensor& mu);

/// E D(real) − E D(fake) + λ E ‖∇D(x̃)‖^p                                                      (yi2020:16, yi2020:17)
Tensor wasserstein_divergence(const Critic&, const Tensor& real, const Tensor& fake, const Tensor& mu, double lambda,
                              double p);

}  // namespace emograd::nn
