#pragma once

#include <cstdint>

#include "tensor/dtype.h"
#include "tensor/shape.h"

namespace emograd::kernels {

/// Kept axes (one output each) around reduced axes, both merged as far as strides allow. The last axis of each group is
/// the one with the smallest stride. Plain data, shared by loops of all instruction levels.
struct ReduceLoop {
  const void* in;
  int kept_rank, reduced_rank;  // at least 1 each
  std::int64_t kept_extent[max_rank], kept_stride[max_rank];
  std::int64_t reduced_extent[max_rank], reduced_stride[max_rank];
};

/// Reduces the elements [from, to) of the flat reduced index for the outputs [begin, end), into out[0 … end−begin).
/// Sums are f64 partial sums; the others have the input's type; argmax writes i64 positions.
using ReduceFn = void (*)(const ReduceLoop&, std::int64_t begin, std::int64_t end, std::int64_t from, std::int64_t to,
                          void* out);

struct ReduceTable {
  ReduceFn fn[4][2];  // [Reduction][f32, f64]
};

}  // namespace emograd::kernels
