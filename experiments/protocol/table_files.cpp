#include "experiments/protocol/table_files.h"

#include <array>
#include <map>
#include <set>
#include <utility>

#include "autograd/ops/pointwise.h"
#include "tensor/error.h"
#include "tensor/io/csv.h"
#include "tensor/io/npy.h"

namespace emograd::protocol {
namespace fs = std::filesystem;
namespace {

/// The lines of a text file; one line break at its end is no further line.
std::vector<std::string> read_lines(const fs::path& path) {
  const io::FileBytes bytes = io::read_file(path);
  std::string_view text = io::as_text(bytes);
  io::check_file(io::valid_utf8(text), path.string(), "is not UTF-8 text");
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    lines.emplace_back(line);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

/// corpus/03a01Fa.wav → 03a01Fa
std::string utterance_of(std::string_view file) { return fs::path(file).stem().string(); }

std::map<std::string, Annotation> read_labels(const fs::path& path) {
  const CsvTable csv = read_csv(path);
  const std::size_t name = csv.column("name"), label = csv.column("label"), speaker = csv.column("speaker");
  std::map<std::string, Annotation> out;
  for (std::size_t i = 0; i < csv.rows(); ++i) {
    const std::string id = utterance_of(csv.cell(i, name));
    Annotation a{std::string(csv.cell(i, label)), std::string(csv.cell(i, speaker))};
    io::check_file(!a.label.empty() && !a.speaker.empty(), path.string(), "line {}: '{}' lacks a label or a speaker",
                   csv.lines[i], id);
    io::check_file(io::valid_utf8(id) && io::valid_utf8(a.label) && io::valid_utf8(a.speaker), path.string(),
                   "line {} is not UTF-8 text", csv.lines[i]);
    io::check_file(out.emplace(id, std::move(a)).second, path.string(), "line {}: '{}' comes twice", csv.lines[i], id);
  }
  return out;
}

}  // namespace

Annotation parse_emodb_name(const std::string& id) {
  static constexpr std::array<std::pair<char, const char*>, 7> emotions{{{'W', "anger"},
                                                                         {'L', "boredom"},
                                                                         {'E', "disgust"},
                                                                         {'A', "fear"},
                                                                         {'F', "happiness"},
                                                                         {'T', "sadness"},
                                                                         {'N', "neutral"}}};
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  if (id.size() == 7 && digit(id[0]) && digit(id[1]))
    for (const auto& [letter, emotion] : emotions)
      if (id[5] == letter) return {emotion, id.substr(0, 2)};
  fail(
      fmt::format("'{}' is not an EmoDB name like 03a01Fa, so it tells no label and speaker; "
                  "give them as a CSV file with columns name, label, speaker (--labels)",
                  id));
}

FeatureTable read_feature_table(const TableFiles& f) {
  const bool npy = f.features.extension() == ".npy";
  const std::string source = f.features.filename().string();
  Tensor x;
  std::vector<std::string> names, ids;
  if (npy) {
    x = read_npy(f.features);
    check(x.rank() == 2, "{}: features must be an array (utterances, features), got {}", source, x.shape());
    check(!f.files.empty(),
          "{}: an .npy file does not say whose rows these are; list the utterances, one per line (--files)", source);
    for (const std::string& line : read_lines(f.files)) ids.push_back(utterance_of(line));
    check(static_cast<std::int64_t>(ids.size()) == x.dim(0), "{}: {} rows, but {} lists {} utterances", source,
          x.dim(0), f.files.filename().string(), ids.size());
    if (!f.names.empty()) {
      names = read_lines(f.names);
      check(static_cast<std::int64_t>(names.size()) == x.dim(1), "{}: {} columns, but {} lists {} names", source,
            x.dim(1), f.names.filename().string(), names.size());
    } else {
      for (std::int64_t j = 0; j < x.dim(1); ++j) names.push_back(std::to_string(j));
    }
  } else {
    check(f.names.empty() && f.files.empty(),
          "{}: a CSV file names its rows and columns itself; --names and --files are for .npy", source);
    const CsvTable csv = read_csv(f.features);
    static const std::set<std::string> passed_over{"frameIndex", "frameTime", "start", "end"};
    std::size_t first = 1, last = csv.columns.size();
    while (first < last && passed_over.contains(csv.columns[first])) ++first;
    if (last > first && csv.columns[last - 1] == "class") --last;
    for (std::size_t i = 0; i < csv.rows(); ++i) ids.push_back(utterance_of(csv.cell(i, 0)));
    names.assign(csv.columns.begin() + static_cast<std::ptrdiff_t>(first),
                 csv.columns.begin() + static_cast<std::ptrdiff_t>(last));
    x = csv.numbers(first, last);
  }

  std::vector<Annotation> annotations;
  const auto given = f.labels.empty() ? std::map<std::string, Annotation>() : read_labels(f.labels);
  for (const std::string& id : ids) {
    check(io::valid_utf8(id), "{}: the utterance name '{}' is not UTF-8 text", source, io::printable(id));
    const auto found = given.find(id);
    check(f.labels.empty() || found != given.end(), "{}: utterance '{}' has no line in {}", source, id,
          f.labels.filename().string());
    annotations.push_back(f.labels.empty() ? parse_emodb_name(id) : found->second);
  }
  return make_table(source, packed(cast(x, DType::f32)), std::move(names), std::move(ids), annotations);
}

}  // namespace emograd::protocol
