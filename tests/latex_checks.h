#pragma once

#include <fmt/format.h>

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace emograd::checks {

/// What is wrong with tables as as_latex writes them, by what TeX would stop at or print otherwise than meant; "" where
/// nothing is. Braces and environments close, what is special is escaped, rows have the cells that the preamble says,
/// commands are those of LaTeX and booktabs, and characters those that pdflatex's fonts have.
inline std::string latex_fault(std::string_view text) {
  static const std::set<std::string_view> commands{"caption",         "toprule",      "midrule",       "bottomrule",
                                                   "smallskip",       "footnotesize", "textbackslash", "textasciitilde",
                                                   "textasciicircum", "textbar",      "ensuremath",    "pm",
                                                   "times",           "Delta",        "ldots"};
  const auto at_word = [&](std::size_t i) {  // the letters from here
    std::size_t end = i;
    while (end < text.size() && ((text[end] >= 'a' && text[end] <= 'z') || (text[end] >= 'A' && text[end] <= 'Z')))
      ++end;
    return text.substr(i, end - i);
  };
  const auto braced = [&](std::size_t i) {  // what is in the braces that open here
    return i < text.size() && text[i] == '{' ? text.substr(i + 1, text.find('}', i) - i - 1) : std::string_view("?");
  };
  std::vector<std::string_view> open;
  std::size_t columns = 0, cells = 1;
  int depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::string where = fmt::format(" at '{}'", text.substr(i, 20));
    const bool in_rows = !open.empty() && open.back() == "tabular";
    const char c = text[i], next = i + 1 < text.size() ? text[i + 1] : '\0';
    if (c == '\\' && next == '\\') {
      if (!in_rows || depth != 0) return "a row ends outside of a table" + where;
      if (cells != columns) return fmt::format("a row of {} cells, {} columns{}", cells, columns, where);
      cells = 1;
      const std::size_t begin = text.find_first_not_of(" \n", i + 2);
      if (begin != text.npos && (text[begin] == '[' || text[begin] == '*'))
        return "taken for an argument of \\\\" + where;
      ++i;
    } else if (c == '\\' && std::string_view("%&_#${}").find(next) != std::string_view::npos) {
      ++i;
    } else if (c == '\\') {
      const std::string_view name = at_word(i + 1);
      i += name.size();
      if (name == "begin" || name == "end") {
        const std::string_view environment = braced(i + 1);
        i += environment.size() + 2;
        if (name == "begin") {
          open.push_back(environment);
          if (environment != "tabular") continue;
          columns = braced(i + 1).size();
          i += columns + 2;
        } else {
          if (open.empty() || open.back() != environment) return "no such environment is open" + where;
          if (environment == "tabular" && cells != 1) return "the last row has no end" + where;
          open.pop_back();
        }
        if (depth != 0) return "an environment within braces" + where;
      } else if (!commands.contains(name)) {
        return "unknown command" + where;
      } else if (name == "ensuremath") {
        i += braced(i + 1).size() + 2;
      }
    } else if (c == '{') {
      ++depth;
    } else if (c == '}') {
      if (--depth < 0) return "a brace closes that is not open" + where;
    } else if (c == '&') {
      if (!in_rows || depth != 0) return "a cell ends outside of a table" + where;
      ++cells;
    } else if (std::string_view("%#$_^~").find(c) != std::string_view::npos) {
      return "a special character" + where;
    } else if (std::string_view("<>|").find(c) != std::string_view::npos) {
      return "another character in TeX's own font" + where;
    } else if (c == '\n' && next == '\n' && in_rows) {
      return "a paragraph ends within a table" + where;
    } else if ((c & 0xC0) == 0xC0) {  // UTF-8: Latin letters and marks, and dashes
      const std::string_view two = text.substr(i, 2), three = text.substr(i, 3);
      if (!(two >= "\u00A1" && two <= "\u017F") && three != "–")
        return "a character that pdflatex may not know" + where;
    }
  }
  return depth != 0 ? "a brace is open at the end" : !open.empty() ? fmt::format("{} is open", open.back()) : "";
}

}  // namespace emograd::checks
