#pragma once

#include <cstddef>

namespace emograd::audio {

/// Bytes of a vector register of the level a loops file is compiled for.
#if defined(__AVX512F__)
constexpr std::size_t register_bytes = 64;
#elif defined(__AVX__)
constexpr std::size_t register_bytes = 32;
#else
constexpr std::size_t register_bytes = 16;
#endif

}  // namespace emograd::audio
