#include "tensor/parallel.h"

#include <omp.h>

#include <algorithm>
#include <thread>
#include <vector>

#include "tensor/error.h"

namespace emograd {

int thread_count() { return omp_get_max_threads(); }

void set_thread_count(int n) {
  check(n >= 1, "set_thread_count: needs at least one thread, got {}", n);
  omp_set_num_threads(n);
}

#if defined(__SANITIZE_THREAD__)

// ThreadSanitizer cannot see through libgomp's barriers and would report every one of them as a race. Under it, and
// only there, the ranges run on plain threads.
namespace {
thread_local bool inside = false;
}

int available_threads() { return inside ? 1 : omp_get_max_threads(); }

void detail::parallel_for(std::int64_t n, std::int64_t grain, void (*body)(void*, std::int64_t, std::int64_t),
                          void* context) {
  const auto ranges = std::min<std::int64_t>(available_threads(), (n + grain - 1) / grain);
  if (ranges <= 1) return body(context, 0, n);
  std::vector<std::thread> threads;
  for (std::int64_t r = 0; r < ranges; ++r)
    threads.emplace_back([=] {
      inside = true;
      body(context, n * r / ranges, n * (r + 1) / ranges);
    });
  for (std::thread& thread : threads) thread.join();
}

#else

int available_threads() { return omp_in_parallel() ? 1 : omp_get_max_threads(); }

void detail::parallel_for(std::int64_t n, std::int64_t grain, void (*body)(void*, std::int64_t, std::int64_t),
                          void* context) {
  const auto ranges = std::min<std::int64_t>(available_threads(), (n + grain - 1) / grain);
  if (ranges <= 1) return body(context, 0, n);
#pragma omp parallel for schedule(static) num_threads(static_cast <int>(ranges))
  for (std::int64_t r = 0; r < ranges; ++r) body(context, n * r / ranges, n * (r + 1) / ranges);
}

#endif

}  // namespace emograd
