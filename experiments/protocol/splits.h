#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "experiments/protocol/feature_table.h"

namespace emograd::protocol {

struct Split {
  std::string name;                           // of a random stream and in reports: what is left out
  std::vector<std::int64_t> train, test;      // rows of the table, ascending; no test rows: nothing is classified
  std::vector<std::int64_t> validation = {};  // likewise; for choosing among trainings (validation.h), or none
};

/// Which rows are tested together.
struct Folds {
  std::string protocol;             // how they came about, for reports and manifests
  std::vector<std::string> of_row;  // N; "": the row is in every training set and never tested
};

/// Every row trains, none is tested: for a look at one training.
Folds nothing_left_out(const FeatureTable&);
/// Leave-one-speaker-out: one fold per speaker.
Folds folds_by_speaker(const FeatureTable&);
/// Leave-one-session-out. Error where the session of a row is unknown, or there is only one.
Folds folds_by_session(const FeatureTable&);
/// Group k-fold: each speaker's rows in one of k folds, so that folds differ little in rows and in rows of each class.
/// Speakers are taken in descending order of rows, in random order where they have as many, each into the fold whose
/// shares of the table it raises least in squares. Error unless 2 ≤ k ≤ speakers.
Folds folds_of_speakers(const FeatureTable&, std::int64_t k, std::uint64_t seed);

/// Error, beginning with `where`, unless there is a fold per row and every speaker's rows are in the same.
void check_folds(const FeatureTable&, const Folds&, const std::string& where);

/// One split per fold, in alphabetical order: its rows are the test set, those of other folds the training set. Altered
/// copies (feature_table.h) train, but are not tested. Error where check_folds has one, or a training set would lack a
/// class; a test set may. Where no row is in a fold, one split "all" without test rows.
std::vector<Split> splits_of(const FeatureTable&, const Folds&);
std::vector<Split> leave_one_speaker_out(const FeatureTable&);  // splits_of(folds_by_speaker)

/// Error unless train, test and validation are disjoint sets of rows, share no speaker, and train has every class.
/// There may be no test rows.
void check_split(const FeatureTable&, const Split&);

}  // namespace emograd::protocol
