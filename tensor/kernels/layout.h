#pragma once

#include <cstdint>

#include "tensor/dtype.h"
#include "tensor/shape.h"

/// What a kernel sees of a tensor: pointers, extents, strides. Ownership and derivatives stay above.
namespace emograd::kernels {

struct View {
  void* data;
  DType dtype;
  Shape shape;
  Strides strides;  // in elements; 0 along repeated axes, negative along flipped ones
};

/// One pass over up to three strided inputs of one shape, writing a contiguous output. Plain data: loops compiled for
/// several instruction levels share it, so nothing here may have inline functions that the linker could merge.
struct MapLoop {
  static constexpr int max_inputs = 3;
  const void* in[max_inputs];
  void* out;
  int rank;                                   // after merging axes; at least 1
  std::int64_t extent[max_rank];              // the last is the row length
  std::int64_t stride[max_inputs][max_rank];  // of each input, in its elements
};

/// Merges adjacent axes wherever every input allows it. All inputs have the output's shape.
MapLoop map_loop(const View* const* inputs, int count, void* out);

}  // namespace emograd::kernels
