#include "tests/run_program.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <utility>

#include "tests/temporary_folder.h"

namespace {

/// Two ends of a pipe or a terminal; what the child writes into one, the parent reads from the other.
struct Channel {
  int ours = -1, theirs = -1;

  static Channel pipe() {
    int ends[2];
    REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
    return {ends[0], ends[1]};
  }
  static Channel terminal(std::uint16_t columns) {
    Channel c;
    const winsize size{.ws_row = 24, .ws_col = columns, .ws_xpixel = 0, .ws_ypixel = 0};
    REQUIRE(::openpty(&c.ours, &c.theirs, nullptr, nullptr, &size) == 0);
    for (const int end : {c.ours, c.theirs}) REQUIRE(::fcntl(end, F_SETFD, FD_CLOEXEC) == 0);
    return c;
  }
};

/// Only what may be called between fork and exec.
[[noreturn]] void become(char* const* arguments, int out, int err, const Surroundings& s) {
  if (::setpgid(0, 0) != 0) ::_exit(126);
  if (::dup2(out, STDOUT_FILENO) < 0 || ::dup2(err, STDERR_FILENO) < 0) ::_exit(126);
  if (s.file_bytes) {
    const rlimit limit{*s.file_bytes, *s.file_bytes};
    if (::signal(SIGXFSZ, SIG_IGN) == SIG_ERR || ::setrlimit(RLIMIT_FSIZE, &limit) != 0) ::_exit(126);
  }
  ::execv(arguments[0], arguments);
  ::_exit(127);
}

/// False at the end: of a pipe 0 bytes, of a terminal that nobody has open any more an error.
bool read_some(int from, std::string& to) {
  char buffer[4096];
  const ssize_t n = ::read(from, buffer, sizeof buffer);
  if (n > 0) to.append(buffer, static_cast<std::size_t>(n));
  return n > 0 || (n < 0 && errno == EINTR);
}

}  // namespace

Finished run_table1(std::vector<std::string> arguments, const Surroundings& s) {
  return run_program("yi2020_table1", std::move(arguments), s);
}

