#include "experiments/protocol/manifest.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <map>
#include <set>

#include "experiments/protocol/table_files.h"
#include "tensor/io/bytes.h"
#include "tensor/io/csv.h"
#include "tensor/io/strict_json.h"

namespace emograd::protocol {
namespace fs = std::filesystem;
using io::check_file, io::printable, nlohmann::json;

namespace {

constexpr int version = 1, json_depth = 4;
constexpr const char* format = "emograd folds";

std::string hash_of(json manifest) {
  manifest.erase("xxhash64");
  const std::string text = manifest.dump();
  return fmt::format("{:016x}", XXH64(text.data(), text.size(), 0));
}

json row_of(const FeatureTable& table, std::size_t i) {
  const auto label = static_cast<std::size_t>(table.labels.data<std::int64_t>()[i]);
  json row{{"id", table.ids[i]}, {"speaker", table.speakers[i]}, {"label", table.classes[label]}};
  if (!table.sessions[i].empty()) row["session"] = table.sessions[i];
  return row;
}

json table_of(const FeatureTable& t) {
  return {{"xxhash64", table_hash(t)},
          {"rows", t.rows()},
          {"features", t.x.dim(1)},
          {"classes", t.classes},
          {"speakers", std::set(t.speakers.begin(), t.speakers.end()).size()}};
}

/// {"id":"a","label":"b"} for messages
std::string shown(const json& value) { return printable(value.dump(), 200); }

void check_rows(const json& rows, const FeatureTable& table, const std::string& file) {
  check_file(std::ssize(rows) == table.rows(), file, "is of {} utterances, but {} has {}", rows.size(), table.source,
             table.rows());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    json there = rows[i];
    there.erase("fold");
    const json here = row_of(table, i);
    check_file(there == here, file, "row {} is {} there, but {} in {}", i + 1, shown(there), shown(here), table.source);
  }
}

}  // namespace

json manifest_of(const FeatureTable& table, const Folds& folds) {
  check_folds(table, folds, folds.protocol);
  json rows = json::array();
  for (std::size_t i = 0; i < folds.of_row.size(); ++i) {
    rows.push_back(row_of(table, i));
    rows.back()["fold"] = folds.of_row[i];
  }
  json manifest{{"format", format},
                {"version", version},
                {"protocol", folds.protocol},
                {"table", table_of(table)},
                {"rows", std::move(rows)}};
  manifest["xxhash64"] = hash_of(manifest);
  return manifest;
}

std::string manifest_text(const json& manifest) {
  return io::format_strict_json(manifest, json_depth, "manifest", 1) + "\n";
}

Folds read_manifest(const fs::path& path, const FeatureTable& table) {
  const std::string file = path.string();
  const io::FileBytes bytes = io::read_file(path);
  const json manifest = io::parse_strict_json(io::as_text(bytes), json_depth, file);
  Folds folds;
  try {
    check_file(manifest.value("format", "") == format, file, "is no manifest of folds (its format is not '{}')",
               format);
    check_file(manifest.at("version") == version, file, "is of version {}, this program reads version {}",
               shown(manifest.at("version")), version);
    const std::string hash = hash_of(manifest);
    check_file(manifest.at("xxhash64") == hash, file,
               "was changed after it was written: its hash is {}, its content's {}; restore it, or give the folds as a "
               "CSV file with columns name and fold",
               shown(manifest.at("xxhash64")), hash);
    check_rows(manifest.at("rows"), table, file);
    const json &there = manifest.at("table"), here = table_of(table);
    check_file(there == here, file,
               "was made for other features of these utterances: {} there, but {} in {}; a CSV file with columns name "
               "and fold does for any features",
               shown(there), shown(here), table.source);
    folds.protocol = manifest.at("protocol").get<std::string>();
    for (const json& row : manifest.at("rows")) folds.of_row.push_back(row.at("fold").get<std::string>());
  } catch (const json::exception& e) {
    throw FileError(fmt::format("{}: is no manifest of folds: {}", file, printable(e.what(), 300)));
  }
  check_folds(table, folds, file);
  return folds;
}

Folds read_fold_list(const fs::path& path, const FeatureTable& table) {
  const std::string file = path.string();
  const CsvTable csv = read_csv(path);
  const std::size_t name = csv.column("name"), fold = csv.column("fold");
  std::map<std::string, std::size_t> row_of_id;
  for (std::size_t i = 0; i < table.ids.size(); ++i) row_of_id[table.ids[i]] = i;

  Folds folds{"fixed list", std::vector<std::string>(table.ids.size())};
  std::vector<bool> listed(table.ids.size(), false);
  for (std::size_t line = 0; line < csv.rows(); ++line) {
    const std::string id = utterance_of(csv.cell(line, name));
    const auto row = row_of_id.find(id);
    check_file(row != row_of_id.end(), file, "line {}: there is no utterance '{}' in {}", csv.lines[line],
               printable(id), table.source);
    check_file(!listed[row->second], file, "line {}: '{}' comes twice", csv.lines[line], printable(id));
    check_file(io::valid_utf8(csv.cell(line, fold)), file, "line {} is not UTF-8 text", csv.lines[line]);
    listed[row->second] = true;
    folds.of_row[row->second] = csv.cell(line, fold);
  }
  for (std::size_t i = 0; i < listed.size(); ++i)
    check_file(listed[i], file, "has no line for utterance '{}'; an empty fold leaves it in every training set",
               table.ids[i]);
  check_folds(table, folds, file);
  return folds;
}

}  // namespace emograd::protocol
