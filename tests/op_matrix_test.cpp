#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "autograd/fused.h"
#include "autograd/gradcheck.h"
#include "autograd/ops/pointwise.h"
#include "autograd/ops/reduce.h"
#include "tests/op_checks.h"

using namespace emograd;
using namespace emograd::cases;

namespace {

std::int64_t elements(const Shapes& shapes) {
  std::int64_t n = 0;
  for (const Shape& s : shapes) n += numel(s);
  return n;
}

/// f as a function of its differentiable inputs alone.
struct Bound {
  emograd::Function f;
  std::vector<Tensor> variables;
  Bound(const OpCase& c, const std::vector<Tensor>& inputs) {
    std::vector<std::size_t> slots;
    for (std::size_t i = 0; i < inputs.size(); ++i)
      if (tracks(c.inputs[i], inputs[i])) slots.push_back(i), variables.push_back(inputs[i]);
    f = [&c, inputs, slots](const std::vector<Tensor>& x) {
      std::vector<Tensor> all = inputs;
      for (std::size_t k = 0; k < slots.size(); ++k) all[slots[k]] = x[k];
      return c.f(all);
    };
  }
};

double dot(const Tensor& a, const Tensor& b, double* scale = nullptr) {
  const Array p = array_of(a), q = array_of(b);
  double total = 0;
  for (std::size_t i = 0; i < p.v.size(); ++i) {
    total += p.v[i] * q.v[i];
    if (scale) *scale += std::abs(p.v[i] * q.v[i]);
  }
  return total;
}

}  // namespace

TEST_SUITE("op matrix") {
  TEST_CASE("forward equals the reference, small and large, every accepted type") {
    for (const OpCase& c : op_cases())
      for (const DType type : c.dtypes) {
        std::vector<Shapes> shapes = c.shapes;
        shapes.insert(shapes.end(), c.large.begin(), c.large.end());
        for (const Shapes& s : shapes) {
          const auto inputs = draw_inputs(c, s, type);
          INFO(describe(c, s, type));
          CHECK(difference(c.f(inputs), c.reference(arrays_of(inputs)), c.ulps) == "");
        }
      }
  }

  TEST_CASE("derivatives of every order agree with differences of the order below") {
    for (const OpCase& c : op_cases()) {
      if (c.order == 0) continue;
      for (std::size_t k = 0; k < c.shapes.size(); ++k) {
        if (elements(c.shapes[k]) > 120) continue;
        const auto inputs = draw_inputs(c, c.shapes[k], DType::f64, 2);
        const Bound bound(c, inputs);
        INFO(describe(c, c.shapes[k], DType::f64));
        REQUIRE(!bound.variables.empty());
        if (c.f(Tracked(c, inputs).inputs).numel() == 0) continue;
        CHECK(gradcheck(bound.f, bound.variables, {.order = k == 0 ? c.order : std::min(c.order, 2)}) == "");
      }
    }
  }

  TEST_CASE("linear ops: <Ax, u> = <x, A'u>, and the adjoint's adjoint is A") {
    for (const OpCase& c : op_cases())
      for (const auto& group : c.linear)
        for (const Shapes& s : c.shapes) {
          INFO(describe(c, s, DType::f64));
          const auto inputs = draw_inputs(c, s, DType::f64, 3);
          auto at_zero = inputs, elsewhere = draw_inputs(c, s, DType::f64, 4), moved = inputs, tracked = inputs;
          std::vector<Tensor> variables;
          for (const int g : group) {
            const auto i = static_cast<std::size_t>(g);
            at_zero[i] = zeros_like(inputs[i]);
            moved[i] = elsewhere[i];
            variables.push_back(tracked[i] = variable(inputs[i]));
          }
          const Tensor y = c.f(tracked), base = c.f(at_zero), Ax = y.detach() - base, Aw = c.f(moved) - base;
          const Tensor u = variable(seed_like(y, 11));
          const auto adjoint = grad(y, variables, {.create_graph = true, .seed = u});
          double left_scale = 0, right = 0;
          const double left = dot(Ax, u, &left_scale);
          Tensor paired = full({}, 0, DType::f64);
          for (std::size_t i = 0; i < group.size(); ++i) {
            const auto slot = static_cast<std::size_t>(group[i]);
            CHECK(adjoint[i].shape() == inputs[slot].shape());
            right += dot(inputs[slot], adjoint[i], &left_scale);
            paired = paired + sum(adjoint[i] * moved[slot]);
          }
          CHECK(std::abs(left - right) <= 1e-14 * left_scale);
          const Tensor again = grad(paired, u, {.allow_unused = true});  // A w
          Array want = array_of(Aw);
          for (double& v : want.scale) v = 1 + left_scale;
          CHECK(difference(again, want, 16) == "");
        }
  }

  TEST_CASE("fused kernels equal their composites: values, first, second and third derivatives") {
    int rows = 0;
    for (const OpCase& c : op_cases()) {
      if (!c.fused) continue;
      ++rows;
      for (const Shapes& s : c.shapes) {
        INFO(describe(c, s, DType::f64));
        const auto compute = [&](bool fused) {
          const FusedMode mode(fused);
          const auto inputs = draw_inputs(c, s, DType::f64, 5);
          const Tracked t(c, inputs);
          const Tensor y = c.f(t.inputs);
          const Tensor seed = seed_like(y, 13);
          std::vector<Tensor> out = {y.detach()};
          for (Tensor& g : grad(y, t.variables, {.allow_unused = true, .seed = seed})) out.push_back(g);
          Tensor level = sum(y * seed);
          for (int order = 1; order <= 3; ++order) {
            const auto g = grad(level, t.variables, {.create_graph = true, .allow_unused = true});
            level = full({}, 0, DType::f64);
            for (std::size_t i = 0; i < g.size(); ++i) {
              out.push_back(g[i].detach());
              level = level + sum(g[i] * seed_like(g[i], 17 + i));
            }
            if (!level.tracked()) break;
          }
          return out;
        };
        const auto fused = compute(true), composite = compute(false);
        REQUIRE(fused.size() == composite.size());
        for (std::size_t i = 0; i < fused.size(); ++i) {
          Array want = array_of(composite[i]);
          for (double& v : want.scale) v += 10;
          CAPTURE(i);
          CHECK(difference(fused[i], want, 32) == "");  // an exponent of 100 costs 100 ulp of a probability
        }
      }
    }
    CHECK(rows >= 5);
  }

  TEST_CASE("what is recorded is as the row says") {
    for (const OpCase& c : op_cases()) {
      INFO(c.title());
      const auto inputs = draw_inputs(c, c.shapes[0], c.accepts(DType::f64) ? DType::f64 : c.dtypes[0]);
      CHECK_FALSE(c.f(inputs).tracked());
      const Tracked t(c, inputs);
      CHECK(c.f(t.inputs).tracked() == (c.tracked && !t.variables.empty()));
      const NoGrad off;
      const Tensor y = c.f(t.inputs);  // untracked, unless it is the input itself
      bool is_input = false;
      for (const Tensor& x : t.inputs) is_input |= y.node().get() == x.node().get();
      CHECK((!y.tracked() || is_input));
    }
  }
}

