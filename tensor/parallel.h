#pragma once

#include <cstdint>
#include <type_traits>

namespace emograd {

/// Threads that parallel_for may use, on whatever thread it is called, at most 64: OMP_NUM_THREADS or the number of
/// processors, unless set.
int thread_count();
void set_thread_count(int n);  // n ≥ 1; Error otherwise
/// Threads that a parallel_for called here would use: 1 inside another.
int available_threads();

namespace detail {
void parallel_for(std::int64_t n, std::int64_t grain, void (*body)(void*, std::int64_t, std::int64_t), void* context);
}

/// Calls body(begin, end) on disjoint contiguous ranges covering [0, n), in parallel where n exceeds `grain`: at most
/// one range per thread, the r-th on the r-th thread unless that one is late, when the caller runs it. A body that
/// writes only what its own indices determine gives the same bits for any number of threads. Nested calls, and calls
/// while another thread's is under way, run on the calling thread. Bodies must not throw.
template <class Body>
void parallel_for(std::int64_t n, std::int64_t grain, Body&& body) {
  if (n <= grain) {
    if (n > 0) body(std::int64_t{0}, n);
    return;
  }
  detail::parallel_for(
      n, grain,
      [](void* context, std::int64_t begin, std::int64_t end) {
        (*static_cast<std::remove_reference_t<Body>*>(context))(begin, end);
      },
      const_cast<void*>(static_cast<const void*>(&body)));
}

}  // namespace emograd
