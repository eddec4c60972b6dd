#pragma once

#include <cstdint>

#include "tensor/philox.h"

/// Single numbers from a stream, each of which advances it by one.
namespace emograd::audio {

/// [0, 1), from 32 bits: what the tensor operation `uniform` gives in f64.
inline double draw(Rng& rng) {
  const std::uint64_t at = rng.offset++;
  return 0x1p-32 * Philox::at(rng.seed, at / 4).v[at % 4];
}
/// [low, high), or low where they are equal.
inline double draw(double low, double high, Rng& rng) { return low + (high - low) * draw(rng); }
/// 0 … n − 1; probabilities are off by 2^−32 at most.
inline std::int64_t draw_below(std::int64_t n, Rng& rng) {
  return static_cast<std::int64_t>(draw(rng) * static_cast<double>(n));
}

}  // namespace emograd::audio
