#include "nn/layers.h"

#include "autograd/ops/linalg.h"
#include "autograd/ops/pointwise.h"
#include "autograd/ops/random.h"
#include "autograd/ops/reduce.h"
#include "autograd/ops/shape.h"
#include "tests/golden.h"
#include "tests/op_checks.h"

using namespace emograd;
using namespace emograd::cases;

TEST_CASE("layers: initial weights have the published spread") {
  Rng rng{11, 0};
  const auto n = 300.0 * 500;
  const Tensor xavier = nn::init_weight(nn::Init::xavier, 300, 500, rng, DType::f64);
  const double bound = std::sqrt(6.0 / 800);
  CHECK(xavier.shape() == Shape{300, 500});
  CHECK(max(abs(xavier)).item() <= bound);
  CHECK(max(abs(xavier)).item() > 0.999 * bound);
  CHECK(std::abs(mean(xavier).item()) < 5 * bound / std::sqrt(3 * n));
  CHECK(var(xavier).item() == doctest::Approx(bound * bound / 3).epsilon(0.01));
  const Tensor he = nn::init_weight(nn::Init::he, 300, 500, rng, DType::f64);
  CHECK(var(he).item() == doctest::Approx(2.0 / 500).epsilon(0.02));
  CHECK_FALSE(he.tracked());
  CHECK_THROWS_AS(nn::init_weight(nn::Init::he, 0, 5, rng), Error);
}

TEST_CASE("layers: Linear computes act(x W' + b) and owns two tracked parameters") {
  Rng rng{12, 0};
  nn::Linear layer(5, 3, rng, 0.25, nn::Init::he, DType::f64);
  CHECK(layer.W.shape() == Shape{3, 5});
  CHECK(layer.b.to_vector<double>() == std::vector<double>{0, 0, 0});
  const Tensor x = normal({4, 5}, rng, DType::f64);
  CHECK(bitwise_equal(layer(x), linear(x, layer.W, layer.b, 0.25)));
  std::vector<std::string> names;
  layer.each([&](const std::string& name, Tensor& p) {
    names.push_back(name);
    CHECK(p.tracked());
  });
  CHECK(names == std::vector<std::string>{"W", "b"});
}

TEST_CASE("layers: Mlp stacks, names and activates all but the last") {
  Rng rng{13, 0}, again{13, 0};
  nn::Mlp mlp({4, 6, 5, 2}, rng, 0.1, nn::Init::xavier, DType::f64);
  REQUIRE(mlp.layers.size() == 3);
  CHECK(mlp.layers[0].slope == 0.1);
  CHECK(mlp.layers[1].slope == 0.1);
  CHECK(mlp.layers[2].slope == 1);
  std::vector<std::string> names;
  mlp.each([&](const std::string& name, Tensor&) { names.push_back(name); });
  CHECK(names == std::vector<std::string>{"0.W", "0.b", "1.W", "1.b", "2.W", "2.b"});
  const nn::Mlp same({4, 6, 5, 2}, again, 0.1, nn::Init::xavier, DType::f64);
  const Tensor x = normal({3, 4}, rng, DType::f64);
  CHECK(bitwise_equal(mlp(x), same(x)));
  CHECK_FALSE(bitwise_equal(mlp.layers[0].W, nn::Mlp({4, 6, 2}, rng, 0.1, nn::Init::xavier, DType::f64).layers[0].W));
  CHECK_THROWS_AS(nn::Mlp({4}, rng), Error);
  for (const Tensor& g : grad(sum(square(mlp(x))), nn::values(nn::parameters(mlp)))) CHECK(max(abs(g)).item() > 0);
}

TEST_CASE("layers: BatchNorm normalises by the batch, and in evaluation by what it has seen") {
  const Arrays& stored = golden("ops");
  const auto of = [&](const char* key) { return stored.at(std::string("batch_norm/") + key); };
  nn::BatchNorm norm(3, DType::f64);
  norm.eps = 1e-5;
  norm.gain = variable(of("x1"));
  norm.bias = variable(of("x2"));
  const Tensor x = variable(of("x0")), y = norm.train(x);
  CHECK(max(abs(y - of("y"))).item() < 1e-13);
  const auto dx = grad(y, {x, norm.gain, norm.bias}, {.seed = of("g")});
  for (std::size_t i = 0; i < 3; ++i) CHECK(max(abs(dx[i] - of(("dx" + std::to_string(i)).c_str()))).item() < 1e-12);

  // One batch of six rows: the running values move by 1 − 0.99 towards the mean and the unbiased variance.
  CHECK(max(abs(norm.mean - 0.01 * mean(x, {0}))).item() < 1e-15);
  CHECK(max(abs(norm.variance - (0.99 + 0.01 * var(x, {0})))).item() < 1e-15);
  CHECK_FALSE(norm.mean.tracked());
  const Tensor still = (x - norm.mean) / sqrt(norm.variance + 1e-5) * norm.gain + norm.bias;
  CHECK(max(abs(norm(x) - still)).item() < 1e-13);
  // Never trained, it is a gain and a bias; with one row a batch has no variance.
  nn::BatchNorm fresh(3, DType::f64);
  CHECK(max(abs(fresh(x) - x / std::sqrt(1.001))).item() < 1e-15);
  fresh.train(slice(x, 0, 0, 1));
  CHECK(max(abs(fresh.variance - 0.99)).item() < 1e-15);
  CHECK(nn::parameters(norm).size() == 2);
}

TEST_CASE("layers: Dropout is the identity without a stream") {
  const Tensor x = ones({100});
  CHECK(bitwise_equal(nn::Dropout{0.5}(x, nullptr), x));
  Rng rng{14, 0};
  CHECK_FALSE(bitwise_equal(nn::Dropout{0.5}(x, &rng), x));
  CHECK(rng.offset == 100);
}

TEST_CASE("module: state goes out and in by name; what does not fit changes nothing") {
  Rng rng{15, 0};
  nn::Mlp a({3, 4, 2}, rng), b({3, 4, 2}, rng);
  std::map<std::string, Tensor> state;
  nn::save_to(state, "net", a);
  CHECK(state.size() == 4);
  CHECK_FALSE(state.at("net.0.W").tracked());
  const Tensor before = b.layers[0].W;
  auto lacking = state;
  lacking.erase("net.1.b");
  CHECK(contains(complaint([&] { nn::load_from(lacking, "net", b); }), "'net.1.b'"));
  auto odd = state;
  odd["net.1.W"] = zeros({2, 5});
  CHECK(contains(complaint([&] { nn::load_from(odd, "net", b); }), "(2, 5)"));
  CHECK(b.layers[0].W.node().get() == before.node().get());
  nn::load_from(state, "net", b);
  const Tensor x = normal({2, 3}, rng);
  CHECK(bitwise_equal(a(x), b(x)));
  CHECK(b.layers[0].W.node().get() != a.layers[0].W.node().get());
}
