#pragma once

#include <algorithm>
#include <string_view>
#include <vector>

namespace emograd::io {

/// The lines of a text, without their ends: "\n" or "\r\n". What follows the last end is a line where it is not empty.
inline std::vector<std::string_view> lines(std::string_view text) {
  std::vector<std::string_view> all;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    all.push_back(line);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return all;
}

}  // namespace emograd::io
