#include "experiments/report/team.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "experiments/report/interrupt.h"
#include "tensor/parallel.h"

namespace emograd::report {

bool by_a_team(std::size_t count, int threads, const std::function<void(std::size_t)>& one) {
  catch_interrupts();
  std::atomic<std::size_t> next = 0;
  std::mutex one_at_a_time;
  std::exception_ptr failure;
  const auto work = [&] {
    try {
      for (std::size_t i; !interrupted() && (i = next++) < count;) one(i);
    } catch (...) {
      const std::lock_guard keep(one_at_a_time);
      failure = std::current_exception();
      next = count;
    }
  };
  {
    const auto wanted = static_cast<std::size_t>(threads > 0 ? threads : thread_count());
    std::vector<std::jthread> team;
    for (std::size_t t = 1; t < std::min(wanted, count); ++t) team.emplace_back(work);
    work();
  }
  if (failure) std::rethrow_exception(failure);
  return next >= count;
}

}  // namespace emograd::report
