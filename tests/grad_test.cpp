#include "autograd/grad.h"

#include <pthread.h>

#include "autograd/ops/linalg.h"
#include "autograd/ops/pointwise.h"
#include "autograd/ops/reduce.h"
#include "autograd/ops/shape.h"
#include "autograd/record.h"
#include "optim/optimiser.h"
#include "tensor/memory/pool.h"
#include "tests/op_checks.h"

using namespace emograd;
using namespace emograd::cases;

namespace {

Tensor scalar(double v) { return variable(full({}, v, DType::f64)); }

/// Runs f on a thread with a stack of `bytes`.
template <class F>
void with_stack(std::size_t bytes, F f) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  REQUIRE(pthread_attr_setstacksize(&attributes, bytes) == 0);
  pthread_t thread;
  REQUIRE(pthread_create(
              &thread, &attributes,
              [](void* p) -> void* {
                (*static_cast<F*>(p))();
                return nullptr;
              },
              &f) == 0);
  pthread_join(thread, nullptr);
  pthread_attr_destroy(&attributes);
}

}  // namespace

TEST_CASE("grad: a chain 300,000 deep is built, differentiated and freed on a stack of 256 KiB") {
  const auto live = pool::stats().live_bytes;
  double slope = 0;
  with_stack(256 * 1024, [&] {
    const Tensor x = scalar(1.5);
    Tensor y = x;
    for (int i = 0; i < 300000; ++i) y = y + 1.0;
    slope = grad(y * y, x).item();
  });
  CHECK(slope == 2 * 300001.5);
  CHECK(pool::stats().live_bytes == live);
}

TEST_CASE("grad: 2^60 paths through a chain of diamonds are swept once per node") {
  const Tensor x = scalar(1);
  Tensor y = x;
  for (int i = 0; i < 60; ++i) y = y + y;
  CHECK(grad(y, x).item() == std::ldexp(1, 60));
}

TEST_CASE("grad: shared subexpressions add up") {
  const Tensor x = scalar(0.7), y = scalar(-1.3);
  const Tensor a = x * y, b = exp(a), c = a * b + x;  // c = xy e^(xy) + x
  const auto g = grad(c * c, {x, y});
  const double p = 0.7 * -1.3, e = std::exp(p), value = p * e + 0.7;
  CHECK(g[0].item() == doctest::Approx(2 * value * (-1.3 * e * (1 + p) + 1)).epsilon(1e-14));
  CHECK(g[1].item() == doctest::Approx(2 * value * (0.7 * e * (1 + p))).epsilon(1e-14));
}

TEST_CASE("grad: repeated xs, intermediate xs and y itself") {
  const Tensor x = scalar(3), h = x * x, y = h * x;
  const auto g = grad(y, {x, h, x, y});
  CHECK(g[0].item() == 27);
  CHECK(g[1].item() == 3);
  CHECK(g[2].item() == 27);
  CHECK(g[3].item() == 1);
  const Tensor v = variable(tensor({1, 2}, DType::f64)), seed = tensor({5, 7}, DType::f64);
  CHECK(bitwise_equal(grad(v, v, {.seed = seed}), seed));
  CHECK(grad(y, std::vector<Tensor>{}).empty());
}

TEST_CASE("grad: unused, untracked and undefined are errors; allow_unused gives zeros") {
  const Tensor x = scalar(2), other = variable(tensor({1, 2}, DType::f64)), y = x * x;
  CHECK_THROWS_AS(grad(y, other), GradError);
  CHECK(contains(complaint([&] { grad(y, {x, other}); }), "does not depend on x[1] of shape (2,)"));
  const auto g = grad(y, {x, other}, {.allow_unused = true});
  CHECK(g[0].item() == 4);
  CHECK(g[1].to_vector<double>() == std::vector<double>{0, 0});
  CHECK(contains(complaint([&] { grad(y, x.detach()); }), "x[0] is not tracked"));
  CHECK_THROWS_AS(grad(y.detach(), x), GradError);
  CHECK(grad(y.detach(), x, {.allow_unused = true}).item() == 0);
  CHECK_THROWS_AS(grad(Tensor(), x), Error);
  CHECK_THROWS_AS(grad(x, y), GradError);  // a later value
}

