#include "optim/optimiser.h"

#include "autograd/node.h"
#include "autograd/ops/pointwise.h"
#include "autograd/ops/shape.h"
#include "tests/golden.h"
#include "tests/op_checks.h"

using namespace emograd;
using namespace emograd::cases;

namespace {

Tensor row(const Tensor& t, std::int64_t i) {
  return packed(reshape(slice(t, 0, i, i + 1), Shape(std::span(t.shape().begin() + 1, t.shape().end()))));
}

/// The largest difference from the stored trajectory, relative to lr or to the value.
template <class Optimiser, class Config>
double worst_error(const std::string& name, Config config, DType type) {
  const auto& g = golden("adam");
  std::vector<Tensor> p;
  for (const char* key : {"p0", "p1"}) p.push_back(variable(cast(row(g.at(name + "/" + key), 0), type)));
  Optimiser optimiser({&p[0], &p[1]}, config);
  double worst = 0;
  for (std::int64_t t = 0; t < 5; ++t) {
    optimiser.step({cast(row(g.at("g0"), t), type), cast(row(g.at("g1"), t), type)});
    for (std::size_t k = 0; k < 2; ++k) {
      const auto want = row(g.at(name + "/p" + std::to_string(k)), t + 1).template to_vector<double>();
      const auto got = p[k].template to_vector<double>();
      CHECK(p[k].tracked());
      for (std::size_t i = 0; i < want.size(); ++i)
        worst = std::max(worst, std::abs(got[i] - want[i]) / std::max(1.0, std::abs(want[i])));
    }
  }
  return worst;
}

double setting(const std::string& key, std::size_t i = 0) {  // 0 where a case does not set it
  const auto found = golden("adam").find(key);
  return found == golden("adam").end() ? 0 : found->second.to_vector<double>()[i];
}

}  // namespace

TEST_CASE("optimiser: with early_eps Adam steps as TensorFlow writes it") {
  const auto g = golden("adam").at("g1").to_vector<double>();
  const double lr = 1e-2, beta1 = 0.5, beta2 = 0.999, eps = 1e-5;
  Tensor p = variable(row(golden("adam").at("adam/p1"), 0));
  std::vector<double> want = p.to_vector<double>(), m(5, 0), v(5, 0);
  optim::Adam adam({&p}, {.lr = lr, .beta1 = beta1, .beta2 = beta2, .eps = eps, .early_eps = true});
  for (std::int64_t t = 1; t <= 5; ++t) {
    adam.step({row(golden("adam").at("g1"), t - 1)});
    const double rate = lr * std::sqrt(1 - std::pow(beta2, t)) / (1 - std::pow(beta1, t));
    for (std::size_t i = 0; i < 5; ++i) {
      const double gradient = g[static_cast<std::size_t>(t - 1) * 5 + i];
      m[i] += (1 - beta1) * (gradient - m[i]);
      v[i] += (1 - beta2) * (gradient * gradient - v[i]);
      want[i] -= rate * m[i] / (std::sqrt(v[i]) + eps);
      CHECK(p.to_vector<double>()[i] == doctest::Approx(want[i]).epsilon(1e-13));
    }
  }
}

TEST_CASE("optimiser: Adam, AdamW and SGD follow the golden trajectories") {
  for (const DType type : floats) {
    const double tolerance = type == DType::f64 ? 1e-14 : 1e-6;
    for (const std::string name : {"adam", "adam_betas", "adam_l2", "adamw"}) {
      INFO(name << " " << name_of(type));
      const double decay = setting(name + "/weight_decay");
      CHECK(worst_error<optim::Adam>(name,
                                     optim::AdamConfig{.lr = setting(name + "/lr"),
                                                       .beta1 = setting(name + "/betas", 0),
                                                       .beta2 = setting(name + "/betas", 1),
                                                       .eps = setting(name + "/eps"),
                                                       .l2 = name == "adamw" ? 0 : decay,
                                                       .weight_decay = name == "adamw" ? decay : 0},
                                     type) <= tolerance);
    }
    for (const std::string name : {"sgd", "sgd_momentum"}) {
      INFO(name << " " << name_of(type));
      CHECK(worst_error<optim::Sgd>(
                name, optim::SgdConfig{.lr = setting(name + "/lr"), .momentum = setting(name + "/momentum")}, type) <=
            tolerance);
    }
  }
}

