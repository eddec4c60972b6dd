#include "experiments/report/html_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>

#include "experiments/report/markup.h"
#include "experiments/report/palette.h"

namespace emograd::report {
namespace {

bool is_number(std::string_view cell) {
  for (const std::string_view sign : {"+", "-", "−", "±", "[", "<", "≤", "≈"})
    if (cell.starts_with(sign)) return is_number(cell.substr(sign.size()));
  return !cell.empty() && cell[0] >= '0' && cell[0] <= '9';
}

bool is_blank(std::string_view cell) { return cell.empty() || cell == "–" || cell == "-" || cell == "nan"; }

/// Whether each column holds numbers only, and at least one.
std::vector<bool> number_columns(const std::vector<std::vector<std::string>>& rows) {
  std::vector<bool> numbers;
  for (std::size_t i = 1; i < rows.size(); ++i)
    for (std::size_t j = 0; j < rows[i].size(); ++j) {
      if (j >= numbers.size()) numbers.resize(j + 1, true);
      numbers[j] = numbers[j] && (is_blank(rows[i][j]) || is_number(rows[i][j]));
    }
  return numbers;
}

std::string shading(const HtmlTable& t, std::size_t i, std::size_t j) {
  if (i >= t.shades.size() || j >= t.shades[i].size() || !std::isfinite(t.shades[i][j])) return "";
  const double shade = std::clamp(t.shades[i][j], -1.0, 1.0);
  const auto alpha = static_cast<int>(std::lround(std::abs(shade) * strongest_shade * 255));
  const Rgb c = shade < 0 ? little : much;
  return alpha == 0 ? "" : fmt::format(" style=\"background:#{:02x}{:02x}{:02x}{:02x}\"", c.r, c.g, c.b, alpha);
}

}  // namespace

HtmlTable as_html(const Table& table) {
  HtmlTable out{.rows = texts(table), .caption = table.caption};
  for (const std::string& note : table.notes)
    out.caption += (out.caption.empty() || out.caption.ends_with('.') ? " " : ". ") + note;
  return out;
}

std::string html_table(const HtmlTable& t) {
  std::string out = "<figure class=\"table\">\n";
  if (!t.caption.empty()) out += fmt::format("<figcaption>{}</figcaption>\n", prose(t.caption));
  out += fmt::format("<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{}\"><table>\n",
                     escaped(t.caption.empty() ? "table" : t.caption));
  const std::vector<bool> numbers = number_columns(t.rows);
  bool rule = false;
  for (std::size_t i = 0; i < t.rows.size(); ++i) {
    if (t.rows[i].empty()) {
      rule = true;
      continue;
    }
    out += i == 0 ? "<thead><tr>" : rule ? "<tr class=\"rule\">" : "<tr>";
    rule = false;
    for (std::size_t j = 0; j < t.rows[i].size(); ++j) {
      const char* name = i == 0 ? "th scope=\"col\"" : j == 0 ? "th scope=\"row\"" : "td";
      const bool right = j > 0 && j < numbers.size() && numbers[j];
      out += fmt::format("<{}{}{}>{}", name, right ? " class=\"n\"" : "", shading(t, i, j), escaped(t.rows[i][j]));
    }
    out += i == 0 ? "</thead>\n<tbody>\n" : "\n";
  }
  return out + "</table></div>\n</figure>\n";
}

HtmlTable shaded_confusions(const Table& table) {
  HtmlTable out = as_html(table);
  out.shades = {{}};
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    double total = 0;
    out.shades.push_back({0});
    for (std::size_t j = 1; j + 1 < table.columns.size(); ++j) total += table.rows[i][j].numbers.at(0);
    for (std::size_t j = 1; j + 1 < table.columns.size(); ++j) {
      const double share = table.rows[i][j].numbers[0] / std::max(total, 1.0);
      out.shades.back().push_back(i + 1 == j ? share : -share);
    }
  }
  return out;
}

}  // namespace emograd::report
