// Values and extents at the edge of what an operation is for: what is refused, and derivatives where formulas divide by
// nothing.
#include <cmath>
#include <limits>

#include "autograd/grad.h"
#include "autograd/node.h"
#include "autograd/ops/linalg.h"
#include "autograd/ops/pointwise.h"
#include "autograd/ops/reduce.h"
#include "autograd/ops/shape.h"
#include "nn/losses.h"
#include "nn/module.h"
#include "optim/optimiser.h"
#include "tests/op_checks.h"

using namespace emograd;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr std::int64_t huge = std::numeric_limits<std::int64_t>::max();

/// d^order f/dx^order at x, of a function of one number.
template <class Function>
double derivative(const Function& f, double x, int order) {
  const Tensor at = variable(tensor({x}, DType::f64));
  Tensor y = f(at);
  for (int i = 0; i < order; ++i) y = grad(sum(y), at, {.create_graph = true});
  return y.to_vector<double>()[0];
}

}  // namespace

TEST_CASE("edges: extents, starts and steps near the largest integer are refused, not wrapped") {
  CHECK_THROWS_WITH_AS(reshape(zeros({16}), {16, (std::int64_t{1} << 60) + 1}), doctest::Contains("more elements than"),
                       Error);
  CHECK_THROWS_WITH_AS(reshape(zeros({16}), {-1, std::int64_t{1} << 62, 16}), doctest::Contains("more elements than"),
                       Error);
  CHECK_THROWS_WITH_AS(broadcast_to(ones({1}), {-5}), doctest::Contains("negative extent"), Error);
  CHECK_THROWS_WITH_AS(broadcast_to(ones({1}), {huge, huge}), doctest::Contains("more elements than"), Error);
  CHECK_THROWS_WITH_AS(embed(ones({9}), 0, 1, huge, 10), doctest::Contains("do not fit"), Error);
  CHECK_THROWS_WITH_AS(pad(ones({9}), 0, huge, 0), doctest::Contains("widths"), Error);
  CHECK_THROWS_WITH_AS(pad(ones({9}), 0, huge / 2, huge / 2 + 1), doctest::Contains("widths"), Error);
  CHECK(slice(arange(5, DType::i64), 0, 0, 5, huge).to_vector<std::int64_t>() == std::vector<std::int64_t>{0});
  CHECK(slice(arange(5, DType::i64), 0, 2, huge, huge).to_vector<std::int64_t>() == std::vector<std::int64_t>{2});
  CHECK(slice(arange(5), 0, 3, 2, huge).numel() == 0);
}

TEST_CASE("edges: whole numbers are compared with what the number is, not with its whole part") {
  const Tensor x = arange(3, DType::i64);
  using Truth = std::vector<bool>;
  const auto truth = [](const Tensor& t) {
    Truth out;
    for (const std::int64_t v : cast(t, DType::i64).to_vector<std::int64_t>()) out.push_back(v != 0);
    return out;
  };
  CHECK(truth(x < 0.5) == Truth{true, false, false});
  CHECK(truth(x == 0.5) == Truth{false, false, false});
  CHECK(truth(x > -0.5) == Truth{true, true, true});
  CHECK(truth(x >= 1.5) == Truth{false, false, true});
  CHECK(truth(x < 1e300) == Truth{true, true, true});
  CHECK(truth(x > -infinity) == Truth{true, true, true});
  CHECK(truth(x == 1.0) == Truth{false, true, false});
  // Beyond 2^53 doubles skip whole numbers.
  CHECK(truth(from_values<std::int64_t>({1}, std::vector<std::int64_t>{9007199254740993}) == 9007199254740992.0) ==
        Truth{false});
}

TEST_CASE("edges: derivatives of a power at 0 are those of the polynomial that it is there") {
  for (const int whole : {0, 1, 2, 3}) {
    const auto power = [&](const Tensor& x) { return pow(x, full({1}, whole, DType::f64)); };
    for (int order = 1; order <= 3; ++order) {
      CAPTURE(whole);
      CAPTURE(order);
      CHECK(derivative(power, 0, order) == (order == whole ? std::tgamma(whole + 1) : 0));
    }
  }
}

