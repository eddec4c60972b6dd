#include "tensor/kernels/gemm.h"

#include <cblas.h>
#include <omp.h>
#ifdef EMOGRAD_HAVE_ONEDNN
#include <dnnl.h>
#endif

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <string_view>

#include "tensor/error.h"
#include "tensor/kernels/gemm_packed.h"
#include "tensor/parallel.h"
#include "tensor/trace.h"

namespace emograd::kernels {

namespace {

enum class Backend { packed, onednn, openblas };

#ifdef EMOGRAD_HAVE_ONEDNN
constexpr bool kHaveOnednn = true;
#else
constexpr bool kHaveOnednn = false;
#endif

// The packed kernel wherever it runs. Elsewhere oneDNN before OpenBLAS: it compiles its kernels for the processor it
// meets, while an OpenBLAS older than the processor may fall back to SSE3.
Backend default_backend() {
  return gemm_packed_runs_here() ? Backend::packed : kHaveOnednn ? Backend::onednn : Backend::openblas;
}

Backend backend_from_environment() {
  const char* value = std::getenv("EMOGRAD_GEMM");
  const std::string_view name = value ? value : "";
  if (name.empty()) return default_backend();
  if (name == "packed") {
    check(gemm_packed_runs_here(), "EMOGRAD_GEMM=packed: this processor has no AVX-512; use onednn or openblas");
    return Backend::packed;
  }
  if (name == "onednn") {
    check(kHaveOnednn, "EMOGRAD_GEMM=onednn: this build has no oneDNN; use packed or openblas");
    return Backend::onednn;
  }
  check(name == "openblas", "EMOGRAD_GEMM={}: no such backend; use packed, onednn or openblas", name);
  return Backend::openblas;
}

Backend backend_of(const Gemm& g) {
  static const Backend chosen = backend_from_environment();
  return chosen == Backend::onednn && g.f64 ? Backend::openblas : chosen;
}

// The operand with strides (ld, 1) or (1, ld), ld at least the length of what it separates: dimensions of one element
// come with any stride.
GemmOperand canonical(const GemmOperand& x, int64_t rows, int64_t cols, const char* name) {
  if ((x.col_stride == 1 || cols <= 1) && (x.row_stride >= cols || rows <= 1))
    return {x.data, std::max<int64_t>(1, rows <= 1 ? cols : x.row_stride), 1, x.batch_stride};
  check((x.row_stride == 1 || rows <= 1) && (x.col_stride >= rows || cols <= 1),
        "gemm: operand {} of {} x {} elements has strides {} and {}; one must be 1, the other must not let rows or "
        "columns overlap: make it contiguous first",
        name, rows, cols, x.row_stride, x.col_stride);
  return {x.data, 1, std::max<int64_t>(1, cols <= 1 ? rows : x.col_stride), x.batch_stride};
}

template <class T>
void apply(const GemmEpilogue& epilogue, T* c, int64_t rows, int64_t columns, int64_t row_stride, int64_t column) {
  if (!epilogue.bias && epilogue.slope == 1) return;
  const T* bias = epilogue.bias ? static_cast<const T*>(epilogue.bias) + column : nullptr;
  const T slope = static_cast<T>(epilogue.slope);
  for (int64_t i = 0; i < rows; ++i, c += row_stride)
    for (int64_t j = 0; j < columns; ++j) {
      const T x = bias ? c[j] + bias[j] : c[j];
      c[j] = !(x < 0) || slope == 1 ? x : slope == 0 ? T{0} : slope * x;
    }
}

// C = A·B by a library, on the calling thread alone where that is one of a parallel region. C has rows of g.n elements.
void multiply_by_library(Backend backend, const Gemm& g, const float* a, const float* b, float* c, int64_t m,
                         int64_t n) {
  const int64_t lda = std::max(g.a.row_stride, g.a.col_stride), ldb = std::max(g.b.row_stride, g.b.col_stride);
#ifdef EMOGRAD_HAVE_ONEDNN
  if (backend == Backend::onednn) {
    const dnnl_status_t status = dnnl_sgemm(g.a.col_stride == 1 ? 'N' : 'T', g.b.col_stride == 1 ? 'N' : 'T', m, n, g.k,
                                            1.f, a, lda, b, ldb, 0.f, c, g.n);
    if (status == dnnl_success) return;
  }
#endif
  (void)backend;
  cblas_sgemm(CblasRowMajor, g.a.col_stride == 1 ? CblasNoTrans : CblasTrans,
              g.b.col_stride == 1 ? CblasNoTrans : CblasTrans, static_cast<blasint>(m), static_cast<blasint>(n),
              static_cast<blasint>(g.k), 1, a, static_cast<blasint>(lda), b, static_cast<blasint>(ldb), 0, c,
              static_cast<blasint>(g.n));
}

void multiply_by_library(Backend, const Gemm& g, const double* a, const double* b, double* c, int64_t m, int64_t n) {
  cblas_dgemm(CblasRowMajor, g.a.col_stride == 1 ? CblasNoTrans : CblasTrans,
              g.b.col_stride == 1 ? CblasNoTrans : CblasTrans, static_cast<blasint>(m), static_cast<blasint>(n),
              static_cast<blasint>(g.k), 1, a, static_cast<blasint>(std::max(g.a.row_stride, g.a.col_stride)), b,
              static_cast<blasint>(std::max(g.b.row_stride, g.b.col_stride)), 0, c, static_cast<blasint>(g.n));
}

// For the calling thread, until the end of the scope: a library that it calls uses no other.
class OneThread {
 public:
  OneThread() : before_(omp_get_max_threads()) { omp_set_num_threads(1); }
  ~OneThread() { omp_set_num_threads(before_); }
  OneThread(const OneThread&) = delete;
  OneThread& operator=(const OneThread&) = delete;

