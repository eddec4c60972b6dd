#pragma once

#include <cstdint>

namespace emograd::kernels {

/// out[0 … n) for draws offset … offset + n − 1.
using RandomFn = void (*)(std::uint64_t seed, std::uint64_t offset, std::int64_t n, double p, const void* in,
                          void* out);

struct RandomTable {
  RandomFn fn[3][2];  // [Distribution][f32, f64]
};

}  // namespace emograd::kernels
