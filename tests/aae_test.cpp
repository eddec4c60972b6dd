// The adversarial autoencoder: against its equations in plain loops, ten steps of PyTorch in f64, an interruption, and
// a table that it must be able to learn.
#include "models/yi2020/aae.h"

#include <doctest/doctest.h>

#include "autograd/fused.h"
#include "autograd/ops/pointwise.h"
#include "autograd/ops/reduce.h"
#include "autograd/ops/shape.h"
#include "tensor/error.h"
#include "tests/model_checks.h"

using namespace emograd;
using namespace emograd::checks;

namespace {

yi2020::AaeConfig miniature() {
  yi2020::AaeConfig c;
  c.autoencoder_hidden = {16, 16};
  c.hidden = {10, 10};
  return c;
}

template <class Visit>
void each_network(yi2020::Aae& m, Visit&& visit) {
  visit("E", m.E), visit("R", m.R), visit("D", m.D);
}

void follow() {
  const State g = golden("aae"), batches = golden("adan");
  yi2020::Aae model(miniature(), 12, 3, Rng{}, DType::f64);
  each_network(model, [&](const std::string& name, nn::Mlp& net) { nn::load_from(below(g, "init/"), name, net); });
  follow_losses(model, g.at("losses"), {"R", "D", "E"}, [&](std::size_t step) {
    auto batch = golden_batch(batches, step);
    batch.z = slice(batch.z, 1, 0, 2);
    return batch;
  });
  each_network(model, [&](const std::string& name, nn::Mlp& net) { check_final(name, net, g); });
}

}  // namespace

TEST_CASE("AAE: losses of a step are equations 7 to 9, in plain loops") {
  yi2020::AaeConfig config = miniature();
  config.lr = 0;  // E is the same in all of them
  Rng rng{3, 0};
  yi2020::Aae model(config, 4, 2, rng.split(1), DType::f64);
  const std::vector<std::int64_t> y{0, 1, 1, 0, 1}, y_gen{1, 1, 0, 1, 0};
  const Tensor x = normal({5, 4}, rng, DType::f64), z = normal({5, 2}, rng, DType::f64);
  const auto found = model.step({.x = x,
                                 .y = from_values<std::int64_t>({5}, y),
                                 .z = z,
                                 .y_gen = from_values<std::int64_t>({5}, y_gen),
                                 .mu = {}});
  double R = 0, D = 0, E = 0;
  for (std::size_t i = 0; i < 5; ++i) {
    const Row row = rows_of(x)[i], code = naive(model.E, row), again = naive(model.R, code);
    for (std::size_t j = 0; j < row.size(); ++j) R += (row[j] - again[j]) * (row[j] - again[j]) / 5;
    Row sample = rows_of(z)[i];
    sample[0] += y_gen[i] == 0 ? 3 : -3;  // two Gaussians, 6 apart on the first axis
    const double prior = sigma(naive(model.D, naive_with_label(sample, y_gen[i], 2))[0]);
    const double coded = sigma(naive(model.D, naive_with_label(code, y[i], 2))[0]);
    D += (-std::log(prior) - std::log(1 - coded)) / 5;
    E += -std::log(coded) / 5;
  }
  CHECK(found.at("R") == doctest::Approx(R).epsilon(1e-12));
  CHECK(found.at("D") == doctest::Approx(D).epsilon(1e-12));
  CHECK(found.at("E") == doctest::Approx(E).epsilon(1e-12));
}

TEST_CASE("the AAE follows PyTorch for ten steps") { follow(); }

TEST_CASE("AAE: without fused kernels the losses are the same") {
  const FusedMode off(false);
  follow();
}

TEST_CASE("AAE: the norm of the encoder's gradient against D") {
  check_gradient_norm(miniature(), "grad_E", "adam_E", 2, [](const auto& config) {
    return std::make_unique<yi2020::Aae>(config, 12, 3, Rng{1, 0}, DType::f64);
  });
}

TEST_CASE("AAE: a resumed training equals the uninterrupted one, bit for bit") {
  auto config = miniature();
  config.batch = 8;
  check_resumes([&](Rng rng) { return std::make_unique<yi2020::Aae>(config, 12, 3, rng); });
}

TEST_CASE("AAE: the prior has a Gaussian for each class, neighbours as far apart as asked") {
  for (const std::int64_t classes : {1, 2, 3, 4, 7}) {
    CAPTURE(classes);
    yi2020::AaeConfig config = miniature();
    config.separation = 5;
    const yi2020::Aae model(config, 4, classes, Rng{1}, DType::f64);
    const std::vector<Row> means = rows_of(model.prior(zeros({classes, 2}, DType::f64), arange(classes, DType::i64)));
    for (std::size_t k = 0; k < means.size(); ++k) {
      const Row &a = means[k], &b = means[(k + 1) % means.size()];
      CHECK(std::hypot(a[0] - b[0], a[1] - b[1]) == doctest::Approx(classes == 1 ? 0 : 5));
      CHECK(std::hypot(a[0], a[1]) == doctest::Approx(std::hypot(b[0], b[1])));
    }
  }
  const yi2020::Aae model(miniature(), 4, 3, Rng{1}, DType::f64);
  const Tensor z = tensor({{1, 2}, {-3, 4}}, DType::f64), labels = tensor({2, 0}, DType::i64);
  const Tensor means = golden("aae").at("means");
  CHECK(largest_difference(model.prior(z, labels), z + cat({slice(means, 0, 2, 3), slice(means, 0, 0, 1)}, 0)) < 1e-14);
}

TEST_CASE("AAE: rows are of the class of their label, and codes near its Gaussian") {
  yi2020::AaeConfig config = yi2020::aae_config();
  config.autoencoder_hidden = {32, 32};
  config.hidden = {32, 32};
  config.lr = 1e-3;
  config.batch = 32;
  yi2020::Aae model(config, TwoClasses::features, 2, Rng{1});
  const TwoClasses table;
  for (int i = 0; i < 200; ++i) model.epoch(table.x, table.y);
  CHECK(share_of_right_rows(model) >= 0.95);

  const std::vector<Row> codes = rows_of(model.encode(table.x));
  const auto labels = table.y.to_vector<std::int64_t>();
  int near = 0;  // the Gaussians' means are 3 and −3 on the first axis
  for (std::size_t i = 0; i < codes.size(); ++i)
    near += std::hypot(codes[i][0] - (labels[i] == 0 ? 3 : -3), codes[i][1]) < 3;
  CHECK(near >= 0.95 * 120);
}
