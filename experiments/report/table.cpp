#include "experiments/report/table.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <sstream>
#include <string_view>
#include <utility>

#include "experiments/protocol/metrics.h"
#include "experiments/report/config_json.h"
#include "experiments/report/run_folder.h"
#include "experiments/report/text_table.h"
#include "tensor/error.h"
#include "tensor/io/csv.h"

namespace emograd::report {
namespace {

void check_form(const Table& t) {
  check(!t.columns.empty(), "table '{}': there are no columns", t.caption);
  for (const auto& row : t.rows) {
    check(row.size() == t.columns.size(), "table '{}': {} columns, a row of {} cells", t.caption, t.columns.size(),
          row.size());
    for (std::size_t j = 0; j < row.size(); ++j)
      check(row[j].numbers.empty() || row[j].numbers.size() == t.columns[j].numbers.size(),
            "table '{}': a cell of '{}' has {} numbers, the column {}", t.caption, t.columns[j].title,
            row[j].numbers.size(), t.columns[j].numbers.size());
  }
}

/// Lines of at most 100 characters, but for longer words.
std::string wrapped(const std::string& text) {
  std::string out;
  std::size_t width = 0;
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    const std::size_t w = text_width(word);
    if (!out.empty()) out += width + 1 + w > 100 ? '\n' : ' ';
    width = out.empty() || out.back() == '\n' ? w : width + 1 + w;
    out += word;
  }
  return out;
}

using Replacements = std::vector<std::pair<std::string_view, std::string_view>>;

std::string replaced(std::string_view text, const Replacements& replacements) {
  std::string out;
  while (!text.empty()) {
    const auto hit = std::find_if(replacements.begin(), replacements.end(),
                                  [&](const auto& r) { return text.starts_with(r.first); });
    const std::size_t length = hit == replacements.end() ? 1 : hit->first.size();
    out += hit == replacements.end() ? text.substr(0, 1) : hit->second;
    text.remove_prefix(length);
  }
  return out;
}

std::string for_markdown(std::string_view text) {
  static const Replacements special{{"\\", "\\\\"}, {"|", "\\|"},  {"*", "\\*"},   {"_", "\\_"},
                                    {"`", "\\`"},   {"<", "&lt;"}, {"&", "&amp;"}, {"\n", " "}};
  return replaced(text, special);
}

std::string for_latex(std::string_view text) {
  // [ and * after the \\ of the row above would be taken for that one's; <, > and | are others in TeX's own font.
  static const Replacements special{{"\\", "\\textbackslash{}"},
                                    {"&", "\\&"},
                                    {"%", "\\%"},
                                    {"$", "\\$"},
                                    {"#", "\\#"},
                                    {"_", "\\_"},
                                    {"{", "\\{"},
                                    {"}", "\\}"},
                                    {"[", "{[}"},
                                    {"*", "{*}"},
                                    {"<", "\\ensuremath{<}"},
                                    {">", "\\ensuremath{>}"},
                                    {"|", "\\textbar{}"},
                                    {"\n", " "},
                                    {"~", "\\textasciitilde{}"},
                                    {"^", "\\textasciicircum{}"},
                                    {"±", "\\ensuremath{\\pm}"},
                                    {"−", "\\ensuremath{-}"},
                                    {"×", "\\ensuremath{\\times}"},
                                    {"Δ", "\\ensuremath{\\Delta}"},
                                    {"…", "\\ldots{}"}};
  return replaced(text, special);
}

}  // namespace

std::vector<std::vector<std::string>> texts(const Table& t) {
  check_form(t);
  std::vector<std::vector<std::string>> rows(1);
  for (const Table::Column& c : t.columns) rows[0].push_back(c.title);
  for (const auto& row : t.rows) {
    rows.emplace_back();
    for (const Table::Cell& cell : row) rows.back().push_back(cell.text);
  }
  return rows;
}

std::string mean_and_sd(const std::vector<double>& values, int decimals) {
  const protocol::MeanSd r = protocol::mean_sd(values);
  const std::string mean = fmt::format("{:.{}f}", r.mean, decimals);
  return values.size() > 1 ? fmt::format("{} ± {:.{}f}", mean, r.sd, decimals) : mean;
}

Table::Cell mean_cell(const std::vector<double>& values, int decimals) {
  if (values.empty()) return {"–"};
  const protocol::MeanSd r = protocol::mean_sd(values);
  return {mean_and_sd(values, decimals), {r.mean, r.sd}};
}

std::vector<double> percents(std::vector<double> shares) {
  for (double& v : shares) v *= 100;
  return shares;
}

