#include "experiments/report/feature_files.h"

#include <fmt/format.h>

#include <algorithm>

#include "experiments/report/run_folder.h"
#include "tensor/io/atomic_file.h"
#include "tensor/io/csv.h"
#include "tensor/io/npy.h"

namespace emograd::report {
namespace {

std::string lines(const std::vector<std::string>& all) {
  std::string text;
  for (const std::string& line : all) text += line + '\n';
  return text;
}

/// In quotes, as ARFF wants what has blanks, brackets or commas in it.
std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\' || c == '%') out += '\\';
    out += c;
  }
  return out + "'";
}

void write_csv_rows(const std::filesystem::path& path, const FeatureRows& rows, const float* values) {
  CsvTable table;
  table.columns = rows.names;
  table.columns.insert(table.columns.begin(), "name");
  for (std::size_t r = 0; r < rows.files.size(); ++r) {
    std::vector<std::string> cells{rows.files[r]};
    for (std::size_t i = 0; i < rows.names.size(); ++i)
      cells.push_back(fmt::format("{}", values[r * rows.names.size() + i]));
    table.add_row(cells);
  }
  write_csv(path, table);
}

void write_arff_rows(const std::filesystem::path& path, const FeatureRows& rows, const float* values) {
  AtomicFile file(path);
  file.write("@relation emograd\n\n@attribute name string\n");
  for (const std::string& name : rows.names) file.write("@attribute " + quoted(name) + " numeric\n");
  file.write("\n@data\n");
  for (std::size_t r = 0; r < rows.files.size(); ++r) {
    std::string line = quoted(rows.files[r]);
    for (std::size_t i = 0; i < rows.names.size(); ++i) line += fmt::format(",{}", values[r * rows.names.size() + i]);
    file.write(line + '\n');
  }
  file.commit();
}

}  // namespace

void write_feature_files(const RunFolder& folder, const FeatureRows& rows, const std::vector<std::string>& formats) {
  const auto wanted = [&](const char* format) {
    return std::find(formats.begin(), formats.end(), format) != formats.end();
  };
  const float* values = rows.x.data<float>();
  if (wanted("csv")) write_csv_rows(folder.path() / "features.csv", rows, values);
  if (wanted("arff")) write_arff_rows(folder.path() / "features.arff", rows, values);
  folder.write("names.txt", lines(rows.names));
  folder.write("files.txt", lines(rows.files));
  write_npy(folder.path() / "features.npy", rows.x);
}

}  // namespace emograd::report
