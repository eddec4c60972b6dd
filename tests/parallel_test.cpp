#include "tensor/parallel.h"

#include <sys/wait.h>
#include <unistd.h>

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

TEST_CASE("parallel_for: callers on several threads at once") {
  const Threads scope(3);
  std::atomic<int> wrong{0};
  std::vector<std::thread> callers;
  for (int caller = 0; caller < 4; ++caller)
    callers.emplace_back([&wrong, caller] {
      for (std::int64_t n = 1; n < 500; ++n) {
        std::vector<std::int64_t> out(static_cast<std::size_t>(n), -1);
        parallel_for(n, 1, [&](std::int64_t begin, std::int64_t end) {
          for (auto i = begin; i < end; ++i) out[static_cast<std::size_t>(i)] = i * caller;
        });
        for (std::int64_t i = 0; i < n; ++i) wrong += out[static_cast<std::size_t>(i)] != i * caller;
      }
    });
  for (std::thread& caller : callers) caller.join();
  CHECK(wrong == 0);
}

TEST_CASE("parallel_for: goes on without helpers that do not run") {
  const Threads scope(3);
  const auto all_run = [] {
    std::atomic<std::int64_t> total{0};
    for (int job = 0; job < 100; ++job)
      parallel_for(300, 1, [&](std::int64_t begin, std::int64_t end) { total += end - begin; });
    return total == 30'000;
  };
  CHECK(all_run());
  const pid_t child = fork();  // has this thread and no other
  if (child == 0) _exit(all_run() ? 0 : 1);
  int status = -1;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK((WIFEXITED(status) && WEXITSTATUS(status) == 0));
}

TEST_CASE("parallel: the number of threads is set, read and checked") {
  const Threads scope(2);
  CHECK(thread_count() == 2);
  CHECK_THROWS_AS(set_thread_count(0), Error);
  CHECK(thread_count() == 2);
  int of_another = 0;  // thread
  std::thread([&] { of_another = thread_count(); }).join();
  CHECK(of_another == 2);
}
