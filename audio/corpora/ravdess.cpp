#include <array>

#include "audio/corpora/layout.h"

namespace emograd::audio::corpora {

/// RAVDESS (Livingstone & Russo 2018): Actor_01/03-01-06-01-02-01-12.wav, modality (03 audio alone), channel (01
/// speech, 02 song), emotion, intensity, statement, repetition, actor (odd: male). Only the sound of speech is taken.
/// Packed copies hold every file twice.
Layout ravdess() {
  static constexpr std::array emotions{"neutral", "calm", "happy", "sad", "angry", "fearful", "disgust", "surprised"};
  return {.name = "ravdess",
          .title = "RAVDESS",
          .looks = "Actor_01/03-01-06-01-02-01-12.wav",
          .pattern = ".*/(0[123])-(0[12])-0([1-8])-0[12]-0([12])-0[12]-(0[1-9]|1\\d|2[0-4])",
          .describe = [](const Match& m, Utterance& u) -> std::string {
            const std::string actor = m[5];
            u.emotion = emotions[static_cast<std::size_t>(*m[3].first - '1')];
            u.speaker = actor;
            u.gender = (actor.back() - '0') % 2 == 1 ? "male" : "female";
            u.text = m[4] == "1" ? "Kids are talking by the door." : "Dogs are sitting by the door.";
            return m[1] != "03" ? "the sound of a video" : m[2] != "01" ? "song, not speech" : "";
          },
          .published = {{"neutral", 96},
                        {"calm", 192},
                        {"happy", 192},
                        {"sad", 192},
                        {"angry", 192},
                        {"fearful", 192},
                        {"disgust", 192},
                        {"surprised", 192}}};
}

}  // namespace emograd::audio::corpora
