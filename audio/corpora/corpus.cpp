#include "audio/corpora/corpus.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "audio/corpora/layout.h"
#include "tensor/io/bytes.h"

namespace emograd::audio::corpora {
namespace fs = std::filesystem;
namespace {

std::string extension_of(std::string_view path) { return lower(path.substr(path.rfind('.') + 1)); }

bool same_bytes(const fs::path& a, const fs::path& b) {
  if (fs::file_size(a) != fs::file_size(b)) return false;
  const io::FileBytes left = io::read_file(a), right = io::read_file(b);
  return io::as_text(left) == io::as_text(right);
}

/// Of files with one id, WAV is kept before other formats and the shortest path before copies in deeper folders.
void keep_one_of_each(Corpus& corpus) {
  std::vector<Utterance> all = std::exchange(corpus.utterances, {});
  std::sort(all.begin(), all.end(), [](const Utterance& a, const Utterance& b) {
    const auto order = [](const Utterance& u) {
      const std::string extension = extension_of(u.path);
      return std::tuple(std::string_view(u.id), extension != "wav", std::string_view(u.path).size(),
                        std::string_view(u.path));
    };
    return order(a) < order(b);
  });
  for (Utterance& u : all) {
    if (corpus.utterances.empty() || corpus.utterances.back().id != u.id) {
      corpus.utterances.push_back(std::move(u));
      continue;
    }
    const std::string& kept = corpus.utterances.back().path;
    const bool same_format = extension_of(kept) == extension_of(u.path);
    io::check_file(!same_format || same_bytes(corpus.root / kept, corpus.root / u.path), corpus.root.string(),
                   "{} and {} differ, but both are utterance '{}'; remove or rename one, or name a folder that holds "
                   "one of them only",
                   kept, u.path, u.id);
    corpus.skipped.push_back({u.path, same_format ? "a copy of a file elsewhere" : "also there in another format"});
  }
  std::sort(corpus.utterances.begin(), corpus.utterances.end(),
            [](const Utterance& a, const Utterance& b) { return a.path < b.path; });
}

/// "wav/03a01Fa" of a/b/wav/03a01Fa.wav: what patterns are matched against.
std::string last_names(std::string_view path) { return fmt::format("{}/{}", name_of(folder_of(path)), stem_of(path)); }

void describe_sounds(const Layout& layout, const Listing& files, Corpus& corpus) {
  const std::regex pattern(layout.pattern.empty() ? ".*" : layout.pattern);
  for (const std::string& path : files.sounds) {
    const std::string names = last_names(path);
    Match match;
    Utterance u;
    u.path = path;
    u.id = stem_of(path);
    const std::string why = std::regex_match(names.begin(), names.end(), match, pattern)
                                ? layout.describe(match, u)
                                : fmt::format("its name is not like {}", layout.looks);
    if (why.empty()) corpus.utterances.push_back(std::move(u));
    else corpus.skipped.push_back({path, why});
  }
}

}  // namespace

const Layout& recognise(const Listing& files) {
  std::vector<const Layout*> fit;
  std::vector<std::string> names, all;
  const auto add = [&](const Layout& layout, const std::string& why) {
    fit.push_back(&layout);
    names.push_back(fmt::format("{} ({})", layout.name, why));
  };
  for (const Layout& layout : layouts()) {
    all.push_back(fmt::format("{} ({})", layout.name, layout.looks));
    if (layout.pattern.empty()) continue;
    const std::regex pattern(layout.pattern);
    const auto known = std::count_if(files.sounds.begin(), files.sounds.end(), [&](const std::string& path) {
      return std::regex_match(last_names(path), pattern);
    });
    if (known > 0 && 20 * known >= std::ssize(files.sounds)) add(layout, fmt::format("{} sound files so named", known));
  }
  if (fit.empty())
    for (const Layout& layout : layouts())
      if (layout.pattern.empty() && layout.applies(files)) add(layout, layout.looks);
  io::check_file(!fit.empty(), files.root.string(),
                 "its sound files, {} in number, {} the first, are named as in no corpus known: {}",
                 files.sounds.size(), files.sounds.front(), fmt::to_string(fmt::join(all, "; ")));
  io::check_file(fit.size() == 1, files.root.string(), "may be {}; say which (--as), or name a folder with one of them",
                 fmt::to_string(fmt::join(names, " or ")));
  return *fit.front();
}

Corpus read_corpus(const fs::path& path, const std::string& name) {
  const bool one_table = fs::is_regular_file(path);
  const fs::path root = one_table ? fs::absolute(path).parent_path() : path;
  io::check_file(fs::exists(path), path.string(), "does not exist");
  io::check_file(!one_table || lower(path.extension().string()) == ".csv", path.string(),
                 "is a file; name the folder of a corpus, or a CSV file with columns file, emotion, speaker");
  check(!one_table || name.empty() || name == "table", "{}: a CSV file is read as table, not as {}", path.string(),
        name);
  Listing files = list_files(root);
  io::check_file(!files.sounds.empty(), root.string(),
                 "holds no sound file (.wav, .flac, …); name the folder that does; archives must be unpacked");
  if (one_table) files.others = {path.filename().string()};

  const Layout& layout = one_table ? layout_named("table") : name.empty() ? recognise(files) : layout_named(name);
  Corpus corpus{layout.name, root, {}, files.skipped};
  describe_sounds(layout, files, corpus);
  if (layout.annotate) layout.annotate(files, corpus);
  keep_one_of_each(corpus);
  if (corpus.utterances.empty()) {
    const Skipped& first = corpus.skipped[std::min(files.skipped.size(), corpus.skipped.size() - 1)];
    io::check_file(false, root.string(), "read as {}, it holds no utterance; of {}: {}", layout.title, first.path,
                   first.why);
  }
  return corpus;
}

std::string class_of(const Corpus& corpus, const std::string& emotion, Classes classes) {
  static const std::map<std::string, const char*> usual{
      {"anger", "anger"},     {"angry", "anger"},   {"ang", "anger"},       {"happiness", "happiness"},
      {"happy", "happiness"}, {"hap", "happiness"}, {"neutral", "neutral"}, {"neu", "neutral"},
      {"sadness", "sadness"}, {"sad", "sadness"}};
  if (classes == Classes::own) return emotion;
  const auto& more = layout_named(corpus.layout).four;
  if (const auto found = more.find(emotion); found != more.end()) return found->second;
  const auto found = usual.find(lower(emotion));
  return found == usual.end() ? "" : found->second;
}

Counts count_classes(const Corpus& corpus, Classes classes) {
  Counts counts;
  for (const Utterance& u : corpus.utterances)
    if (const std::string name = class_of(corpus, u.emotion, classes); !name.empty()) ++counts[name];
  return counts;
}

Counts published_counts(const Corpus& corpus, Classes classes) {
  Counts counts;
  for (const auto& [emotion, count] : layout_named(corpus.layout).published)
    if (const std::string name = class_of(corpus, emotion, classes); !name.empty()) counts[name] += count;
  return counts;
}

CsvTable label_table(const Corpus& corpus, Classes classes) {
  CsvTable table;
  table.columns = {"name", "label", "speaker", "session", "gender", "text", "partition", "path"};
  for (const Utterance& u : corpus.utterances) {
    const std::string label = class_of(corpus, u.emotion, classes);
    // Whoever reads the name as a file's name takes off what follows a dot.
    const std::string name = u.id.find('.') == std::string::npos ? u.id : u.id + "." + extension_of(u.path);
    if (!label.empty() && !u.speaker.empty())
      table.add_row({name, label, u.speaker, u.session, u.gender, u.text, u.partition, u.path});
  }
  check(table.rows() > 0,
        "{}: there is no utterance of these classes whose speaker is known; experiments keep speakers apart, so tell "
        "them in a CSV file with columns file, emotion, speaker",
        corpus.root.string());
  return table;
}

}  // namespace emograd::audio::corpora
