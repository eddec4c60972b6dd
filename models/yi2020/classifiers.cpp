#include "models/yi2020/classifiers.h"

#include <libsvm/svm.h>

#include <algorithm>
#include <cmath>
#include <exception>
#include <limits>
#include <memory>
#include <mutex>

#include "autograd/grad.h"
#include "autograd/ops/index.h"
#include "autograd/ops/linalg.h"
#include "autograd/ops/pointwise.h"
#include "autograd/ops/random.h"
#include "autograd/ops/reduce.h"
#include "autograd/ops/shape.h"
#include "models/yi2020/adan.h"
#include "nn/losses.h"
#include "optim/optimiser.h"
#include "tensor/error.h"
#include "tensor/parallel.h"
#include "tensor/trace.h"

namespace emograd::yi2020 {
namespace {

void check_training_set(const char* name, const Tensor& x, const Tensor& labels) {
  check(x.rank() == 2 && x.dtype() == DType::f32 && x.dim(0) > 0, "{}: needs rows (N, F) of f32, got {}{}", name,
        x.dtype(), x.shape());
  check(labels.dtype() == DType::i64 && labels.shape() == Shape{x.dim(0)},
        "{}: {} rows need as many i64 labels, got {}{}", name, x.dim(0), labels.dtype(), labels.shape());
}

}  // namespace

// ---- DNN ------------------------------------------------------------------------------------------------------------

DnnConfig dnn_config() { return {}; }

DnnConfig dnn_large_config() {
  DnnConfig c;
  c.hidden = {512, 512, 512, 512};
  c.class_weights = true;
  return c;
}

void DnnClassifier::fit(const Tensor& x, const Tensor& labels, std::int64_t classes, Rng rng) {
  check_training_set("DnnClassifier", x, labels);
  check(config.batch >= 1 && config.steps >= 0 && config.epochs >= 0,
        "DnnClassifier: batch {} must be at least 1, steps {} and epochs {} at least 0", config.batch, config.steps,
        config.epochs);
  check(config.dropout >= 0 && config.dropout < 1, "DnnClassifier: the probability of dropout is {}, must be in [0, 1)",
        config.dropout);
  std::vector<std::int64_t> sizes{x.dim(1)};
  sizes.insert(sizes.end(), config.hidden.begin(), config.hidden.end());
  sizes.push_back(classes);
  const bool apart = config.tanh || config.batch_norm;  // activations follow layers as operations of their own
  net = nn::Mlp(sizes, rng, apart ? 1 : 0);
  norms.clear();
  for (std::size_t i = 0; config.batch_norm && i < config.hidden.size(); ++i) norms.emplace_back(config.hidden[i]);
  std::vector<Tensor*> parameters = nn::parameters(net);
  for (nn::BatchNorm& norm : norms)
    for (Tensor* p : nn::parameters(norm)) parameters.push_back(p);
  optim::Adam adam(
      parameters,
      {.lr = config.lr, .eps = config.eps, .l2 = config.upper_l2 ? 0 : config.l2, .early_eps = config.early_eps});
  const Tensor weights = config.class_weights ? class_weights(labels, classes) : Tensor();

  const std::int64_t rows = x.dim(0), batch = std::min(config.batch, rows);
  const bool passes = config.epochs > 0;
  const std::int64_t steps = passes ? config.epochs * ((rows + batch - 1) / batch) : config.steps;
  const std::int64_t least = passes ? 1 : batch;  // rows left over at the end of an order wait for the next one
  Tensor order;
  std::int64_t next = rows;
  for (std::int64_t step = 0; step < steps; ++step, next += batch) {
    if (next + least > rows) {
      order = permutation(rows, rng);
      next = 0;
    }
    const Tensor pick = slice(order, 0, next, next + batch);
    Tensor loss =
        nn::cross_entropy(training_logits(index_select(x, 0, pick), rng), index_select(labels, 0, pick), weights);
    for (std::size_t i = 1; config.upper_l2 && i < net.layers.size(); ++i)
      loss = loss + config.l2 * sum(square(net.layers[i].W));
    adam.step(grad(loss, adam.values()));
  }
}

template <class Normalise, class Drop>
Tensor DnnClassifier::forward(const Tensor& x, const Normalise& normalise, const Drop& drop) const {
  Tensor h = x;
  for (std::size_t i = 0; i + 1 < net.layers.size(); ++i) {
    h = net.layers[i](h);
    if (i > 0) h = normalise(i, h);
    if (config.tanh) h = tanh(h);
    else if (config.batch_norm) h = relu(h);  // otherwise it is in the layer
    if (i == 0) h = normalise(i, h);
    h = drop(h);
  }
  return net.layers.back()(h);
}

Tensor DnnClassifier::training_logits(const Tensor& x, Rng& rng) {
  return forward(
      x, [&](std::size_t i, const Tensor& h) { return norms.empty() ? h : norms[i].train(h); },
      [&](const Tensor& h) { return config.dropout > 0 ? dropout(h, config.dropout, rng) : h; });
}

Tensor DnnClassifier::logits(const Tensor& x) const {
  check(!net.layers.empty(), "DnnClassifier: fit() comes before logits() and predict()");
  const NoGrad off;
  return forward(
      x, [&](std::size_t i, const Tensor& h) { return norms.empty() ? h : norms[i](h); },
      [](const Tensor& h) { return h; });
}

Tensor DnnClassifier::predict(const Tensor& x) const { return argmax(logits(x), 1); }

std::map<std::string, Tensor> DnnClassifier::weights() const {
  std::map<std::string, Tensor> out;
  for (std::size_t i = 0; i < net.layers.size(); ++i) {
    out[std::to_string(i) + ".W"] = net.layers[i].W.detach();
    out[std::to_string(i) + ".b"] = net.layers[i].b.detach();
  }
  for (std::size_t i = 0; i < norms.size(); ++i) {
    const std::string norm = "norm" + std::to_string(i);
    out[norm + ".gain"] = norms[i].gain.detach();
    out[norm + ".bias"] = norms[i].bias.detach();
    out[norm + ".mean"] = norms[i].mean;
    out[norm + ".variance"] = norms[i].variance;
  }
  return out;
}

// ---- SVM ------------------------------------------------------------------------------------------------------------

namespace {

constexpr std::int64_t block = 256;  // rows of a kernel matrix that are computed at a time

/// x xᵀ, f32: element (i, j) for j ≤ i; the other half is not computed.
Tensor lower_gram(const Tensor& x) {
  const std::int64_t n = x.dim(0);
  Tensor gram = empty({n, n});
  float* row = gram.mutable_data<float>();
  for (std::int64_t first = 0; first < n; first += block) {
    const std::int64_t last = std::min(first + block, n);
    const Tensor product = matmul(slice(x, 0, first, last), transpose(slice(x, 0, 0, last)));
    const float* g = product.data<float>();
    for (std::int64_t i = first; i < last; ++i, g += last, row += n) std::copy(g, g + i + 1, row);
  }
  return gram;
}

}  // namespace

Gram::Gram(const Tensor& rows) : rows_(packed(rows)) {
  check(rows_.rank() == 2 && rows_.dtype() == DType::f32 && rows_.dim(1) > 0,
        "Gram: needs rows (N, F) of f32 with a feature at least, got {}{}", rows_.dtype(), rows_.shape());
}

Tensor Gram::of(const Tensor& x) {
  const std::int64_t features = rows_.dim(1), skipped = x.offset() - rows_.offset();
  const std::int64_t first = skipped / features, last = first + x.dim(0);
  const bool slice_of_rows = x.storage().get() == rows_.storage().get() && x.dtype() == rows_.dtype() &&
                             x.rank() == 2 && x.dim(1) == features && x.strides() == rows_.strides() && skipped >= 0 &&
                             skipped % features == 0 && last <= rows_.dim(0);
  if (!slice_of_rows) return lower_gram(x);
  if (!lower_.defined()) lower_ = lower_gram(rows_);
  return slice(slice(lower_, 0, first, last), 1, first, last);
}

namespace {

/// One machine: f(x) = Σ coefficient · k(x, row) + constant, positive for the rows before `border`.
struct Machine {
  std::vector<double> coefficients;  // per row, 0 for what supports nothing
  double constant = 0;
  double violation = 0;  // SvmClassifier::violations
};

/// With e_i = y_i − Σ_j k_ij · coefficient_j: the largest e_i whose coefficient may grow, less the smallest whose may
/// shrink. libsvm has such sums, too, but shows them to nobody.
double violation_of(const std::vector<svm_node*>& kernel, const std::vector<double>& y,
                    const std::vector<double>& coefficients, const double (&C)[2]) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  double highest = -infinity, lowest = infinity, magnitude = 0;
  for (std::size_t i = 0; i < y.size(); ++i) {
    double e = y[i], sum = 0;
    for (std::size_t j = 0; j < y.size(); ++j) {
      const double term = kernel[i][j + 1].value * coefficients[j];
      e -= term;
      sum += std::abs(term);
    }
    magnitude = std::max(magnitude, sum);
    // Coefficients are y α, in [0, C] for y = 1 and in [−C, 0] for y = −1; libsvm sets α at a bound to it exactly.
    const double least = y[i] > 0 ? 0 : -C[1], most = y[i] > 0 ? C[0] : 0;
    if (coefficients[i] < most) highest = std::max(highest, e);
    if (coefficients[i] > least) lowest = std::min(lowest, e);
  }
  // Two sums of n terms, here and in libsvm, are each off by up to n ε Σ|term|.
  const double rounding = 2 * static_cast<double>(y.size()) * std::numeric_limits<double>::epsilon() * magnitude;
  return highest - lowest - rounding;
}

/// `gram` holds the inner products of all rows; gamma is 0 for the linear kernel.
Machine solve(const Tensor& gram, double gamma, const std::vector<std::int64_t>& rows, std::size_t border,
              const double (&C)[2], double tolerance) {
  // libsvm wants row i of the kernel as the pairs {0, i + 1}, {1, k(i, 0)}, {2, k(i, 1)}, …
  const std::size_t n = rows.size();
  const float* g = static_cast<const float*>(gram.raw());
  const std::int64_t stride = gram.strides()[0];
  const auto product = [&](std::int64_t i, std::int64_t j) -> double {
    return g[std::max(i, j) * stride + std::min(i, j)];
  };
  const auto kernel = [&](std::int64_t i, std::int64_t j) {
    if (gamma == 0) return product(i, j);
    const double squared = std::max(0.0, product(i, i) + product(j, j) - 2 * product(i, j));
    return static_cast<double>(static_cast<float>(std::exp(-gamma * squared)));  // libsvm itself computes with floats
  };
  const std::unique_ptr<svm_node[]> nodes(new svm_node[n * (n + 1)]);
  std::vector<svm_node*> starts;
  std::vector<double> y;
  for (std::size_t i = 0; i < n; ++i) {
    svm_node* node = &nodes[i * (n + 1)];
    starts.push_back(node);
    y.push_back(i < border ? 1 : -1);
    *node++ = {0, static_cast<double>(i + 1)};
    for (std::size_t j = 0; j < n; ++j) *node++ = {static_cast<int>(j + 1), kernel(rows[i], rows[j])};
  }
  int weight_label[] = {1, -1};
  double weight[] = {C[0], C[1]};
  const svm_problem problem{static_cast<int>(n), y.data(), starts.data()};
  svm_parameter parameter{};
  parameter.svm_type = C_SVC;
  parameter.kernel_type = PRECOMPUTED;
  parameter.cache_size = 40;  // MB, for columns that only have to be picked from the kernel
  parameter.eps = tolerance;
  parameter.C = 1;
  parameter.nr_weight = 2;
  parameter.weight_label = weight_label;
  parameter.weight = weight;
  parameter.shrinking = 1;
  svm_model* model = svm_train(&problem, &parameter);
  // The first row is one of the first class, which libsvm therefore makes the positive one.
  Machine machine{std::vector<double>(n, 0), -model->rho[0], 0};
  for (int s = 0; s < model->l; ++s)
    machine.coefficients[static_cast<std::size_t>(model->sv_indices[s] - 1)] = model->sv_coef[0][s];
  svm_free_and_destroy_model(&model);
  machine.violation = violation_of(starts, y, machine.coefficients, C);
  return machine;
}

/// 1/(F Var x) or 1/F.
double gamma_for(SvmGamma rule, const Tensor& x) {
  const auto features = static_cast<double>(x.dim(1));
  if (rule == SvmGamma::automatic) return 1 / features;
  const double variance = var(x, {}, 0).item();
  check(variance > 0, "SvmClassifier: all elements of the {} rows are equal, and γ = 1/(F Var x) has no value",
        x.dim(0));
  return 1 / (features * variance);
}

}  // namespace

