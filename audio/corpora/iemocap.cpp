#include <algorithm>

#include "audio/corpora/layout.h"
#include "tensor/io/bytes.h"

namespace emograd::audio::corpora {
namespace {

/// Is `path` a text file in the folder dialog/`folder` itself? Folders below hold what single raters said.
bool lies_in(const std::string& path, const std::string& folder) {
  return path.ends_with(".txt") && ("/" + std::string(folder_of(path))).ends_with("/dialog/" + folder);
}

// What a line begins with is matched: regular expressions take stack for every character.
constexpr std::size_t beginning = 120;

/// `[6.2901 - 8.2357] TAB Ses01F_impro01_F000 TAB neu TAB [2.5000, 2.5000, 2.5000]`, then what raters said.
void read_evaluation(const Listing& files, const std::string& path, Said& said) {
  static const std::regex turn("\\[[^\\]]*\\]\\s+(Ses\\w+)\\s+([a-z]{3})\\s.*");
  const std::string source = (files.root / path).string();
  for (const std::string& line : text_lines(source)) {
    const std::string begin = line.substr(0, beginning);
    if (Match m; std::regex_match(begin, m, turn)) say(said, m[1], &Utterance::emotion, m[2], source);
  }
}

/// `Ses01F_impro01_F000 [006.2901-008.2357]: Excuse me.`; some lines lack the times, some are `M: …`.
void read_transcript(const Listing& files, const std::string& path, Said& said) {
  static const std::regex turn("(Ses\\w+_[FM]\\d+)\\W.*");
  for (const std::string& line : text_lines(files.root / path)) {
    const std::size_t colon = line.find(':');
    const std::string begin = line.substr(0, std::min(colon, beginning)) + ' ';
    if (Match m; colon != std::string::npos && std::regex_match(begin, m, turn))
      if (const auto known = said.find(m[1]); known != said.end())
        known->second.text = trimmed(std::string_view(line).substr(colon + 1));
  }
}

void read_labels(const Listing& files, Corpus& corpus) {
  Said said;
  for (const std::string& path : files.others)
    if (lies_in(path, "EmoEvaluation")) read_evaluation(files, path, said);
  io::check_file(!said.empty(), files.root.string(),
                 "has no labels of IEMOCAP: Session*/dialog/EmoEvaluation/*.txt are missing or empty; name the folder "
                 "that holds Session1 … Session5");
  for (const std::string& path : files.others)
    if (lies_in(path, "transcriptions")) read_transcript(files, path, said);
  tell(corpus, said, "dialog/EmoEvaluation");
}

}  // namespace

/// IEMOCAP (Busso et al. 2008): Session1/sentences/wav/Ses01F_impro01/Ses01F_impro01_F000.wav, the emotion of most
/// raters in dialog/EmoEvaluation, xxx where they do not agree. Who talks is told by the letter of the last part; that
/// of the first tells who wore markers, and is another one in half of the corpus.
Layout iemocap() {
  return {.name = "iemocap",
          .title = "IEMOCAP",
          .looks = "Session1/sentences/wav/Ses01F_impro01/Ses01F_impro01_F000.wav",
          .pattern = ".*/(Ses0[1-5])[FM]_(?:impro|script)\\w*_([FM])[0-9X]+",
          .describe =
              [](const Match& m, Utterance& u) {
                u.session = m[1];
                u.speaker = u.session + m[2].str();
                u.gender = gender_of(m[2].str());
                return "";
              },
          .annotate = read_labels,
          .published = {{"ang", 1103},
                        {"hap", 595},
                        {"sad", 1084},
                        {"neu", 1708},
                        {"exc", 1041},
                        {"fru", 1849},
                        {"fea", 40},
                        {"sur", 107},
                        {"dis", 2},
                        {"oth", 3},
                        {"xxx", 2507}},
          .four = {{"exc", "happiness"}}};
}

}  // namespace emograd::audio::corpora
