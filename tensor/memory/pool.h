#pragma once

#include <cstddef>
#include <cstdint>

/// The CPU's caching allocator. A freed block is kept for the next request of its size class (classes are 1/8 of a
/// power of two apart: at most 12.5 % is wasted), until the cached bytes reach a cap. Under AddressSanitizer every
/// request goes to the system, so that use after free is seen. Debug builds fill fresh memory with NaN patterns.
namespace emograd::pool {

constexpr std::size_t alignment = 64;  // one cache line, one AVX-512 register

/// At least `bytes` bytes, aligned. Throws OutOfMemory after giving all cached blocks back and trying once more.
void* allocate(std::size_t bytes);
void release(void* block, std::size_t bytes) noexcept;  // `bytes` as passed to allocate

struct Stats {
  std::size_t live_bytes = 0;    // in blocks now in use, rounded up to their size class
  std::size_t peak_bytes = 0;    // the largest live_bytes since reset_peak
  std::size_t cached_bytes = 0;  // in free blocks kept for reuse
  std::uint64_t requests = 0;
  std::uint64_t hits = 0;  // requests served from the cache
};
Stats stats();
void reset_peak();

/// Cached bytes above which freed blocks go back to the system. Default: EMOGRAD_POOL_MIB mebibytes, or 1024.
void set_cap(std::size_t bytes);
/// Gives every cached block back to the system.
void flush() noexcept;

}  // namespace emograd::pool
