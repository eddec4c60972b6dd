#pragma once

#include <cstddef>
#include <istream>
#include <string>
#include <string_view>
#include <vector>

/// Attribute-relation files, row by row: the file is never in memory as a whole. Source: Weka's description of ARFF,
/// and what openSMILE's arffSink writes.
namespace emograd {

struct ArffAttribute {
  std::string name;
  /// "numeric" (also for real and integer), "nominal" for {a, b}, or the word that stands there: "string", "date", and
  /// for a class, openSMILE's "unknown".
  std::string type;
};

/// Lines end in \n or \r\n; a UTF-8 byte order mark is skipped; blank lines and those that begin with % are passed
/// over. Values are separated by commas or tabs with blanks around; within ' or ", where values have to be that contain
/// blanks, commas or %, a backslash stands before a quote, % or another backslash. FileError naming the line, and the
/// attribute where it is about one, for anything else.
class ArffReader {
 public:
  /// Reads up to @data. `name` is for messages; the stream outlives the reader. FileError for sparse rows, relational
  /// attributes, names that are not UTF-8 or come twice, and where @data is missing.
  ArffReader(std::istream&, std::string name);

  const std::vector<ArffAttribute>& attributes() const { return attributes_; }

  /// Reads the next row; false at the end of the file. FileError where it has not one value per attribute.
  bool next();
  std::size_t line() const { return line_; }  // of the file, from 1, where this row stands
  /// A value of this row. FileError where it is missing, which is written ?, without quotes.
  std::string_view text(std::size_t attribute) const;
  /// FileError also where the attribute is not numeric, or the value no number that double can represent.
  double number(std::size_t attribute) const;
  bool missing(std::size_t attribute) const { return values_[attribute].missing; }

 private:
  struct Value {
    std::size_t begin, end;  // in text_
    bool missing;
  };

  bool read_line();
  void declaration();
  std::string_view word();
  void value(std::string_view ends);
  bool skip_blanks();
  bool at_end() const { return at_ == line_text_.size() || line_text_[at_] == '%'; }
  [[noreturn]] void refuse(std::size_t attribute, std::string_view what) const;

  std::istream& stream_;
  std::string name_;
  std::vector<ArffAttribute> attributes_;
  std::string line_text_;  // without its end
  std::size_t line_ = 0, at_ = 0;
  std::string text_;  // the values of this row, one after the other, quotes taken off
  std::vector<Value> values_;
};

/// Is this the beginning of such a file? Comments and blank lines may precede its first @.
bool begins_as_arff(std::istream&);

}  // namespace emograd
