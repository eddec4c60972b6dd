#include "models/yi2020/gan.h"

#include "autograd/ops/index.h"
#include "autograd/ops/random.h"
#include "autograd/ops/shape.h"
#include "nn/losses.h"

namespace emograd::yi2020 {

GanConfig gan_config() { return {}; }

GanConfig cgan_config() {
  GanConfig c;
  c.conditional = true;
  return c;
}

Gan::Pair::Pair(const GanConfig& c, std::int64_t features, std::int64_t conditions, Rng& rng, DType dtype)
    : G(network(c.noise + conditions, c.hidden, features, rng, dtype)),
      D(network(features + conditions, c.hidden, 1, rng, dtype)),
      adam_G(nn::parameters(G), adam_config(c)),
      adam_D(nn::parameters(D), adam_config(c)) {}

Gan::Gan(const GanConfig& c, std::int64_t features, std::int64_t classes_, Rng rng, DType dtype)
    : config(c), classes(classes_) {
  for (std::int64_t k = 0; k < (c.conditional ? 1 : classes); ++k) {
    Pair& pair = pairs.emplace_back(c, features, c.conditional ? classes : 0, rng, dtype);
    const std::string name = std::to_string(k) + ".";
    keep(name + "G", pair.G), keep(name + "D", pair.D);
    keep(name + "adam_G", pair.adam_G), keep(name + "adam_D", pair.adam_D);
  }
  rng_ = rng;
}

Tensor Gan::with_condition(const Tensor& x, const Tensor& labels) const {
  return config.conditional ? with_labels(x, labels, classes) : x;
}

Gan::Losses Gan::play(Pair& pair, const Batch& batch) {
  const bool c = config.conditional, s = config.saturating;
  const char* eq_D = c ? "yi2020:5" : "yi2020:2";
  const char* eq_G = c ? (s ? "yi2020:4" : "yi2020:6") : (s ? "yi2020:1" : "yi2020:3");
  // D's update leaves G as it was: G(z) is computed once for both.
  Tensor fake = under(eq_G, [&] { return pair.G(with_condition(batch.z, batch.y_gen)); });
  const auto score = [&](const Tensor& x, const Tensor& labels) { return pair.D(with_condition(x, labels)); };

  Losses loss;
  loss["D"] = descend(pair.adam_D, eq_D, [&] {
    return nn::gan_discriminator_loss(score(batch.x, batch.y), score(fake.detach(), batch.y_gen));
  });
  double* const norm = config.gradient_norm ? &loss["grad_G"] : nullptr;
  loss["G"] = descend_through(pair.adam_G, eq_G, fake, norm, [&](const Tensor& at) {
    const Tensor logits = score(at, batch.y_gen);
    return s ? nn::gan_generator_loss_saturating(logits) : nn::gan_generator_loss(logits);
  });
  return loss;
}

namespace {

/// Where the labels are k: (n,).
Tensor rows_of(const std::vector<std::int64_t>& labels, std::int64_t k) {
  std::vector<std::int64_t> rows;
  for (std::size_t i = 0; i < labels.size(); ++i)
    if (labels[i] == k) rows.push_back(static_cast<std::int64_t>(i));
  return from_values<std::int64_t>({std::ssize(rows)}, rows);
}

}  // namespace

Gan::Losses Gan::step(const Batch& batch) {
  if (config.conditional) return play(pairs[0], batch);
  const auto labels = batch.y.to_vector<std::int64_t>();
  Losses mean;
  for (std::size_t k = 0; k < pairs.size(); ++k) {
    const Tensor rows = rows_of(labels, static_cast<std::int64_t>(k));
    if (rows.numel() == 0) continue;
    const auto at = [&](const Tensor& t) { return index_select(t, 0, rows); };
    const double share = static_cast<double>(rows.numel()) / static_cast<double>(labels.size());
    for (const auto& [name, loss] :
         play(pairs[k], {.x = at(batch.x), .y = {}, .z = at(batch.z), .y_gen = {}, .mu = {}}))
      mean[name] += share * loss;
  }
  return mean;
}

Tensor Gan::sample(const Tensor& labels, Rng& rng) const {
  const NoGrad off;
  const Tensor z = normal({labels.dim(0), config.noise}, rng, pairs[0].G.layers.front().W.dtype());
  if (config.conditional) return pairs[0].G(with_labels(z, labels, classes));
  const auto values = labels.to_vector<std::int64_t>();
  std::vector<Tensor> parts;
  std::vector<std::int64_t> place(values.size());  // of each row among the parts
  std::int64_t next = 0;
  for (std::size_t k = 0; k < pairs.size(); ++k) {
    const Tensor rows = rows_of(values, static_cast<std::int64_t>(k));
    if (rows.numel() == 0) continue;
    check(pairs[k].adam_G.steps > 0, "Gan: class {} had no row to train its GAN on, so none can be sampled", k);
    parts.push_back(pairs[k].G(index_select(z, 0, rows)));
    for (const std::int64_t i : rows.to_vector<std::int64_t>()) place[static_cast<std::size_t>(i)] = next++;
  }
  check(next == std::ssize(values), "Gan: a label is not in 0 … {}", classes - 1);
  return index_select(cat(parts, 0), 0, from_values<std::int64_t>(labels.shape(), place));
}

}  // namespace emograd::yi2020