Finished run_when_free(const std::string& name, const std::vector<std::string>& arguments) {
  Finished finished = run_program(name, arguments);
  for (int i = 0; i < 500 && finished.err.find("another run is using") != std::string::npos; ++i) {
    ::usleep(10'000);
    finished = run_program(name, arguments);
  }
  return finished;
}

std::vector<std::string> words(std::string_view text) {
  std::vector<std::string> found;
  std::istringstream stream{std::string(text)};
  for (std::string word; stream >> word;) found.push_back(word);
  return found;
}

std::vector<std::string> resumable_run(std::string_view options, const std::string& out, const std::string& jobs) {
  std::vector<std::string> arguments = words(options);
  arguments.insert(arguments.end(), {"--jobs", jobs, "--threads", "2", "--resume", "--out", out});
  return arguments;
}

void check_goes_on(const std::string& program, const std::vector<std::string>& arguments,
                   const std::filesystem::path& run, int signal, const std::string& when,
                   const std::map<std::string, std::string>& expected) {
  CAPTURE(signal);
  CAPTURE(when);
  const Finished stopped = run_program(program, arguments, {.signal = signal, .signal_when = (run / when).string()});
  INFO(stopped.err);
  CHECK(stopped.exit_code == (signal == SIGKILL ? -SIGKILL : 130));
  if (signal != SIGKILL) CHECK(stopped.err.find("add --resume to the same command") != std::string::npos);
  CHECK_FALSE(std::filesystem::exists(run / "table.txt"));  // its children may still be writing
  const Finished resumed = run_when_free(program, arguments);
  INFO(resumed.err);
  CHECK(resumed.exit_code == 0);
  CHECK(differing_files(run_content(run), expected) == "");
}

Finished run_program(const std::string& name, std::vector<std::string> command, const Surroundings& s) {
  command.insert(command.begin(), EMOGRAD_PROGRAMS "/" + name);
  std::vector<char*> arguments;
  for (std::string& a : command) arguments.push_back(a.data());
  arguments.push_back(nullptr);
  const Channel err = s.columns ? Channel::terminal(*s.columns) : Channel::pipe();
  Channel out = Channel::pipe();
  int out_file = -1;
  if (!s.out_file.empty()) REQUIRE((out_file = ::open(s.out_file.c_str(), O_WRONLY | O_CLOEXEC)) >= 0);

  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0)
    become(arguments.data(), out_file >= 0 ? out_file : s.out_on_terminal ? err.theirs : out.theirs, err.theirs, s);
  ::close(out.theirs);
  ::close(err.theirs);
  if (out_file >= 0) ::close(out_file);

  Finished finished;
  pollfd from[] = {{out.ours, POLLIN, 0}, {err.ours, POLLIN, 0}};
  std::string* to[] = {&finished.out, &finished.err};
  bool to_signal = s.signal != 0;
  while (from[0].fd >= 0 || from[1].fd >= 0) {
    if (to_signal && std::filesystem::exists(s.signal_when)) {
      REQUIRE(::kill(s.signal == SIGKILL ? child : -child, s.signal) == 0);
      to_signal = false;
    }
    if (::poll(from, 2, to_signal ? 1 : -1) < 0) continue;
    for (int i = 0; i < 2; ++i)
      if (from[i].fd >= 0 && from[i].revents != 0 && !read_some(from[i].fd, *to[i])) {
        ::close(from[i].fd);
        from[i].fd = -1;  // poll passes over it
      }
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  finished.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  return finished;
}

std::map<std::string, std::string> run_content(const std::filesystem::path& run) {
  std::map<std::string, std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(run)) {
    const std::string name = std::filesystem::relative(entry.path(), run).string();
    if (entry.is_regular_file() && name != "timing.jsonl") files[name] = content(entry.path());
  }
  return files;
}

std::string differing_files(const std::map<std::string, std::string>& files,
                            const std::map<std::string, std::string>& expected) {
  std::string out;
  for (const auto& [name, bytes] : files)
    if (!expected.contains(name)) out += fmt::format("{} is there, unexpected\n", name);
  for (const auto& [name, bytes] : expected)
    if (const auto found = files.find(name); found == files.end()) out += fmt::format("{} is missing\n", name);
    else if (found->second != bytes)
      out += fmt::format("{} holds\n{}\nbut should hold\n{}\n", name, found->second, bytes);
  return out;
}

std::vector<std::string> on_screen(std::string_view bytes, std::size_t columns) {
  std::vector<std::vector<std::string>> rows(1);  // a character per cell
  std::size_t column = 0;
  for (std::size_t i = 0; i < bytes.size();) {
    if (bytes.substr(i).starts_with("\x1b[K")) {
      if (column < rows.back().size()) rows.back().resize(column);
      i += 3;
      continue;
    }
    std::size_t end = i + 1;
    while (end < bytes.size() && (bytes[end] & 0xC0) == 0x80) ++end;
    const std::string character(bytes.substr(i, end - i));
    i = end;
    if (character == "\r") {
      column = 0;
    } else if (character == "\n") {  // also without the \r that a terminal makes of it
      rows.emplace_back();
      column = 0;
    } else {
      if (column == columns) {
        rows.emplace_back();
        column = 0;
      }
      if (rows.back().size() <= column) rows.back().resize(column + 1, " ");
      rows.back()[column++] = character;
    }
  }
  std::vector<std::string> lines;
  for (const auto& row : rows) {
    lines.emplace_back();
    for (const std::string& cell : row) lines.back() += cell;
    lines.back().erase(lines.back().find_last_not_of(' ') + 1);
  }
  while (!lines.empty() && lines.back().empty()) lines.pop_back();
  return lines;
}
