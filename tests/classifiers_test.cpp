#include "models/yi2020/classifiers.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <memory>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "autograd/ops/index.h"
#include "autograd/ops/linalg.h"
#include "autograd/ops/pointwise.h"
#include "autograd/ops/random.h"
#include "autograd/ops/reduce.h"
#include "autograd/ops/shape.h"
#include "models/yi2020/adan.h"
#include "tensor/error.h"
#include "tensor/kernels/gemm.h"
#include "tests/golden.h"

using namespace emograd;
using yi2020::DnnClassifier;
using yi2020::SvmClassifier;

namespace {

/// Three classes in five dimensions, overlapping a little.
struct Problem {
  Tensor x, y;
};
Problem problem(std::int64_t rows, std::uint64_t seed, double spread = 1.5) {
  Rng rng{seed};
  std::vector<std::int64_t> y;
  for (std::int64_t i = 0; i < rows; ++i) y.push_back((i * 7 + 2) % 3);  // the first row is not of class 0
  const Tensor labels = from_values<std::int64_t>({rows}, y);
  const Tensor means = normal({3, 5}, rng) * spread;
  return {packed(index_select(means, 0, labels) + normal({rows, 5}, rng)), labels};
}

double accuracy(const Tensor& predictions, const Tensor& truth) {
  const auto p = predictions.to_vector<std::int64_t>(), t = truth.to_vector<std::int64_t>();
  return static_cast<double>(std::inner_product(p.begin(), p.end(), t.begin(), 0, std::plus<>(), std::equal_to<>())) /
         static_cast<double>(p.size());
}

/// min ½‖w‖² + C Σ max(0, 1 − y(w·x + b)): its value.
double primal(const std::vector<double>& w, double b, const std::vector<std::vector<double>>& x,
              const std::vector<double>& y, double C) {
  double value = 0;
  for (const double c : w) value += 0.5 * c * c;
  for (std::size_t i = 0; i < x.size(); ++i)
    value += C * std::max(0.0, 1 - y[i] * (std::inner_product(w.begin(), w.end(), x[i].begin(), b)));
  return value;
}

}  // namespace

TEST_CASE("SvmClassifier: every pair of classes reaches the optimum that subgradient descent finds") {
  const double C = 0.5;
  const Problem p = problem(60, 3, 0.8);
  SvmClassifier svm({.C = C, .tolerance = 1e-6});
  svm.fit(p.x, p.y, 3);
  REQUIRE(svm.pairs.size() == 3);
  const auto W = svm.W.to_vector<double>(), bias = svm.b.to_vector<double>();
  const auto rows = p.x.to_vector<double>();
  const auto labels = p.y.to_vector<std::int64_t>();
  for (std::size_t k = 0; k < 3; ++k) {
    std::vector<std::vector<double>> x;
    std::vector<double> y;
    for (std::size_t i = 0; i < labels.size(); ++i)
      if (labels[i] == svm.pairs[k].first || labels[i] == svm.pairs[k].second) {
        x.emplace_back(rows.begin() + static_cast<std::ptrdiff_t>(5 * i),
                       rows.begin() + static_cast<std::ptrdiff_t>(5 * i + 5));
        y.push_back(labels[i] == svm.pairs[k].first ? 1 : -1);
      }
    const std::vector<double> found(W.begin() + static_cast<std::ptrdiff_t>(5 * k),
                                    W.begin() + static_cast<std::ptrdiff_t>(5 * k + 5));
    const double value = primal(found, bias[k], x, y, C);

    std::vector<double> w(5, 0);
    double b = 0, best = primal(w, b, x, y, C);
    for (int step = 1; step <= 60000; ++step) {
      std::vector<double> g = w;
      double gb = 0;
      for (std::size_t i = 0; i < x.size(); ++i)
        if (y[i] * std::inner_product(w.begin(), w.end(), x[i].begin(), b) < 1) {
          for (std::size_t j = 0; j < 5; ++j) g[j] -= C * y[i] * x[i][j];
          gb -= C * y[i];
        }
      const double rate = 0.5 / (10.0 + step);
      for (std::size_t j = 0; j < 5; ++j) w[j] -= rate * g[j];
      b -= rate * gb;
      best = std::min(best, primal(w, b, x, y, C));
    }
    CAPTURE(k);
    CHECK(value <= best * (1 + 1e-5));
    CHECK(value >= best * (1 - 1e-3));  // what is left to descend
  }
}

