#include "tensor/trace.h"

#include <sstream>

#include "autograd/grad.h"
#include "autograd/ops/linalg.h"
#include "autograd/ops/pointwise.h"
#include "autograd/ops/reduce.h"
#include "tests/op_checks.h"

using namespace emograd;
using namespace emograd::cases;

namespace {

struct Tracing {
  Tracing() { trace::clear(), trace::enable(true); }
  ~Tracing() { trace::enable(false), trace::clear(); }
};

std::int64_t calls(const std::string& kernel, const std::string& equation, const std::string& phase) {
  std::int64_t n = 0;
  for (const trace::Row& r : trace::rows())
    if ((kernel.empty() || r.kernel == kernel) && r.equation == equation && r.phase == phase) n += r.calls;
  return n;
}

}  // namespace

TEST_CASE("trace: off, nothing is seen; on, calls, bytes and time are counted") {
  trace::clear();
  exp(ones({10}));
  CHECK(trace::rows().empty());
  const Tracing on;
  CHECK(trace::enabled());
  for (int i = 0; i < 3; ++i) exp(ones({10}));
  const auto rows = trace::rows();
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].kernel == "exp");
  CHECK(rows[0].calls == 3);
  CHECK(rows[0].bytes == 3 * 10 * 8);
  CHECK(rows[0].seconds > 0);
  CHECK(rows[0].phase == "forward");
  trace::clear();
  CHECK(trace::rows().empty());
}

TEST_CASE("trace: backward and double backward run under the equation of their forward") {
  const Tracing on;
  const Tensor x = variable(tensor({1, 2, 3}, DType::f64));
  Tensor y;
  {
    const trace::Equation tag("paper:1");
    y = tanh(x);
    {
      const trace::Equation inner("paper:2");
      y = exp(y);
    }
    y = sin(y);
  }
  CHECK(std::string(trace::current_equation()).empty());
  y = sum(y);
  CHECK(calls("tanh", "paper:1", "forward") == 1);
  CHECK(calls("exp", "paper:2", "forward") == 1);
  CHECK(calls("reduce", "", "forward") == 1);
  grad(y, x);
  CHECK(calls("", "paper:1", "backward") > 0);
  CHECK(calls("", "paper:2", "backward") > 0);
  CHECK(calls("", "paper:1", "backward²") == 0);
  trace::clear();
  const Tensor dx = grad(y, x, {.create_graph = true});
  CHECK(calls("", "paper:1", "backward²") > 0);
  CHECK(calls("", "paper:1", "backward") == 0);
  trace::clear();
  grad(sum(dx), x);
  CHECK(calls("", "paper:1", "backward") > 0);
  CHECK(calls("", "paper:2", "backward") > 0);
}

TEST_CASE("trace: fused kernels keep their tag when their composite is differentiated") {
  const Tracing on;
  const Tensor x = variable(ones({2, 3}, DType::f64)), w = variable(ones({4, 3}, DType::f64)),
               b = variable(ones({4}, DType::f64));
  Tensor y;
  {
    const trace::Equation tag("paper:3");
    y = linear(x, w, b, 0.5);
  }
  const Tensor dw = grad(sum(square(y)), w, {.create_graph = true});
  CHECK(calls("", "paper:3", "backward²") > 0);
  trace::clear();
  grad(sum(square(dw)), x);
  CHECK(calls("", "paper:3", "backward") > 0);
}

TEST_CASE("trace: the tables name kernels and equations") {
  const Tracing on;
  {
    const trace::Equation tag("paper:4");
    exp(ones({1000}));
  }
  std::ostringstream out;
  trace::print(out);
  CHECK(contains(out.str(), "exp"));
  CHECK(contains(out.str(), "paper:4, forward"));
  CHECK(contains(out.str(), "GB/s"));
}
