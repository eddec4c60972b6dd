#include "experiments/report/filter.h"

#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "tensor/error.h"

namespace emograd::report {
namespace {

/// One end of a connection, both ways.
struct End {
  int fd = -1;
  void close() {
    if (fd >= 0) ::close(fd);
    fd = -1;
  }
  ~End() { close(); }
};

/// 0, or why the program did not start.
int start(const std::vector<std::string>& command, int connection, pid_t& child) {
  std::vector<char*> arguments;
  for (const std::string& a : command) arguments.push_back(const_cast<char*>(a.c_str()));
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t files;
  posix_spawnattr_t attributes;
  ::posix_spawn_file_actions_init(&files);
  ::posix_spawnattr_init(&attributes);
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO}) ::posix_spawn_file_actions_adddup2(&files, connection, fd);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);  // a group of its own
  const int error = ::posix_spawnp(&child, arguments[0], &files, &attributes, arguments.data(), environ);
  ::posix_spawnattr_destroy(&attributes);
  ::posix_spawn_file_actions_destroy(&files);
  return error;
}

/// Sends and receives at the same time: either side may wait for the other to read.
std::string exchange(int fd, std::string_view input) {
  std::string out;
  char part[4096];
  bool sending = true;
  while (true) {
    pollfd p{fd, static_cast<short>(sending ? POLLIN | POLLOUT : POLLIN), 0};
    if (::poll(&p, 1, -1) < 0) {
      check(errno == EINTR, "poll: {}", std::strerror(errno));
      continue;
    }
    if (sending && (p.revents & POLLOUT) != 0) {
      const ssize_t n = ::send(fd, input.data(), input.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      if (n >= 0) input.remove_prefix(static_cast<std::size_t>(n));
      else if (errno != EAGAIN && errno != EINTR) input = {};  // it reads no more
      if (input.empty()) {
        ::shutdown(fd, SHUT_WR);
        sending = false;
      }
    }
    if ((p.revents & (POLLIN | POLLHUP | POLLERR)) != 0) {
      const ssize_t n = ::recv(fd, part, sizeof part, MSG_DONTWAIT);
      if (n > 0) out.append(part, static_cast<std::size_t>(n));
      else if (n == 0 || (errno != EAGAIN && errno != EINTR)) return out;
    }
  }
}

}  // namespace

Filtered filtered(const std::vector<std::string>& command, std::string_view input) {
  int ends[2];
  check(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0, "{} cannot be connected: {}", command[0],
        std::strerror(errno));
  End ours{ends[0]}, theirs{ends[1]};
  pid_t child = 0;
  const int error = start(command, theirs.fd, child);
  if (error == ENOENT) return {"", 127};
  check(error == 0, "{} cannot be started: {}", command[0], std::strerror(error));
  theirs.close();
  Filtered result{exchange(ours.fd, input), 0};
  int status = 0;
  while (::waitpid(child, &status, 0) < 0) check(errno == EINTR, "waitpid: {}", std::strerror(errno));
  result.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return result;
}

}  // namespace emograd::report
