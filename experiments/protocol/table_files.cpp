#include "experiments/protocol/table_files.h"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <map>
#include <set>
#include <utility>

#include "audio/corpora/corpus.h"
#include "autograd/ops/pointwise.h"
#include "tensor/error.h"
#include "tensor/io/arff.h"
#include "tensor/io/csv.h"
#include "tensor/io/lines.h"
#include "tensor/io/npy.h"

namespace emograd::protocol {
namespace fs = std::filesystem;
namespace {

/// The lines of a text file; one line break at its end is no further line.
std::vector<std::string> read_lines(const fs::path& path) {
  const io::FileBytes bytes = io::read_file(path);
  const std::string_view text = io::as_text(bytes);
  io::check_file(io::valid_utf8(text), path.string(), "is not UTF-8 text");
  const std::vector<std::string_view> lines = io::lines(text);
  return {lines.begin(), lines.end()};
}

std::map<std::string, Annotation> read_labels(const fs::path& path) {
  const CsvTable csv = read_csv(path);
  const std::size_t name = csv.column("name"), label = csv.column("label"), speaker = csv.column("speaker");
  const auto session = std::find(csv.columns.begin(), csv.columns.end(), "session");
  const auto session_of = [&](std::size_t row) {
    return session == csv.columns.end()
               ? std::string()
               : std::string(csv.cell(row, static_cast<std::size_t>(session - csv.columns.begin())));
  };
  std::map<std::string, Annotation> out;
  for (std::size_t i = 0; i < csv.rows(); ++i) {
    const std::string id = utterance_of(csv.cell(i, name));
    Annotation a{std::string(csv.cell(i, label)), std::string(csv.cell(i, speaker)), session_of(i)};
    io::check_file(!a.label.empty() && !a.speaker.empty(), path.string(), "line {}: '{}' lacks a label or a speaker",
                   csv.lines[i], id);
    io::check_file(io::valid_utf8(id + a.label + a.speaker + a.session), path.string(), "line {} is not UTF-8 text",
                   csv.lines[i]);
    io::check_file(out.emplace(id, std::move(a)).second, path.string(), "line {}: '{}' comes twice", csv.lines[i], id);
  }
  return out;
}

/// A table without annotations.
struct Rows {
  Tensor x;  // (N, F) f32
  std::vector<std::string> features, ids;
};

Rows npy_rows(const TableFiles& f, const std::string& source) {
  const Tensor x = read_npy(f.features);
  check(x.rank() == 2, "{}: features must be an array (utterances, features), got {}", source, x.shape());
  check(!f.files.empty(),
        "{}: an .npy file does not say whose rows these are; list the utterances, one per line (--files)", source);
  Rows rows{packed(cast(x, DType::f32)), {}, {}};
  for (const std::string& line : read_lines(f.files)) rows.ids.push_back(utterance_of(line));
  check(std::ssize(rows.ids) == x.dim(0), "{}: {} rows, but {} lists {} utterances", source, x.dim(0),
        f.files.filename().string(), rows.ids.size());
  if (!f.names.empty()) {
    rows.features = read_lines(f.names);
    check(std::ssize(rows.features) == x.dim(1), "{}: {} columns, but {} lists {} names", source, x.dim(1),
          f.names.filename().string(), rows.features.size());
  } else {
    for (std::int64_t j = 0; j < x.dim(1); ++j) rows.features.push_back(std::to_string(j));
  }
  return rows;
}

/// Where openSMILE's features stand: behind the utterance's name and times, before a class.
std::pair<std::size_t, std::size_t> feature_columns(const std::vector<std::string>& columns) {
  static const std::set<std::string> passed_over{"frameIndex", "frameTime", "frameLength", "start", "end"};
  std::size_t first = 1, last = columns.size();
  while (first < last && passed_over.contains(columns[first])) ++first;
  if (last > first && columns[last - 1] == "class") --last;
  return {first, last};
}

Rows csv_rows(const fs::path& path) {
  const CsvTable csv = read_csv(path);
  const auto [first, last] = feature_columns(csv.columns);
  Rows rows{packed(cast(csv.numbers(first, last), DType::f32)), {}, {}};
  for (std::size_t j = first; j < last; ++j) rows.features.push_back(csv.columns[j]);
  for (std::size_t i = 0; i < csv.rows(); ++i) rows.ids.push_back(utterance_of(csv.cell(i, 0)));
  return rows;
}

std::ifstream open(const fs::path& path) {
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  io::check_file(file.is_open(), path.string(), "cannot be opened: {}", io::reason(errno));
  return file;
}

/// By its name or its content: openSMILE writes ARFF under any name.
bool is_arff(const fs::path& path) {
  std::ifstream file = open(path);
  return path.extension() == ".arff" || begins_as_arff(file);
}

Rows arff_rows(const fs::path& path) {
  std::ifstream file = open(path);
  ArffReader arff(file, path.string());
  const auto& attributes = arff.attributes();
  const ArffAttribute& utterance = attributes.front();
  io::check_file(utterance.type == "string" || utterance.type == "nominal", path.string(),
                 "the first attribute is '{}', {}; it must be the name of the utterance, a string (openSMILE: "
                 "-instname)",
                 io::printable(utterance.name), io::printable(utterance.type));
  std::vector<std::string> columns;
  for (const ArffAttribute& a : attributes) columns.push_back(a.name);
  auto [first, last] = feature_columns(columns);
  while (last > first && attributes[last - 1].type != "numeric") --last;  // classes, whatever they are called

  Rows rows;
  std::vector<float> values;
  while (arff.next()) {
    rows.ids.push_back(utterance_of(arff.text(0)));
    for (std::size_t j = first; j < last; ++j) values.push_back(static_cast<float>(arff.number(j)));
  }
  rows.features.assign(columns.begin() + static_cast<std::ptrdiff_t>(first),
                       columns.begin() + static_cast<std::ptrdiff_t>(last));
  rows.x = from_values<float>({std::ssize(rows.ids), std::ssize(rows.features)}, values);
  return rows;
}

}  // namespace

Annotation parse_emodb_name(const std::string& id) {
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  if (id.size() == 7 && digit(id[0]) && digit(id[1]))
    if (const std::string emotion = audio::corpora::emodb_emotion(id[5]); !emotion.empty())
      return {emotion, id.substr(0, 2)};
  fail(
      fmt::format("'{}' is not an EmoDB name like 03a01Fa, so it tells no label and speaker; "
                  "give them as a CSV file with columns name, label, speaker (--labels)",
                  id));
}

/// Also of C:\corpus\03a01Fa.wav, where openSMILE ran under Windows.
std::string utterance_of(std::string_view file) {
  return fs::path(file.substr(file.find_last_of("/\\") + 1)).stem().string();
}

FeatureTable read_feature_table(const TableFiles& given_files) {
  TableFiles f = given_files;
  std::string source = f.features.filename().string();
  if (fs::is_directory(f.features)) {
    check(f.names.empty() && f.files.empty(),
          "{}: a folder names its rows and columns itself; --names and --files are for .npy", f.features.string());
    source = fs::absolute(f.features / ".").lexically_normal().parent_path().filename().string();
    f.names = f.features / "names.txt", f.files = f.features / "files.txt", f.features /= "features.npy";
  }
  Rows rows;
  if (f.features.extension() == ".npy") {
    rows = npy_rows(f, source);
  } else {
    check(f.names.empty() && f.files.empty(),
          "{}: this file names its rows and columns itself; --names and --files are for .npy", source);
    rows = is_arff(f.features) ? arff_rows(f.features) : csv_rows(f.features);
  }

  std::vector<Annotation> annotations;
  const auto given = f.labels.empty() ? std::map<std::string, Annotation>() : read_labels(f.labels);
  const std::set<std::string> ids(rows.ids.begin(), rows.ids.end());
  for (const std::string& id : rows.ids) {
    check(io::valid_utf8(id), "{}: the utterance name '{}' is not UTF-8 text", source, io::printable(id));
    const std::string original = original_of(id);
    const std::string& name = ids.contains(original) && !given.contains(id) ? original : id;
    const auto found = given.find(name);
    check(f.labels.empty() || found != given.end(), "{}: utterance '{}' has no line in {}", source, name,
          f.labels.filename().string());
    annotations.push_back(f.labels.empty() ? parse_emodb_name(name) : found->second);
  }
  return make_table(source, std::move(rows.x), std::move(rows.features), std::move(rows.ids), annotations);
}

}  // namespace emograd::protocol
