#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "experiments/protocol/feature_table.h"

namespace emograd::protocol {

/// Where a user's features lie.
struct TableFiles {
  /// .npy: an array (utterances, features), with `files` beside it. A folder: features.npy, names.txt and files.txt in
  /// it, as the program extract leaves them. Otherwise what openSMILE writes: ARFF (.arff, or whatever begins with
  /// @relation), or CSV, separated by ';' or ','. The utterance is in the first column; frameIndex, frameTime,
  /// frameLength, start, end and a last column 'class', in ARFF all last attributes that are not numeric, are passed
  /// over.
  std::filesystem::path features;
  std::filesystem::path names;  // text, one feature name per line; only with .npy; empty: numbers
  std::filesystem::path files;  // text, one utterance per row, as file name or path; only with .npy
  /// CSV with columns name, label, speaker and, where it is known, session; empty: label and speaker are read from
  /// EmoDB file names. Altered copies (feature_table.h) need no line: what is said of their originals is true of them.
  std::filesystem::path labels;
};

/// Error naming file, row and fix where something is missing, contradictory or not finite (check_table).
FeatureTable read_feature_table(const TableFiles&);

/// The name of the utterance in a file: corpus/03a01Fa.wav → 03a01Fa.
std::string utterance_of(std::string_view file);

/// 03a01Fa → speaker 03, happiness: two digits for the speaker, three characters for the text, a letter for the emotion
/// (W anger, L boredom, E disgust, A fear, F happiness, T sadness, N neutral), one for the version. Error otherwise.
Annotation parse_emodb_name(const std::string& id);

}  // namespace emograd::protocol
