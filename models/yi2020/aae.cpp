#include "models/yi2020/aae.h"

#include <cmath>
#include <numbers>

#include "autograd/ops/index.h"
#include "autograd/ops/pointwise.h"
#include "autograd/ops/random.h"
#include "nn/losses.h"

namespace emograd::yi2020 {
namespace {

/// Evenly on a circle around 0, neighbours `separation` apart, the first on the first axis: (n, 2).
Tensor on_a_circle(std::int64_t n, double separation, DType dtype) {
  const double angle = 2 * std::numbers::pi / static_cast<double>(n);
  const double radius = n > 1 ? separation / (2 * std::sin(angle / 2)) : 0;
  std::vector<double> points;
  for (std::int64_t k = 0; k < n; ++k)
    for (const double x : {std::cos(static_cast<double>(k) * angle), std::sin(static_cast<double>(k) * angle)})
      points.push_back(radius * x);
  return cast(from_values<double>({n, 2}, points), dtype);
}

}  // namespace

AaeConfig aae_config() { return {}; }

Aae::Aae(const AaeConfig& c, std::int64_t features, std::int64_t classes_, Rng rng, DType dtype)
    : config(c),
      classes(classes_),
      E(network(features, c.autoencoder_hidden, plane, rng, dtype)),
      R(network(plane, c.autoencoder_hidden, features, rng, dtype)),
      D(network(plane + classes, c.hidden, 1, rng, dtype)),
      means_(on_a_circle(classes, c.separation, dtype)),
      adam_ER_(nn::parameters(E, R), adam_config(c)),
      adam_D_(nn::parameters(D), adam_config(c)),
      adam_E_(nn::parameters(E), adam_config(c)) {
  keep("E", E), keep("R", R), keep("D", D);
  keep("adam_ER", adam_ER_), keep("adam_D", adam_D_), keep("adam_E", adam_E_);
  rng_ = rng;
}

Aae::Losses Aae::step(const Batch& batch) {
  const auto score = [&](const Tensor& code, const Tensor& labels) { return D(with_labels(code, labels, classes)); };
  Losses loss;
  loss["R"] = descend(adam_ER_, "yi2020:9", [&] { return nn::squared_error(batch.x, R(E(batch.x))); });
  Tensor code = under("yi2020:8", [&] { return E(batch.x); });
  loss["D"] = descend(adam_D_, "yi2020:7", [&] {
    return nn::gan_discriminator_loss(score(prior(batch.z, batch.y_gen), batch.y_gen), score(code.detach(), batch.y));
  });
  double* const norm = config.gradient_norm ? &loss["grad_E"] : nullptr;
  loss["E"] = descend_through(adam_E_, "yi2020:8", code, norm,
                              [&](const Tensor& at) { return nn::gan_generator_loss(score(at, batch.y)); });
  return loss;
}

Tensor Aae::prior(const Tensor& z, const Tensor& labels) const { return z + index_select(means_, 0, labels); }

Tensor Aae::encode(const Tensor& x) const {
  const NoGrad off;
  return E(x);
}

std::optional<Latents> Aae::latents(const Tensor& x, const Tensor& labels, Rng& rng) const {
  const NoGrad off;
  return Latents{encode(x), prior(normal({labels.dim(0), plane}, rng, x.dtype()), labels), labels};
}

Tensor Aae::sample(const Tensor& labels, Rng& rng) const {
  const NoGrad off;
  return R(prior(normal({labels.dim(0), plane}, rng, means_.dtype()), labels));
}

}  // namespace emograd::yi2020
