#include <sstream>
#include <utility>
#include <vector>

#include "tensor/io/arff.h"
#include "tests/fuzz/round_trip.h"

using namespace emograd;

namespace {

/// All of a file: names, types, and values, each with a word on whether it is missing.
struct Table {
  std::vector<std::pair<std::string, std::string>> attributes, values;
  bool operator==(const Table&) const = default;
};

Table parse(const std::string& text) {
  std::istringstream stream(text);
  ArffReader reader(stream, "fuzz");
  Table table;
  for (const ArffAttribute& a : reader.attributes()) table.attributes.emplace_back(a.name, a.type);
  while (reader.next())
    for (std::size_t i = 0; i < reader.attributes().size(); ++i) {
      if (reader.missing(i)) table.values.emplace_back("", "missing");
      else table.values.emplace_back(reader.text(i), "there");
      try {
        reader.number(i);
      } catch (const FileError&) {}  // no number
    }
  return table;
}

std::string quoted(const std::string& s) {
  std::string out = "'";
  for (const char c : s) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out + "'";
}

std::string format(const Table& table) {
  std::string out = "@relation copy\n";
  for (const auto& [name, type] : table.attributes)
    out += "@attribute " + quoted(name) + " " + (type == "nominal" ? "{}" : type) + "\n";
  out += "@data\n";
  for (std::size_t i = 0; i < table.values.size(); ++i) {
    const auto& [value, state] = table.values[i];
    out += (state == "missing" ? "?" : quoted(value)) + ((i + 1) % table.attributes.size() == 0 ? "\n" : ",");
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  std::istringstream stream(text);
  begins_as_arff(stream);
  Table table;
  try {
    table = parse(text);
  } catch (const FileError&) { return 0; }
  fuzz::require(parse(format(table)) == table);
  return 0;
}