TEST_CASE("optimiser: clipping by the global norm") {
  for (const std::string name : {"clip", "clip_idle"}) {
    const auto& g = golden("adam");
    const std::vector<Tensor> grads = {g.at(name + "/g0"), g.at(name + "/g1")};
    CHECK(optim::global_norm(grads) == doctest::Approx(setting(name + "/norm")).epsilon(1e-14));
    const auto clipped = optim::clip_by_global_norm(grads, setting(name + "/max_norm"));
    for (std::size_t i = 0; i < 2; ++i)
      CHECK(difference(clipped[i], array_of(g.at(name + "/y" + std::to_string(i))), 8) == "");
  }
  CHECK_THROWS_AS(optim::clip_by_global_norm({}, 0), Error);
}

TEST_CASE("optimiser: a step never changes a tensor that somebody else sees, and reuses memory that nobody does") {
  Tensor p = variable(tensor({1, 2}, DType::f64));
  optim::Sgd sgd({&p}, {.lr = 0.5});
  const Tensor held = p, view = slice(p, 0, 1, 2);
  sgd.step({ones({2}, DType::f64)});
  CHECK(held.to_vector<double>() == std::vector<double>{1, 2});
  CHECK(view.item() == 2);
  const void* block = p.raw();
  sgd.step({ones({2}, DType::f64)});
  CHECK(p.raw() == block);
  CHECK(p.to_vector<double>() == std::vector<double>{0, 1});
}

TEST_CASE("optimiser: saved state is not written afterwards, and resuming gives the same bits") {
  Tensor p = variable(tensor({1, 2, 3})), q = variable(tensor({1, 2, 3}));
  const auto g = [](const Tensor& x) { return std::vector<Tensor>{sin(x.detach())}; };
  optim::Adam a({&p}, {.lr = 0.1}), b({&q}, {.lr = 0.1});
  for (int i = 0; i < 3; ++i) a.step(g(p));
  std::map<std::string, Tensor> state;
  a.each([&](const std::string& name, Tensor& t) { state[name] = t; });
  CHECK(state.size() == 2);
  const auto saved = state.at("0.m").to_vector<double>();
  q = variable(p.detach());
  b.each([&](const std::string& name, Tensor& t) { t = state.at(name); });
  b.steps = a.steps;
  for (int i = 0; i < 4; ++i) a.step(g(p)), b.step(g(q));
  CHECK(bitwise_equal(p, q));
  CHECK(state.at("0.m").to_vector<double>() == saved);
}

TEST_CASE("optimiser: what does not fit is an error that changes nothing") {
  Tensor p = variable(tensor({1, 2}));
  optim::Adam adam({&p}, {});
  CHECK(contains(complaint([&] { adam.step({}); }), "Adam: 0 gradients for 1 parameters"));
  CHECK(contains(complaint([&] { adam.step({zeros({3})}); }), "(3,)"));
  CHECK(contains(complaint([&] { adam.step({zeros({2}, DType::f64)}); }), "f64"));
  CHECK_THROWS_AS(adam.step({Tensor()}), Error);
  CHECK(adam.steps == 0);
  CHECK(p.to_vector<double>() == std::vector<double>{1, 2});
  CHECK_THROWS_AS(optim::Adam({}, {}), Error);
  CHECK_THROWS_AS(optim::Adam({&p}, {.beta1 = 1}), Error);
  CHECK_THROWS_AS(optim::Sgd({&p}, {.lr = -1}), Error);
}
