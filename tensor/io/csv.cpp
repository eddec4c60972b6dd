#include "tensor/io/csv.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "tensor/io/atomic_file.h"

namespace emograd {
namespace {

using io::check_file, io::printable;

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

char detect_separator(std::string_view text, std::string_view quotes, const std::string& name) {
  std::size_t semicolons = 0, commas = 0;
  char open = 0, before = ';';
  for (const char c : text) {
    const bool begins_cell = before == ';' || before == ',';
    before = c;
    if (open) {
      if (c == open) open = 0;
    } else if (c == '\n') {
      break;
    } else if (begins_cell && quotes.find(c) != std::string_view::npos) {
      open = c;
    } else {
      semicolons += c == ';';
      commas += c == ',';
    }
  }
  check_file(semicolons != commas || semicolons == 0, name,
             "line 1 has as many semicolons as commas; say which separates the columns");
  return semicolons > commas ? ';' : ',';
}

class Reader {
 public:
  Reader(std::string_view text, const std::string& name, char separator, std::string_view quotes)
      : text_(text), name_(name), quotes_(quotes), separator_(separator) {
    for (const char c : {separator, '\n', '\r', '\0'}) special_[static_cast<unsigned char>(c)] = true;
  }

  bool at_end() const { return at_ == text_.size(); }
  std::size_t line() const { return line_; }

  /// Appends the next row's cells to `text`, the end of each to `ends`; returns their number.
  std::size_t row(std::string& text, std::vector<std::size_t>& ends) {
    std::size_t cells = 0;
    for (bool more = true; more;) {
      ++cells;
      const bool quoted = !at_end() && quotes_.find(text_[at_]) != std::string_view::npos;
      if (quoted) quoted_cell(text, cells);
      else plain_cell(text);
      ends.push_back(text.size());
      more = next_cell(quoted, cells);
    }
    return cells;
  }

 private:
  void plain_cell(std::string& out) {
    std::size_t end = at_;
    while (end < text_.size() && !special_[static_cast<unsigned char>(text_[end])]) ++end;
    out.append(text_, at_, end - at_);
    at_ = end;
  }

  void quoted_cell(std::string& out, std::size_t column) {
    const std::size_t first_line = line_;
    const char quote = text_[at_++];
    for (;;) {
      const std::size_t end = text_.find(quote, at_);
      check_file(end != std::string_view::npos, name_, "line {}, column {}: the quote {} is never closed", first_line,
                 column, quote);
      const std::string_view part = text_.substr(at_, end - at_);
      check_file(part.find('\0') == std::string_view::npos, name_, "line {}, column {}: a NUL byte", first_line,
                 column);
      line_ += static_cast<std::size_t>(std::count(part.begin(), part.end(), '\n'));
      out += part;
      at_ = end + 1;
      if (at_end() || text_[at_] != quote) return;
      out += quote;
      ++at_;
    }
  }

  /// Moves behind the separator (true) or the end of the line (false).
  bool next_cell(bool quoted, std::size_t column) {
    if (at_end()) return false;
    const char c = text_[at_++];
    if (c == separator_) return true;
    if (c == '\r' && !at_end() && text_[at_] == '\n') ++at_;
    else if (c != '\n') {
      check_file(c != '\r', name_,
                 "line {}, column {}: a carriage return without a line feed; end lines with \\n or \\r\\n", line_,
                 column);
      check_file(c != '\0', name_, "line {}, column {}: a NUL byte; the file must be text in UTF-8", line_, column);
      check_file(!quoted, name_, "line {}, column {}: text follows the closing quote", line_, column);
    }
    ++line_;
    return false;
  }

