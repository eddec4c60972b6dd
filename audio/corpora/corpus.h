#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "tensor/io/csv.h"

/// Corpora of emotional speech, read from the folders in which they are published.
namespace emograd::audio::corpora {

/// What a corpus says of one recording; "" where it says nothing.
struct Utterance {
  std::string path;     // of the sound, below the corpus' root, with /
  std::string id;       // the file's name without extension, distinct in the corpus
  std::string emotion;  // in the corpus' own words
  std::string speaker, session;
  std::string gender;     // female, male
  std::string text;       // what is spoken
  std::string partition;  // in which its publishers put it: Train, Test1, …
};

/// A file that is no utterance, or an utterance without a file.
struct Skipped {
  std::string path, why;
};

struct Corpus {
  std::string layout;  // name of the Layout it was read as
  std::filesystem::path root;
  std::vector<Utterance> utterances;  // in the order of their paths
  std::vector<Skipped> skipped;
};

/// A corpus in a folder. Without `layout` that is found out: by the names of its sound files, or else by a table or
/// folders of classes (layout.h). The root may be any folder above the sound files; links to folders in it are not
/// followed. The path of a CSV file stands for a table and the folder that it is in.
///
/// FileError or Error naming the path and the fix for: a folder that cannot be read or holds no sound file, no layout
/// or several that would fit, label files that are missing or contradict themselves, two different files of one name,
/// and where not one utterance is left.
Corpus read_corpus(const std::filesystem::path&, const std::string& layout = "");

enum class Classes { own, four };

/// The class of an emotion: itself, or anger, happiness, neutral or sadness as most papers name and merge them; ""
/// where it is none of the four. IEMOCAP's exc is happiness.
std::string class_of(const Corpus&, const std::string& emotion, Classes);

/// EmoDB's letter of an emotion, W for anger (Wut); "" for one that is none.
std::string emodb_emotion(char letter);

/// How many utterances of each class there are, without those of none.
std::map<std::string, std::int64_t> count_classes(const Corpus&, Classes);

/// What is published about the whole corpus under these classes, and none where nothing is that holds for all releases.
std::map<std::string, std::int64_t> published_counts(const Corpus&, Classes);

/// Columns name, label, speaker, session, gender, text, partition, path: a row for each utterance whose class and
/// speaker are known. Error where there is none.
CsvTable label_table(const Corpus&, Classes);

}  // namespace emograd::audio::corpora