SvmConfig svm_rbf_config() { return {.kernel = SvmKernel::rbf}; }

Tensor rbf_kernel(const Tensor& x, const Tensor& y, double gamma) {
  check(x.rank() == 2 && y.rank() == 2 && x.dim(1) == y.dim(1) && gamma > 0,
        "rbf_kernel: needs rows (N, F) and (M, F) and γ > 0, got {}, {} and {}", x.shape(), y.shape(), gamma);
  const Tensor squares = sum(square(x), {1}, true) + sum(square(y), {1});
  return exp(-gamma * relu(squares - 2 * matmul(x, transpose(y))));
}

void SvmClassifier::fit(const Tensor& x, const Tensor& labels, std::int64_t classes, Rng) {
  check_training_set("SvmClassifier", x, labels);
  check(config.C > 0 && config.tolerance > 0, "SvmClassifier: C is {} and tolerance {}, both must be positive",
        config.C, config.tolerance);
  const NoGrad off;
  std::vector<double> C(static_cast<std::size_t>(classes), config.C);
  if (config.class_weights) C = (class_weights(labels, classes) * config.C).to_vector<double>();
  std::vector<std::vector<std::int64_t>> rows_of(C.size());
  const std::int64_t* label = labels.data<std::int64_t>();
  for (std::int64_t i = 0; i < x.dim(0); ++i) {
    check(label[i] >= 0 && label[i] < classes, "SvmClassifier: label {} is not in 0 … {}", label[i], classes - 1);
    rows_of[static_cast<std::size_t>(label[i])].push_back(i);
  }
  pairs.clear();
  for (std::int64_t first = 0; first < classes; ++first)
    for (std::int64_t second = first + 1; second < classes; ++second)
      if (!rows_of[static_cast<std::size_t>(first)].empty() && !rows_of[static_cast<std::size_t>(second)].empty())
        pairs.emplace_back(first, second);
  check(!pairs.empty(), "SvmClassifier: all {} rows are of one class", x.dim(0));
  classes_ = classes;

  const Tensor gram = gram_ ? gram_->of(x) : lower_gram(x);
  for (std::int64_t i = 0; i < x.dim(0); ++i)
    check(std::isfinite(static_cast<const float*>(gram.raw())[i * (gram.strides()[0] + 1)]),
          "SvmClassifier: row {} of the training set holds NaN, infinity or something near it; the kernel needs finite "
          "rows",
          i);
  gamma = config.kernel == SvmKernel::rbf ? gamma_for(config.gamma, x) : 0;
  const auto count = static_cast<std::int64_t>(pairs.size());
  std::vector<float> weight(pairs.size() * static_cast<std::size_t>(x.dim(0)), 0), constants(pairs.size());
  violations.assign(pairs.size(), 0);
  std::exception_ptr failure;  // out of memory; parallel bodies must not throw
  std::mutex failing;
  svm_set_print_string_function([](const char*) {});
  const trace::Kernel measured("libsvm", 0, 0);
  parallel_for(count, 1, [&](std::int64_t begin, std::int64_t end) {
    for (auto p = static_cast<std::size_t>(begin); p < static_cast<std::size_t>(end); ++p) try {
        const auto first = static_cast<std::size_t>(pairs[p].first), second = static_cast<std::size_t>(pairs[p].second);
        std::vector<std::int64_t> rows = rows_of[first];
        rows.insert(rows.end(), rows_of[second].begin(), rows_of[second].end());
        const Machine machine =
            solve(gram, gamma, rows, rows_of[first].size(), {C[first], C[second]}, config.tolerance);
        for (std::size_t i = 0; i < rows.size(); ++i)
          weight[p * static_cast<std::size_t>(x.dim(0)) + static_cast<std::size_t>(rows[i])] =
              static_cast<float>(machine.coefficients[i]);
        constants[p] = static_cast<float>(machine.constant);
        violations[p] = machine.violation;
      } catch (...) {
        const std::scoped_lock guard(failing);
        failure = std::current_exception();
      }
  });
  if (failure) std::rethrow_exception(failure);
  b = from_values<float>({count}, constants);
  const Tensor of_rows = from_values<float>({count, x.dim(0)}, weight);
  W = support = coefficients = Tensor();
  if (config.kernel == SvmKernel::linear) {
    W = matmul(of_rows, x);  // w = Σ coefficient · row
    return;
  }
  std::vector<std::int64_t> supporting;
  const std::vector<float> largest = max(abs(of_rows), {0}).to_vector<float>();
  for (std::size_t i = 0; i < largest.size(); ++i)
    if (largest[i] > 0) supporting.push_back(static_cast<std::int64_t>(i));
  const Tensor index = from_values<std::int64_t>({std::ssize(supporting)}, supporting);
  support = index_select(x, 0, index);
  coefficients = index_select(of_rows, 1, index);
}

