#include <fmt/format.h>

#include "audio/corpora/layout.h"
#include "tensor/io/bytes.h"
#include "tensor/io/strict_json.h"

namespace emograd::audio::corpora {
namespace {

/// {"MSP-PODCAST_0001_0008.wav": {"EmoClass": "N", "SpkrID": "127", …}, …} as the CSV file has it, a row per entry. A
/// field that is missing or null is an empty cell; scores of activation, valence and dominance are not looked at.
CsvTable read_labels_json(const std::filesystem::path& path) {
  constexpr int json_depth = 8;
  const std::vector<std::string> fields{"EmoClass", "SpkrID", "Gender", "Split_Set"};
  const std::string file = path.string();
  const io::FileBytes bytes = io::read_file(path);
  CsvTable table;
  table.name = file;
  table.columns = {"FileName"};
  table.columns.insert(table.columns.end(), fields.begin(), fields.end());
  const nlohmann::json entries = io::parse_strict_json(io::as_text(bytes), json_depth, file);
  for (const auto& [name, entry] : entries.items()) {
    io::check_file(entry.is_object(), file, "{} is of type {}; needs an object with {}", io::printable(name),
                   entry.type_name(), fmt::to_string(fmt::join(fields, ", ")));
    std::vector<std::string> row{name};
    for (const std::string& field : fields) {
      const auto value = entry.find(field);
      if (value == entry.end() || value->is_null()) {
        row.emplace_back();
        continue;
      }
      const bool number = field == "SpkrID" && value->is_number_integer();
      io::check_file(number || value->is_string(), file, "{} of {} is of type {}; needs text", field,
                     io::printable(name), value->type_name());
      row.push_back(number ? value->dump() : value->get<std::string>());
    }
    table.add_row(row);
  }
  return table;
}

/// Labels/labels_consensus.csv, or else .json; up to release 1.8 or so they are spelt labels_concensus. Where there is
/// CSV, JSON is not read: releases ship both. labels_detailed, what single raters said, is not read at all.
void read_labels(const Listing& files, Corpus& corpus) {
  static const std::map<std::string, const char*> emotions{
      {"A", "angry"},   {"S", "sad"},      {"H", "happy"},   {"U", "surprise"}, {"F", "fear"},
      {"D", "disgust"}, {"C", "contempt"}, {"N", "neutral"}, {"O", "other"},    {"X", "no agreement"}};
  std::vector<std::string> csv, json;
  std::map<std::string, std::string> transcripts;
  for (const std::string& path : files.others) {
    const std::string name = lower(name_of(path)), stem(stem_of(name));
    if (stem == "labels_consensus" || stem == "labels_concensus") {
      if (name.ends_with(".csv")) csv.push_back(path);
      if (name.ends_with(".json")) json.push_back(path);
    }
    if (name_of(folder_of(path)) == "Transcripts") transcripts[std::string(stem_of(path))] = path;
  }
  const std::vector<std::string>& tables = csv.empty() ? json : csv;
  io::check_file(!tables.empty(), files.root.string(),
                 "has no labels of MSP-Podcast: Labels/labels_consensus.csv is missing, and so is .json; name the "
                 "folder that holds Labels and Audios");
  Said said = read_tables(files, tables, corpus, csv.empty() ? read_labels_json : read_labels_csv);
  for (auto& [id, u] : said) {
    if (lower(u.speaker) == "unknown") u.speaker.clear();
    if (u.emotion.empty()) continue;
    const auto emotion = emotions.find(u.emotion);
    io::check_file(emotion != emotions.end(), (files.root / tables.front()).string(),
                   "EmoClass of {} is '{}', none of A, S, H, U, F, D, C, N, O, X", id, io::printable(u.emotion));
    u.emotion = emotion->second;
  }
  tell(corpus, said, std::string(name_of(tables.front())));
  for (Utterance& u : corpus.utterances)
    if (const auto found = transcripts.find(u.id); found != transcripts.end())
      for (const std::string& line : text_lines(files.root / found->second)) {
        if (!u.text.empty()) u.text += ' ';
        u.text += trimmed(line);
      }
}

}  // namespace

/// MSP-Podcast (Lotfian & Busso 2019): Audios/MSP-PODCAST_0001_0008.wav. Releases differ in size, so no counts are
/// known; many speakers are Unknown: they may be anyone's.
Layout msp_podcast() {
  return {.name = "msp-podcast",
          .title = "MSP-Podcast",
          .looks = "Audios/MSP-PODCAST_0001_0008.wav",
          .pattern = ".*/MSP-PODCAST_\\d+_\\w+",
          .describe = [](const Match&, Utterance&) { return ""; },
          .annotate = read_labels};
}

}  // namespace emograd::audio::corpora
