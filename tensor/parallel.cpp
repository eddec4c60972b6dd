#include "tensor/parallel.h"

#include <omp.h>
#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <system_error>
#include <thread>

#include "tensor/error.h"

namespace emograd {
namespace {

constexpr int kMostThreads = 64;  // one bit each

/// Spins this often, half a millisecond or less, before it sleeps: longer than the gap between two kernels of a
/// training step. Waking costs as much as a small kernel.
constexpr int kPatience = 10000;

inline void pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

std::atomic<int> chosen{0};  // how many threads there shall be; 0: nobody has said

thread_local bool inside = false;  // of a parallel_for: on this thread

/// The calling thread and its helpers. A job is cut into ranges, one per thread; whoever takes a range's bit runs it.
/// Helpers take their own bit alone, so that a range stays with one core's cache; the caller takes every bit that is
/// left. So it never waits for a helper that has not begun: on a busy machine the work goes on without it.
class Team {
 public:
  /// False where another thread has the team: then nothing was done.
  bool run(std::int64_t n, int ranges, void (*body)(void*, std::int64_t, std::int64_t), void* context) {
    const std::unique_lock lock(busy_, std::try_to_lock);
    if (!lock.owns_lock()) return false;
    while (helpers_ < ranges - 1 && add_helper()) {}
    job_ = {n, ranges, body, context};
    unfinished_.store(ranges);
    unclaimed_.store(ranges == kMostThreads ? ~std::uint64_t{0} : (std::uint64_t{1} << ranges) - 1);
    if (sleepers_.load() > 0) {
      wake_.fetch_add(1);
      wake_.notify_all();
    }
    for (int r = 0; r < ranges; ++r)
      if (claim(r)) work(r);
    int left = unfinished_.load();
    for (int spins = 0; left > 0 && spins < kPatience; ++spins, left = unfinished_.load()) pause();
    for (; left > 0; left = unfinished_.load()) unfinished_.wait(left);
    return true;
  }

 private:
  struct Job {
    std::int64_t n = 0;
    int ranges = 0;
    void (*body)(void*, std::int64_t, std::int64_t) = nullptr;
    void* context = nullptr;
  };

  /// False where the system has no thread left: the caller then runs every range that nobody takes.
  bool add_helper() {
    try {
      std::thread(&Team::help, this, helpers_ + 1).detach();
    } catch (const std::system_error&) { return false; }
    ++helpers_;
    return true;
  }

  /// Whoever gets true may read job_: it stays until the claimed range is finished.
  bool claim(int range) {
    const std::uint64_t bit = std::uint64_t{1} << range;
    return (unclaimed_.load() & bit) && (unclaimed_.fetch_and(~bit) & bit);
  }

  void work(int range) {
    inside = true;
    job_.body(job_.context, job_.n * range / job_.ranges, job_.n * (range + 1) / job_.ranges);
    inside = false;
    if (unfinished_.fetch_sub(1) == 1) unfinished_.notify_one();
  }

  void help(int range) {
    for (int spins = 0;; ++spins) {
      if (claim(range)) {
        work(range);
        spins = 0;
      } else if (spins < kPatience) {
        pause();
      } else {
        const unsigned seen = wake_.load();
        sleepers_.fetch_add(1);
        // The order matters: either run() sees the sleeper, or the sleeper sees the job.
        if (!(unclaimed_.load() >> range & 1)) wake_.wait(seen);
        sleepers_.fetch_sub(1);
        spins = 0;
      }
    }
  }

  std::mutex busy_;
  int helpers_ = 0;
  Job job_;
  // On lines of their own: helpers watch one while others are written.
  alignas(64) std::atomic<std::uint64_t> unclaimed_{0};
  alignas(64) std::atomic<int> unfinished_{0};
  alignas(64) std::atomic<int> sleepers_{0};
  std::atomic<unsigned> wake_{0};
};

// Never destroyed: helpers live as long as the process, and tensors in static storage may be computed after main. A
// forked process has none of its parent's helpers, and starts its own.
Team& team() {
  static Team* t = [] {
    ::pthread_atfork(nullptr, nullptr, [] { t = new Team; });
    return new Team;
  }();
  return *t;
}

}  // namespace

int thread_count() {
  static const int initial = std::min(omp_get_max_threads(), kMostThreads);
  const int n = chosen.load(std::memory_order_relaxed);
  return n > 0 ? n : initial;
}

void set_thread_count(int n) {
  check(n >= 1, "set_thread_count: needs at least one thread, got {}", n);
  n = std::min(n, kMostThreads);
  chosen.store(n, std::memory_order_relaxed);
  omp_set_num_threads(n);  // of libraries that this thread calls
}

int available_threads() { return inside || omp_in_parallel() ? 1 : thread_count(); }

void detail::parallel_for(std::int64_t n, std::int64_t grain, void (*body)(void*, std::int64_t, std::int64_t),
                          void* context) {
  const auto ranges = static_cast<int>(std::min<std::int64_t>(available_threads(), (n + grain - 1) / grain));
  if (ranges <= 1 || !team().run(n, ranges, body, context)) body(context, 0, n);
}

}  // namespace emograd
