// Compiled once per instruction level.
#include "tensor/kernels/reduce_loops.h"

#include "tensor/kernels/isa.h"
#include "tensor/kernels/math.h"

namespace emograd::kernels {
inline namespace EMOGRAD_ISA {
namespace {

constexpr int lanes = 16;                  // independent accumulators of a row: one AVX-512 register of f32
constexpr std::int64_t block = 256;        // outputs whose accumulators stay in the first-level cache
constexpr std::int64_t flush_every = 256;  // f32 additions per accumulator before it is folded into f64

template <class T>
struct Sum {
  static constexpr bool folds = true;  // into f64
  using Partial = double;
  static T start() { return T(0); }
  static T join(T a, T b) { return a + b; }
};
template <class T>
struct Max {
  static constexpr bool folds = false;
  using Partial = T;
  static T start() { return -static_cast<T>(__builtin_inf()); }
  static T join(T a, T b) { return math::max(a, b); }
};
template <class T>
struct Min {
  static constexpr bool folds = false;
  using Partial = T;
  static T start() { return static_cast<T>(__builtin_inf()); }
  static T join(T a, T b) { return math::min(a, b); }
};

std::int64_t offset_of(std::int64_t flat, int rank, const std::int64_t* extent, const std::int64_t* stride) {
  std::int64_t offset = 0;
  for (int axis = rank - 1; axis >= 0; --axis) {
    offset += flat % extent[axis] * stride[axis];
    flat /= extent[axis];
  }
  return offset;
}

/// Calls visit(offset, length) for each row of the reduced index range [from, to).
template <class Visit>
inline void reduced_rows(const ReduceLoop& l, std::int64_t from, std::int64_t to, const Visit& visit) {
  const std::int64_t width = l.reduced_extent[l.reduced_rank - 1];
  for (std::int64_t at = from; at < to;) {
    const std::int64_t column = at % width;
    const std::int64_t length = width - column < to - at ? width - column : to - at;
    visit(offset_of(at, l.reduced_rank, l.reduced_extent, l.reduced_stride), length);
    at += length;
  }
}

/// One output at a time: the reduced axis is the one that runs through memory.
template <class R, class T>
void along_rows(const ReduceLoop& l, std::int64_t begin, std::int64_t end, std::int64_t from, std::int64_t to,
                typename R::Partial* out) {
  const std::int64_t step = l.reduced_stride[l.reduced_rank - 1];
  for (std::int64_t o = begin; o < end; ++o) {
    const T* base = static_cast<const T*>(l.in) + offset_of(o, l.kept_rank, l.kept_extent, l.kept_stride);
    typename R::Partial total = R::start();
    reduced_rows(l, from, to, [&](std::int64_t offset, std::int64_t n) {
      const T* x = base + offset;
      constexpr std::int64_t span = lanes * flush_every;
      for (std::int64_t first = 0; first < n; first += span) {
        const std::int64_t stop = n - first < span ? n : first + span;
        T acc[lanes];
        for (int j = 0; j < lanes; ++j) acc[j] = R::start();
        std::int64_t i = first;
        if (step == 1)
          for (; i + lanes <= stop; i += lanes)
            for (int j = 0; j < lanes; ++j) acc[j] = R::join(acc[j], x[i + j]);
        for (; i < stop; ++i) acc[(i - first) % lanes] = R::join(acc[(i - first) % lanes], x[i * step]);
        for (int j = 0; j < lanes; ++j) {
          if constexpr (R::folds) total += static_cast<double>(acc[j]);
          else total = R::join(total, acc[j]);
        }
      }
    });
    out[o - begin] = total;
  }
}

/// A block of neighbouring outputs at a time: the kept axis is the one that runs through memory.
template <class R, class T>
void along_columns(const ReduceLoop& l, std::int64_t begin, std::int64_t end, std::int64_t from, std::int64_t to,
                   typename R::Partial* out) {
  const int last = l.kept_rank - 1;
  const std::int64_t width = l.kept_extent[last], step = l.reduced_stride[l.reduced_rank - 1];
  for (std::int64_t o = begin; o < end;) {
    const std::int64_t in_row = width - o % width;
    std::int64_t n = in_row < block ? in_row : block;
    if (end - o < n) n = end - o;
    const T* base = static_cast<const T*>(l.in) + offset_of(o, l.kept_rank, l.kept_extent, l.kept_stride);
    typename R::Partial* total = out + (o - begin);
    T acc[block];
    for (std::int64_t j = 0; j < n; ++j) total[j] = R::start(), acc[j] = R::start();
    std::int64_t pending = 0;
    const auto fold = [&] {
      for (std::int64_t j = 0; j < n; ++j) {
        if constexpr (R::folds) total[j] += static_cast<double>(acc[j]);
        else total[j] = R::join(total[j], acc[j]);
        acc[j] = R::start();
      }
      pending = 0;
    };
    reduced_rows(l, from, to, [&](std::int64_t offset, std::int64_t rows) {
      for (std::int64_t r = 0; r < rows; ++r) {
        const T* x = base + offset + r * step;
        for (std::int64_t j = 0; j < n; ++j) acc[j] = R::join(acc[j], x[j]);
        if (++pending == flush_every) fold();
      }
    });
    fold();
    o += n;
  }
}

template <class R, class T>
void reduce_range(const ReduceLoop& l, std::int64_t begin, std::int64_t end, std::int64_t from, std::int64_t to,
                  void* out) {
  auto* partial = static_cast<typename R::Partial*>(out);
  if (l.kept_stride[l.kept_rank - 1] == 1 && l.kept_extent[l.kept_rank - 1] > 1 &&
      l.reduced_stride[l.reduced_rank - 1] != 1)
    along_columns<R, T>(l, begin, end, from, to, partial);
  else along_rows<R, T>(l, begin, end, from, to, partial);
}

template <class T>
void argmax_range(const ReduceLoop& l, std::int64_t begin, std::int64_t end, std::int64_t from, std::int64_t to,
                  void* out) {
  for (std::int64_t o = begin; o < end; ++o) {
    const T* base = static_cast<const T*>(l.in) + offset_of(o, l.kept_rank, l.kept_extent, l.kept_stride);
    std::int64_t best = from;
    T top = base[offset_of(from, l.reduced_rank, l.reduced_extent, l.reduced_stride)];
    for (std::int64_t at = from + 1; at < to; ++at) {
      const T v = base[offset_of(at, l.reduced_rank, l.reduced_extent, l.reduced_stride)];
      if (v > top || (v != v && top == top)) top = v, best = at;
    }
    static_cast<std::int64_t*>(out)[o - begin] = best;
  }
}

}  // namespace
}  // namespace EMOGRAD_ISA

template <>
const ReduceTable& table_at<ReduceTable, Isa::EMOGRAD_ISA>() {
  static constexpr ReduceTable table{{{&reduce_range<Sum<float>, float>, &reduce_range<Sum<double>, double>},
                                      {&reduce_range<Max<float>, float>, &reduce_range<Max<double>, double>},
                                      {&reduce_range<Min<float>, float>, &reduce_range<Min<double>, double>},
                                      {&argmax_range<float>, &argmax_range<double>}}};
  return table;
}

}  // namespace emograd::kernels
