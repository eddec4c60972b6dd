#pragma once

#include "tensor/kernels/layout.h"

/// Reductions over any axes. Sums run in chunks whose size depends on the shape alone, combined in index order in f64:
/// the result is the same for any number of threads. NaN wins every max and min.
namespace emograd::kernels {

enum class Reduction { sum, max, min, argmax };

/// out (contiguous, one element per kept index) = reduction of `in` over the axes marked in `reduced`. `out` has in's
/// dtype, or i64 for argmax: the position, among the reduced elements in row-major order, of the first maximum.
void reduce(Reduction, const View& in, const bool* reduced, void* out);

/// out (contiguous, in's shape) = running sum along `axis`, from the front or from the back.
void cumsum(const View& in, int axis, bool reverse, void* out);

}  // namespace emograd::kernels
