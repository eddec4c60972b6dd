// GANs, one per class, and the conditional GAN: against their equations in plain loops, ten steps of PyTorch in f64, an
// interruption, and a table that they must be able to learn.
#include "models/yi2020/gan.h"

#include <doctest/doctest.h>

#include "autograd/fused.h"
#include "autograd/ops/pointwise.h"
#include "tensor/error.h"
#include "tests/model_checks.h"

using namespace emograd;
using namespace emograd::checks;

namespace {

yi2020::GanConfig miniature(bool conditional, bool saturating) {
  yi2020::GanConfig c;
  c.conditional = conditional;
  c.saturating = saturating;
  c.noise = 8;
  c.hidden = {10, 10};
  return c;
}

const bool both[] = {false, true};

template <class Visit>
void each_network(yi2020::Gan& m, Visit&& visit) {
  for (std::size_t k = 0; k < m.pairs.size(); ++k)
    visit(std::to_string(k) + ".G", m.pairs[k].G), visit(std::to_string(k) + ".D", m.pairs[k].D);
}

void follow(bool conditional, bool saturating) {
  CAPTURE(conditional);
  CAPTURE(saturating);
  const State all = golden("gan"), batches = golden("adan");
  const std::string system = conditional ? "cgan" : "gan";
  const State init = below(all, system + "/init/"), g = below(all, system + (saturating ? "_saturating/" : "/"));
  yi2020::Gan model(miniature(conditional, saturating), 12, 3, Rng{}, DType::f64);
  CHECK(model.pairs.size() == (conditional ? 1 : 3));
  each_network(model, [&](const std::string& name, nn::Mlp& net) { nn::load_from(init, name, net); });
  follow_losses(model, g.at("losses"), {"D", "G"}, [&](std::size_t step) { return golden_batch(batches, step); });
  each_network(model, [&](const std::string& name, nn::Mlp& net) { check_final(name, net, g); });
}

}  // namespace

TEST_CASE("GAN: losses of a step are equations 1 to 6, in plain loops") {
  for (const bool conditional : both)
    for (const bool saturating : both) {
      CAPTURE(conditional);
      CAPTURE(saturating);
      yi2020::GanConfig config = miniature(conditional, saturating);
      config.lr = 0;  // D is the same for G's loss
      Rng rng{3, 0};
      yi2020::Gan model(config, 4, 2, rng.split(1), DType::f64);
      const std::vector<std::int64_t> y{0, 1, 1, 0, 1}, y_gen{1, 1, 0, 1, 0};
      const Tensor x = normal({5, 4}, rng, DType::f64), z = normal({5, 8}, rng, DType::f64);
      const auto found = model.step({.x = x,
                                     .y = from_values<std::int64_t>({5}, y),
                                     .z = z,
                                     .y_gen = from_values<std::int64_t>({5}, y_gen),
                                     .mu = {}});

      double D = 0, G = 0;  // without conditions, each class's mean times its share of the rows is the mean of all
      for (std::size_t i = 0; i < 5; ++i) {
        const auto& pair = model.pairs[conditional ? 0 : static_cast<std::size_t>(y[i])];
        const auto beside = [&](const Row& row, std::int64_t label) {
          return conditional ? naive_with_label(row, label, 2) : row;
        };
        const Row generated = naive(pair.G, beside(rows_of(z)[i], y_gen[i]));
        const double real = sigma(naive(pair.D, beside(rows_of(x)[i], y[i]))[0]);
        const double fake = sigma(naive(pair.D, beside(generated, y_gen[i]))[0]);
        D += (-std::log(real) - std::log(1 - fake)) / 5;
        G += (saturating ? std::log(1 - fake) : -std::log(fake)) / 5;
      }
      CHECK(found.at("D") == doctest::Approx(D).epsilon(1e-12));
      CHECK(found.at("G") == doctest::Approx(G).epsilon(1e-12));
    }
}

TEST_CASE("GANs per class follow PyTorch for ten steps, saturating and not") {
  for (const bool saturating : both) follow(false, saturating);
}

TEST_CASE("the conditional GAN follows PyTorch for ten steps, saturating and not") {
  for (const bool saturating : both) follow(true, saturating);
}

