#pragma once

#include <cstdint>

#include "tensor/dtype.h"

/// Random numbers: element i of the result is a function of (seed, offset + i) alone (tensor/philox.h). Every draw
/// rests on 32 random bits per element; f32 and f64 results are the same numbers up to rounding.
namespace emograd::kernels {

enum class Distribution {
  uniform,  // [0, 1)
  normal,   // mean 0, variance 1: Box and Muller's transform of the pair of draws (2j, 2j + 1)
  dropout,  // 0 with probability p, else 1/(1 − p); times in[i] where `in` is given
};

void random(Distribution, DType, std::uint64_t seed, std::uint64_t offset, std::int64_t n, double p, const void* in,
            void* out);

}  // namespace emograd::kernels
