#include "tensor/io/arff.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <set>
#include <utility>

#include "tensor/io/bytes.h"

namespace emograd {
namespace {

using io::check_file, io::printable;

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf", blanks = " \t";

std::string lower(std::string_view s) {
  std::string out(s);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

bool is_blank(char c) { return blanks.find(c) != std::string_view::npos; }

}  // namespace

ArffReader::ArffReader(std::istream& stream, std::string name) : stream_(stream), name_(std::move(name)) {
  std::set<std::string> seen;
  for (;;) {
    check_file(read_line(), name_, "ends without @data, after {} attributes", attributes_.size());
    skip_blanks();
    if (at_end()) continue;
    const std::string keyword = lower(word());
    if (keyword == "@data") break;
    if (keyword == "@relation") continue;
    check_file(keyword == "@attribute", name_, "line {}: '{}' is none of @relation, @attribute and @data", line_,
               printable(keyword));
    declaration();
    const std::string& attribute = attributes_.back().name;
    check_file(io::valid_utf8(attribute), name_, "line {}: the name '{}' is not UTF-8", line_, printable(attribute));
    check_file(seen.insert(attribute).second, name_, "line {}: the name '{}' occurs before", line_,
               printable(attribute));
  }
  check_file(!attributes_.empty(), name_, "declares no @attribute before @data");
}

/// What follows @attribute: a name and a type.
void ArffReader::declaration() {
  text_.clear();
  values_.clear();
  skip_blanks();
  check_file(!at_end(), name_, "line {}: @attribute needs a name and a type", line_);
  value(blanks);
  skip_blanks();
  check_file(!at_end() && is_blank(line_text_[at_ - 1]), name_, "line {}: attribute '{}' has no type", line_,
             printable(text_));
  std::string type = line_text_[at_] == '{' ? "nominal" : lower(word());
  if (type == "real" || type == "integer") type = "numeric";
  check_file(type != "relational", name_, "line {}: attribute '{}' is relational; tables of one row per utterance only",
             line_, printable(text_));
  attributes_.push_back({text_, std::move(type)});
}

bool ArffReader::next() {
  for (;;) {
    if (!read_line()) return false;
    skip_blanks();
    if (!at_end()) break;
  }
  check_file(line_text_[at_] != '{', name_,
             "line {}: a sparse row ({{index value, …}}); save the file with all values written out", line_);
  text_.clear();
  values_.clear();
  for (;;) {
    value(" \t,");
    const bool tab = skip_blanks();
    if (at_end()) break;
    if (line_text_[at_] == ',') {
      ++at_;
      skip_blanks();
    } else {
      check_file(
          tab, name_,
          "line {}: text follows value {}; separate values by commas, and put quotes around one with blanks in it",
          line_, values_.size());
    }
  }
  check_file(values_.size() == attributes_.size(), name_, "line {}: {} values, but {} attributes", line_,
             values_.size(), attributes_.size());
  return true;
}

std::string_view ArffReader::text(std::size_t attribute) const {
  const Value& v = values_.at(attribute);
  if (v.missing) refuse(attribute, "is missing (?); remove the row or the attribute");
  return std::string_view(text_).substr(v.begin, v.end - v.begin);
}

double ArffReader::number(std::size_t attribute) const {
  if (const std::string& type = attributes_.at(attribute).type; type != "numeric")
    refuse(attribute, fmt::format("is of type {}, not numeric; remove the attribute", printable(type)));
  const std::string_view s = text(attribute);
  double out = 0;
  if (const char* wrong = io::read_number(s, out)) refuse(attribute, fmt::format("'{}' is {}", printable(s), wrong));
  return out;
}

void ArffReader::refuse(std::size_t attribute, std::string_view what) const {
  throw FileError(fmt::format("{}: line {}, value {} ({}) {}", name_, line_, attribute + 1,
                              printable(attributes_[attribute].name), what));
}

bool ArffReader::read_line() {
  errno = 0;
  at_ = 0;
  if (!std::getline(stream_, line_text_)) {
    check_file(!stream_.bad(), name_, "cannot be read: {}", io::reason(errno));
    return false;
  }
  if (++line_ == 1) {
    check_file(!line_text_.starts_with("\xff\xfe") && !line_text_.starts_with("\xfe\xff"), name_,
               "is UTF-16; save it as UTF-8");
    if (line_text_.starts_with(byte_order_mark)) at_ = byte_order_mark.size();
  }
  if (line_text_.ends_with('\r')) line_text_.pop_back();
  check_file(line_text_.find('\0') == std::string::npos, name_, "line {}: a NUL byte; the file must be text in UTF-8",
             line_);
  check_file(line_text_.find('\r') == std::string::npos, name_,
             "line {}: a carriage return without a line feed; end lines with \\n or \\r\\n", line_);
  return true;
}

/// Up to the next blank.
std::string_view ArffReader::word() {
  const std::size_t begin = at_;
  at_ = std::min(line_text_.find_first_of(blanks, at_), line_text_.size());
  return std::string_view(line_text_).substr(begin, at_ - begin);
}

/// A value in quotes, or up to one of `ends`.
void ArffReader::value(std::string_view ends) {
  const std::size_t begin = text_.size();
  const char quote = at_ < line_text_.size() ? line_text_[at_] : '\0';
  if (quote != '\'' && quote != '"') {
    const std::size_t end = std::min(line_text_.find_first_of(ends, at_), line_text_.size());
    text_.append(line_text_, at_, end - at_);
    at_ = end;
    const std::string_view plain = std::string_view(text_).substr(begin);
    check_file(!plain.empty(), name_, "line {}: value {} is empty; a missing one is written ?", line_,
               values_.size() + 1);
    values_.push_back({begin, text_.size(), plain == "?"});
    return;
  }
  for (++at_; at_ < line_text_.size() && line_text_[at_] != quote; ++at_) {
    constexpr std::string_view escaped = "'\"\\%";  // others, as in C:\new, stand for themselves
    if (line_text_[at_] == '\\' && at_ + 1 < line_text_.size() &&
        escaped.find(line_text_[at_ + 1]) != std::string::npos)
      ++at_;
    text_ += line_text_[at_];
  }
  check_file(at_ < line_text_.size(), name_, "line {}, value {}: the quote {} is never closed on this line", line_,
             values_.size() + 1, quote);
  ++at_;
  values_.push_back({begin, text_.size(), false});
}

/// Whether a tab was among them.
bool ArffReader::skip_blanks() {
  bool tab = false;
  for (; at_ < line_text_.size() && is_blank(line_text_[at_]); ++at_) tab |= line_text_[at_] == '\t';
  return tab;
}

bool begins_as_arff(std::istream& stream) {
  std::string line;
  for (bool first = true; std::getline(stream, line); first = false) {
    std::string_view rest = line;
    if (first && rest.starts_with(byte_order_mark)) rest.remove_prefix(byte_order_mark.size());
    rest.remove_prefix(std::min(rest.find_first_not_of(" \t\r"), rest.size()));
    if (!rest.empty() && rest[0] != '%') return lower(rest.substr(0, 9)) == "@relation";
  }
  return false;
}

}  // namespace emograd
