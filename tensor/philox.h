#pragma once

#include <cstdint>

#include "tensor/kernels/math.h"

namespace emograd {

/// Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC'11, section 3): a bijection of the
/// 128-bit counter under a 64-bit key. No state: element i of a random tensor is a function of (seed, offset + i).
struct Philox {
  struct Block {
    std::uint32_t v[4];
  };

  HD static Block block(Block counter, std::uint32_t key0, std::uint32_t key1) {
    for (int round = 0; round < 10; ++round) {
      const std::uint64_t p0 = std::uint64_t{0xD2511F53u} * counter.v[0];
      const std::uint64_t p1 = std::uint64_t{0xCD9E8D57u} * counter.v[2];
      counter = {{static_cast<std::uint32_t>(p1 >> 32) ^ counter.v[1] ^ key0, static_cast<std::uint32_t>(p1),
                  static_cast<std::uint32_t>(p0 >> 32) ^ counter.v[3] ^ key1, static_cast<std::uint32_t>(p0)}};
      key0 += 0x9E3779B9u;
      key1 += 0xBB67AE85u;
    }
    return counter;
  }

  HD static Block at(std::uint64_t seed, std::uint64_t counter) {
    return block({{static_cast<std::uint32_t>(counter), static_cast<std::uint32_t>(counter >> 32), 0, 0}},
                 static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32));
  }
};

/// A stream of random numbers, passed explicitly. Drawing n elements advances `offset` by n; equal (seed, offset) give
/// equal numbers on every device and for every number of threads. Plain data: copy it to replay, save it to resume.
struct Rng {
  std::uint64_t seed = 0;
  std::uint64_t offset = 0;

  /// A stream for another purpose: same offset rules, a seed mixed from this one and `purpose`. Does not advance this
  /// one.
  Rng split(std::uint64_t purpose) const {
    const auto b = Philox::block(
        {{static_cast<std::uint32_t>(purpose), static_cast<std::uint32_t>(purpose >> 32), 0x53504C54u, 1}},
        static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32));
    return {std::uint64_t{b.v[0]} << 32 | b.v[1], 0};
  }
};

}  // namespace emograd
