#include "experiments/report/html_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>

#include "experiments/report/markup.h"
#include "experiments/report/palette.h"
#include "tensor/error.h"

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

HtmlTable confusion_table(const std::string& title, const std::vector<std::string>& classes,
                          const protocol::Confusion& c) {
  check(c.classes() == std::ssize(classes), "confusion_table: {} classes, {} names", c.classes(), classes.size());
  HtmlTable t{{{"truth"}}, title, {{}}};
  for (const std::string& name : classes) t.rows[0].push_back(name);
  t.rows[0].push_back("recall (%)");
  const std::vector<double> recall = protocol::recalls(c);
  for (std::int64_t i = 0; i < c.classes(); ++i) {
    const auto name = static_cast<std::size_t>(i);
    t.rows.push_back({classes[name]});
    t.shades.push_back({0});
    for (std::int64_t j = 0; j < c.classes(); ++j) {
      t.rows.back().push_back(std::to_string(c.count(i, j)));
      const double share =
          static_cast<double>(c.count(i, j)) / static_cast<double>(std::max<std::int64_t>(c.of_class(i), 1));
      t.shades.back().push_back(i == j ? share : -share);
    }
    t.rows.back().push_back(std::isnan(recall[name]) ? "–" : fmt::format("{:.2f}", 100 * recall[name]));
  }
  return t;
}

}  // namespace emograd::report
