#include "experiments/report/processes.h"

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <exception>
#include <memory>
#include <new>
#include <string>
#include <thread>
#include <vector>

#include "experiments/report/interrupt.h"
#include "tensor/error.h"

namespace emograd::report {
namespace {

/// In memory that parent and children share.
struct Board {
  std::atomic<std::int64_t> next{0}, epochs{0};
  std::atomic<bool> stop{false};  // for all
  std::atomic<bool> failed{false};
  char message[4096] = {};

  void fail(const char* text) {
    if (!failed.exchange(true)) std::strncpy(message, text, sizeof message - 1);  // the first one's
    stop = true;
  }
};

struct Unmap {
  void operator()(Board* board) const { ::munmap(board, sizeof(Board)); }
};

std::unique_ptr<Board, Unmap> shared_board() {
  void* memory = ::mmap(nullptr, sizeof(Board), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  check(memory != MAP_FAILED, "processes: no memory could be shared: {}", std::strerror(errno));
  return std::unique_ptr<Board, Unmap>(new (memory) Board);
}

[[noreturn]] void work(Board& board, pid_t parent, std::int64_t count,
                       const std::function<void(std::int64_t, const Worker&)>& task) {
#ifdef __linux__
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (::getppid() != parent) ::_exit(1);  // it ended before that took effect
#else
  (void)parent;
#endif
  const Worker worker{[&] { return interrupted() || board.stop; }, [&] { ++board.epochs; }};
  try {
    for (std::int64_t i = 0; !worker.stop() && (i = board.next++) < count;) task(i, worker);
  } catch (const std::exception& e) { board.fail(e.what()); }
  ::_exit(0);  // without destructors and buffers: they are the parent's
}

}  // namespace

void run_in_processes(std::int64_t count, int processes, const std::function<void(std::int64_t, const Worker&)>& task,
                      const std::function<void(std::int64_t)>& watch) {
  const auto board = shared_board();
  ::signal(SIGCHLD, SIG_DFL);  // where a parent has left it ignored, ended children could not be waited for
  std::fflush(nullptr);
  const pid_t parent = ::getpid();
  std::vector<pid_t> children;
  for (std::int64_t p = 0; p < std::min<std::int64_t>(processes, count); ++p) {
    const pid_t child = ::fork();
    if (child == 0) work(*board, parent, count, task);
    if (child < 0) board->fail(fmt::format("a process could not be started: {}", std::strerror(errno)).c_str());
    else children.push_back(child);
  }

  std::int64_t reported = 0;
  while (!children.empty()) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    // Not by a signal: where the children have had the same one, a second would end them at once.
    if (interrupted()) board->stop = true;
    std::erase_if(children, [&](pid_t child) {
      int status = 0;
      if (::waitpid(child, &status, WNOHANG) != child) return false;
      if (WIFSIGNALED(status))
        board->fail(
            fmt::format("a process was ended by signal {} ({})", WTERMSIG(status), ::strsignal(WTERMSIG(status)))
                .c_str());
      return true;
    });
    const std::int64_t epochs = board->epochs;
    watch(epochs - reported);
    reported = epochs;
  }
  check(!board->failed, "{}", static_cast<const char*>(board->message));
}

}  // namespace emograd::report