TEST_CASE("grad: the seed has y's shape and type; only one element has a default") {
  const Tensor x = variable(tensor({1, 2, 3}, DType::f64)), y = x * x;
  CHECK(contains(complaint([&] { grad(y, x); }), "(3,)"));
  CHECK(contains(complaint([&] { grad(y, x, {.seed = tensor({1, 2}, DType::f64)}); }), "(2,)"));
  CHECK(contains(complaint([&] { grad(y, x, {.seed = tensor({1, 2, 3})}); }), "f32"));
  CHECK(grad(y, x, {.seed = tensor({1, 0, -1}, DType::f64)}).to_vector<double>() == std::vector<double>{2, 0, -6});
  CHECK(grad(slice(y, 0, 1, 2), x).to_vector<double>() == std::vector<double>{0, 4, 0});
}

TEST_CASE("grad: create_graph, three times and once more, on a polynomial") {
  const Tensor x = scalar(2);
  Tensor y = pow(x, 3) * x + x * x * 5.0;  // x⁴ + 5x²
  const double exact[] = {4 * 8 + 20, 12 * 4 + 10, 24 * 2, 24};
  for (const double want : exact) {
    y = grad(y, x, {.create_graph = true});
    CHECK(y.item() == doctest::Approx(want).epsilon(1e-14));
  }
  CHECK(grad(y, x, {.allow_unused = true}).item() == 0);
}

TEST_CASE("grad: without create_graph nothing is recorded, whatever the caller's mode, and the mode comes back") {
  const Tensor x = scalar(2), y = x * x;
  CHECK_FALSE(grad(y, x).tracked());
  CHECK(grad_mode());
  const NoGrad off;
  CHECK(grad(y, x, {.create_graph = true}).tracked());
  CHECK_FALSE(grad_mode());
}

TEST_CASE("grad: an error in a rule leaves modes as they were, and the tape usable") {
  const Tensor x = scalar(2);
  const Tensor bad = record("bad", x.detach(), {x}, [](const Tensor&) -> Tensor { throw Error("bad rule"); });
  const Tensor good = x * x;
  CHECK_THROWS_AS(grad(bad + good, x), Error);
  CHECK(grad_mode());
  CHECK(std::string(trace::current_phase()) == "forward");
  CHECK(grad(good, x).item() == 4);
}

TEST_CASE("grad: a graph can be swept again and gives the same bits") {
  const Tensor x = variable(tensor({0.3, -0.2, 1.7})), y = sum(tanh(x) * exp(x));
  CHECK(bitwise_equal(grad(y, x), grad(y, x)));
}

TEST_CASE("grad: equal elements share the derivative of max, min, maximum and minimum") {
  const Tensor x = variable(tensor({{3, 1, 3}, {2, 2, 2}}, DType::f64));
  CHECK(grad(sum(max(x, {1})), x).to_vector<double>() == std::vector<double>{0.5, 0, 0.5, 1 / 3.0, 1 / 3.0, 1 / 3.0});
  CHECK(grad(min(x), x).to_vector<double>() == std::vector<double>{0, 1, 0, 0, 0, 0});
  const Tensor a = variable(tensor({1, 2, 3}, DType::f64)), b = variable(tensor({2, 2, 2}, DType::f64));
  const auto g = grad(sum(maximum(a, b)), {a, b});
  CHECK(g[0].to_vector<double>() == std::vector<double>{0, 0.5, 1});
  CHECK(g[1].to_vector<double>() == std::vector<double>{1, 0.5, 0});
  const Tensor same = scalar(2);
  CHECK(grad(minimum(same, same), same).item() == 1);
}

