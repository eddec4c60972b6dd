#include "tensor/memory/pool.h"

#include <sys/mman.h>

#include <array>
#include <bit>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <new>
#include <string_view>
#include <system_error>
#include <vector>

#include "tensor/error.h"

#if defined(__SANITIZE_ADDRESS__)
#define EMOGRAD_POOL_BYPASS 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define EMOGRAD_POOL_BYPASS 1
#endif
#endif

namespace emograd::pool {
namespace {

#ifdef EMOGRAD_POOL_BYPASS
constexpr bool bypass = true;
#else
constexpr bool bypass = false;
#endif

struct SizeClass {
  std::size_t index, bytes;
};

// Multiples of 64 up to 512 (classes 0..7), then eight steps per power of two.
SizeClass class_of(std::size_t bytes) {
  if (bytes <= 512) {
    const std::size_t steps = (bytes + 63) / 64;
    return {steps ? steps - 1 : 0, steps ? steps * 64 : 64};
  }
  const auto log2 = static_cast<std::size_t>(std::bit_width(bytes - 1) - 1);  // 2^log2 < bytes <= 2^(log2+1)
  const std::size_t step = std::size_t{1} << (log2 - 3);
  const std::size_t eighths = (bytes - (std::size_t{1} << log2) + step - 1) / step;  // 1..8
  return {(log2 - 9) * 8 + 7 + eighths, (std::size_t{1} << log2) + eighths * step};
}

constexpr std::size_t class_count = 8 + 8 * 55;

/// The size of class i: what class_of gives back with index i.
std::size_t bytes_of(std::size_t i) {
  if (i < 8) return (i + 1) * 64;
  const std::size_t power = std::size_t{1} << (9 + (i - 8) / 8);
  return power + (1 + (i - 8) % 8) * (power / 8);
}

struct State {
  std::mutex mutex;
  std::array<std::vector<void*>, class_count> free;
  Stats stats;
  std::size_t cap = default_cap();

  static std::size_t default_cap() {
    const char* text = std::getenv("EMOGRAD_POOL_MIB");
    if (!text || !*text) return std::size_t{1024} << 20;
    const std::string_view digits(text);
    std::size_t mib = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), mib);
    check(error == std::errc() && end == digits.data() + digits.size() && mib <= std::size_t{1} << 40,
          "EMOGRAD_POOL_MIB={}: must be a whole number of MiB, or unset", text);
    return mib << 20;
  }
};

// Never destroyed: tensors in static storage may be released after main.
State& state() {
  static State& s = *new State;
  return s;
}

// Large blocks are mapped one by one: a freed one goes back to the system at once, where the C library would keep it in
// a heap that blocks of other sizes and lifetimes fragment.
constexpr std::size_t mapped_from = std::size_t{1} << 20;
constexpr std::size_t huge_page = std::size_t{1} << 21;

/// Blocks of a huge page or more begin at one and ask for them: a product walks along rows of 16 KB, and with pages of
/// 4 KB would look most of them up anew.
void* map(std::size_t size) {
  const std::size_t slack = size >= huge_page ? huge_page : 0;
  void* mapped = mmap(nullptr, size + slack, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED) return nullptr;
  if (!slack) return mapped;
  auto* const begin = static_cast<std::byte*>(mapped);
  const std::size_t before = (slack - reinterpret_cast<std::uintptr_t>(begin) % slack) % slack;
  if (before) munmap(begin, before);
  if (before < slack) munmap(begin + before + size, slack - before);
  madvise(begin + before, size, MADV_HUGEPAGE);  // a wish: where it is not granted nothing else changes
  return begin + before;
}

void* system_allocate(std::size_t size) {
  return bypass || size < mapped_from ? std::aligned_alloc(alignment, size) : map(size);
}

void system_free(void* block, std::size_t size) noexcept {
  if (bypass || size < mapped_from) std::free(block);
  else munmap(block, size);
}

void flush_locked(State& s) noexcept {
  for (std::size_t i = 0; i < class_count; ++i) {
    for (void* block : s.free[i]) system_free(block, bytes_of(i));
    s.free[i].clear();
  }
  s.stats.cached_bytes = 0;
}

}  // namespace

void* allocate(std::size_t bytes) {
  if (bytes > (std::size_t{1} << 62)) throw OutOfMemory(fmt::format("pool: {} bytes cannot be allocated", bytes));
  const auto [index, size] = class_of(bytes);
  State& s = state();
  void* block = nullptr;
  {
    const std::lock_guard lock(s.mutex);
    ++s.stats.requests;
    auto& blocks = s.free[index];
    if (!blocks.empty()) {
      block = blocks.back();
      blocks.pop_back();
      s.stats.cached_bytes -= size;
      ++s.stats.hits;
    } else if (!(block = system_allocate(size))) {
      flush_locked(s);
      block = system_allocate(size);
    }
    if (block) {
      s.stats.live_bytes += size;
      if (s.stats.live_bytes > s.stats.peak_bytes) s.stats.peak_bytes = s.stats.live_bytes;
    }
  }
  if (!block) {
    const Stats now = stats();
    throw OutOfMemory(
        fmt::format("pool: {} bytes could not be allocated ({} bytes are in live tensors, the cache was given back); "
                    "use a smaller batch or free tensors first",
                    bytes, now.live_bytes));
  }
#ifndef NDEBUG
  std::memset(block, 0xff, size);  // reads as NaN in f32 and f64
#endif
  return block;
}

void release(void* block, std::size_t bytes) noexcept {
  const auto [index, size] = class_of(bytes);
  State& s = state();
  const std::lock_guard lock(s.mutex);
  s.stats.live_bytes -= size;
  if (!bypass && s.stats.cached_bytes + size <= s.cap) {
    try {
      s.free[index].push_back(block);
      s.stats.cached_bytes += size;
      return;
    } catch (const std::bad_alloc&) {  // no room for the list entry: fall through and free the block itself
    }
  }
  system_free(block, size);
}

Stats stats() {
  const std::lock_guard lock(state().mutex);
  return state().stats;
}

void reset_peak() {
  const std::lock_guard lock(state().mutex);
  state().stats.peak_bytes = state().stats.live_bytes;
}

void set_cap(std::size_t bytes) {
  const std::lock_guard lock(state().mutex);
  state().cap = bytes;
  if (state().stats.cached_bytes > bytes) flush_locked(state());
}

void flush() noexcept {
  const std::lock_guard lock(state().mutex);
  flush_locked(state());
}

}  // namespace emograd::pool
