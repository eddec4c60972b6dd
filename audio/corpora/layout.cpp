#include "audio/corpora/layout.h"

#include <fmt/format.h>

#include <set>

#include "tensor/io/bytes.h"

namespace emograd::audio::corpora {

const std::vector<Layout>& layouts() {
  static const std::vector<Layout> all{emodb(), iemocap(), msp_improv(), msp_podcast(), crema_d(), ravdess(),
                                       savee(), tess(),    urdu(),       table(),       folders()};
  return all;
}

const Layout& layout_named(const std::string& name) {
  std::vector<std::string> names;
  for (const Layout& layout : layouts()) {
    if (layout.name == name) return layout;
    names.push_back(layout.name);
  }
  fail(fmt::format("'{}' is no corpus known; there are {}", io::printable(name), fmt::join(names, ", ")));
}

void say(Said& said, const std::string& id, std::string Utterance::*what, const std::string& value,
         const std::string& source) {
  std::string& known = said[id].*what;
  if (value.empty()) return;
  io::check_file(known.empty() || known == value, source, "'{}' is said to be '{}' and '{}'", io::printable(id),
                 io::printable(known), io::printable(value));
  known = value;
}

void tell(Corpus& corpus, const Said& said, const std::string& source) {
  std::set<std::string> there;
  std::erase_if(corpus.utterances, [&](Utterance& u) {
    there.insert(u.id);
    if (const auto found = said.find(u.id); found != said.end())
      for (const auto field : {&Utterance::emotion, &Utterance::speaker, &Utterance::session, &Utterance::gender,
                               &Utterance::text, &Utterance::partition})
        if (!(found->second.*field).empty()) u.*field = found->second.*field;
    if (u.emotion.empty()) corpus.skipped.push_back({u.path, "no emotion in " + source});
    return u.emotion.empty();
  });
  for (const auto& [id, u] : said)
    if (!there.contains(id)) corpus.skipped.push_back({id, "no sound file, but an entry in " + source});
}

void distinguish(std::vector<Utterance>& utterances) {
  std::set<std::string> ids;
  for (const Utterance& u : utterances) ids.insert(u.id);
  if (ids.size() == utterances.size()) return;
  for (Utterance& u : utterances) {
    u.id = u.path.substr(0, u.path.rfind('.'));
    for (char& c : u.id)
      if (c == '/') c = '_';
  }
}

std::string gender_of(std::string_view word) {
  const std::string first = lower(trimmed(word).substr(0, 1));
  return first == "f" || first == "w" ? "female" : first == "m" ? "male" : "";
}

}  // namespace emograd::audio::corpora
