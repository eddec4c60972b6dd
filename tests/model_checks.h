#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <map>
#include <numeric>
#include <string>
#include <vector>

#include "autograd/ops/pointwise.h"
#include "autograd/ops/random.h"
#include "models/yi2020/adversarial.h"
#include "nn/checkpoint.h"
#include "tests/golden.h"
#include "tests/temporary_folder.h"

/// What the tests of the adversarial models share: golden trainings, a network in plain loops, an interruption, and a
/// table that is easy to learn.
namespace emograd::checks {

using State = Arrays;

/// The entries whose names begin with the prefix, named by the rest.
inline State below(const State& all, const std::string& prefix) {
  State some;
  for (const auto& [name, value] : all)
    if (name.starts_with(prefix)) some[name.substr(prefix.size())] = value;
  return some;
}

/// The batch that ADAN's golden training takes at a step; the other models' trainings take the same.
inline yi2020::AdversarialModel::Batch golden_batch(const State& adan, std::size_t step) {
  const State b = below(adan, "step" + std::to_string(step) + "/");
  return {b.at("x"), b.at("y"), b.at("z"), b.at("y_gen"), b.at("mu")};
}

inline double largest_difference(const Tensor& a, const Tensor& b) {
  REQUIRE(a.shape() == b.shape());
  const auto x = a.to_vector<double>(), y = b.to_vector<double>();
  double worst = 0;
  for (std::size_t i = 0; i < x.size(); ++i) worst = std::max(worst, std::abs(x[i] - y[i]));
  return worst;
}

/// Ten steps on these batches give these losses: (10, n), in the order of `names`.
inline void follow_losses(yi2020::AdversarialModel& model, const Tensor& losses, const std::vector<std::string>& names,
                          const std::function<yi2020::AdversarialModel::Batch(std::size_t)>& batch) {
  const auto expected = losses.to_vector<double>();
  REQUIRE(expected.size() == 10 * names.size());
  for (std::size_t step = 0; step < 10; ++step) {
    const auto found = model.step(batch(step));
    REQUIRE(found.size() == names.size());
    for (std::size_t k = 0; k < names.size(); ++k) {
      CAPTURE(step);
      CAPTURE(names[k]);
      CHECK(found.at(names[k]) == doctest::Approx(expected[names.size() * step + k]).epsilon(1e-10));
    }
  }
}

/// A network's weights are those under its name, after "final/".
inline void check_final(const std::string& name, nn::Mlp& net, const State& golden) {
  nn::each_in(name, net, [&](const std::string& key, Tensor& p) {
    CAPTURE(key);
    CHECK(largest_difference(p, golden.at("final/" + key)) < 1e-10);
  });
}

using Row = std::vector<double>;

inline std::vector<Row> rows_of(const Tensor& x) {
  const auto values = x.to_vector<double>();
  std::vector<Row> rows;
  const auto columns = static_cast<std::ptrdiff_t>(x.dim(1));
  for (auto at = values.begin(); at != values.end(); at += columns) rows.emplace_back(at, at + columns);
  return rows;
}

/// The network on one row, in plain loops.
inline Row naive(const nn::Mlp& net, Row x) {
  for (const nn::Linear& layer : net.layers) {
    const std::vector<Row> W = rows_of(layer.W);
    Row y = layer.b.to_vector<double>();
    for (std::size_t i = 0; i < y.size(); ++i) {
      for (std::size_t j = 0; j < x.size(); ++j) y[i] += W[i][j] * x[j];
      if (y[i] < 0) y[i] *= layer.slope;
    }
    x = y;
  }
  return x;
}

/// x and its label, one-hot, beside it.
inline Row naive_with_label(Row x, std::int64_t label, std::int64_t classes) {
  for (std::int64_t k = 0; k < classes; ++k) x.push_back(k == label ? 1 : 0);
  return x;
}

inline double sigma(double logit) { return 1 / (1 + std::exp(-logit)); }

/// `make(rng)` gives a model of 12 features and 3 classes: three epochs, saved, loaded into another and three more, are
/// six epochs.
template <class Make>
void check_resumes(const Make& make) {
  Rng data{5, 0};
  const Tensor x = normal({20, 12}, data), y = integers({20}, 3, data);
  const auto whole = make(Rng{1, 0}), first = make(Rng{1, 0});
  for (int i = 0; i < 6; ++i) whole->epoch(x, y);
  for (int i = 0; i < 3; ++i) first->epoch(x, y);

  const TemporaryFolder folder;
  Checkpoint saved;
  first->save(saved, "model");
  save_checkpoint(folder / "checkpoint", saved);
  const auto second = make(Rng{99, 7});  // other weights, other stream: all must come from the file
  second->load(load_checkpoint(folder / "checkpoint"), "model");
  for (int i = 0; i < 3; ++i) second->epoch(x, y);

  CHECK(second->epochs_done == 6);
  Checkpoint a, b;
  whole->save(a, "model");
  second->save(b, "model");
  CHECK(a.state == b.state);
  REQUIRE(a.tensors.size() == b.tensors.size());
  for (const auto& entry : a.tensors) {
    CAPTURE(entry.first);
    CHECK(bitwise_equal(entry.second, b.tensors.at(entry.first)));
  }
}

/// The norm of the network's gradient in the first step that its Adam took: m is then (1 − β1) times the gradient.
inline double first_gradient_norm(const yi2020::AdversarialModel& model, const std::string& adam) {
  Checkpoint saved;
  model.save(saved, "model");
  double squares = 0;
  for (const auto& [name, value] : saved.tensors) {
    if (!name.starts_with("model." + adam + ".") || !name.ends_with(".m")) continue;
    for (const double m : value.to_vector<double>()) squares += m * m;
  }
  return std::sqrt(squares) / (1 - model.training().beta1);
}

/// `make(config)` gives an f64 model of 12 features and 3 classes: with gradient_norm its losses have that norm, too,
/// under `name`, and are the same otherwise. Where there are several, `adam` is of one, whose rows alone are trained.
template <class Config, class Make>
void check_gradient_norm(Config config, const std::string& name, const std::string& adam, std::int64_t noise,
                         const Make& make) {
  Rng data{6, 0};
  const Tensor z = normal({9, noise}, data, DType::f64), x = normal({9, 12}, data, DType::f64);
  const yi2020::AdversarialModel::Batch batch{x, zeros({9}, DType::i64), z, integers({9}, 3, data),
                                              uniform({9, 1}, data, DType::f64)};
  const auto without = make(config);
  config.gradient_norm = true;
  const auto with = make(config);
  auto losses = with->step(batch);
  REQUIRE(losses.contains(name));
  const double norm = losses.at(name);
  CHECK(norm > 1e-6);
  CHECK(norm == doctest::Approx(first_gradient_norm(*with, adam)).epsilon(1e-12));
  losses.erase(name);
  CHECK(losses == without->step(batch));
  CHECK(with->step(batch).at(name) != norm);
}

/// Two classes, 40 rows of the one and 80 of the other, a Gaussian each, whose means are 6 of its deviations apart.
struct TwoClasses {
  static constexpr std::int64_t features = 6;
  Tensor x, y;  // (120, 6), (120,)

