#include "tensor/io/csv.h"
#include "tests/fuzz/round_trip.h"

using namespace emograd;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const io::Bytes bytes = std::as_bytes(std::span(data, size));
  CsvTable table;
  try {
    table = parse_csv(bytes, "fuzz");
  } catch (const FileError&) { return 0; }
  for (const char separator : {',', ';', '\t'}) {
    const std::string copy = format_csv(table, separator);
    const CsvTable back = parse_csv(io::as_bytes(copy), "copy", {separator, "'\""});
    fuzz::require(back.columns == table.columns && back.text == table.text && back.ends == table.ends);
  }
  for (std::size_t column = 0; column < table.columns.size(); ++column) {
    try {
      table.numbers(column, table.columns.size());
    } catch (const FileError&) {}  // not numbers
  }
  return 0;
}
