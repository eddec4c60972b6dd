#include "audio/corpora/layout.h"
#include "tensor/io/bytes.h"

namespace emograd::audio::corpora {
namespace {

/// Columns FileName, EmoClass, …, SpkrID, Gender, Split_Set; up to release 1.8 or so it is spelt labels_concensus.csv.
void read_labels(const Listing& files, Corpus& corpus) {
  static const std::map<std::string, const char*> emotions{
      {"A", "angry"},   {"S", "sad"},      {"H", "happy"},   {"U", "surprise"}, {"F", "fear"},
      {"D", "disgust"}, {"C", "contempt"}, {"N", "neutral"}, {"O", "other"},    {"X", "no agreement"}};
  std::vector<std::string> tables;
  std::map<std::string, std::string> transcripts;
  for (const std::string& path : files.others) {
    const std::string name = lower(name_of(path));
    if (name == "labels_consensus.csv" || name == "labels_concensus.csv") tables.push_back(path);
    if (name_of(folder_of(path)) == "Transcripts") transcripts[std::string(stem_of(path))] = path;
  }
  io::check_file(!tables.empty(), files.root.string(),
                 "has no labels of MSP-Podcast: Labels/labels_consensus.csv is missing; name the folder that holds "
                 "Labels and Audios");
  Said said = read_tables(files, tables, corpus);
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
