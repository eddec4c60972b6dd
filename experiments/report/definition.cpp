#include "experiments/report/definition.h"

#include <algorithm>
#include <cctype>

namespace emograd::report {
namespace {

/// Whether the line begins in column 0 and its first parenthesis is that of the name's parameters.
bool may_define(std::string_view line, std::string_view name) {
  if (line.empty() || !std::isalpha(static_cast<unsigned char>(line[0]))) return false;
  const std::string_view before = line.substr(0, line.find('('));
  if (before.size() == line.size() || before.size() <= name.size() || !before.ends_with(name)) return false;
  const char c = before[before.size() - name.size() - 1];
  return c == ' ' || c == '&' || c == '*';
}

}  // namespace

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

std::optional<Definition> find_definition(std::string_view source, std::string_view name) {
  const std::vector<std::string_view> lines = lines_of(source);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (!may_define(lines[i], name)) continue;
    std::size_t head = i;  // the line that opens the body, or ends a declaration
    while (head + 1 < lines.size() && !lines[head].ends_with('{') && !lines[head].ends_with('}') &&
           !lines[head].ends_with(';'))
      ++head;
    if (lines[head].ends_with(';')) continue;
    std::size_t last = head;
    if (lines[head].ends_with('{'))
      while (last + 1 < lines.size() && !lines[last].starts_with('}')) ++last;
    std::size_t first = i;
    while (first > 0 && (lines[first - 1].starts_with("///") || lines[first - 1].starts_with("template"))) --first;
    Definition found{i + 1, {}};
    for (std::size_t k = first; k <= last; ++k) found.text += std::string(lines[k]) + '\n';
    return found;
  }
  return {};
}

}  // namespace emograd::report