TEST_CASE("SvmClassifier: votes, order of classes, a kernel of more than one block") {
  const Problem p = problem(300, 5, 3);
  SvmClassifier svm;
  svm.fit(p.x, p.y, 3);
  CHECK(accuracy(svm.predict(p.x), p.y) > 0.97);
  using Pairs = std::vector<std::pair<std::int64_t, std::int64_t>>;
  Pairs sorted = svm.pairs;
  std::sort(sorted.begin(), sorted.end());
  CHECK(sorted == Pairs{{0, 1}, {0, 2}, {1, 2}});

  SvmClassifier again;
  again.fit(p.x, p.y, 3);
  CHECK(bitwise_equal(again.W, svm.W));
  CHECK(bitwise_equal(again.b, svm.b));

  // A class without rows is never predicted.
  SvmClassifier four;
  four.fit(p.x, p.y, 4);
  CHECK(bitwise_equal(four.predict(p.x), svm.predict(p.x)));
}

TEST_CASE("Gram: blocks of one product are the parts' own, and other rows are not taken for parts") {
  Rng rng{8};
  const Tensor rows = normal({700, 300}, rng);  // more than one block of the kernel, more than one of the sum
  const auto lower = [](const Tensor& k) {
    std::vector<float> values = k.to_vector<float>();
    const auto n = static_cast<std::size_t>(k.dim(0));
    for (std::size_t i = 0; i < n; ++i)
      std::fill_n(values.begin() + static_cast<std::ptrdiff_t>(i * n + i + 1), n - i - 1, 0.f);
    return values;
  };
  // The libraries sum in an order that may depend on where an element lies: then only up to rounding of n ε Σ|terms|.
  const std::string backend = kernels::gemm_backend(
      {.f64 = false, .batch = 1, .m = 1, .n = 1, .k = 1, .a = {}, .b = {}, .c = nullptr, .epilogue = {}});
  const float rounding = backend == "packed" ? 0 : 2 * 300 * std::numeric_limits<float>::epsilon() * 600;
  const auto same = [&](const Tensor& a, const Tensor& b) {
    const auto x = lower(a), y = lower(b);
    return x.size() == y.size() &&
           std::equal(x.begin(), x.end(), y.begin(), [&](float p, float q) { return std::abs(p - q) <= rounding; });
  };
  yi2020::Gram gram(rows);
  for (const auto& range : std::vector<std::pair<std::int64_t, std::int64_t>>{
           {0, 700}, {0, 1}, {0, 300}, {100, 356}, {101, 700}, {699, 700}}) {
    const std::int64_t first = range.first, last = range.second;
    CAPTURE(first);
    CAPTURE(last);
    const Tensor part = slice(rows, 0, first, last);
    const Tensor alone = from_values<float>(part.shape(), part.to_vector<float>());
    const Tensor block = gram.of(part), own = gram.of(alone);
    CHECK(block.shape() == Shape{last - first, last - first});
    CHECK(block.storage().get() == gram.of(rows).storage().get());
    CHECK(own.storage().get() != block.storage().get());
    CHECK(same(block, own));
    CHECK(same(yi2020::Gram(alone).of(alone), own));
  }
  // In the same memory, but not these rows.
  for (const Tensor& other : {slice(rows, 0, 0, 100, 2), slice(rows, 1, 0, 150),
                              rows.view_as({699, 300}, rows.strides(), rows.offset() + 150)}) {
    const Tensor product = matmul(packed(other), transpose(packed(other)));
    CHECK(gram.of(other).storage().get() != gram.of(rows).storage().get());
    CHECK(same(gram.of(other), product));
  }
  CHECK_THROWS_WITH_AS(yi2020::Gram(zeros({3})), doctest::Contains("needs rows (N, F)"), Error);
}

TEST_CASE("SvmClassifier: a shared Gram matrix changes no bit") {
  const Problem p = problem(300, 5, 1);
  const auto gram = std::make_shared<yi2020::Gram>(p.x);
  for (const auto& [first, last] : std::vector<std::pair<std::int64_t, std::int64_t>>{{0, 300}, {0, 90}, {60, 290}}) {
    SvmClassifier sharing, alone;
    sharing.share(gram);
    sharing.fit(slice(p.x, 0, first, last), slice(p.y, 0, first, last), 3);
    alone.fit(slice(p.x, 0, first, last), slice(p.y, 0, first, last), 3);
    CHECK(bitwise_equal(sharing.W, alone.W));
    CHECK(bitwise_equal(sharing.b, alone.b));
    CHECK(sharing.violations == alone.violations);
  }
}

