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

void DnnClassifier::fit(const Tensor& x, const Tensor& labels, std::int64_t classes, Rng rng) {
  check_training_set("DnnClassifier", x, labels);
  check(config.batch >= 1 && config.steps >= 0, "DnnClassifier: batch {} must be at least 1, steps {} at least 0",
        config.batch, config.steps);
  std::vector<std::int64_t> sizes{x.dim(1)};
  sizes.insert(sizes.end(), config.hidden.begin(), config.hidden.end());
  sizes.push_back(classes);
  net = nn::Mlp(sizes, rng);
  optim::Adam adam(nn::parameters(net), {.lr = config.lr, .l2 = config.l2});
  const Tensor weights = config.class_weights ? class_weights(labels, classes) : Tensor();

  const std::int64_t rows = x.dim(0), batch = std::min(config.batch, rows);
  Tensor order;
  std::int64_t next = rows;  // rows left over at the end of an order wait for the next one
  for (std::int64_t step = 0; step < config.steps; ++step, next += batch) {
    if (next + batch > rows) {
      order = permutation(rows, rng);
      next = 0;
    }
    const Tensor pick = slice(order, 0, next, next + batch);
    const Tensor loss = nn::cross_entropy(net(index_select(x, 0, pick)), index_select(labels, 0, pick), weights);
    adam.step(grad(loss, adam.values()));
  }
}

Tensor DnnClassifier::logits(const Tensor& x) const {
  check(!net.layers.empty(), "DnnClassifier: fit() comes before logits() and predict()");
  const NoGrad off;
  return net(x);
}

Tensor DnnClassifier::predict(const Tensor& x) const { return argmax(logits(x), 1); }

std::map<std::string, Tensor> DnnClassifier::weights() const {
  std::map<std::string, Tensor> out;
  for (std::size_t i = 0; i < net.layers.size(); ++i) {
    out[std::to_string(i) + ".W"] = net.layers[i].W.detach();
    out[std::to_string(i) + ".b"] = net.layers[i].b.detach();
  }
  return out;
}

// ---- SVM ------------------------------------------------------------------------------------------------------------

namespace {

/// x xᵀ, f32: element (i, j) for j ≤ i; the other half is not computed.
Tensor lower_kernel(const Tensor& x) {
  constexpr std::int64_t block = 256;
  const std::int64_t n = x.dim(0);
  Tensor kernel = empty({n, n});
  float* row = kernel.mutable_data<float>();
  for (std::int64_t first = 0; first < n; first += block) {
    const std::int64_t last = std::min(first + block, n);
    const Tensor product = matmul(slice(x, 0, first, last), transpose(slice(x, 0, 0, last)));
    const float* k = product.data<float>();
    for (std::int64_t i = first; i < last; ++i, k += last, row += n) std::copy(k, k + i + 1, row);
  }
  return kernel;
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
  if (!slice_of_rows) return lower_kernel(x);
  if (!lower_.defined()) lower_ = lower_kernel(rows_);
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

Machine solve(const Tensor& kernel, const std::vector<std::int64_t>& rows, std::size_t border, const double (&C)[2],
              double tolerance) {
  // libsvm wants row i of the kernel as the pairs {0, i + 1}, {1, k(i, 0)}, {2, k(i, 1)}, …
  const std::size_t n = rows.size();
  const float* k = static_cast<const float*>(kernel.raw());
  const std::int64_t stride = kernel.strides()[0];
  const std::unique_ptr<svm_node[]> nodes(new svm_node[n * (n + 1)]);
  std::vector<svm_node*> starts;
  std::vector<double> y;
  for (std::size_t i = 0; i < n; ++i) {
    svm_node* node = &nodes[i * (n + 1)];
    starts.push_back(node);
    y.push_back(i < border ? 1 : -1);
    *node++ = {0, static_cast<double>(i + 1)};
    for (std::size_t j = 0; j < n; ++j) {
      const auto [low, high] = std::minmax(rows[i], rows[j]);
      *node++ = {static_cast<int>(j + 1), static_cast<double>(k[high * stride + low])};
    }
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

}  // namespace

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

  const Tensor kernel = gram_ ? gram_->of(x) : lower_kernel(x);
  const auto count = static_cast<std::int64_t>(pairs.size());
  std::vector<float> coefficients(pairs.size() * static_cast<std::size_t>(x.dim(0)), 0), constants(pairs.size());
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
        const Machine machine = solve(kernel, rows, rows_of[first].size(), {C[first], C[second]}, config.tolerance);
        for (std::size_t i = 0; i < rows.size(); ++i)
          coefficients[p * static_cast<std::size_t>(x.dim(0)) + static_cast<std::size_t>(rows[i])] =
              static_cast<float>(machine.coefficients[i]);
        constants[p] = static_cast<float>(machine.constant);
        violations[p] = machine.violation;
      } catch (...) {
        const std::scoped_lock guard(failing);
        failure = std::current_exception();
      }
  });
  if (failure) std::rethrow_exception(failure);
  W = matmul(from_values<float>({count, x.dim(0)}, coefficients), x);  // w = Σ coefficient · row
  b = from_values<float>({count}, constants);
}

std::int64_t SvmClassifier::unconverged() const {
  return std::count_if(violations.begin(), violations.end(),
                       [&](double v) { return !(v <= config.tolerance); });  // NaN counts
}

Tensor SvmClassifier::decisions(const Tensor& x) const {
  check(W.defined(), "SvmClassifier: fit() comes before predict()");
  const NoGrad off;
  return linear(x, W, b);
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