  TwoClasses() {
    std::vector<float> means;  // ±0.612 in every feature is ±1.5, and the deviation is 0.5
    std::vector<std::int64_t> labels;
    for (int i = 0; i < 120; ++i) {
      labels.push_back(i % 3 == 0 ? 0 : 1);
      means.insert(means.end(), features, i % 3 == 0 ? 0.612f : -0.612f);
    }
    Rng rng{11, 0};
    x = from_values<float>({120, features}, means) + 0.5 * normal({120, features}, rng);
    y = from_values<std::int64_t>({120}, labels);
  }
};

/// Of 200 rows for the labels 0, 1, 0, 1, …, the share nearer to the mean of their label's class than to the other's: a
/// half where rows and labels have nothing to do with each other.
inline double share_of_right_rows(const yi2020::AdversarialModel& model) {
  std::vector<std::int64_t> labels;
  for (int i = 0; i < 200; ++i) labels.push_back(i % 2);
  Rng rng{12, 0};
  const auto rows = rows_of(model.sample(from_values<std::int64_t>({200}, labels), rng));
  int right = 0;
  for (std::size_t i = 0; i < rows.size(); ++i)
    right += (std::accumulate(rows[i].begin(), rows[i].end(), 0.0) > 0) == (labels[i] == 0);
  return right / 200.0;
}

}  // namespace emograd::checks
