#include "experiments/report/progress.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "tensor/io/bytes.h"

namespace emograd::report {
namespace {

constexpr auto clear_line = "\r\x1b[K";
constexpr std::chrono::milliseconds redraw_every{100};
constexpr std::int64_t widest_bar = 30, narrowest_bar = 5;
constexpr std::int64_t usual_columns = 80;

/// Of the terminal, now: windows change.
std::int64_t terminal_columns() {
  winsize size{};
  return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : usual_columns;
}

/// Columns that the character beginning with this byte of UTF-8 may take; 0 inside a character. Only among those of
/// three bytes and more are there any that take two.
std::int64_t columns_of(char byte) {
  const auto lead = static_cast<unsigned char>(byte);
  return (lead & 0xC0) == 0x80 ? 0 : lead >= 0xE0 ? 2 : 1;
}

std::int64_t columns_of(const std::string& text) {
  std::int64_t columns = 0;
  for (const char byte : text) columns += columns_of(byte);
  return columns;
}

std::string cut(const std::string& text, std::int64_t room) {
  std::size_t end = 0;
  while (end < text.size() && (room -= columns_of(text[end])) >= 0) ++end;
  return text.substr(0, end);
}

}  // namespace

std::string duration(double seconds) {
  const auto s = static_cast<std::int64_t>(std::max(0.0, seconds) + 0.5);
  return s < 3600 ? fmt::format("{}:{:02}", s / 60, s % 60)
                  : fmt::format("{}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60);
}

Progress::Progress(std::int64_t total, bool quiet)
    : total_(std::max<std::int64_t>(1, total)),
      shown_(!quiet && ::isatty(STDERR_FILENO)),
      start_(std::chrono::steady_clock::now()) {}

Progress::~Progress() {
  if (shown_) std::fputs(clear_line, stderr);
}

void Progress::label(const std::string& text) { label_ = io::printable(text); }

void Progress::advance(std::int64_t amount) {
  done_ = std::min(total_, done_ + amount);
  if (shown_ && std::chrono::steady_clock::now() - drawn_ >= redraw_every) draw();
}

void Progress::line(const std::string& text) {
  fmt::print(stderr, "{}{}\n", shown_ ? clear_line : "", text);
  if (shown_) draw();
}

void Progress::draw() {
  drawn_ = std::chrono::steady_clock::now();
  const double elapsed = std::chrono::duration<double>(drawn_ - start_).count();
  const std::int64_t here = done_ - skipped_;
  const std::string left =
      here > 0 ? duration(elapsed * static_cast<double>(total_ - done_) / static_cast<double>(here)) + " left" : "";
  const std::string rest = fmt::format("] {:3}%  {}  {}", 100 * done_ / total_, left, label_);
  // What wraps could not be cleared, and some terminals wrap as soon as the last column is taken.
  const std::int64_t room = terminal_columns() - 1;
  const std::int64_t width = std::clamp(room - 1 - columns_of(rest), narrowest_bar, widest_bar);
  const std::int64_t filled = width * done_ / total_;
  const std::string bar = fmt::format("[{}{}{}", std::string(static_cast<std::size_t>(filled), '#'),
                                      std::string(static_cast<std::size_t>(width - filled), '.'), rest);
  fmt::print(stderr, "{}{}", clear_line, cut(bar, room));
  std::fflush(stderr);
}

}  // namespace emograd::report