TEST_CASE("SvmClassifier: a machine that stopped early violates its optimality conditions, and is counted") {
  const Problem p = problem(60, 3, 0.8);
  for (const bool weighted : {false, true}) {
    SvmClassifier exact({.tolerance = 1e-6, .class_weights = weighted});
    exact.fit(p.x, p.y, 3);
    CHECK(exact.violations.size() == 3);
    CHECK(exact.unconverged() == 0);
    for (const double v : exact.violations) CHECK(v <= 1e-6);

    SvmClassifier rough({.tolerance = 0.5, .class_weights = weighted});  // stops sooner
    rough.fit(p.x, p.y, 3);
    CHECK(rough.unconverged() == 0);
    for (const double v : rough.violations) CHECK(v <= 0.5);
    for (const double v : rough.violations) CHECK(v > 1e-3);
    rough.config.tolerance = 1e-3;  // as if libsvm had given up on the way there
    CHECK(rough.unconverged() == 3);
  }
  CHECK(DnnClassifier().unconverged() == 0);
}

TEST_CASE("SvmClassifier: the violation, by hand") {
  // Rows 1 and −1 of two classes, C = 0.1: α = C for both, so w = 0.2 and e = ±(1 − 0.2), but nothing may move.
  const Tensor x = from_values<float>({2, 1}, std::vector<float>{1, -1}),
               y = from_values<std::int64_t>({2}, std::vector<std::int64_t>{0, 1});
  SvmClassifier bound({.C = 0.1});
  bound.fit(x, y, 2);
  CHECK(bound.violations.at(0) == doctest::Approx(-1.6));
  // With C = 10 both end on the margin: α = 0.5, w = 1, e = 0.
  SvmClassifier free({.C = 10});
  free.fit(x, y, 2);
  CHECK(free.violations.at(0) == doctest::Approx(0).epsilon(1e-9));
}

TEST_CASE("SvmClassifier: class weights move the border towards the larger class") {
  Rng rng{1};
  std::vector<std::int64_t> y(40, 0);
  for (std::size_t i = 0; i < 5; ++i) y[i] = 1;
  const Tensor labels = from_values<std::int64_t>({40}, y);
  const Tensor x = packed(normal({40, 2}, rng) + unsqueeze(cast(labels, DType::f32), 1));
  SvmClassifier plain({.C = 0.1}), weighted({.C = 0.1, .class_weights = true});
  plain.fit(x, labels, 2);
  weighted.fit(x, labels, 2);
  const auto ones = [&](const SvmClassifier& c) {
    const auto p = c.predict(x).to_vector<std::int64_t>();
    return std::count(p.begin(), p.end(), 1);
  };
  CHECK(ones(weighted) > ones(plain));
}

TEST_CASE("SvmClassifier: decisions and labels are scikit-learn's") {
  const Arrays& stored = golden("svm");
  yi2020::SvmConfig as_coded;
  as_coded.C = 10;
  as_coded.kernel = yi2020::SvmKernel::rbf;
  as_coded.gamma = yi2020::SvmGamma::automatic;
  yi2020::SvmConfig weighted = yi2020::svm_rbf_config();
  weighted.class_weights = true;
  const std::vector<std::pair<std::string, yi2020::SvmConfig>> cases{
      {"linear", {}}, {"rbf_scale", yi2020::svm_rbf_config()}, {"rbf_auto", as_coded}, {"rbf_weighted", weighted}};
  for (const auto& known : cases) {
    const std::string& name = known.first;
    yi2020::SvmConfig config = known.second;
    CAPTURE(name);
    config.tolerance = 1e-6;
    SvmClassifier svm(config);
    svm.fit(stored.at("x"), stored.at("y"), 3);
    const Tensor decisions = svm.decisions(stored.at("test"));
    REQUIRE(svm.pairs == std::vector<std::pair<std::int64_t, std::int64_t>>{{0, 1}, {0, 2}, {1, 2}});
    // Both stop where optimality is violated by 1e-6 at most; f32 holds kernels and coefficients to 1e-7 of their size.
    CHECK(max(abs(cast(decisions, DType::f64) - stored.at(name + "/decisions"))).item() < 2e-5);
    CHECK(svm.predict(stored.at("test")).to_vector<std::int64_t>() ==
          stored.at(name + "/labels").to_vector<std::int64_t>());
    CHECK(svm.unconverged() == 0);
    CHECK(svm.weights().contains("support") == (name != "linear"));
  }
}

