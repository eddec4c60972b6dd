#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace emograd::report {

/// A bar with the time left, on stderr where that is a terminal, in one line of it however narrow it is; silent
/// otherwise.
class Progress {
 public:
  explicit Progress(std::int64_t total, bool quiet = false);  // in whatever unit advance() counts
  ~Progress();                                                // clears the line
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void label(const std::string& text);  // what is being done; shown with control characters escaped
  void advance(std::int64_t amount);
  /// Work that an earlier run has done: it counts, but says nothing about speed.
  void skip(std::int64_t amount) { done_ += amount, skipped_ += amount; }
  /// A line of its own above the bar; on stderr, terminal or not.
  void line(const std::string& text);

 private:
  void draw();

  std::int64_t total_, done_ = 0, skipped_ = 0;
  bool shown_;
  std::string label_;
  std::chrono::steady_clock::time_point start_, drawn_;
};

/// 75 → "1:15", 4000 → "1:06:40".
std::string duration(double seconds);

}  // namespace emograd::report
