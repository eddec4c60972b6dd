#include "audio/corpora/layout.h"

namespace emograd::audio::corpora {
namespace {

/// VideoDemographics.csv: ActorID, Age, Sex, Race, Ethnicity.
void add_gender(const Listing& files, Corpus& corpus) {
  for (const std::string& path : files.others) {
    if (name_of(path) != "VideoDemographics.csv") continue;
    const CsvTable csv = read_csv(files.root / path, {.quotes = "\""});
    const std::size_t actor = csv.column("ActorID"), sex = csv.column("Sex");
    std::map<std::string, std::string> genders;
    for (std::size_t row = 0; row < csv.rows(); ++row)
      genders[std::string(csv.cell(row, actor))] = gender_of(csv.cell(row, sex));
    for (Utterance& u : corpus.utterances) u.gender = genders[u.speaker];
    return;
  }
}

}  // namespace

/// CREMA-D (Cao et al. 2014): AudioWAV/1001_IEO_ANG_HI.wav, actor, sentence, intended emotion, level. The emotion is
/// the intended one; most listeners heard it in 42 % of the clips only. 1076_MTI_SAD_XX holds no voice: 7441 of 7442
/// clips.
Layout crema_d() {
  static const std::map<std::string, const char*> sentences{{"IEO", "It's eleven o'clock."},
                                                            {"TIE", "That is exactly what happened."},
                                                            {"IOM", "I'm on my way to the meeting."},
                                                            {"IWW", "I wonder what this is about."},
                                                            {"TAI", "The airplane is almost full."},
                                                            {"MTI", "Maybe tomorrow it will be cold."},
                                                            {"IWL", "I would like a new alarm clock."},
                                                            {"ITH", "I think I have a doctor's appointment."},
                                                            {"DFA", "Don't forget a jacket."},
                                                            {"ITS", "I think I've seen this before."},
                                                            {"TSI", "The surface is slick."},
                                                            {"WSI", "We'll stop in a couple of minutes."}};
  return {.name = "crema-d",
          .title = "CREMA-D",
          .looks = "AudioWAV/1001_IEO_ANG_HI.wav",
          .pattern = ".*/(10\\d\\d)_([A-Z]{3})_(ANG|DIS|FEA|HAP|NEU|SAD)_(?:LO|MD|HI|XX?)",
          .describe =
              [](const Match& m, Utterance& u) {
                const auto sentence = sentences.find(m[2]);
                u.speaker = m[1];
                u.emotion = m[3];
                if (sentence != sentences.end()) u.text = sentence->second;
                return u.id == "1076_MTI_SAD_XX" ? "known to hold no voice" : "";
              },
          .annotate = add_gender,
          .published = {{"ANG", 1271}, {"DIS", 1271}, {"FEA", 1271}, {"HAP", 1271}, {"NEU", 1087}, {"SAD", 1270}}};
}

}  // namespace emograd::audio::corpora
