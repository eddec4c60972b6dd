// Compiled once per instruction level.
#include "tensor/kernels/isa.h"
#include "tensor/kernels/math.h"
#include "tensor/kernels/softmax.h"

namespace emograd::kernels {
inline namespace EMOGRAD_ISA {
namespace {

constexpr int lanes = 16;

/// f(0) + … + f(n − 1): 16 chains of up to 16 terms at a time, folded into f64. One chain would wait for every
/// addition.
template <class T, class F>
double sum_of(std::int64_t n, const F& f) {
  constexpr std::int64_t span = lanes * 16;
  double total = 0;
  for (std::int64_t first = 0; first < n; first += span) {
    const std::int64_t stop = n - first < span ? n : first + span;
    T acc[lanes] = {};
    std::int64_t k = first;
    for (; k + lanes <= stop; k += lanes)
      for (int j = 0; j < lanes; ++j) acc[j] += f(k + j);
    for (; k < stop; ++k) acc[k % lanes] += f(k);
    for (int j = 0; j < lanes; ++j) total += static_cast<double>(acc[j]);
  }
  return total;
}

template <class T>
T largest(const T* x, std::int64_t n) {
  T acc[lanes];
  for (int j = 0; j < lanes; ++j) acc[j] = x[0];
  std::int64_t k = 0;
  for (; k + lanes <= n; k += lanes)
    for (int j = 0; j < lanes; ++j) acc[j] = math::max(acc[j], x[k + j]);
  for (; k < n; ++k) acc[0] = math::max(acc[0], x[k]);
  for (int j = 1; j < lanes; ++j) acc[0] = math::max(acc[0], acc[j]);
  return acc[0];
}

/// −log softmax(x)_k = (top − x_k) + log_total. The two are kept apart: where one class is nearly certain their sum
/// with x would be large and equal to it, and the digits of the difference lost.
template <class T>
struct Normaliser {
  T top, log_total;
  T minus_log_softmax(T x) const { return (top - x) + log_total; }
};

template <class T>
Normaliser<T> normaliser(const T* x, std::int64_t n) {
  const T top = largest(x, n);
  const double total = sum_of<T>(n, [&](std::int64_t k) { return math::exp(x[k] - top); });
  return {top, math::log(static_cast<T>(total))};
}

template <class T>
void forward(const CrossEntropy& c, std::int64_t begin, std::int64_t end, void* loss) {
  for (std::int64_t i = begin; i < end; ++i) {
    const T* x = static_cast<const T*>(c.x) + i * c.classes;
    const T* t = static_cast<const T*>(c.t) + i * c.classes;
    const Normaliser<T> row = normaliser(x, c.classes);
    static_cast<T*>(loss)[i] =
        static_cast<T>(sum_of<T>(c.classes, [&](std::int64_t k) { return t[k] * row.minus_log_softmax(x[k]); }));
  }
}

template <class T>
void backward(const CrossEntropy& c, std::int64_t begin, std::int64_t end, const void* g_in, void* dx_out,
              void* dt_out) {
  for (std::int64_t i = begin; i < end; ++i) {
    const T* x = static_cast<const T*>(c.x) + i * c.classes;
    const T* t = static_cast<const T*>(c.t) + i * c.classes;
    const T g = static_cast<const T*>(g_in)[i];
    const Normaliser<T> row = normaliser(x, c.classes);
    if (dx_out) {
      const T total = static_cast<T>(sum_of<T>(c.classes, [&](std::int64_t k) { return t[k]; }));
      T* __restrict dx = static_cast<T*>(dx_out) + i * c.classes;
      for (std::int64_t k = 0; k < c.classes; ++k) dx[k] = g * (math::exp(-row.minus_log_softmax(x[k])) * total - t[k]);
    }
    if (dt_out) {
      T* __restrict dt = static_cast<T*>(dt_out) + i * c.classes;
      for (std::int64_t k = 0; k < c.classes; ++k) dt[k] = g * row.minus_log_softmax(x[k]);
    }
  }
}

}  // namespace
}  // namespace EMOGRAD_ISA

template <>
const SoftmaxTable& table_at<SoftmaxTable, Isa::EMOGRAD_ISA>() {
  static constexpr SoftmaxTable table{{&forward<float>, &forward<double>}, {&backward<float>, &backward<double>}};
  return table;
}

}  // namespace emograd::kernels
