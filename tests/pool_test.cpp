#include "tensor/memory/pool.h"

#include <cstring>
#include <thread>

#include "tests/op_checks.h"

using namespace emograd;

namespace {

struct FreshPool {  // empty cache, default cap afterwards
  FreshPool() { pool::flush(); }
  ~FreshPool() {
    pool::set_cap(std::size_t{1024} << 20);
    pool::flush();
  }
};

bool caching() {  // off under AddressSanitizer
  const FreshPool fresh;
  pool::release(pool::allocate(100), 100);
  return pool::stats().cached_bytes > 0;
}

}  // namespace

TEST_CASE("pool: blocks are aligned, large enough and waste at most an eighth") {
  const FreshPool fresh;
  for (std::size_t bytes = 0; bytes < 200000; bytes += 1 + bytes / 7) {
    const std::size_t before = pool::stats().live_bytes;
    void* block = pool::allocate(bytes);
    const std::size_t size = pool::stats().live_bytes - before;
    CHECK(reinterpret_cast<std::uintptr_t>(block) % pool::alignment == 0);
    CHECK(size >= bytes);
    CHECK(size <= std::max<std::size_t>({64, bytes + 63, bytes + bytes / 8 + 1}));
    std::memset(block, 1, size);
    pool::release(block, bytes);
    CHECK(pool::stats().live_bytes == before);
  }
}

TEST_CASE("pool: reuse, statistics, peak, flush and cap") {
  if (!caching()) return;
  const FreshPool fresh;
  const auto start = pool::stats();
  void* a = pool::allocate(1000);
  const std::size_t size = pool::stats().live_bytes - start.live_bytes;
  pool::release(a, 1000);
  CHECK(pool::stats().cached_bytes == size);
  void* b = pool::allocate(1010);  // the same class
  CHECK(b == a);
  CHECK(pool::stats().hits == start.hits + 1);
  CHECK(pool::stats().requests == start.requests + 2);
  CHECK(pool::stats().cached_bytes == 0);
  pool::reset_peak();
  void* c = pool::allocate(1 << 20);
  pool::release(c, 1 << 20);
  CHECK(pool::stats().peak_bytes >= pool::stats().live_bytes + (1 << 20));
  pool::reset_peak();
  CHECK(pool::stats().peak_bytes == pool::stats().live_bytes);
  pool::release(b, 1010);
  CHECK(pool::stats().cached_bytes >= (1 << 20));
  pool::set_cap(4096);  // below what is cached
  CHECK(pool::stats().cached_bytes == 0);
  void* d = pool::allocate(1 << 20);
  pool::release(d, 1 << 20);  // above the cap: back to the system
  CHECK(pool::stats().cached_bytes == 0);
  pool::release(pool::allocate(64), 64);
  CHECK(pool::stats().cached_bytes == 64);
  pool::flush();
  CHECK(pool::stats().cached_bytes == 0);
  CHECK(pool::stats().live_bytes == start.live_bytes);
}

TEST_CASE("pool: what cannot be had is OutOfMemory, and the pool goes on") {
  const auto live = pool::stats().live_bytes;
  CHECK_THROWS_AS(pool::allocate(~std::size_t{0}), OutOfMemory);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  pool::release(pool::allocate(1000), 1000);
  CHECK_THROWS_AS(pool::allocate(std::size_t{1} << 60), OutOfMemory);
  CHECK(pool::stats().cached_bytes == 0);  // given back before the second try
#endif
  CHECK(pool::stats().live_bytes == live);
  CHECK(zeros({4}).numel() == 4);
}

TEST_CASE("pool: threads allocate, write, check and free without meeting") {
  const auto live = pool::stats().live_bytes;
  std::atomic<int> clashes{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([t, &clashes] {
      std::mt19937 rng(static_cast<unsigned>(t));
      std::vector<std::pair<unsigned char*, std::size_t>> held;
      for (int i = 0; i < 3000; ++i) {
        if (held.size() < 16 && rng() % 2) {
          const std::size_t n = 1 + rng() % 3000;
          held.emplace_back(static_cast<unsigned char*>(pool::allocate(n)), n);
          std::memset(held.back().first, t, n);
        } else if (!held.empty()) {
          const auto [p, n] = held.back();
          for (std::size_t k = 0; k < n; ++k) clashes += p[k] != t;
          pool::release(p, n);
          held.pop_back();
        }
      }
      for (const auto& [p, n] : held) pool::release(p, n);
    });
  for (auto& t : threads) t.join();
  CHECK(clashes == 0);
  CHECK(pool::stats().live_bytes == live);
}

TEST_CASE("pool: tensors made in one thread may die in another") {
  const auto live = pool::stats().live_bytes;
  for (int i = 0; i < 100; ++i) {
    Tensor t = full({100}, i);
    std::thread([moved = std::move(t)] { (void)moved.numel(); }).join();
  }
  CHECK(pool::stats().live_bytes == live);
}
