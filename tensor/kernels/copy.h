#pragma once

#include "tensor/kernels/layout.h"

namespace emograd::kernels {

/// out (contiguous, same dtype) = in, whatever its layout.
void copy(const View& in, void* out);

/// out[strides] = in (contiguous, same dtype): the inverse scatter of `copy`, into a strided region.
void copy_into(const void* in, const View& out);

}  // namespace emograd::kernels
