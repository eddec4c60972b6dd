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

/// The two emotion classifiers of yi2020, section IV-D. Both are fitted on scaled feature rows and give labels.
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
  bool class_weights = false;  // n_max/n_k on the error: the paper speaks of it for (11) only
};

class DnnClassifier : public Classifier {
 public:
  explicit DnnClassifier(DnnConfig c = {}) : config(std::move(c)) {}
  void fit(const Tensor& x, const Tensor& labels, std::int64_t classes, Rng) override;
  Tensor logits(const Tensor& x) const;  // (N, F) → (N, classes)
  Tensor predict(const Tensor& x) const override;
  std::map<std::string, Tensor> weights() const override;

  DnnConfig config;
  nn::Mlp net;
};

struct SvmConfig {
  double C = 1;                // scikit-learn's default; the paper says only that scikit-learn was used
  double tolerance = 1e-3;     // of the optimality conditions, as there
  bool class_weights = false;  // n_max/n_k on C
};

/// Linear support vector machines, one per pair of classes, as scikit-learn's SVC(kernel="linear"): libsvm solves the
/// dual problems, in parallel, on a kernel computed once, and the machines are kept as weight vectors, so that
/// predicting is one product. The most votes win; a tie goes to the first class.
class SvmClassifier : public Classifier {
 public:
  explicit SvmClassifier(SvmConfig c = {}) : config(c) {}
  void share(std::shared_ptr<Gram> gram) override { gram_ = std::move(gram); }
  /// Holds 4 N² bytes of kernel while it works, and per thread 16 m² (libsvm's own layout) for the m rows of a pair.
  /// Uses no randomness. Error for a single class.
  void fit(const Tensor& x, const Tensor& labels, std::int64_t classes, Rng = {}) override;
  Tensor decisions(const Tensor& x) const;  // (N, F) → (N, pairs): positive is a vote for the first of the pair
  Tensor predict(const Tensor& x) const override;
  /// Machines with a violation above the tolerance: libsvm stops at max(10⁷, 100 m) iterations, says so on stderr,
  /// which cannot be turned off, and returns what it has.
  std::int64_t unconverged() const override;
  std::map<std::string, Tensor> weights() const override { return {{"W", W}, {"b", b}}; }

  SvmConfig config;
  std::vector<std::pair<std::int64_t, std::int64_t>> pairs;  // of classes that had training rows, first < second
  Tensor W, b;                                               // (pairs, F), (pairs,)
  /// Per pair, by how much the dual solution violates its optimality conditions: m(α) − M(α) of Fan, Chen and Lin (JMLR
  /// 6, 2005), which libsvm wants below the tolerance. Less what rounding may account for.
  std::vector<double> violations;

 private:
  std::int64_t classes_ = 0;
  std::shared_ptr<Gram> gram_;
};

}  // namespace emograd::yi2020