TEST_CASE("edges: an even power of a norm is a polynomial, also at 0; others end there by decision") {
  const auto of = [](double p) { return [p](const Tensor& x) { return norm_power(x, p); }; };
  CHECK(derivative(of(2), 0, 1) == 0);
  CHECK(derivative(of(2), 0, 2) == 2);
  CHECK(derivative(of(4), 0, 2) == 0);
  CHECK(derivative(of(4), 0, 4) == 24);
  CHECK(derivative(of(5), 0, 1) == 0);
  CHECK(derivative(of(5), 0, 2) == 0);
  CHECK(derivative(of(1), 0, 1) == 0);
  CHECK_THROWS_WITH_AS(norm(ones({2}), infinity), doctest::Contains("max(abs(x))"), Error);
  CHECK_THROWS_WITH_AS(norm_power(ones({2}), infinity), doctest::Contains("finite"), Error);
}

TEST_CASE("edges: losses do not broadcast one input over the other") {
  CHECK_THROWS_WITH_AS(nn::bce_with_logits(ones({64, 1}), ones({64})), doctest::Contains("(64, 1)"), Error);
  CHECK_THROWS_WITH_AS(nn::interpolate(ones({3, 3}), ones({3, 3}), ones({3})), doctest::Contains("one μ per row"),
                       Error);
  CHECK_THROWS_WITH_AS(nn::interpolate(ones({3, 3}), ones({3, 3}), ones({1, 3})), doctest::Contains("one μ per row"),
                       Error);
}

TEST_CASE("edges: an empty batch of more than two axes passes a layer, as one of two does") {
  const Tensor w = ones({4, 0}), b = ones({4});
  CHECK(linear(ones({2, 3, 0}), w, b, 1).shape() == Shape{2, 3, 4});
  CHECK(linear(ones({2, 0, 5}), ones({4, 5}), b, 1).shape() == Shape{2, 0, 4});
}

TEST_CASE("edges: parameters stay packed whatever is loaded into them, and optimisers check what they write to") {
  Tensor p = variable(zeros({3, 2}));
  optim::Adam adam({&p}, {.lr = 1});
  nn::set_parameter(p, broadcast_to(zeros({1, 1}), {3, 2}));
  CHECK(p.is_contiguous());
  adam.step({ones({3, 2})});
  CHECK(p.to_vector<float>() == std::vector<float>(6, p.to_vector<float>()[0]));
  nn::set_parameter(p, transpose(tensor({{1, 2, 3}, {4, 5, 6}})));
  CHECK(p.is_contiguous());
  CHECK(p.to_vector<float>() == std::vector<float>{1, 4, 2, 5, 3, 6});

  p = variable(broadcast_to(zeros({1, 1}), {3, 2}));
  CHECK_THROWS_WITH_AS(adam.step({ones({3, 2})}), doctest::Contains("packed"), Error);
  p = variable(zeros({5, 2}));
  CHECK_THROWS_WITH_AS(adam.step({ones({5, 2})}), doctest::Contains("(3, 2)"), Error);
  p = variable(zeros({3, 2}));
  adam.each([](const std::string&, Tensor& state) { state = zeros({1}); });
  CHECK_THROWS_WITH_AS(adam.step({ones({3, 2})}), doctest::Contains("(1,)"), Error);

  Tensor q = variable(zeros({2}));
  optim::Sgd sgd({&q}, {.lr = 1, .momentum = 0});
  sgd.config.momentum = 0.5;
  CHECK_THROWS_WITH_AS(sgd.step({ones({2})}), doctest::Contains("momentum"), Error);
  CHECK_THROWS_WITH_AS(optim::Adam({&q, &q}, {}), doctest::Contains("twice"), Error);
  CHECK_THROWS_WITH_AS(optim::Sgd({&q, &q}, {}), doctest::Contains("twice"), Error);
}
