#pragma once

#include <cstdint>

/// Softmax cross-entropy over rows, forward and backward, each one pass over its inputs. All pointers are packed.
namespace emograd::kernels {

/// rows × classes logits x and targets t; loss[i] = Σ_k t[i,k] (lse_i − x[i,k]), lse_i = ln Σ_k exp x[i,k].
struct CrossEntropy {
  bool f64;
  std::int64_t rows, classes;
  const void *x, *t;
};
void cross_entropy(const CrossEntropy&, void* loss);
/// dx[i,k] = g[i] (softmax(x)[i,k] Σ_j t[i,j] − t[i,k]);  dt[i,k] = g[i] (lse_i − x[i,k]). Either may be null.
void cross_entropy_backward(const CrossEntropy&, const void* g, void* dx, void* dt);

struct SoftmaxTable {
  void (*forward[2])(const CrossEntropy&, std::int64_t begin, std::int64_t end, void* loss);
  void (*backward[2])(const CrossEntropy&, std::int64_t begin, std::int64_t end, const void* g, void* dx, void* dt);
};

}  // namespace emograd::kernels