TEST_CASE(
    "SvmClassifier: an RBF machine is the sum over its supporting rows, and is shared Gram matrix or not the same") {
  const Problem p = problem(300, 5, 0.5), other = problem(290, 6, 0.5);  // more rows than a block of the kernel
  SvmClassifier svm(yi2020::svm_rbf_config());
  svm.fit(p.x, p.y, 3);
  const auto test = other.x.to_vector<double>(), rows = svm.support.to_vector<double>();
  const auto c = svm.coefficients.to_vector<double>(), b = svm.b.to_vector<double>();
  const auto decisions = svm.decisions(other.x).to_vector<double>();
  const std::size_t n = static_cast<std::size_t>(svm.support.dim(0));
  CHECK(n < 300);
  for (std::size_t i = 0; i < 290; i += 17)
    for (std::size_t k = 0; k < 3; ++k) {
      double want = b[k];
      for (std::size_t s = 0; s < n; ++s) {
        double squared = 0;
        for (std::size_t j = 0; j < 5; ++j) squared += std::pow(test[5 * i + j] - rows[5 * s + j], 2);
        want += c[k * n + s] * std::exp(-svm.gamma * squared);
      }
      CHECK(decisions[3 * i + k] == doctest::Approx(want).epsilon(1e-4));
    }

  SvmClassifier sharing(yi2020::svm_rbf_config());
  sharing.share(std::make_shared<yi2020::Gram>(p.x));
  sharing.fit(p.x, p.y, 3);
  CHECK(bitwise_equal(sharing.coefficients, svm.coefficients));
  // γ follows the spread of the rows it is fitted on.
  SvmClassifier wide(yi2020::svm_rbf_config());
  wide.fit(packed(p.x * 2.0), p.y, 3);
  CHECK(wide.gamma == doctest::Approx(svm.gamma / 4).epsilon(1e-6));
  CHECK(bitwise_equal(wide.predict(other.x * 2.0), svm.predict(other.x)));
}

TEST_CASE("rbf_kernel: f32 against loops in f64, equal rows and far ones among them") {
  Rng rng{9};
  const std::int64_t features = 4368;  // Interspeech 2011
  const double gamma = 1.0 / static_cast<double>(features);
  const Tensor some = normal({20, features}, rng);
  const Tensor x = packed(cat({some, slice(some, 0, 0, 5), 3.0 * normal({5, features}, rng)}, 0));
  const Tensor k = yi2020::rbf_kernel(x, x, gamma);
  const auto rows = x.to_vector<double>(), got = k.to_vector<double>();
  const auto at = static_cast<std::size_t>(features);
  double worst = 0;
  for (std::size_t i = 0; i < 30; ++i)
    for (std::size_t j = 0; j < 30; ++j) {
      double squared = 0;
      for (std::size_t f = 0; f < at; ++f) squared += std::pow(rows[i * at + f] - rows[j * at + f], 2);
      worst = std::max(worst, std::abs(got[30 * i + j] - std::exp(-gamma * squared)));
      CHECK(got[30 * i + j] <= 1);
    }
  // A product of F terms of size 1, in any order, is off by about √F roundings of F: γ times four such errors, and
  // f32's own rounding of the result.
  const double rounding = std::numeric_limits<float>::epsilon() / 2;
  CHECK(worst < (4 * std::sqrt(static_cast<double>(features)) + 2) * rounding);
  MESSAGE("largest error of the RBF kernel: " << worst);
  CHECK_THROWS_WITH_AS(yi2020::rbf_kernel(x, slice(x, 1, 0, 5), gamma), doctest::Contains("rbf_kernel: needs rows"),
                       Error);
  CHECK_THROWS_AS(yi2020::rbf_kernel(x, x, 0), Error);
}

