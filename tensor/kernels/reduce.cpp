#include "tensor/kernels/reduce.h"

#include <algorithm>
#include <vector>

#include "tensor/kernels/isa.h"
#include "tensor/kernels/math.h"
#include "tensor/kernels/reduce_loops.h"
#include "tensor/parallel.h"
#include "tensor/trace.h"

namespace emograd::kernels {
namespace {

struct Axis {
  std::int64_t extent, stride;
};

/// Merges neighbouring axes that run through memory as one. The order of the axes is kept: it is the order of the
/// outputs, and for argmax the order of the positions.
int merge(const std::vector<Axis>& axes, std::int64_t* extent, std::int64_t* stride) {
  int rank = 0;
  for (const Axis& axis : axes) {
    if (axis.extent == 1) continue;
    if (rank && stride[rank - 1] == axis.stride * axis.extent) {
      extent[rank - 1] *= axis.extent;
      stride[rank - 1] = axis.stride;
    } else {
      extent[rank] = axis.extent;
      stride[rank++] = axis.stride;
    }
  }
  if (rank == 0) extent[0] = 1, stride[0] = 0, rank = 1;
  return rank;
}

template <class T>
void combine(Reduction kind, const double* sums, const T* values, std::int64_t outputs, std::int64_t chunks, T* out) {
  for (std::int64_t o = 0; o < outputs; ++o) {
    if (kind == Reduction::sum) {
      double total = 0;
      for (std::int64_t c = 0; c < chunks; ++c) total += sums[c * outputs + o];
      out[o] = static_cast<T>(total);
    } else {
      T top = values[o];
      for (std::int64_t c = 1; c < chunks; ++c) {
        const T v = values[c * outputs + o];
        top = kind == Reduction::max ? math::max(top, v) : math::min(top, v);
      }
      out[o] = top;
    }
  }
}

template <class T>
void run(Reduction kind, const ReduceLoop& loop, std::int64_t outputs, std::int64_t reduced, T* out) {
  const ReduceFn fn = active_table<ReduceTable>().fn[static_cast<int>(kind)][sizeof(T) == 8];
  if (kind == Reduction::argmax) {
    auto* positions = reinterpret_cast<std::int64_t*>(out);
    return parallel_for(outputs, 1 + 16384 / reduced, [&](std::int64_t begin, std::int64_t end) {
      fn(loop, begin, end, 0, reduced, positions + begin);
    });
  }
  // Few outputs over many elements: the elements are split. The rule looks at the shape only, never at the threads.
  constexpr std::int64_t chunk = 32768;
  const std::int64_t chunks =
      outputs <= 1024 && outputs * reduced > 2 * chunk ? std::min(reduced, (outputs * reduced + chunk - 1) / chunk) : 1;
  std::vector<double> sums(kind == Reduction::sum ? static_cast<std::size_t>(outputs * chunks) : 0);
  std::vector<T> values(kind == Reduction::sum ? 0 : static_cast<std::size_t>(outputs * chunks));
  const auto partial = [&](std::int64_t at) -> void* {
    if (kind == Reduction::sum) return sums.data() + at;
    return values.data() + at;
  };
  if (chunks == 1)
    parallel_for(outputs, 1 + 16384 / std::max<std::int64_t>(reduced, 1),
                 [&](std::int64_t begin, std::int64_t end) { fn(loop, begin, end, 0, reduced, partial(begin)); });
  else
    parallel_for(chunks, 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t c = begin; c < end; ++c)
        fn(loop, 0, outputs, reduced * c / chunks, reduced * (c + 1) / chunks, partial(c * outputs));
    });
  combine(kind, sums.data(), values.data(), outputs, chunks, out);
}

}  // namespace

void reduce(Reduction kind, const View& in, const bool* reduced, void* out) {
  std::vector<Axis> kept_axes, reduced_axes;
  for (int i = 0; i < in.shape.rank(); ++i)
    (reduced[i] ? reduced_axes : kept_axes).push_back({in.shape[i], in.strides[i]});
  std::int64_t outputs = 1, count = 1;
  for (const Axis& axis : kept_axes) outputs *= axis.extent;
  for (const Axis& axis : reduced_axes) count *= axis.extent;
  if (outputs == 0) return;
  if (kind != Reduction::argmax)  // any order gives the same sum up to rounding: the smallest stride runs innermost
    std::stable_sort(reduced_axes.begin(), reduced_axes.end(),
                     [](const Axis& a, const Axis& b) { return std::abs(a.stride) > std::abs(b.stride); });
  ReduceLoop loop{};
  loop.in = in.data;
  loop.kept_rank = merge(kept_axes, loop.kept_extent, loop.kept_stride);
  loop.reduced_rank = merge(reduced_axes, loop.reduced_extent, loop.reduced_stride);
  const auto elements = static_cast<double>(outputs) * static_cast<double>(count);
  const trace::Kernel traced("reduce", elements, elements * static_cast<double>(size_of(in.dtype)));
  if (in.dtype == DType::f64) run(kind, loop, outputs, count, static_cast<double*>(out));
  else run(kind, loop, outputs, count, static_cast<float*>(out));
}

void cumsum(const View& in, int axis, bool reverse, void* out) {
  const std::int64_t n = in.shape[axis];
  const std::int64_t total = numel(in.shape);
  if (total == 0) return;
  const trace::Kernel traced("cumsum", static_cast<double>(total),
                             2 * static_cast<double>(total) * static_cast<double>(size_of(in.dtype)));
  const Strides packed_strides = contiguous_strides(in.shape);
  const std::int64_t lines = total / n, step_in = in.strides[axis], step_out = packed_strides[axis];
  const auto scan = [&]<class T>() {
    parallel_for(lines, 1 + 16384 / n, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t line = begin; line < end; ++line) {
        std::int64_t from = 0, to = 0, rest = line;
        for (int i = in.shape.rank() - 1; i >= 0; --i) {
          if (i == axis) continue;
          from += rest % in.shape[i] * in.strides[i];
          to += rest % in.shape[i] * packed_strides[i];
          rest /= in.shape[i];
        }
        const T* x = static_cast<const T*>(in.data) + from;
        T* y = static_cast<T*>(out) + to;
        double sum = 0;
        for (std::int64_t k = 0; k < n; ++k) {
          const std::int64_t i = reverse ? n - 1 - k : k;
          sum += static_cast<double>(x[i * step_in]);
          y[i * step_out] = static_cast<T>(sum);
        }
      }
    });
  };
  if (in.dtype == DType::f64) scan.template operator()<double>();
  else scan.template operator()<float>();
}

}  // namespace emograd::kernels
