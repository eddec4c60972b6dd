#include "tensor/kernels/map.h"

#include "tensor/parallel.h"
#include "tensor/trace.h"

namespace emograd::kernels {

void run_map(const char* name, MapFn fn, const void* op, const View* const* inputs, int count, void* out,
             std::size_t out_size, double flops_per_element) {
  const std::int64_t n = numel(inputs[0]->shape);
  if (n == 0) return;
  const auto elements = static_cast<double>(n);
  double bytes = elements * static_cast<double>(out_size);
  for (int k = 0; k < count; ++k) bytes += elements * static_cast<double>(size_of(inputs[k]->dtype));
  const trace::Kernel traced(name, elements * flops_per_element, bytes);
  const MapLoop loop = map_loop(inputs, count, out);
  // 16k elements: about the 5 µs that waking a second thread costs.
  parallel_for(n, 16384, [&](std::int64_t begin, std::int64_t end) { fn(op, loop, begin, end); });
}

}  // namespace emograd::kernels
