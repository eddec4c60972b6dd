#include "experiments/report/text_table.h"

#include <algorithm>

namespace emograd::report {

std::size_t text_width(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

std::string text_table(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows)
    for (std::size_t j = 0; j < row.size(); ++j) {
      if (j == widths.size()) widths.push_back(0);
      widths[j] = std::max(widths[j], text_width(row[j]));
    }
  std::size_t total = widths.empty() ? 0 : 2 * (widths.size() - 1);
  for (const std::size_t w : widths) total += w;

  std::string out;
  const auto rule = [&] { out += std::string(total, '-') + '\n'; };
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].empty()) {
      rule();
      continue;
    }
    std::string line;
    for (std::size_t j = 0; j < rows[i].size(); ++j) {
      const std::string space(widths[j] - text_width(rows[i][j]), ' ');
      if (j > 0) line += "  ";
      line += j == 0 ? rows[i][j] + space : space + rows[i][j];
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + '\n';
    if (i == 0) rule();
  }
  return out;
}

}  // namespace emograd::report
