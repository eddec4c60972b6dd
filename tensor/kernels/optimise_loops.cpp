// Compiled once per instruction level.
#include "tensor/kernels/isa.h"
#include "tensor/kernels/math.h"
#include "tensor/kernels/optimise.h"

namespace emograd::kernels {
inline namespace EMOGRAD_ISA {
namespace {

template <class T>
void adam_range(const Slot& s, const AdamStep& a, std::int64_t begin, std::int64_t end) {
  const T* p = static_cast<const T*>(s.p);
  T* q = static_cast<T*>(s.q);
  const T* g = static_cast<const T*>(s.g);
  T* m = static_cast<T*>(s.m);
  T* v = static_cast<T*>(s.v);
  const T beta1 = static_cast<T>(a.beta1), rest1 = static_cast<T>(1 - a.beta1);
  const T beta2 = static_cast<T>(a.beta2), rest2 = static_cast<T>(1 - a.beta2);
  const T step = static_cast<T>(a.lr / a.c1), root = static_cast<T>(1 / __builtin_sqrt(a.c2));
  constexpr T tiny = sizeof(T) == 4 ? static_cast<T>(1e-35) : static_cast<T>(1e-300);
  const T eps = static_cast<T>(a.eps), l2 = static_cast<T>(a.l2), keep = static_cast<T>(1 - a.decay);
#pragma omp simd
  for (std::int64_t i = begin; i < end; ++i) {
    const T grad = g[i] + l2 * p[i];
    const T mean = beta1 * m[i] + rest1 * grad;
    const T square = beta2 * v[i] + rest2 * (grad * grad);
    // A parameter whose gradient has ended (a dead relu) lets m and v decay into denormal numbers, on which the
    // processor is a hundred times slower; they are far below what eps lets through.
    m[i] = math::abs(mean) < tiny ? T(0) : mean;
    v[i] = square < tiny ? T(0) : square;
    q[i] = keep * p[i] - step * (mean / (math::sqrt(square) * root + eps));
  }
}

template <class T>
void sgd_range(const Slot& s, const SgdStep& a, std::int64_t begin, std::int64_t end) {
  const T* p = static_cast<const T*>(s.p);
  T* q = static_cast<T*>(s.q);
  const T* g = static_cast<const T*>(s.g);
  T* m = static_cast<T*>(s.m);
  const T lr = static_cast<T>(a.lr), momentum = static_cast<T>(a.momentum), l2 = static_cast<T>(a.l2);
  if (m) {
#pragma omp simd
    for (std::int64_t i = begin; i < end; ++i) {
      m[i] = momentum * m[i] + (g[i] + l2 * p[i]);
      q[i] = p[i] - lr * m[i];
    }
  } else {
#pragma omp simd
    for (std::int64_t i = begin; i < end; ++i) q[i] = p[i] - lr * (g[i] + l2 * p[i]);
  }
}

}  // namespace
}  // namespace EMOGRAD_ISA

template <>
const OptimiseTable& table_at<OptimiseTable, Isa::EMOGRAD_ISA>() {
  static constexpr OptimiseTable table{{&adam_range<float>, &adam_range<double>},
                                       {&sgd_range<float>, &sgd_range<double>}};
  return table;
}

}  // namespace emograd::kernels
