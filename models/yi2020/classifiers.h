#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "nn/layers.h"
#include "tensor/philox.h"
#include "tensor/tensor.h"

/// The emotion classifiers of yi2020, sections IV-D, V-B and V-C: DNNs of two sizes and SVMs. All are fitted on scaled
/// feature rows and give labels.
namespace emograd::yi2020 {

/// x xᵀ of rows that several training sets are parts of, computed when first asked for: 4 N² bytes.
class Gram {
 public:
  explicit Gram(const Tensor& rows);  // (N, F) f32
  /// x xᵀ, (n, n) for x (n, F): element (i, j) for j ≤ i, the others are not computed. A block of the rows' own where x
  /// is a slice of them, which its place in their memory tells, since tensors do not change; otherwise computed anew.
  /// Where products are packed (docs/kernels.md) that is the same bits.
  Tensor of(const Tensor& x);

 private:
  Tensor rows_, lower_;
};

class Classifier {
 public:
  virtual ~Classifier() = default;
  /// What fits to come may use for slices of its rows.
  virtual void share(std::shared_ptr<Gram>) {}
  /// Rows (N, F) f32, labels (N,) i64 in 0 … classes − 1. Fitting again starts afresh.
  virtual void fit(const Tensor& x, const Tensor& labels, std::int64_t classes, Rng) = 0;
  virtual Tensor predict(const Tensor& x) const = 0;  // (N, F) → labels (N,)
  /// How many parts of it the last fit() left less exactly solved than the config asks.
  virtual std::int64_t unconverged() const { return 0; }
  /// Everything that was learnt, by name.
  virtual std::map<std::string, Tensor> weights() const = 0;
};

/// The paper gives the layers, ReLU, Xavier, Adam, its rate, and "L2 regularization was applied". What it leaves open
/// was set once, by thought and not by looking at test data, and is said at the field.
struct DnnConfig {
  std::vector<std::int64_t> hidden{100, 100};
  double lr = 1e-4;
  /// Gradient steps, the same for every size of training set: were it epochs, 11 times as many rows would also mean 11
  /// times as many steps, and the table could not tell the worth of the rows from the worth of the steps. At lr = 1e-4,
  /// 1000 steps can move a weight by about 0.1, twice the spread that Xavier's rule gives the widest layer.
  std::int64_t steps = 1000;
  std::int64_t batch = 128;    // as ADAN's; all rows where there are fewer
  double l2 = 1e-3;            // of the penalty l2/2 ‖θ‖², on weights and biases
  bool class_weights = false;  // n_max/n_k on the error: with this corpus the paper speaks of it for (11) only

  // Departures of the authors' own program (as_coded.h).
  std::int64_t epochs = 0;  // where positive: so many passes in place of steps, each with a smaller last batch
  bool tanh = false;        // in place of ReLU
  bool batch_norm = false;  // after the first layer's activation, before those of others
  double dropout = 0;       // probability, after every hidden layer
  bool upper_l2 = false;    // the penalty is l2 ‖W‖², of the weights above the first layer
  double eps = 1e-8;        // of Adam
  bool early_eps = false;   // of Adam (optim::AdamConfig)
  bool operator==(const DnnConfig&) const = default;
};
/// Section V-B, for EmoDB (Table I): two hidden layers of 100.
DnnConfig dnn_config();
/// Section V-C, for IEMOCAP (Table II): four hidden layers of 512, "due to the imbalanced training data" with class
/// weights, taken to be those of (11).
DnnConfig dnn_large_config();

class DnnClassifier : public Classifier {
 public:
  explicit DnnClassifier(DnnConfig c = {}) : config(std::move(c)) {}
  void fit(const Tensor& x, const Tensor& labels, std::int64_t classes, Rng) override;
  Tensor logits(const Tensor& x) const;  // (N, F) → (N, classes)
  Tensor predict(const Tensor& x) const override;
  std::map<std::string, Tensor> weights() const override;

