#include "nn/losses.h"

#include "autograd/gradcheck.h"
#include "autograd/node.h"
#include "autograd/ops/linalg.h"
#include "autograd/ops/pointwise.h"
#include "autograd/ops/random.h"
#include "autograd/ops/reduce.h"
#include "tests/op_checks.h"

using namespace emograd;
using namespace emograd::cases;

namespace {

const Tensor logits = tensor({{1, -2, 0.5}, {0, 3, -1}}, DType::f64);

double log_softmax_at(int row, int k) {
  const auto v = logits.to_vector<double>();
  double total = 0;
  for (int j = 0; j < 3; ++j) total += std::exp(v[static_cast<std::size_t>(3 * row + j)]);
  return v[static_cast<std::size_t>(3 * row + k)] - std::log(total);
}

}  // namespace

TEST_CASE("losses: cross entropy of labels, of probabilities, with class weights") {
  const Tensor labels = tensor({2, 1}, DType::i64), weights = tensor({1, 2, 4}, DType::f64);
  const double plain = -(log_softmax_at(0, 2) + log_softmax_at(1, 1)) / 2;
  CHECK(nn::cross_entropy(logits, labels).item() == doctest::Approx(plain).epsilon(1e-14));
  CHECK(nn::cross_entropy(logits, tensor({{0, 0, 1}, {0, 1, 0}}, DType::f64)).item() ==
        doctest::Approx(plain).epsilon(1e-14));
  const double weighted = -(4 * log_softmax_at(0, 2) + 2 * log_softmax_at(1, 1)) / 2;  // over B, not over 4 + 2
  CHECK(nn::cross_entropy(logits, labels, weights).item() == doctest::Approx(weighted).epsilon(1e-14));
  CHECK(contains(complaint([&] { nn::cross_entropy(logits, tensor({0, 3}, DType::i64)); }), "3"));
  CHECK(contains(complaint([&] { nn::cross_entropy(logits, tensor({0}, DType::i64)); }), "(2, 3)"));
  CHECK(contains(complaint([&] { nn::cross_entropy(logits, labels, tensor({1, 2}, DType::f64)); }), "(2,)"));
  CHECK_THROWS_AS(nn::cross_entropy(logits, Tensor()), Error);
}

TEST_CASE("losses: binary cross entropy and the adversarial losses, near and far") {
  const Tensor x = tensor({0.3, -1.2, 500, -500}, DType::f64), t = tensor({1, 0.25, 1, 0}, DType::f64);
  const auto sigma = [](double v) { return 1 / (1 + std::exp(-v)); };
  const double near = (-std::log(sigma(0.3)) - 0.25 * std::log(sigma(-1.2)) - 0.75 * std::log(1 - sigma(-1.2))) / 4;
  CHECK(nn::bce_with_logits(x, t).item() == doctest::Approx(near).epsilon(1e-14));
  const Tensor a = tensor({0.5, -2}, DType::f64), b = tensor({1.5, 0.1, -3}, DType::f64);
  const double d = -(std::log(sigma(0.5)) + std::log(sigma(-2))) / 2 -
                   (std::log(1 - sigma(1.5)) + std::log(1 - sigma(0.1)) + std::log(1 - sigma(-3))) / 3;
  CHECK(nn::gan_discriminator_loss(a, b).item() == doctest::Approx(d).epsilon(1e-14));
  const double saturating = (std::log(1 - sigma(0.5)) + std::log(1 - sigma(-2))) / 2;
  CHECK(nn::gan_generator_loss_saturating(a).item() == doctest::Approx(saturating).epsilon(1e-14));
  CHECK(nn::gan_generator_loss(a).item() ==
        doctest::Approx(-(std::log(sigma(0.5)) + std::log(sigma(-2))) / 2).epsilon(1e-14));
}

TEST_CASE("losses: squared errors divide by rows, or by elements") {
  const Tensor a = tensor({{1, 2, 3}, {4, 5, 6}}, DType::f64), b = tensor({{0, 2, 1}, {4, 8, 6}}, DType::f64);
  CHECK(nn::squared_error(a, b).item() == doctest::Approx(7));
  CHECK(nn::mean_squared_error(a, b).item() == doctest::Approx(14.0 / 6));
  CHECK(contains(complaint([&] { nn::squared_error(a, tensor({1, 2}, DType::f64)); }), "(2, 3)"));
  CHECK_THROWS_AS(nn::squared_error(zeros({0, 3}), zeros({0, 3})), Error);
}

TEST_CASE("losses: the gradient penalty of a linear critic is the norm of its weights") {
  const Tensor w = variable(tensor({{3, 4}}, DType::f64)), b = variable(zeros({1}, DType::f64));
  const auto critic = [&](const Tensor& x) { return linear(x, w, b); };
  const Tensor at = tensor({{1, 2}, {5, -7}, {0, 0}}, DType::f64);
  for (const double p : {2.0, 3.0, 5.0}) {
    const Tensor penalty = nn::gradient_penalty(critic, at, p);
    CHECK(penalty.item() == doctest::Approx(std::pow(5, p)).epsilon(1e-13));
    const auto dw = grad(penalty, w).to_vector<double>();  // p ‖w‖^(p−2) w
    CHECK(dw[0] == doctest::Approx(p * std::pow(5, p - 2) * 3).epsilon(1e-13));
    CHECK(dw[1] == doctest::Approx(p * std::pow(5, p - 2) * 4).epsilon(1e-13));
  }
  CHECK(contains(complaint([&] { nn::gradient_penalty(critic, at, 1); }), "p is 1"));
  CHECK_THROWS_AS(nn::gradient_penalty(critic, tensor({1, 2}, DType::f64), 2), Error);
}

TEST_CASE("losses: the divergence's derivatives for the critic's parameters agree with differences") {
  Rng rng{8, 0};
  const Tensor real = normal({4, 3}, rng, DType::f64), fake = normal({4, 3}, rng, DType::f64),
               mu = uniform({4, 1}, rng, DType::f64);
  const emograd::Function f = [&](const std::vector<Tensor>& p) {
    const auto critic = [&](const Tensor& x) { return linear(tanh(linear(x, p[0], p[1])), p[2], p[3]); };
    return nn::wasserstein_divergence(critic, real, fake, mu, 10, 5);
  };
  const std::vector<Tensor> p = {normal({5, 3}, rng, DType::f64), normal({5}, rng, DType::f64),
                                 normal({1, 5}, rng, DType::f64), normal({1}, rng, DType::f64)};
  CHECK(gradcheck(f, p, {.order = 2, .tolerance = 1e-5}) == "");
  const Tensor middle = nn::interpolate(real, fake, full({4, 1}, 0.25, DType::f64));
  Array want = array_of(real * 0.75 + fake * 0.25);
  for (double& v : want.scale) v = 4;  // the terms, which may cancel
  CHECK(difference(middle, want, 2) == "");
  CHECK_THROWS_AS(nn::interpolate(real, zeros({3, 3}, DType::f64), mu), Error);
}
