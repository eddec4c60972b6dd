#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "tensor/io/bytes.h"
#include "tensor/tensor.h"

/// Delimited tables: one header row, then rows with as many cells. Source: RFC 4180, and the dialect of openSMILE's
/// csvSink ('name';frameTime;feature…).
namespace emograd {

struct CsvOptions {
  char separator = 0;  // 0: whichever of ; and , is more frequent in the header row
  std::string_view quotes =
      "'\"";  // a cell that begins with one of these ends at the next; doubled, it stands for itself
};

/// A parsed table, compact: all cells lie one after the other in `text`, quotes taken off.
struct CsvTable {
  std::string name;                  // for messages
  std::vector<std::string> columns;  // distinct
  std::string text;
  std::vector<std::size_t> ends;   // in text, of cell row * columns.size() + column
  std::vector<std::size_t> lines;  // of the file, counted from 1, where each row begins

  std::size_t rows() const { return lines.size(); }
  void add_row(const std::vector<std::string>& cells);  // Error unless there is one per column
  std::string_view cell(std::size_t row, std::size_t column) const {
    const std::size_t i = row * columns.size() + column;
    const std::size_t begin = i ? ends[i - 1] : 0;
    return std::string_view(text).substr(begin, ends[i] - begin);
  }
  /// Index of the column of that name; FileError where there is none.
  std::size_t column(std::string_view name) const;
  /// The columns from `first` up to, not including, `last` as numbers: f64, (rows, last − first). Decimal and exponent
  /// notation, nan and inf, with spaces around; FileError naming line and column for anything else and for what double
  /// cannot represent (1e999).
  Tensor numbers(std::size_t first, std::size_t last) const;
};

/// Lines end in \n or \r\n; a UTF-8 byte order mark is skipped; blank lines are accepted at the end only. FileError
/// naming line and column for ragged rows, unterminated quotes, text behind a quote, NUL bytes, lone carriage returns,
/// column names that are not UTF-8 or come twice.
CsvTable parse_csv(io::Bytes file, const std::string& name, const CsvOptions& = {});
CsvTable read_csv(const std::filesystem::path&, const CsvOptions& = {});

/// Reads back equal under the same separator. Cells are quoted by " where they have to be. The old file or the whole
/// new one exists at any time (AtomicFile).
std::string format_csv(const CsvTable&, char separator = ';');
void write_csv(const std::filesystem::path&, const CsvTable&, char separator = ';');

}  // namespace emograd