TEST_CASE("GAN: without fused kernels the losses are the same") {
  const FusedMode off(false);
  for (const bool conditional : both) follow(conditional, false);
}

TEST_CASE("GAN: a resumed training equals the uninterrupted one, bit for bit") {
  for (const bool conditional : both) {
    auto config = miniature(conditional, false);
    config.batch = 8;
    check_resumes([&](Rng rng) { return std::make_unique<yi2020::Gan>(config, 12, 3, rng); });
  }
}

TEST_CASE("GAN: the norm of the generator's gradient, and its mean over the GANs of a batch") {
  for (const bool saturating : both)
    for (const bool conditional : both)
      check_gradient_norm(miniature(conditional, saturating), "grad_G", "0.adam_G", 8, [](const auto& config) {
        return std::make_unique<yi2020::Gan>(config, 12, 3, Rng{1, 0}, DType::f64);
      });
  yi2020::GanConfig config = miniature(false, false);
  config.gradient_norm = true;
  yi2020::Gan model(config, 12, 3, Rng{1, 0}, DType::f64);
  Rng rng{2, 0};
  const Tensor y = tensor({0, 1, 1, 2, 1}, DType::i64);
  const auto losses = model.step(
      {.x = normal({5, 12}, rng, DType::f64), .y = y, .z = normal({5, 8}, rng, DType::f64), .y_gen = y, .mu = {}});
  const double expected = (first_gradient_norm(model, "0.adam_G") + 3 * first_gradient_norm(model, "1.adam_G") +
                           first_gradient_norm(model, "2.adam_G")) /
                          5;
  CHECK(losses.at("grad_G") == doctest::Approx(expected).epsilon(1e-12));
}

TEST_CASE("GAN: rows are of the class of their label") {
  for (const bool conditional : both) {
    CAPTURE(conditional);
    yi2020::GanConfig config = conditional ? yi2020::cgan_config() : yi2020::gan_config();
    config.noise = 4;
    config.hidden = {32, 32};
    config.lr = 1e-3;
    config.batch = 32;
    yi2020::Gan model(config, TwoClasses::features, 2, Rng{1});
    const TwoClasses table;
    for (int i = 0; i < 200; ++i) model.epoch(table.x, table.y);
    CHECK(share_of_right_rows(model) >= 0.95);
  }
}

TEST_CASE("GAN: a class without training rows cannot be sampled, nor one that there is not") {
  yi2020::Gan model(miniature(false, false), 12, 3, Rng{1});
  Rng rng{2, 0};
  const Tensor x = normal({6, 12}, rng), y = tensor({0, 2, 0, 2, 2, 0}, DType::i64);
  model.epoch(x, y);
  CHECK(model.sample(y, rng).shape() == Shape{6, 12});
  CHECK_THROWS_WITH_AS(model.sample(tensor({0, 1}, DType::i64), rng),
                       "Gan: class 1 had no row to train its GAN on, so none can be sampled", Error);
  CHECK_THROWS_WITH_AS(model.sample(tensor({0, 3}, DType::i64), rng), "Gan: a label is not in 0 … 2", Error);
}

TEST_CASE("adversarial models: what an epoch and a checkpoint must fit") {
  auto config = miniature(true, false);
  yi2020::Gan model(config, 12, 3, Rng{1});
  const Tensor x = zeros({6, 12}), y = zeros({5}, DType::i64);
  CHECK_THROWS_WITH_AS(model.epoch(x, y), "epoch: 6 rows of features, labels are (5,)", Error);
  config.batch = 0;
  yi2020::Gan empty(config, 12, 3, Rng{1});
  CHECK_THROWS_WITH_AS(empty.epoch(x, zeros({6}, DType::i64)), "epoch: the batch size is 0, must be at least 1", Error);

  Checkpoint saved;
  model.save(saved, "gan");
  CHECK_THROWS_WITH_AS(model.load(saved, "aae"), "load: the checkpoint holds no model named 'aae'", Error);
  yi2020::Gan wider(miniature(true, false), 13, 3, Rng{2});
  Checkpoint before, after;
  wider.save(before, "gan");
  CHECK_THROWS_AS(wider.load(saved, "gan"), Error);
  wider.save(after, "gan");
  for (const auto& entry : before.tensors) CHECK(bitwise_equal(entry.second, after.tensors.at(entry.first)));
}
