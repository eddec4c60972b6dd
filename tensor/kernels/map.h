#pragma once

#include <cstdint>

#include "tensor/kernels/layout.h"
#include "tensor/kernels/math.h"

/// The pointwise loops, as templates over a functor `op` with HD members `f`. They are instantiated once per
/// instruction level, inside `inline namespace EMOGRAD_ISA`, so that no level's code can be linked into another's.
namespace emograd::kernels {

/// Computes output elements [begin, end) (flat, row-major). `op` points to the functor.
using MapFn = void (*)(const void* op, const MapLoop& loop, std::int64_t begin, std::int64_t end);

#ifdef EMOGRAD_ISA
inline namespace EMOGRAD_ISA {

/// Calls row(offsets of the inputs, output position, length) for every run of output elements in [begin, end) that lies
/// in one row.
template <int inputs, class Row>
inline void for_rows(const MapLoop& loop, std::int64_t begin, std::int64_t end, const Row& row) {
  const int last = loop.rank - 1;
  const std::int64_t width = loop.extent[last];
  std::int64_t index[max_rank] = {};
  std::int64_t offset[inputs] = {};
  std::int64_t rest = width ? begin / width : 0;
  std::int64_t column = width ? begin % width : 0;
  for (int axis = last - 1; axis >= 0; --axis) {
    index[axis] = rest % loop.extent[axis];
    rest /= loop.extent[axis];
    for (int k = 0; k < inputs; ++k) offset[k] += index[axis] * loop.stride[k][axis];
  }
  for (std::int64_t at = begin; at < end;) {
    const std::int64_t length = width - column < end - at ? width - column : end - at;
    std::int64_t start[inputs];
    for (int k = 0; k < inputs; ++k) start[k] = offset[k] + column * loop.stride[k][last];
    row(start, at, length);
    at += length;
    column = 0;
    for (int axis = last - 1; axis >= 0; --axis) {
      for (int k = 0; k < inputs; ++k) offset[k] += loop.stride[k][axis];
      if (++index[axis] < loop.extent[axis]) break;
      for (int k = 0; k < inputs; ++k) offset[k] -= loop.extent[axis] * loop.stride[k][axis];
      index[axis] = 0;
    }
  }
}

template <class Op, class T, class R>
void map1(const void* functor, const MapLoop& loop, std::int64_t begin, std::int64_t end) {
  const Op op = *static_cast<const Op*>(functor);
  const std::int64_t sx = loop.stride[0][loop.rank - 1];
  for_rows<1>(loop, begin, end, [&](const std::int64_t* start, std::int64_t at, std::int64_t n) {
    const T* x = static_cast<const T*>(loop.in[0]) + start[0];
    R* __restrict y = static_cast<R*>(loop.out) + at;
    if (sx == 1)
      for (std::int64_t i = 0; i < n; ++i) y[i] = op.f(x[i]);
    else
      for (std::int64_t i = 0; i < n; ++i) y[i] = op.f(x[i * sx]);
  });
}

template <class Op, class T, class R>
void map2(const void* functor, const MapLoop& loop, std::int64_t begin, std::int64_t end) {
  const Op op = *static_cast<const Op*>(functor);
  const std::int64_t sa = loop.stride[0][loop.rank - 1], sb = loop.stride[1][loop.rank - 1];
  for_rows<2>(loop, begin, end, [&](const std::int64_t* start, std::int64_t at, std::int64_t n) {
    const T* a = static_cast<const T*>(loop.in[0]) + start[0];
    const T* b = static_cast<const T*>(loop.in[1]) + start[1];
    R* __restrict y = static_cast<R*>(loop.out) + at;
    if (sa == 1 && sb == 1)
      for (std::int64_t i = 0; i < n; ++i) y[i] = op.f(a[i], b[i]);
    else if (sa == 1 && sb == 0) {
      const T b0 = *b;
      for (std::int64_t i = 0; i < n; ++i) y[i] = op.f(a[i], b0);
    } else if (sa == 0 && sb == 1) {
      const T a0 = *a;
      for (std::int64_t i = 0; i < n; ++i) y[i] = op.f(a0, b[i]);
    } else
      for (std::int64_t i = 0; i < n; ++i) y[i] = op.f(a[i * sa], b[i * sb]);
  });
}

/// where(condition, a, b): the one pointwise operation of three inputs.
template <class T>
void map_where(const void*, const MapLoop& loop, std::int64_t begin, std::int64_t end) {
  const int last = loop.rank - 1;
  const std::int64_t sc = loop.stride[0][last], sa = loop.stride[1][last], sb = loop.stride[2][last];
  for_rows<3>(loop, begin, end, [&](const std::int64_t* start, std::int64_t at, std::int64_t n) {
    const bool* c = static_cast<const bool*>(loop.in[0]) + start[0];
    const T* a = static_cast<const T*>(loop.in[1]) + start[1];
    const T* b = static_cast<const T*>(loop.in[2]) + start[2];
    T* __restrict y = static_cast<T*>(loop.out) + at;
    for (std::int64_t i = 0; i < n; ++i) y[i] = c[i * sc] ? a[i * sa] : b[i * sb];
  });
}

}  // namespace EMOGRAD_ISA
#endif

/// Runs `fn` over all outputs of the shape the inputs share, in parallel where it pays.
void run_map(const char* name, MapFn fn, const void* op, const View* const* inputs, int count, void* out,
             std::size_t out_size, double flops_per_element);

}  // namespace emograd::kernels