TEST_CASE("the paper's DNNs: 100–100 for Table I, four of 512 and class weights for Table II") {
  CHECK(yi2020::dnn_config().hidden == std::vector<std::int64_t>{100, 100});
  CHECK_FALSE(yi2020::dnn_config().class_weights);
  yi2020::DnnConfig large = yi2020::dnn_large_config();
  CHECK(large.class_weights);
  large.steps = 2;
  const Problem p = problem(30, 1);
  DnnClassifier dnn(large);
  dnn.fit(p.x, p.y, 3, Rng{1});
  const auto weights = dnn.weights();
  CHECK(weights.size() == 10);
  for (const char* hidden : {"1.W", "2.W", "3.W"}) CHECK(weights.at(hidden).shape() == Shape{512, 512});
}

TEST_CASE("DnnClassifier: learns, is a function of its stream, and takes as many steps for any number of rows") {
  const Problem p = problem(90, 7, 3);
  DnnClassifier dnn({.hidden = {16, 16}, .lr = 1e-2, .steps = 150, .batch = 32});
  dnn.fit(p.x, p.y, 3, Rng{1});
  CHECK(dnn.logits(p.x).shape() == Shape{90, 3});
  CHECK(accuracy(dnn.predict(p.x), p.y) > 0.95);
  CHECK(dnn.weights().size() == 6);

  DnnClassifier again(dnn.config), other(dnn.config);
  again.fit(p.x, p.y, 3, Rng{1});
  other.fit(p.x, p.y, 3, Rng{2});
  for (const auto& [name, value] : dnn.weights()) CHECK(bitwise_equal(value, again.weights().at(name)));
  CHECK_FALSE(bitwise_equal(dnn.weights().at("0.W"), other.weights().at("0.W")));

  DnnClassifier few({.hidden = {4}, .steps = 3, .batch = 128});  // fewer rows than the batch
  few.fit(p.x, p.y, 3, Rng{1});
  CHECK(few.predict(p.x).shape() == Shape{90});
}

TEST_CASE("DnnClassifier: the L2 penalty shrinks weights") {
  const Problem p = problem(60, 9);
  const auto size = [&](double l2) {
    DnnClassifier dnn({.hidden = {8}, .lr = 1e-2, .steps = 200, .batch = 32, .l2 = l2});
    dnn.fit(p.x, p.y, 3, Rng{1});
    double sum = 0;
    for (const double w : dnn.weights().at("0.W").to_vector<double>()) sum += w * w;
    return sum;
  };
  CHECK(size(1) < 0.2 * size(0));
}

TEST_CASE("classifiers refuse what they cannot use") {
  const Problem p = problem(12, 1);
  SvmClassifier svm;
  DnnClassifier dnn;
  CHECK_THROWS_WITH_AS(svm.predict(p.x), doctest::Contains("fit() comes before"), Error);
  CHECK_THROWS_WITH_AS(dnn.predict(p.x), doctest::Contains("fit() comes before"), Error);
  CHECK_THROWS_WITH_AS(svm.fit(p.x, zeros({12}, DType::i64), 3), doctest::Contains("of one class"), Error);
  CHECK_THROWS_WITH_AS(dnn.fit(p.x, zeros({11}, DType::i64), 3, {}), doctest::Contains("12 rows need as many"), Error);
  CHECK_THROWS_WITH_AS(SvmClassifier({.C = 0}).fit(p.x, p.y, 3), doctest::Contains("must be positive"), Error);

  yi2020::SvmConfig rbf = yi2020::svm_rbf_config();
  CHECK_THROWS_WITH_AS(SvmClassifier(rbf).fit(ones({12, 5}), p.y, 3),
                       doctest::Contains("elements of the 12 rows are equal"), Error);
  for (const yi2020::SvmConfig& config : {yi2020::SvmConfig(), rbf})
    for (const double odd : {std::nan(""), 1e30}) {
      std::vector<float> x = p.x.to_vector<float>();
      x[7 * 5 + 2] = static_cast<float>(odd);
      CHECK_THROWS_WITH_AS(SvmClassifier(config).fit(from_values<float>({12, 5}, x), p.y, 3),
                           doctest::Contains("row 7 of the training set holds NaN"), Error);
    }
  yi2020::DnnConfig drops;
  drops.dropout = 1;
  CHECK_THROWS_WITH_AS(DnnClassifier(drops).fit(p.x, p.y, 3, {}), doctest::Contains("must be in [0, 1)"), Error);
}