std::string wide_minus(const std::string& number) { return number.starts_with('-') ? "−" + number.substr(1) : number; }

std::string about_seeds(std::size_t seeds) { return fmt::format("± is the standard deviation over {} seeds.", seeds); }

Table::Cell over_folds(const std::map<std::string, std::vector<double>>& by_fold, int decimals) {
  return mean_cell(protocol::fold_means(by_fold), decimals);
}

std::string as_text(const Table& t) {
  std::string out = t.caption + "\n\n" + text_table(texts(t));
  for (const std::string& note : t.notes) out.append("\n").append(wrapped(note));
  return t.notes.empty() ? out : out + "\n";
}

std::string as_markdown(const Table& t) {
  std::string out = fmt::format("**{}**\n\n", for_markdown(t.caption));
  const auto rows = texts(t);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    out += "|";
    for (const std::string& cell : rows[i]) out += fmt::format(" {} |", for_markdown(cell));
    out += "\n";
    if (i > 0) continue;
    out += "|---|";
    for (std::size_t j = 1; j < rows[0].size(); ++j) out += "---:|";
    out += "\n";
  }
  for (const std::string& note : t.notes) out += fmt::format("\n{}\n", for_markdown(note));
  return out;
}

std::string as_latex(const Table& t) {
  const auto rows = texts(t);
  std::string out = fmt::format("\\begin{{table}}\n\\caption{{{}}}\n\\begin{{tabular}}{{l{}}}\n\\toprule\n",
                                for_latex(t.caption), std::string(t.columns.size() - 1, 'r'));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    for (std::size_t j = 0; j < rows[i].size(); ++j) out.append(j > 0 ? " & " : "").append(for_latex(rows[i][j]));
    out += i == 0 ? " \\\\\n\\midrule\n" : " \\\\\n";
  }
  out += "\\bottomrule\n\\end{tabular}\n";
  for (const std::string& note : t.notes) out += fmt::format("\n\\smallskip\\footnotesize {}\n", for_latex(note));
  return out + "\\end{table}\n";
}

std::string as_csv(const std::vector<Table>& tables, const std::string& warning) {
  check(!tables.empty(), "as_csv: there are no tables");
  for (const Table& t : tables) check_form(t);
  CsvTable csv;
  csv.columns.push_back(tables[0].columns[0].title);
  for (const Table& t : tables)
    for (std::size_t j = 1; j < t.columns.size(); ++j) {
      if (t.columns[j].numbers.empty()) csv.columns.push_back(t.columns[j].title);
      for (const std::string& number : t.columns[j].numbers)
        csv.columns.push_back(t.columns[j].title + (number.empty() ? "" : " " + number));
    }
  if (!warning.empty()) csv.columns.emplace_back("warning");
  std::vector<std::string> names;
  for (const Table& t : tables)
    for (const auto& row : t.rows)
      if (std::find(names.begin(), names.end(), row[0].text) == names.end()) names.push_back(row[0].text);

  for (const std::string& name : names) {
    std::vector<std::string> cells{name};
    for (const Table& t : tables) {
      const auto row =
          std::find_if(t.rows.begin(), t.rows.end(), [&](const auto& candidate) { return candidate[0].text == name; });
      for (std::size_t j = 1; j < t.columns.size(); ++j) {
        const Table::Cell cell = row == t.rows.end() ? Table::Cell{} : (*row)[j];
        if (t.columns[j].numbers.empty()) cells.push_back(cell.text);
        for (std::size_t i = 0; i < t.columns[j].numbers.size(); ++i)
          cells.push_back(cell.numbers.empty() ? "" : fmt::format("{}", cell.numbers[i]));
      }
    }
    if (!warning.empty()) cells.push_back(warning);
    csv.add_row(cells);
  }
  return format_csv(csv);
}

void write_tables(const RunFolder& folder, std::vector<Table> tables, const std::string& name) {
  const std::vector<std::string> warned = warnings(folder.config());
  for (Table& t : tables) t.notes.insert(t.notes.begin(), warned.begin(), warned.end());
  const auto joined = [&](std::string (*as)(const Table&)) {
    std::string out;
    for (const Table& t : tables) out.append(out.empty() ? "" : "\n").append(as(t));
    return out;
  };
  folder.write(name + ".md", joined(as_markdown));
  folder.write(name + ".tex", joined(as_latex));
  folder.write(name + ".csv", as_csv(tables, fmt::format("{}", fmt::join(warned, " "))));
}

}  // namespace emograd::report
