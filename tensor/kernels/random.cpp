#include "tensor/kernels/random.h"

#include "tensor/kernels/isa.h"
#include "tensor/kernels/random_loops.h"
#include "tensor/parallel.h"
#include "tensor/trace.h"

namespace emograd::kernels {

void random(Distribution d, DType dtype, std::uint64_t seed, std::uint64_t offset, std::int64_t n, double p,
            const void* in, void* out) {
  if (n == 0) return;
  const std::size_t size = size_of(dtype);
  const trace::Kernel traced("random", 0, static_cast<double>(n) * static_cast<double>(size) * (in ? 2 : 1));
  const RandomFn fn = active_table<RandomTable>().fn[static_cast<int>(d)][dtype == DType::f64];
  parallel_for(n, 8192, [&](std::int64_t begin, std::int64_t end) {
    const auto skip = static_cast<std::size_t>(begin) * size;
    fn(seed, offset + static_cast<std::uint64_t>(begin), end - begin, p,
       in ? static_cast<const std::byte*>(in) + skip : nullptr, static_cast<std::byte*>(out) + skip);
  });
}

}  // namespace emograd::kernels