TEST_CASE("grad: derivatives at kinks and at 0 are the documented ones") {
  const auto slope = [](Tensor (*f)(const Tensor&), double at) {
    const Tensor x = scalar(at);
    return grad(f(x), x).item();
  };
  CHECK(slope([](const Tensor& x) { return relu(x); }, 0) == 0);
  CHECK(slope([](const Tensor& x) { return leaky_relu(x, 0.25); }, 0) == 0.25);
  CHECK(slope([](const Tensor& x) { return abs(x); }, 0) == 0);
  CHECK(slope([](const Tensor& x) { return clamp(x, -1, 1); }, 1) == 1);
  CHECK(slope([](const Tensor& x) { return norm(reshape(x, {1})); }, 0) == 0);
  CHECK(slope([](const Tensor& x) { return norm_power(reshape(x, {1}), 5); }, 0) == 0);
  const Tensor x = scalar(0), p = scalar(2);
  CHECK(grad(pow(x, p), p).item() == 0);
  const Tensor zero = variable(zeros({3}, DType::f64));
  const Tensor dx = grad(norm_power(zero, 5), zero, {.create_graph = true});
  CHECK(grad(sum(dx), zero, {.allow_unused = true}).to_vector<double>() == std::vector<double>{0, 0, 0});
}

TEST_CASE("grad: saturated functions have finite derivatives") {
  for (const double at : {-800.0, -100.0, 100.0, 800.0}) {
    const Tensor x = variable(tensor({at, -at}, DType::f64));
    for (auto f : {+[](const Tensor& t) { return sigmoid(t); }, +[](const Tensor& t) { return softplus(t); },
                   +[](const Tensor& t) { return tanh(t); }, +[](const Tensor& t) { return logsumexp(t); }}) {
      const Tensor dx = grad(sum(f(x)), x, {.create_graph = true});
      for (const double v : dx.to_vector<double>()) CHECK(std::isfinite(v));
      for (const double v : grad(sum(dx), x, {.allow_unused = true}).to_vector<double>()) CHECK(std::isfinite(v));
    }
  }
}

TEST_CASE("grad: a cast's derivative comes back in the input's type") {
  const Tensor x = variable(tensor({1, 2}));
  const Tensor y = sum(square(cast(x, DType::f64)));
  CHECK(y.dtype() == DType::f64);
  const Tensor dx = grad(y, x);
  CHECK(dx.dtype() == DType::f32);
  CHECK(dx.to_vector<double>() == std::vector<double>{2, 4});
}

TEST_CASE("grad: everything a training step allocated is freed") {
  const auto live = pool::stats().live_bytes;
  {
    std::mt19937_64 rng(1);
    const Tensor x = draw({}, {8, 5}, DType::f32, rng);
    Tensor w = variable(draw({}, {7, 5}, DType::f32, rng)), b = variable(zeros({7}));
    optim::Adam adam({&w, &b}, {});
    for (int i = 0; i < 3; ++i) {
      const Tensor h = linear(x, w, b, 0.1);
      const Tensor dw = grad(sum(square(h)), w, {.create_graph = true});
      adam.step(grad(sum(norm_power(dw, 2, {1})) + sum(h), adam.values()));
    }
  }
  CHECK(pool::stats().live_bytes == live);
}

TEST_CASE("grad: a graph made before an optimiser step keeps the old values and stays right") {
  Tensor w = variable(tensor({2, 3}, DType::f64));
  const Tensor before = w, y = sum(square(w) * w);
  optim::Sgd sgd({&w}, {.lr = 1});
  sgd.step(grad(y, sgd.values()));
  CHECK(w.to_vector<double>() == std::vector<double>{2 - 12, 3 - 27});
  CHECK(before.to_vector<double>() == std::vector<double>{2, 3});
  CHECK(grad(y, before).to_vector<double>() == std::vector<double>{12, 27});
  CHECK_THROWS_AS(grad(y, w), GradError);  // the new value is another leaf
}