std::int64_t SvmClassifier::unconverged() const {
  return std::count_if(violations.begin(), violations.end(),
                       [&](double v) { return !(v <= config.tolerance); });  // NaN counts
}

Tensor SvmClassifier::decisions(const Tensor& x) const {
  check(b.defined(), "SvmClassifier: fit() comes before predict()");
  const NoGrad off;
  if (W.defined()) return linear(x, W, b);
  std::vector<Tensor> blocks;
  for (std::int64_t first = 0; first < x.dim(0); first += block)
    blocks.push_back(linear(rbf_kernel(slice(x, 0, first, first + block), support, gamma), coefficients, b));
  return blocks.empty() ? zeros({0, b.dim(0)}) : cat(blocks, 0);
}

std::map<std::string, Tensor> SvmClassifier::weights() const {
  if (config.kernel == SvmKernel::linear) return {{"W", W}, {"b", b}};
  return {{"support", support}, {"coefficients", coefficients}, {"b", b}};
}

Tensor SvmClassifier::predict(const Tensor& x) const {
  const Tensor d = decisions(x);
  const float* decision = d.data<float>();
  std::vector<std::int64_t> labels;
  std::vector<int> votes(static_cast<std::size_t>(classes_));
  for (std::int64_t row = 0; row < x.dim(0); ++row) {
    std::fill(votes.begin(), votes.end(), 0);
    for (const auto& [first, second] : pairs) ++votes[static_cast<std::size_t>(*decision++ > 0 ? first : second)];
    labels.push_back(std::max_element(votes.begin(), votes.end()) - votes.begin());
  }
  return from_values<std::int64_t>({x.dim(0)}, labels);
}

}  // namespace emograd::yi2020
