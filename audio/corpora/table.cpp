#include <algorithm>
#include <fstream>
#include <optional>
#include <set>

#include "audio/corpora/layout.h"
#include "tensor/io/bytes.h"

namespace emograd::audio::corpora {
namespace {

using Names = std::set<std::string>;
const Names emotion_names{"emotion", "label", "emoclass", "emotion_label", "class"};

/// The column of one of these names, in small or capital letters; FileError where there are two.
std::optional<std::size_t> column_of(const CsvTable& csv, const Names& names) {
  std::optional<std::size_t> found;
  for (std::size_t j = 0; j < csv.columns.size(); ++j) {
    if (!names.contains(lower(csv.columns[j]))) continue;
    io::check_file(!found, csv.name, "columns '{}' and '{}' mean the same; rename or remove one",
                   csv.columns[found.value_or(0)], csv.columns[j]);
    found = j;
  }
  return found;
}

/// Of a path or, where there is none, a name.
std::optional<std::size_t> file_column(const CsvTable& csv) {
  const auto path = column_of(csv, {"file", "path", "filename", "file_name", "filepath", "file_path", "wav", "audio"});
  return path ? path : column_of(csv, {"name"});
}

/// What a table tells, and in which columns.
struct Columns {
  std::vector<std::pair<std::string Utterance::*, std::size_t>> told;
  std::vector<std::size_t> times;

  explicit Columns(const CsvTable& csv) {
    const auto add = [&](std::string Utterance::*what, const Names& names) {
      if (const auto column = column_of(csv, names)) told.emplace_back(what, *column);
    };
    add(&Utterance::emotion, emotion_names);
    add(&Utterance::speaker, {"speaker", "speaker_id", "speakerid", "spkrid", "actor"});
    add(&Utterance::session, {"session", "session_id"});
    add(&Utterance::gender, {"gender", "sex"});
    add(&Utterance::partition, {"partition", "split", "split_set"});
    add(&Utterance::text, {"text", "transcript", "transcription", "sentence"});
    for (const char* time : {"start", "end"})
      if (const auto column = column_of(csv, {time})) times.push_back(*column);
  }
  /// Is a part of the file meant, as in audformat's segmented tables? Otherwise times are 0, 0 days 00:00:00 or NaT.
  bool is_segment(const CsvTable& csv, std::size_t row) const {
    return std::any_of(times.begin(), times.end(), [&](std::size_t column) {
      return csv.cell(row, column).find_first_of("123456789") != std::string_view::npos;
    });
  }
};

/// The ids of utterances by their paths and, where it is only one's, their names.
std::map<std::string, std::string> ids_by_file(const std::vector<Utterance>& utterances) {
  std::map<std::string, std::string> ids;
  std::map<std::string, int> named;
  for (const Utterance& u : utterances) ++named[std::string(stem_of(u.path))];
  for (const Utterance& u : utterances) {
    ids[u.path] = u.id;
    if (const std::string stem(stem_of(u.path)); named[stem] == 1) ids[stem] = u.id;
  }
  return ids;
}

std::string with_slashes(std::string_view file) {
  std::string out(file);
  std::replace(out.begin(), out.end(), '\\', '/');
  return out.starts_with("./") ? out.substr(2) : out;
}

bool is_table(const Listing& files, const std::string& path) {
  if (!folder_of(path).empty() || !lower(path).ends_with(".csv")) return false;
  std::string header(1 << 14, '\0');  // more is no table of labels
  std::ifstream file(files.root / path, std::ios::binary);
  header.resize(static_cast<std::size_t>(file.read(header.data(), std::ssize(header)).gcount()));
  header.resize(std::min(header.find('\n'), header.size()));
  try {
    const CsvTable csv = parse_csv(io::as_bytes(header), path, {.quotes = "\""});
    return file_column(csv) && column_of(csv, emotion_names);
  } catch (const Error&) { return false; }
}

bool is_audformat(const std::string& path) { return path.starts_with("db.") && path.ends_with(".csv"); }

/// CSV files in the folder itself that name files and emotions; all of an audformat database.
std::vector<std::string> tables_in(const Listing& files) {
  const bool audformat = std::find(files.others.begin(), files.others.end(), "db.yaml") != files.others.end();
  std::vector<std::string> tables;
  for (const std::string& path : files.others)
    if (audformat ? is_audformat(path) : is_table(files, path)) tables.push_back(path);
  return tables;
}

void annotate_by_tables(const Listing& files, Corpus& corpus) {
  const bool named = files.others.size() == 1 && lower(files.others.front()).ends_with(".csv");
  const std::vector<std::string> tables = named ? files.others : tables_in(files);
  io::check_file(!tables.empty(), files.root.string(),
                 "has no CSV file with a column for the file (file, path, name) and one for the emotion (emotion, "
                 "label); of an audformat database, db.yaml and its tables as db.*.csv are needed");
  distinguish(corpus.utterances);
  tell(corpus, read_tables(files, tables, corpus), tables.size() == 1 ? tables.front() : "the tables");
}

}  // namespace

CsvTable read_labels_csv(const std::filesystem::path& path) { return read_csv(path, {.quotes = "\""}); }

Said read_tables(const Listing& files, const std::vector<std::string>& tables, Corpus& corpus, const ReadTable& read) {
  const auto ids = ids_by_file(corpus.utterances);
  Said said;
  for (const std::string& path : tables) {
    const CsvTable csv = read(files.root / path);
    const auto file = file_column(csv);
    if (!file && is_audformat(path)) continue;  // a table about other things, such as speakers
    io::check_file(file.has_value(), csv.name, "has no column for the file: file, path or name");
    const Columns columns(csv);
    for (std::size_t row = 0; row < csv.rows(); ++row) {
      const std::string name = with_slashes(csv.cell(row, *file));
      if (columns.is_segment(csv, row)) {
        corpus.skipped.push_back({name, "a part of the file, not the whole, is in " + path});
        continue;
      }
      auto known = ids.find(name);
      if (known == ids.end()) known = ids.find(std::string(stem_of(name)));
      const std::string& id = known == ids.end() ? name : known->second;
      for (const auto& [what, column] : columns.told) {
        const std::string value(csv.cell(row, column));
        io::check_file(io::valid_utf8(name + value), csv.name, "line {} is not UTF-8 text", csv.lines[row]);
        say(said, id, what, what == &Utterance::gender ? gender_of(value) : value, csv.name);
      }
    }
  }
  return said;
}

Layout table() {
  return {.name = "table",
          .title = "a table",
          .looks = "a CSV file with columns file, emotion, speaker",
          .describe = [](const Match&, Utterance&) { return ""; },
          .annotate = annotate_by_tables,
          .applies = [](const Listing& files) { return !tables_in(files).empty(); }};
}

}  // namespace emograd::audio::corpora
