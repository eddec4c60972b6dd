#pragma once

#include <cstdint>
#include <functional>

namespace emograd::report {

/// What a task may do while it runs in a process of its own.
struct Worker {
  std::function<bool()> stop;        // asked often: an interrupt, or another process has failed
  std::function<void()> epoch_done;  // counted by whoever waits
};

/// Runs task(i, worker) for every i < count, each in one of `processes` children of this process, which take the next i
/// as they become free. What tasks leave behind must be files: their memory ends with them. `watch` is called some
/// twenty times a second with the number of epochs done since the last call.
///
/// Returns when all tasks are done, or stopped by SIGINT or SIGTERM. Error where one failed, with its message, or where
/// a child was killed; the others are then stopped first. Children stop, too, when this process ends.
void run_in_processes(std::int64_t count, int processes, const std::function<void(std::int64_t, const Worker&)>& task,
                      const std::function<void(std::int64_t)>& watch);

}  // namespace emograd::report
