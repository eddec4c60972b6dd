#pragma once

#include <string>
#include <vector>

#include "experiments/protocol/statistics.h"
#include "experiments/report/condition.h"
#include "experiments/report/table.h"
#include "tensor/io/csv.h"

/// From predictions to the tables of a report. predictions.csv (run_folder.h) is all that it takes.
namespace emograd::report {

/// A condition and what came of it.
struct Contender {
  Condition condition;
  std::string title;                      // as in tables
  std::vector<std::string> seeds;         // in order of appearance
  protocol::Answers by_speaker, by_fold;  // [seed][as in Predictions]
};

struct Predictions {
  std::vector<std::string> classes, speakers, folds;  // in alphabetical order
  std::int64_t utterances = 0;
  std::vector<Contender> contenders;  // in order of appearance
};

/// A table with columns seed, split, id, speaker, truth, augmenter, classifier, sets, real (yes or no) and prediction.
/// FileError naming what is wrong unless every condition answers every utterance once per seed, and an utterance has
/// one speaker, split and truth.
Predictions read_predictions(const CsvTable&);

/// Titles that tell mixes apart where an augmenter has several, among these or beside them.
void give_titles(std::vector<Contender>&, const std::vector<Contender>& beside);

/// What Bootstrap takes. Error where they do not have the same seeds.
std::vector<protocol::Answers> answers_of(const std::vector<Contender>&);
/// "62.50 [55.0, 70.1]" in percent, or "+1.25 [−0.5, 3.0]" in points; numbers: the value, low, high.
Table::Cell interval_cell(double share, const protocol::Interval&, bool change = false);
/// "62.50 ± 17.68 [55.0, 70.1]", of one value "62.50 [55.0, 70.1]", in percent of a score's values in [0, 1], one per
/// seed; numbers: the mean, the deviation where there is one, low, high.
Table::Cell score_cell(std::vector<double> per_seed, const protocol::Interval&);
/// The suffixes of a column of score_cell's.
std::vector<std::string> score_numbers(std::size_t seeds);
/// A note: what these intervals are, and what they are not, of models trained for so many folds.
std::string about_intervals(const protocol::Bootstrap&, std::size_t folds);

/// A method beside the one that it is tested against: both answered the same utterances with the same seeds.
struct Pairing {
  std::string title;
  const protocol::Answers &method, &baseline;
  protocol::Interval difference;  // of the method's UAR less the baseline's
};
/// By how much the UAR differs, with p of a sign-flip test over speakers, also by Holm's correction for all rows: a row
/// per pairing.
Table pairings_table(const std::string& caption, const std::vector<Pairing>&, std::size_t folds);

/// Tables with a row per condition, in percent; the first column names the method in all of them but the confusions.
struct Comparison {
  Table scores;   // WA, UAR, macro-F1 of the pooled predictions, with intervals
  Table seeds;    // the same for each seed; without rows where there is one seed only
  Table folds;    // WA and UAR of a fold: mean and deviation over folds
  Table tests;    // against no augmentation with the same classifier; without rows where no method has that baseline
  Table recalls;  // of every class, with intervals
  std::vector<std::string> classes;
  std::vector<Contender> contenders;    // of the scores' rows
  std::vector<protocol::Interval> uar;  // theirs, in [0, 1]
  std::vector<Table> confusions;        // theirs, summed over seeds, with recalls and intervals

  /// What a reader of the terminal gets: all but the recalls, which stand at the confusion matrices.
  std::string text() const;
  /// scores, tests, folds, recalls; those that have rows.
  std::vector<Table> tables() const;
};
/// Error where methods do not have the same seeds.
Comparison compare(const Predictions&);

}  // namespace emograd::report
