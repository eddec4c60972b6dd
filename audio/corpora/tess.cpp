#include "audio/corpora/layout.h"

namespace emograd::audio::corpora {

/// TESS (Pichora-Fuller & Dupuis 2020): OAF_back_angry.wav, an older or a younger woman, the word, the emotion; ps is
/// pleasant surprise. Names are read and folders not, which copies spell in many ways (OAF_Fear,
/// YAF_pleasant_surprised). One file is called OA_bite_neutral. Packed copies hold every file twice.
Layout tess() {
  return {.name = "tess",
          .title = "TESS",
          .looks = "OAF_back_angry.wav",
          .pattern = ".*/(OA|YA)F?_([A-Za-z]+)_(angry|disgust|fear|happy|neutral|ps|sad)",
          .describe =
              [](const Match& m, Utterance& u) {
                u.speaker = m[1].str() + "F";
                u.emotion = m[3];
                u.gender = "female";
                u.text = "Say the word " + m[2].str() + ".";
                return "";
              },
          .published = {{"angry", 400},
                        {"disgust", 400},
                        {"fear", 400},
                        {"happy", 400},
                        {"neutral", 400},
                        {"ps", 400},
                        {"sad", 400}}};
}

}  // namespace emograd::audio::corpora