 private:
  int before_;
};

// The libraries divide the work, sums included, by the number of threads. So C is cut into panels that depend on the
// sizes alone, and each is one call on one thread. The threads are ours: a forked process cannot use OpenMP's.
template <class T>
void gemm_in_panels(Backend backend, const Gemm& g) {
  const int64_t sizes[] = {g.m, g.n, g.k, g.a.row_stride, g.a.col_stride, g.b.row_stride, g.b.col_stride};
  check(*std::max_element(std::begin(sizes), std::end(sizes)) <= std::numeric_limits<blasint>::max(),
        "gemm: {} x {} x {} with these strides is beyond the library's 32-bit sizes; multiply in slices", g.m, g.k,
        g.n);
  constexpr int64_t shortest = 96, most = 16;
  const bool cut_rows = g.m > g.n;
  const int64_t length = cut_rows ? g.m : g.n;
  const int64_t panel = std::max(shortest, (length + most - 1) / most);
  const int64_t panels = (length + panel - 1) / panel;
  parallel_for(g.batch * panels, 1, [&](int64_t first, int64_t last) {
    const OneThread one;
    for (int64_t task = first; task < last; ++task) {
      const int64_t batch = task / panels, begin = task % panels * panel, end = std::min(begin + panel, length);
      const int64_t i = cut_rows ? begin : 0, m = cut_rows ? end - begin : g.m;
      const int64_t j = cut_rows ? 0 : begin, n = cut_rows ? g.n : end - begin;
      const T* a = static_cast<const T*>(g.a.data) + batch * g.a.batch_stride + i * g.a.row_stride;
      const T* b = static_cast<const T*>(g.b.data) + batch * g.b.batch_stride + j * g.b.col_stride;
      T* c = static_cast<T*>(g.c) + (batch * g.m + i) * g.n + j;
      if (g.k == 0)
        for (int64_t row = 0; row < m; ++row) std::fill_n(c + row * g.n, n, T{0});
      else multiply_by_library(backend, g, a, b, c, m, n);
      apply(g.epilogue, c, m, n, g.n, j);
    }
  });
}

}  // namespace

void gemm(const Gemm& product) {
  Gemm g = product;
  const Backend backend = backend_of(g);
  const auto batch = static_cast<double>(g.batch), m = static_cast<double>(g.m), n = static_cast<double>(g.n),
             k = static_cast<double>(g.k);
  const trace::Kernel traced("gemm", 2 * batch * m * n * k, (g.f64 ? 8 : 4) * batch * (m * k + k * n + m * n));
  g.a = canonical(g.a, g.m, g.k, "A");
  g.b = canonical(g.b, g.k, g.n, "B");
  if (g.batch <= 0 || g.m <= 0 || g.n <= 0) return;
  // Batches that share B and follow each other in A are one taller product.
  if (g.b.batch_stride == 0 && g.a.col_stride == 1 && g.a.batch_stride == g.m * g.a.row_stride) {
    g.m *= g.batch;
    g.batch = 1;
  }
  if (backend == Backend::packed) return gemm_packed(g);
  if (g.f64) gemm_in_panels<double>(backend, g);
  else gemm_in_panels<float>(backend, g);
}

const char* gemm_backend(const Gemm& product) {
  switch (backend_of(product)) {
    case Backend::packed: return "packed";
    case Backend::onednn: return "onednn";
    case Backend::openblas: return "openblas";
  }
  return "openblas";
}

}  // namespace emograd::kernels
