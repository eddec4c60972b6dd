#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "experiments/protocol/feature_table.h"
#include "experiments/protocol/splits.h"

/// Folds as data: what anyone needs to train and test on the same rows.
namespace emograd::protocol {

/// An object
///   {"format": "emograd folds", "version": 1, "protocol",
///    "table": {"xxhash64": table_hash, "rows", "features", "classes", "speakers": how many},
///    "rows": [{"id", "speaker", "session" (where known), "label", "fold"}, …as in the table…],
///    "xxhash64": of all the above, as JSON in one line with sorted keys}
/// "fold" is "" for a row that is in every training set.
nlohmann::json manifest_of(const FeatureTable&, const Folds&);
/// As the file holds it.
std::string manifest_text(const nlohmann::json& manifest);

/// The folds of a manifest for this table; Error, naming what differs first, where the file was changed after it was
/// written, is of another version, belongs to another table, or has a speaker in two folds.
Folds read_manifest(const std::filesystem::path&, const FeatureTable&);

/// The folds of a CSV file with columns name and fold, one line per utterance of the table in any order; an empty fold
/// leaves it in every training set. Error for an utterance that is absent, unknown or there twice, and for a speaker in
/// two folds.
Folds read_fold_list(const std::filesystem::path&, const FeatureTable&);

}  // namespace emograd::protocol
