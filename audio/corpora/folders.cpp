#include <set>

#include "audio/corpora/layout.h"

namespace emograd::audio::corpora {

/// Any corpus in folders of its classes, ESD for one. The folder above is the speaker, unless it is named after
/// something else.
Layout folders() {
  static const std::set<std::string> no_speakers{"",           "train", "training", "test",  "testing",
                                                 "dev",        "val",   "eval",     "valid", "validation",
                                                 "evaluation", "wav",   "audio",    "data"};
  return {.name = "folders",
          .title = "folders of classes",
          .looks = "happy/1.wav or speaker/happy/1.wav, folders of classes",
          .describe =
              [](const Match&, Utterance& u) {
                const std::string_view folder = folder_of(u.path);
                u.emotion = name_of(folder);
                if (const std::string above(name_of(folder_of(folder))); !no_speakers.contains(lower(above)))
                  u.speaker = above;
                return folder.empty() ? "not in a folder of a class" : "";
              },
          .annotate = [](const Listing&, Corpus& corpus) { distinguish(corpus.utterances); },
          .applies =
              [](const Listing& files) {
                std::set<std::string_view> names;
                for (const std::string& path : files.sounds) names.insert(name_of(folder_of(path)));
                names.erase("");
                return names.size() > 1;
              }};
}

}  // namespace emograd::audio::corpora
