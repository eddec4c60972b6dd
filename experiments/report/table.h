#pragma once

#include <map>
#include <string>
#include <vector>

namespace emograd::report {
class RunFolder;

/// A table as it is shown in a terminal, in a paper, in a README and read by other programs: one content, four forms.
struct Table {
  struct Column {
    std::string title;
    /// What the numbers of its cells are, in CSV columns of their own, after the title: {"", "sd"} makes "UAR (%)" and
    /// "UAR (%) sd". None: a column of words.
    std::vector<std::string> numbers = {};
  };
  struct Cell {
    std::string text;
    std::vector<double> numbers = {};  // as many as the column has; or none, where there is nothing to say
  };

  std::string caption;
  std::vector<Column> columns;          // of distinct titles; the first names the rows
  std::vector<std::vector<Cell>> rows;  // with a cell per column
  std::vector<std::string> notes;       // sentences below it
};

/// "62.50 ± 17.68", the standard deviation over n − 1, or "62.50" of one value.
std::string mean_and_sd(const std::vector<double>&, int decimals = 2);
/// The same as a cell; "–" without values.
Table::Cell mean_cell(const std::vector<double>&, int decimals = 2);
/// "-1.50" with a minus as wide as a plus.
std::string wide_minus(const std::string& number);
std::vector<double> percents(std::vector<double> shares);
/// What the ± of means is: a note below tables.
std::string about_seeds(std::size_t seeds);

/// Of what every fold gave with every seed: seeds are averaged first, then mean and deviation over folds; of a single
/// fold, over its seeds.
Table::Cell over_folds(const std::map<std::string, std::vector<double>>& by_fold, int decimals);

/// Titles, then rows, as text_table takes them. Error where a row or a cell does not fit the columns.
std::vector<std::vector<std::string>> texts(const Table&);
/// All UTF-8. Error where a row or a cell does not fit the columns.
std::string as_text(const Table&);
std::string as_markdown(const Table&);
/// A table environment for \usepackage{booktabs}.
std::string as_latex(const Table&);
/// Numbers to the last digit, separated by ';', without caption and notes. Several tables become one, joined on what
/// their rows are named; cells are empty where a table has no such row. `warning`, if any, fills a last column of that
/// name.
std::string as_csv(const std::vector<Table>&, const std::string& warning = "");

/// The tables as table.md, table.tex and, joined, table.csv of a run folder, or under another name, each with what
/// must be known of the run's data (warnings in config_json.h).
void write_tables(const RunFolder&, std::vector<Table>, const std::string& name = "table");

}  // namespace emograd::report