  DnnConfig config;
  nn::Mlp net;
  std::vector<nn::BatchNorm> norms;  // of the hidden layers, or none

 private:
  Tensor training_logits(const Tensor& x, Rng&);
  template <class Normalise, class Drop>
  Tensor forward(const Tensor& x, const Normalise&, const Drop&) const;
};

enum class SvmKernel { linear, rbf };
/// γ of exp(−γ‖x − y‖²) as scikit-learn's "scale", 1/(F Var x) over all elements of the training rows, or "auto", 1/F.
enum class SvmGamma { scale, automatic };

struct SvmConfig {
  double C = 1;                // scikit-learn's default; the paper says only that scikit-learn was used
  double tolerance = 1e-3;     // of the optimality conditions, as there
  bool class_weights = false;  // n_max/n_k on C
  /// "Linear kernels were used" (section IV-D), since non-linear ones are "prone to overfitting" (V-B). The RBF
  /// kernel's C and γ are scikit-learn's defaults: the paper has none.
  SvmKernel kernel = SvmKernel::linear;
  SvmGamma gamma = SvmGamma::scale;
  bool operator==(const SvmConfig&) const = default;
};
SvmConfig svm_rbf_config();

/// exp(−γ‖x_i − y_j‖²) for the rows of both, f32 (N, F) and (M, F): (N, M). Squared distances come from one product, as
/// ‖x‖² + ‖y‖² − 2 x·y, and not below 0. For 4368 features of variance 1 and γ = 1/4368 it is off by at most 2.4e-7
/// from loops in f64 (the test prints it); libsvm keeps its matrix in floats and stops at 1e-3, so f64 would buy
/// nothing.
Tensor rbf_kernel(const Tensor& x, const Tensor& y, double gamma);

/// Support vector machines, one per pair of classes, as scikit-learn's SVC(kernel="linear") or "rbf": libsvm solves the
/// dual problems, in parallel, on inner products of rows computed once. Linear machines are kept as weight vectors, so
/// that predicting is one product; others as coefficients of the rows that support any of them. The most votes win; a
/// tie goes to the first class.
class SvmClassifier : public Classifier {
 public:
  explicit SvmClassifier(SvmConfig c = {}) : config(c) {}
  void share(std::shared_ptr<Gram> gram) override { gram_ = std::move(gram); }
  /// Holds 4 N² bytes of kernel while it works, and per thread 16 m² (libsvm's own layout) for the m rows of a pair.
  /// Uses no randomness. Error for a single class, and for a row that is not finite.
  void fit(const Tensor& x, const Tensor& labels, std::int64_t classes, Rng = {}) override;
  Tensor decisions(const Tensor& x) const;  // (N, F) → (N, pairs): positive is a vote for the first of the pair
  Tensor predict(const Tensor& x) const override;
  /// Machines with a violation above the tolerance: libsvm stops at max(10⁷, 100 m) iterations, says so on stderr,
  /// which cannot be turned off, and returns what it has.
  std::int64_t unconverged() const override;
  std::map<std::string, Tensor> weights() const override;

  SvmConfig config;
  std::vector<std::pair<std::int64_t, std::int64_t>> pairs;  // of classes that had training rows, first < second
  Tensor W, b;                                               // (pairs, F), (pairs,); W of linear machines only
  Tensor support, coefficients;                              // of others: rows (S, F), (pairs, S)
  double gamma = 0;                                          // of the RBF kernel, as the last fit() set it
  /// Per pair, by how much the dual solution violates its optimality conditions: m(α) − M(α) of Fan, Chen and Lin (JMLR
  /// 6, 2005), which libsvm wants below the tolerance. Less what rounding may account for.
  std::vector<double> violations;

 private:
  std::int64_t classes_ = 0;
  std::shared_ptr<Gram> gram_;
};

}  // namespace emograd::yi2020
