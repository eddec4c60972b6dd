#include "audio/corpora/layout.h"

namespace emograd::audio::corpora {

/// SAVEE (Haq & Jackson 2010): AudioData/DC/a01.wav, or DC_a01.wav all in one folder; four men. The id is DC_a01 either
/// way: all speakers have an a01.
Layout savee() {
  static const std::map<std::string, const char*> emotions{{"a", "anger"},     {"d", "disgust"}, {"f", "fear"},
                                                           {"h", "happiness"}, {"n", "neutral"}, {"sa", "sadness"},
                                                           {"su", "surprise"}};
  return {.name = "savee",
          .title = "SAVEE",
          .looks = "AudioData/DC/a01.wav or DC_a01.wav",
          .pattern = "(?:(DC|JE|JK|KL)/|.*/(DC|JE|JK|KL)_)((sa|su|[adfhn])\\d\\d)",
          .describe =
              [](const Match& m, Utterance& u) {
                u.speaker = m[1].matched ? m[1] : m[2];
                u.id = u.speaker + "_" + m[3].str();
                u.emotion = emotions.at(m[4]);
                u.gender = "male";
                return "";
              },
          .published = {{"anger", 60},
                        {"disgust", 60},
                        {"fear", 60},
                        {"happiness", 60},
                        {"neutral", 120},
                        {"sadness", 60},
                        {"surprise", 60}}};
}

}  // namespace emograd::audio::corpora
