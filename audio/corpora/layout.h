#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <regex>
#include <string>
#include <vector>

#include "audio/corpora/corpus.h"
#include "audio/corpora/listing.h"

/// How corpora lie in folders: a corpus is a pattern of file names and what they tell, and, where that is not all,
/// label files. Sources: the corpora's own descriptions; each reader tells what is odd about its corpus.
namespace emograd::audio::corpora {

using Counts = std::map<std::string, std::int64_t>;
using Match = std::match_results<std::string::const_iterator>;

struct Layout {
  std::string name, title;  // as a user types it, and as it is written
  std::string looks;        // for messages
  /// ECMAScript, of "folder/name" of a sound file, without extension. A corpus is recognised by it. Empty: any name, a
  /// layout that is thought of only where no corpus is recognised.
  std::string pattern = {};
  /// Fills in what the name tells; returns why it is no utterance, or "".
  std::function<std::string(const Match&, Utterance&)> describe = {};
  /// Fills in what other files tell.
  std::function<void(const Listing&, Corpus&)> annotate = {};
  std::function<bool(const Listing&)> applies = {};  // where there is no pattern
  Counts published = {};                             // utterances of each emotion in the whole corpus
  std::map<std::string, std::string> four = {};      // emotions besides the usual words for the four classes
};

Layout emodb(), iemocap(), msp_improv(), msp_podcast(), crema_d(), ravdess(), savee(), tess(), urdu();
/// One or more CSV files with columns for the file and the emotion, and maybe for speaker, session, gender and text,
/// under the names that are usual for these; those of an audformat database (db.yaml, db.*.csv) are joined.
Layout table();
/// happy/1.wav, or speaker/happy/1.wav: folders named after the emotions.
Layout folders();

/// All of them; corpora first.
const std::vector<Layout>& layouts();
/// Error naming all where there is none of that name.
const Layout& layout_named(const std::string&);
/// The only one that fits; FileError naming those that fit, or all, otherwise.
const Layout& recognise(const Listing&);

/// What label files say, by the utterances' ids; fields that are empty are not said.
using Said = std::map<std::string, Utterance>;
/// Adds it to the utterances. Those without an emotion then are skipped, and so is what is said of utterances that are
/// not there; `source` names the label files.
void tell(Corpus&, const Said&, const std::string& source);
/// Adds to what is said of an utterance. "" adds nothing; FileError where something else was said.
void say(Said&, const std::string& id, std::string Utterance::*what, const std::string& value,
         const std::string& source);

using ReadTable = std::function<CsvTable(const std::filesystem::path&)>;
/// A CSV file whose cells are quoted by ".
CsvTable read_labels_csv(const std::filesystem::path&);
/// What the rows of tables say under the usual names of columns. A file is meant by its path or, where only one is
/// called so, its name. FileError where a table has no column for files.
Said read_tables(const Listing&, const std::vector<std::string>& tables, Corpus&, const ReadTable& = read_labels_csv);
/// Where names come more than once, ids become whole paths: happy/1.wav → happy_1.
void distinguish(std::vector<Utterance>&);

/// F…, W…: female; M…: male; otherwise "".
std::string gender_of(std::string_view word);

}  // namespace emograd::audio::corpora
