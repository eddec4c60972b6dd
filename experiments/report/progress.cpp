#include "experiments/report/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace emograd::report {
namespace {

constexpr auto clear_line = "\r\x1b[K";
constexpr std::chrono::milliseconds redraw_every{100};
constexpr std::int64_t width = 30;

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
  const std::int64_t filled = width * done_ / total_;
  fmt::print(stderr, "{}[{}{}] {:3}%  {}  {}", clear_line, std::string(static_cast<std::size_t>(filled), '#'),
             std::string(static_cast<std::size_t>(width - filled), '.'), 100 * done_ / total_, left, label_);
  std::fflush(stderr);
}

}  // namespace emograd::report
