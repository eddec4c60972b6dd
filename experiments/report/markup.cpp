#include "experiments/report/markup.h"

#include <algorithm>

#include "tensor/io/bytes.h"

namespace emograd::report {
namespace {

constexpr std::string_view replacement = "\uFFFD";

/// Bytes of the character at the beginning; 0 where none is.
std::size_t character(std::string_view text) {
  for (std::size_t n = 1; n <= std::min<std::size_t>(4, text.size()); ++n)
    if (io::valid_utf8(text.substr(0, n))) return n;
  return 0;
}

}  // namespace

std::string escaped(std::string_view text) {
  std::string out;
  for (std::size_t n = 0; !text.empty(); text.remove_prefix(std::max<std::size_t>(n, 1))) {
    n = character(text);
    const auto c = static_cast<unsigned char>(text[0]);
    const bool c1_control = n == 2 && c == 0xC2 && static_cast<unsigned char>(text[1]) < 0xA0;
    if (c == '&') out += "&amp;";
    else if (c == '<') out += "&lt;";
    else if (c == '>') out += "&gt;";
    else if (c == '"') out += "&quot;";
    else if (c == '\'') out += "&#39;";
    else if (n == 0 || (c < 0x20 && c != '\n' && c != '\t') || c == 0x7F || c1_control) out += replacement;
    else out += text.substr(0, n);
  }
  return out;
}

std::string prose(std::string_view text) {
  std::string out;
  bool code = false;
  for (const char c : escaped(text))
    if (c == '`') out += (code = !code) ? "<code>" : "</code>";
    else out += c;
  return code ? out + "</code>" : out;
}

}  // namespace emograd::report