  std::string_view text_;
  const std::string& name_;
  std::string_view quotes_;
  char separator_;
  bool special_[256] = {};  // bytes that end a cell without quotes
  std::size_t at_ = 0, line_ = 1;
};

void read_header(Reader& reader, CsvTable& table) {
  std::string text;
  std::vector<std::size_t> ends;
  reader.row(text, ends);
  std::set<std::string_view> seen;
  table.columns.reserve(ends.size());  // `seen` looks into it
  std::size_t begin = 0;
  for (const std::size_t end : ends) {
    const std::string& column = table.columns.emplace_back(text.substr(begin, end - begin));
    const std::size_t number = table.columns.size();
    check_file(io::valid_utf8(column), table.name, "line 1, column {}: the name '{}' is not UTF-8", number,
               printable(column));
    check_file(seen.insert(column).second, table.name, "line 1, column {}: the name '{}' occurs before", number,
               printable(column));
    begin = end;
  }
}

[[noreturn]] void no_number(const CsvTable& table, std::size_t row, std::size_t column, const char* what) {
  throw FileError(fmt::format("{}: line {}, column {} ({}): '{}' is {}", table.name, table.lines[row], column + 1,
                              printable(table.columns[column]), printable(table.cell(row, column)), what));
}

bool needs_quotes(std::string_view cell, char separator, bool alone) {
  constexpr std::string_view delicate("'\"\r\n", 4);
  return (alone && cell.empty()) || cell.find(separator) != std::string_view::npos ||
         cell.find_first_of(delicate) != std::string_view::npos || cell.starts_with(byte_order_mark);
}

}  // namespace

void CsvTable::add_row(const std::vector<std::string>& cells) {
  check(cells.size() == columns.size(), "CsvTable: a row of {} cells does not fit {} columns", cells.size(),
        columns.size());
  for (const std::string& cell : cells) {
    text += cell;
    ends.push_back(text.size());
  }
  lines.push_back(lines.size() + 2);
}

std::size_t CsvTable::column(std::string_view wanted) const {
  const auto found = std::find(columns.begin(), columns.end(), wanted);
  check_file(found != columns.end(), name, "has no column '{}'; its {} columns begin with '{}'", printable(wanted),
             columns.size(), columns.empty() ? "" : printable(columns.front()));
  return static_cast<std::size_t>(found - columns.begin());
}

Tensor CsvTable::numbers(std::size_t first, std::size_t last) const {
  check(first <= last && last <= columns.size(), "numbers: columns {} to {} asked of a table of {}", first, last,
        columns.size());
  Tensor t = empty({static_cast<std::int64_t>(rows()), static_cast<std::int64_t>(last - first)}, DType::f64);
  double* out = t.mutable_data<double>();
  for (std::size_t row = 0; row < rows(); ++row)
    for (std::size_t col = first; col < last; ++col, ++out) {
      if (const char* wrong = io::read_number(cell(row, col), *out)) no_number(*this, row, col, wrong);
    }
  return t;
}

CsvTable parse_csv(io::Bytes file, const std::string& name, const CsvOptions& options) {
  std::string_view text = io::as_text(file);
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  check_file(!text.starts_with("\xff\xfe") && !text.starts_with("\xfe\xff"), name, "is UTF-16; save it as UTF-8");
  text = text.substr(0, text.find_last_not_of("\r\n") + 1);  // blank lines at the end
  check_file(!text.empty(), name, "is empty; a header row is needed");
  const char separator = options.separator ? options.separator : detect_separator(text, options.quotes, name);
  check(separator != '\n' && separator != '\r' && options.quotes.find(separator) == std::string_view::npos,
        "parse_csv: {:#04x} cannot separate columns: it is a quote or ends lines", static_cast<int>(separator));

  CsvTable table;
  table.name = name;
  table.text.reserve(text.size());
  Reader reader(text, name, separator, options.quotes);
  read_header(reader, table);
  const std::size_t width = table.columns.size();
  while (!reader.at_end()) {
    table.lines.push_back(reader.line());
    const std::size_t cells = reader.row(table.text, table.ends);
    check_file(cells == width, name, "line {}: {} cells, but line 1 names {} columns", table.lines.back(), cells,
               width);
  }
  return table;
}

CsvTable read_csv(const std::filesystem::path& path, const CsvOptions& options) {
  return parse_csv(io::read_file(path), path.string(), options);
}

std::string format_csv(const CsvTable& table, char separator) {
  std::string out;
  const std::size_t width = table.columns.size();
  const auto append_cell = [&](std::string_view cell, std::size_t column) {
    if (needs_quotes(cell, separator, width == 1)) {
      out += '"';
      for (const char c : cell) out.append(c == '"' ? 2 : 1, c);
      out += '"';
    } else {
      out += cell;
    }
    out += column + 1 < width ? separator : '\n';
  };
  for (std::size_t column = 0; column < width; ++column) append_cell(table.columns[column], column);
  for (std::size_t row = 0; row < table.rows(); ++row)
    for (std::size_t column = 0; column < width; ++column) append_cell(table.cell(row, column), column);
  return out;
}

void write_csv(const std::filesystem::path& path, const CsvTable& table, char separator) {
  write_file(path, io::as_bytes(format_csv(table, separator)));
}

}  // namespace emograd
