#pragma once

#include <filesystem>
#include <string>

#include "experiments/protocol/feature_table.h"

namespace emograd::protocol {

/// Where a user's features lie.
struct TableFiles {
  /// .npy: an array (utterances, features), with `files` beside it. Anything else: openSMILE's CSV, separated by ';' or
  /// ',': the utterance in its first column, frameIndex, frameTime, start, end and a last column 'class' are passed
  /// over.
  std::filesystem::path features;
  std::filesystem::path names;   // text, one feature name per line; only with .npy; empty: numbers
  std::filesystem::path files;   // text, one utterance per row, as file name or path; only with .npy
  std::filesystem::path labels;  // CSV with columns name, label, speaker; empty: both are read from EmoDB file names
};

/// Error naming file, row and fix where something is missing, contradictory or not finite (check_table).
FeatureTable read_feature_table(const TableFiles&);

/// 03a01Fa → speaker 03, happiness: two digits for the speaker, three characters for the text, a letter for the emotion
/// (W anger, L boredom, E disgust, A fear, F happiness, T sadness, N neutral), one for the version. Error otherwise.
Annotation parse_emodb_name(const std::string& id);

}  // namespace emograd::protocol
