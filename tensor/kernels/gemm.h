#pragma once

#include <cstdint>

namespace emograd::kernels {

/// One operand: element (i, j) of batch b lies at data + b·batch_stride + i·row_stride + j·col_stride, in elements.
/// One of row_stride and col_stride must be 1 (a dimension of one element may have any stride); batch_stride may be 0.
struct GemmOperand {
  const void* data;
  int64_t row_stride, col_stride, batch_stride;
};

/// What happens to a finished element x of column j: y = act(x + bias[j]) with act(x) = x for x ≥ 0, slope·x below.
/// slope 1 is the identity, 0 is relu (−∞ gives 0), anything else a leaky relu. NaN stays NaN.
struct GemmEpilogue {
  const void* bias = nullptr;  // n elements of the product's type, or none
  double slope = 1;
};

/// C = epilogue(A·B) for A (batch, m, k), B (batch, k, n) and C (batch, m, n), contiguous; all f32 or all f64.
/// Any size may be 0; k = 0 gives epilogue(0). C must not overlap an operand.
struct Gemm {
  bool f64;
  int64_t batch, m, n, k;
  GemmOperand a, b;
  void* c;
  GemmEpilogue epilogue;
};

/// Computes the product on available_threads() threads (parallel.h). The bits of C depend on nothing but the sizes,
/// which of an operand's strides is 1, the values and the processor: not on the number of threads or on where the
/// operands lie. Throws Error if neither stride of an operand is 1, or if EMOGRAD_GEMM names no backend of this build.
void gemm(const Gemm& product);

/// Name of the code that gemm(product) would run: "packed" (gemm_packed.cpp, AVX-512), "onednn" or "openblas".
/// The environment variable EMOGRAD_GEMM, read once, overrides the choice; what onednn cannot do (f64) goes to
/// openblas.
const char* gemm_backend(const Gemm& product);

}  // namespace emograd::kernels
