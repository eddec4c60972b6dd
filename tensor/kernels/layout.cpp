#include "tensor/kernels/layout.h"

namespace emograd::kernels {

MapLoop map_loop(const View* const* inputs, int count, void* out) {
  MapLoop loop{};
  loop.out = out;
  const Shape& shape = inputs[0]->shape;
  for (int k = 0; k < count; ++k) loop.in[k] = inputs[k]->data;
  loop.rank = 1;
  loop.extent[0] = 1;
  for (int axis = 0; axis < shape.rank(); ++axis) {
    if (shape[axis] == 1) continue;
    const int last = loop.rank - 1;
    bool merge = true;  // the previous axis steps over exactly this one, in every input
    for (int k = 0; k < count; ++k)
      merge &= loop.extent[last] == 1 || loop.stride[k][last] == inputs[k]->strides[axis] * shape[axis];
    const int at = merge ? last : loop.rank++;
    loop.extent[at] = merge ? loop.extent[last] * shape[axis] : shape[axis];
    for (int k = 0; k < count; ++k) loop.stride[k][at] = inputs[k]->strides[axis];
  }
  return loop;
}

}  // namespace emograd::kernels
