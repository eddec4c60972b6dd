#include "nn/losses.h"

#include "autograd/grad.h"
#include "autograd/ops/index.h"
#include "autograd/ops/pointwise.h"
#include "autograd/ops/reduce.h"
#include "autograd/ops/shape.h"
#include "autograd/ops/softmax.h"

namespace emograd::nn {

Tensor cross_entropy(const Tensor& logits, const Tensor& labels, const Tensor& class_weights) {
  check(logits.defined() && logits.rank() == 2, "cross_entropy: logits must be (B, K)");
  check(labels.defined() && logits.dim(0) == labels.dim(0),
        "cross_entropy: logits are {}, labels {}: the first axes differ", logits.shape(),
        labels.defined() ? labels.shape() : Shape{});
  Tensor targets = labels.dtype() == DType::i64 ? one_hot(labels, logits.dim(1), logits.dtype()) : labels;
  if (class_weights.defined()) {
    check(class_weights.shape() == Shape{logits.dim(1)}, "cross_entropy: needs one weight per class, ({},), got {}",
          logits.dim(1), class_weights.shape());
    targets = targets * class_weights;
  }
  return mean(softmax_cross_entropy(logits, targets));
}

Tensor bce_with_logits(const Tensor& logits, const Tensor& targets) {
  check(logits.defined() && targets.defined() && logits.shape() == targets.shape(),
        "bce_with_logits: needs a target for every logit, got {} and {}", logits.shape(), targets.shape());
  return mean(softplus(logits) - logits * targets);
}

Tensor squared_error(const Tensor& a, const Tensor& b) {
  check(a.defined() && b.defined() && a.shape() == b.shape() && a.rank() >= 1 && a.dim(0) > 0,
        "squared_error: needs two tensors of one shape with rows, got {} and {}", a.shape(), b.shape());
  return sum(square(a - b)) * (1.0 / static_cast<double>(a.dim(0)));
}

Tensor mean_squared_error(const Tensor& a, const Tensor& b) {
  return squared_error(a, b) * (static_cast<double>(a.dim(0)) / static_cast<double>(a.numel()));
}

Tensor gan_discriminator_loss(const Tensor& real_logits, const Tensor& fake_logits) {
  return mean(softplus(-real_logits)) + mean(softplus(fake_logits));  // −log σ(x) = softplus(−x)
}

Tensor gan_generator_loss_saturating(const Tensor& fake_logits) { return -mean(softplus(fake_logits)); }

Tensor gan_generator_loss(const Tensor& fake_logits) { return mean(softplus(-fake_logits)); }

Tensor gradient_penalty(const Critic& critic, const Tensor& at, double p) {
  check(p > 1, "gradient_penalty: p is {}, must exceed 1 (yi2020, below eq. 16)", p);
  check(at.defined() && at.rank() == 2, "gradient_penalty: needs rows (B, M)");
  const Tensor x = at.tracked() ? at : variable(at);
  const Tensor dx = grad(sum(critic(x)), x, {.create_graph = true});
  return mean(norm_power(dx, p, {1}));
}

Tensor interpolate(const Tensor& real, const Tensor& fake, const Tensor& mu) {
  check(real.shape() == fake.shape(), "interpolate: real is {}, fake is {}", real.shape(), fake.shape());
  check(real.rank() == 2 && mu.shape() == Shape{real.dim(0), 1},
        "interpolate: needs one μ per row, (B, 1): rows are {}, μ {}", real.shape(), mu.shape());
  return real + mu * (fake - real);
}

Tensor wasserstein_divergence(const Critic& critic, const Tensor& real, const Tensor& fake, const Tensor& mu,
                              double lambda, double p) {
  // The critic sees both halves in one pass: half as many products, each twice as tall.
  const std::int64_t m = real.dim(0);
  const Tensor score = critic(cat({real, fake}, 0));
  return mean(slice(score, 0, 0, m)) - mean(slice(score, 0, m, score.dim(0))) +
         lambda * gradient_penalty(critic, interpolate(real, fake, mu), p);
}

}  // namespace emograd::nn
