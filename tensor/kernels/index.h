#pragma once

#include "tensor/kernels/layout.h"

/// Moving elements by index. Indices have been checked against `extent` by the caller. Scattering adds in index order,
/// on disjoint outputs per thread, so that results do not depend on the number of threads.
namespace emograd::kernels {

/// in, out: packed, viewed as (outer, extent, inner) and (outer, count, inner): out[o, i, :] = in[o, index[i], :].
struct Rows {
  std::int64_t outer, extent, count, inner;
  DType dtype;
  const std::int64_t* index;  // count entries in [0, extent)
};
void take_rows(const Rows&, const void* in, void* out);
/// out (outer, extent, inner), zeroed by the caller: out[o, index[i], :] += in[o, i, :].
void add_rows(const Rows&, const void* in, void* out);

/// index, out: packed (outer, count, inner): out[o, i, n] = in[o, index[o, i, n], n].
void gather(const Rows&, const void* in, void* out);
/// out (outer, extent, inner), zeroed: out[o, index[o, i, n], n] += in[o, i, n].
void scatter_add(const Rows&, const void* in, void* out);

}  // namespace emograd::kernels
