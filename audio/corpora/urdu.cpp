#include "audio/corpora/layout.h"

namespace emograd::audio::corpora {

/// URDU (Latif et al. 2018): Angry/SM1_F10_A010.wav, the emotion's folder, then speaker (S, sex, number), file,
/// emotion. 29 of the 38 speakers that its description tells of are there; SM5 alone spoke 80 of 400 files.
Layout urdu() {
  return {.name = "urdu",
          .title = "URDU",
          .looks = "Angry/SM1_F10_A010.wav",
          .pattern = "(Angry|Happy|Neutral|Sad)/(S([MF])\\d+)_F\\d+_[AHNS]\\d+",
          .describe =
              [](const Match& m, Utterance& u) {
                u.emotion = m[1];
                u.speaker = m[2];
                u.gender = gender_of(m[3].str());
                return "";
              },
          .published = {{"Angry", 100}, {"Happy", 100}, {"Neutral", 100}, {"Sad", 100}}};
}

}  // namespace emograd::audio::corpora
