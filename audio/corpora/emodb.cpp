#include "audio/corpora/layout.h"

namespace emograd::audio::corpora {

std::string emodb_emotion(char letter) {
  static const std::map<char, const char*> emotions{{'W', "anger"},  {'L', "boredom"},   {'E', "disgust"},
                                                    {'A', "fear"},   {'F', "happiness"}, {'T', "sadness"},
                                                    {'N', "neutral"}};
  const auto found = emotions.find(letter);
  return found == emotions.end() ? "" : found->second;
}

/// Berlin Database of Emotional Speech (Burkhardt et al. 2005): wav/SSTTTEV.wav, speaker, sentence, emotion, version.
/// Speaker 08 has no disgust.
Layout emodb() {
  static const std::map<std::string, const char*> sentences{
      {"a01", "Der Lappen liegt auf dem Eisschrank."},
      {"a02", "Das will sie am Mittwoch abgeben."},
      {"a04", "Heute abend könnte ich es ihm sagen."},
      {"a05", "Das schwarze Stück Papier befindet sich da oben neben dem Holzstück."},
      {"a07", "In sieben Stunden wird es soweit sein."},
      {"b01", "Was sind denn das für Tüten, die da unter dem Tisch stehen?"},
      {"b02", "Sie haben es gerade hochgetragen und jetzt gehen sie wieder runter."},
      {"b03", "An den Wochenenden bin ich jetzt immer nach Hause gefahren und habe Agnes besucht."},
      {"b09", "Ich will das eben wegbringen und dann mit Karl was trinken gehen."},
      {"b10", "Die wird auf dem Platz sein, wo wir sie immer hinlegen."}};
  return {.name = "emodb",
          .title = "EmoDB",
          .looks = "wav/03a01Fa.wav",
          .pattern = ".*/(03|08|09|10|11|12|13|14|15|16)([ab]\\d\\d)([WLEAFTN])[a-z]",
          .describe =
              [](const Match& m, Utterance& u) {
                const std::string speaker = m[1];
                const auto sentence = sentences.find(m[2]);
                u.emotion = emodb_emotion(*m[3].first);
                u.speaker = speaker;
                u.gender = std::string("03 10 11 12 15").find(speaker) == std::string::npos ? "female" : "male";
                if (sentence != sentences.end()) u.text = sentence->second;
                return "";
              },
          .published = {{"anger", 127},
                        {"boredom", 81},
                        {"disgust", 46},
                        {"fear", 69},
                        {"happiness", 71},
                        {"neutral", 79},
                        {"sadness", 62}}};
}

}  // namespace emograd::audio::corpora
