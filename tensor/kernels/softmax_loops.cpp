// Compiled once per instruction level.
#include "tensor/kernels/isa.h"
#include "tensor/kernels/math.h"
#include "tensor/kernels/softmax.h"

namespace emograd::kernels {
inline namespace EMOGRAD_ISA {
namespace {

/// −log softmax(x)_k = (top − x_k) + log_total. The two are kept apart: where one class is nearly certain their sum
/// with x would be large and equal to it, and the digits of the difference lost.
template <class T>
struct Normaliser {
  T top, log_total;
  T minus_log_softmax(T x) const { return (top - x) + log_total; }
};

template <class T>
Normaliser<T> normaliser(const T* x, std::int64_t n) {
  T top = x[0];
  for (std::int64_t k = 1; k < n; ++k) top = math::max(top, x[k]);
  double total = 0;
  constexpr std::int64_t span = 64;
  for (std::int64_t first = 0; first < n; first += span) {
    const std::int64_t m = n - first < span ? n - first : span;
    T e[span];
    for (std::int64_t k = 0; k < m; ++k) e[k] = math::exp(x[first + k] - top);
    for (std::int64_t k = 0; k < m; ++k) total += static_cast<double>(e[k]);
  }
  return {top, math::log(static_cast<T>(total))};
}

template <class T>
void forward(const CrossEntropy& c, std::int64_t begin, std::int64_t end, void* loss) {
  for (std::int64_t i = begin; i < end; ++i) {
    const T* x = static_cast<const T*>(c.x) + i * c.classes;
    const T* t = static_cast<const T*>(c.t) + i * c.classes;
    const Normaliser<T> row = normaliser(x, c.classes);
    double sum = 0;
    for (std::int64_t k = 0; k < c.classes; ++k)
      sum += static_cast<double>(t[k]) * static_cast<double>(row.minus_log_softmax(x[k]));
    static_cast<T*>(loss)[i] = static_cast<T>(sum);
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
    double mass = 0;
    for (std::int64_t k = 0; k < c.classes; ++k) mass += static_cast<double>(t[k]);
    const T total = static_cast<T>(mass);
    if (dx_out) {
      T* dx = static_cast<T*>(dx_out) + i * c.classes;
      for (std::int64_t k = 0; k < c.classes; ++k) dx[k] = g * (math::exp(-row.minus_log_softmax(x[k])) * total - t[k]);
    }
    if (dt_out) {
      T* dt = static_cast<T*>(dt_out) + i * c.classes;
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
