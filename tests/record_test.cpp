#include "autograd/record.h"

#include "autograd/fused.h"
#include "autograd/ops/index.h"
#include "autograd/ops/pointwise.h"
#include "autograd/ops/reduce.h"
#include "tensor/memory/pool.h"
#include "tests/op_checks.h"

using namespace emograd;
using namespace emograd::cases;

TEST_CASE("record: untracked inputs, or NoGrad, leave the value as it is") {
  const Tensor x = tensor({1, 2}), v = variable(x);
  const auto rule = [](const Tensor& g) { return g; };
  CHECK_FALSE(record("op", x, {x}, rule).tracked());
  CHECK(record("op", x, {v}, rule).tracked());
  {
    const NoGrad off;
    CHECK_FALSE(record("op", x, {v}, rule).tracked());
    const GradMode on(true);
    CHECK(record("op", x, {v}, rule).tracked());
  }
  CHECK(grad_mode());
}

TEST_CASE("record: a rule whose input is untracked is dropped with what it captured") {
  const auto live = pool::stats().live_bytes;
  const Tensor v = variable(tensor({1, 2}));
  Tensor y;
  {
    const Tensor big = full({100000}, 1), small = tensor({3, 4});
    y = record(
        "op", tensor({1, 2}), {v, small}, [](const Tensor& g) { return g; },
        [big](const Tensor& g) { return g + sum(big); });
  }
  CHECK(pool::stats().live_bytes < live + 100000);
  CHECK(grad(sum(y), v).to_vector<double>() == std::vector<double>{1, 1});
}

TEST_CASE("record: a rule may use the output, which then does not keep itself alive") {
  const auto live = pool::stats().live_bytes;
  {
    const Tensor v = variable(tensor({1, 2}, DType::f64));
    const Tensor y =
        record("double", v.detach() * 2.0, {v}, [](const Tensor& g, const Tensor& out) { return g * out; });
    const Tensor dx = grad(sum(y), v, {.create_graph = true});
    CHECK(dx.to_vector<double>() == std::vector<double>{2, 4});
    CHECK(grad(sum(dx), v).to_vector<double>() == std::vector<double>{2, 4});
  }
  CHECK(pool::stats().live_bytes == live);
}

TEST_CASE("record: node ids grow from inputs to outputs") {
  const Tensor v = variable(tensor({1, 2}));
  const Tensor y = exp(v), z = y * v;
  CHECK(v.node()->id < y.node()->id);
  CHECK(y.node()->id < z.node()->id);
}

TEST_CASE("record: FusedMode nests and ends") {
  const bool before = fused_mode();
  {
    const FusedMode off(false);
    CHECK_FALSE(fused_mode());
    {
      const FusedMode on(true);
      CHECK(fused_mode());
    }
    CHECK_FALSE(fused_mode());
  }
  CHECK(fused_mode() == before);
}

TEST_CASE("record: variables are floating and defined") {
  CHECK(contains(complaint([] { variable(arange(3, DType::i64)); }), "i64"));
  CHECK_THROWS_AS(variable(Tensor()), Error);
}
