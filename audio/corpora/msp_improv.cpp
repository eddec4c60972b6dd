#include "audio/corpora/layout.h"
#include "tensor/io/bytes.h"

namespace emograd::audio::corpora {
namespace {

/// `UTD-IMPROV-S01A-F01-P-FM01.avi; N; A:3.0; V:3.5; D:3.0 ; N:4.0;`, then what raters said. The sound file is
/// MSP-IMPROV-S01A-F01-P-FM01.wav. The release calls the file Evalution.txt.
void read_labels(const Listing& files, Corpus& corpus) {
  static const std::map<char, const char*> emotions{{'A', "angry"},   {'H', "happy"}, {'S', "sad"},
                                                    {'N', "neutral"}, {'O', "other"}, {'X', "no agreement"}};
  static const std::regex turn("(?:UTD|MSP)(-IMPROV-[^.;]+)(?:\\.\\w+)?\\s*;\\s*([A-Z])\\s*;.*");
  Said said;
  for (const std::string& path : files.others) {
    const std::string name = lower(name_of(path));
    if (name != "evalution.txt" && name != "evaluation.txt") continue;
    const std::string source = (files.root / path).string();
    for (const std::string& line : text_lines(source)) {
      const std::string begin = line.substr(0, 120);  // regular expressions take stack for every character
      Match m;
      if (!std::regex_match(begin, m, turn)) continue;
      const auto emotion = emotions.find(*m[2].first);
      io::check_file(emotion != emotions.end(), source, "'{}' is none of A, H, S, N, O, X: {}", m[2].str(),
                     io::printable(line));
      say(said, "MSP" + m[1].str(), &Utterance::emotion, emotion->second, source);
    }
  }
  io::check_file(!said.empty(), files.root.string(),
                 "has no labels of MSP-IMPROV: Evalution.txt is missing or empty; name the folder that holds it");
  tell(corpus, said, "Evalution.txt");
}

}  // namespace

/// MSP-IMPROV (Busso et al. 2017): Audio/session1/S01A/P/MSP-IMPROV-S01A-F01-P-FM01.wav, sentence, actor, scenario,
/// turn. The speaker is the actor of the name, as public loaders have it. Under F01 there are turns FM.. and MF..:
/// whether the partner talks in some is not told, so only splits by session keep both apart for sure.
Layout msp_improv() {
  return {.name = "msp-improv",
          .title = "MSP-IMPROV",
          .looks = "Audio/session1/S01A/P/MSP-IMPROV-S01A-F01-P-FM01.wav",
          .pattern = ".*/MSP-IMPROV-S\\d\\d[AHSN]-([FM])0([1-6])-[PRST]-[FM]{2}\\d+",
          .describe =
              [](const Match& m, Utterance& u) {
                u.session = m[2];
                u.speaker = m[1].str() + "0" + u.session;
                u.gender = gender_of(m[1].str());
                return "";
              },
          .annotate = read_labels,
          .published = {
              {"angry", 792}, {"happy", 2644}, {"sad", 885}, {"neutral", 3477}, {"other", 85}, {"no agreement", 555}}};
}

}  // namespace emograd::audio::corpora
