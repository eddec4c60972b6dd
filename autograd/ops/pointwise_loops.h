#pragma once

#include "autograd/ops/functors.h"
#include "tensor/kernels/isa.h"
#include "tensor/kernels/map.h"

namespace emograd::kernels {

/// Every pointwise loop of one instruction level. Columns: f32, f64 (, i64 (, bool)), as in DType.
struct PointwiseTable {
  MapFn unary[Unary::size][2];
  MapFn binary[Binary::size][2];
  MapFn comparison[Comparisons::size][3];
  MapFn logical[Logical::size];
  MapFn cast[4][4];  // [from][to]
  MapFn where[4];
};

}  // namespace emograd::kernels