#ifdef EMOGRAD_SOURCE_DIR
namespace {

std::string text_of(const std::filesystem::path& path) {
  std::ifstream in(path);
  std::stringstream out;
  out << in.rdbuf();
  return out.str();
}

void collect(const std::string& text, const std::regex& pattern, std::set<std::string>& names) {
  for (std::sregex_iterator it(text.begin(), text.end(), pattern), end; it != end; ++it) names.insert((*it)[1]);
}

}  // namespace

TEST_CASE("op matrix: every op on the tape, every functor and every declared function has a row") {
  const std::filesystem::path root = std::filesystem::path(EMOGRAD_SOURCE_DIR) / "autograd";
  std::set<std::string> wanted, rows;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
    const std::string text = text_of(entry.path());
    if (entry.path().extension() == ".cpp")
      collect(text, std::regex(R"re(\brecord(?:_joint|_fused)?\(\s*"([^"]+)")re"), wanted);
    if (entry.path().filename() == "functors.h") collect(text, std::regex(R"re(name = "([^"]+)")re"), wanted);
    if (entry.path().parent_path().filename() == "ops" && entry.path().extension() == ".h" &&
        entry.path().filename() != "functors.h")
      collect(text, std::regex(R"re((?:^|\n)Tensor (\w+)\()re"), wanted);
  }
  CHECK(wanted.size() >= 70);  // the search found what it looks for
  for (const OpCase& c : op_cases()) rows.insert(c.name);
  for (const std::string& name : wanted) {
    INFO("no row for " << name);
    CHECK(rows.count(name) == 1);
  }
}
#endif

TEST_CASE("op matrix: report") {
  std::map<std::string, std::pair<int, int>> ops;  // name → rows, highest order
  int rows = 0;
  for (const OpCase& c : op_cases()) {
    auto& [count, order] = ops[c.name];
    ++count;
    ++rows;
    order = std::max(order, c.order);
  }
  std::map<int, std::string> by_order;
  std::map<int, int> counts;
  for (const auto& [name, entry] : ops) by_order[entry.second] += " " + name, ++counts[entry.second];
  std::string text = fmt::format("{} operations in {} rows\n", ops.size(), rows);
  for (const auto& [order, names] : by_order) text += fmt::format("  order {} ({}):{}\n", order, counts[order], names);
  MESSAGE(text);
}
