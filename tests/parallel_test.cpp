#include "tensor/parallel.h"

#include <omp.h>

#include <thread>

#include "tests/op_checks.h"

using namespace emograd;

namespace {

struct Threads {
  int before = thread_count();
  explicit Threads(int n) { set_thread_count(n); }
  ~Threads() { set_thread_count(before); }
};

}  // namespace

TEST_CASE("parallel_for: every index once, whatever the number of threads and the grain") {
  for (const int threads : {1, 2, 3, 7}) {
    const Threads scope(threads);
    for (const std::int64_t n : {0, 1, 2, 63, 64, 65, 1000})
      for (const std::int64_t grain : {1, 2, 64, 999, 1000, 5000}) {
        std::vector<int> seen(static_cast<std::size_t>(n), 0);
        parallel_for(n, grain, [&](std::int64_t begin, std::int64_t end) {
          for (auto i = begin; i < end; ++i) ++seen[static_cast<std::size_t>(i)];
        });
        CHECK(std::count(seen.begin(), seen.end(), 1) == n);
      }
  }
}

TEST_CASE("parallel_for: small work stays on the calling thread, in one range; large work is split") {
  const Threads scope(3);
  const auto caller = std::this_thread::get_id();
  int calls = 0;
  parallel_for(100, 100, [&](std::int64_t begin, std::int64_t end) {
    ++calls;
    CHECK((begin == 0 && end == 100 && std::this_thread::get_id() == caller));
  });
  CHECK(calls == 1);
  std::atomic<int> ranges{0};
  parallel_for(101, 1, [&](std::int64_t, std::int64_t) { ++ranges; });
  CHECK(ranges == 3);
  ranges = 0;
  parallel_for(101, 100, [&](std::int64_t, std::int64_t) { ++ranges; });
  CHECK(ranges == 2);  // not more ranges than grains
}

TEST_CASE("parallel_for: nested calls run where they are") {
  const Threads scope(2);
  std::atomic<int> wrong{0};
  std::atomic<std::int64_t> total{0};
  parallel_for(4, 1, [&](std::int64_t begin, std::int64_t end) {
    const auto outer = std::this_thread::get_id();
    for (auto i = begin; i < end; ++i)
      parallel_for(1000, 1, [&](std::int64_t b, std::int64_t e) {
        wrong += std::this_thread::get_id() != outer;
        total += e - b;
      });
  });
  CHECK(wrong == 0);
  CHECK(total == 4000);
}

TEST_CASE("parallel: the number of threads is set, read and checked") {
  const Threads scope(2);
  CHECK(thread_count() == 2);
  CHECK_THROWS_AS(set_thread_count(0), Error);
  CHECK(thread_count() == 2);
}
