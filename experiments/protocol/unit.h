#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "experiments/protocol/augmenter.h"
#include "experiments/protocol/classified.h"
#include "experiments/protocol/scaler.h"
#include "experiments/protocol/splits.h"
#include "experiments/protocol/thinning.h"
#include "models/yi2020/classifiers.h"

/// The smallest piece of an experiment that stands for itself: one seed, one split, one augmenter, all classifiers, on
/// one mix of real and synthetic rows or several.
/// Units can run in any order and in any number of processes: each draws from streams derived from its own names.
namespace emograd::protocol {

/// What classifiers learn from: the first sets of synthetic rows that one trained augmenter made, below the fold's own
/// rows or (yi2020, Fig. 8) alone.
struct Mix {
  std::int64_t sets = 10;  // ten in the paper (section IV-D); 0: real rows only
  bool real = true;
  auto operator<=>(const Mix&) const = default;
};
std::string to_string(const Mix&);  // "real + 10 sets", "10 sets", "real"

using MakeClassifier = std::function<std::unique_ptr<yi2020::Classifier>()>;

/// What else a program asks of a trained augmenter, with a random stream of its own.
using Measure = std::function<nlohmann::json(const TrainingFold&, const Augmenter&, Rng)>;

struct Unit {
  const FeatureTable& table;
  const Split& split;
  std::uint64_t seed = 0;
  /// Its name. Random streams have the names of augmenters and classifiers up to a colon: variants of a method
  /// ("adan:tanh-latents") draw what the method draws, and differ in nothing but what varies.
  std::string augmenter;
  MakeAugmenter make_augmenter;
  std::vector<std::pair<std::string, MakeClassifier>> classifiers;  // in the order of reports
  std::vector<Mix> mixes{Mix{}};
  std::int64_t evaluate_every = 0;  // epochs of training after which to do as at its end; 0: never before that
  Scaling scaling = {};
  Measure measure = {};  // at the end of training; empty: nothing
  /// Null: classifiers learn, and are tested on, all rows and classes. Otherwise on this part of the table, of
  /// synthetic rows those of its classes; labels of predictions are its classes.
  const Classified* classified = nullptr;
  Thinning thinning = {};  // what is taken away is there for nobody, but for a scaling by the whole corpus
};

/// Called with everything that training leaves behind, as it comes into being: "scaler.mean", "adan.E.0.W",
/// "rows.x", "svm on real + 10 sets.W", "measured", … What the leak check compares (leak_check.h).
using Observe = std::function<void(const std::string& name, const Tensor&)>;

/// What surrounds a unit while it runs; nothing here changes its result.
struct Session {
  std::filesystem::path checkpoint = {};              // folder of the unit's saved state; empty: none is kept
  double checkpoint_seconds = 60;                     // between saves of a training that takes longer
  std::function<bool()> stop = [] { return false; };  // asked after every epoch
  std::function<void()> epoch_done = [] {};
  Observe observe = {};
  /// Told how long each part of a finished unit took: "training", "classifiers" (with drawing synthetic rows),
  /// "measuring". Of a training that went on from a saved state, what came after.
  std::function<void(const std::string& part, double seconds)> spent = [](const std::string&, double) {};
};

/// A stream for a purpose that has a name.
Rng stream(Rng, std::string_view purpose);

/// The split with the training rows that its thinning leaves with this seed.
Split thinned_split(const FeatureTable&, const Split&, const Thinning&, std::uint64_t seed);
/// Scaler, its training rows, nothing of the test rows.
TrainingFold training_fold(const FeatureTable&, const Scaler&, const Split&);
/// Rows of a table, in the order given.
LabelledRows take(const FeatureTable&, const std::vector<std::int64_t>& rows);

/// Scales, trains the augmenter, samples once, fits every classifier on every mix and predicts the test rows. The
/// outcome is an object
///   {"augmenter", "seed", "split", "epochs": [{"epoch", "losses"}, …at most 100…],
///    "predictions": [{"classifier", "sets" and "real" of the mix, "labels": [of every test row that is classified],
///                     "validation": [of every validation row, likewise, where the split has any],
///                     "unconverged": Classifier::unconverged()}, …],
///    "leak": leak_of the scaling, where it has one, "measured": what Unit::measure gave, where there is one,
///    "left": {class thinned: [ids of its training rows]}, where any is},
/// with evaluate_every also
///    "evaluations": [{"epoch", "predictions": as above}, …, the last epoch's],
///    "chosen": [{"classifier", "sets", "real", "epoch": the best on validation rows (validation.h)}, …];
/// or nothing where `stop` was heeded; then the state is saved, and the same call continues from it bit for bit. What a
/// mix gives does not depend on the others (on the last bits of the SVM's kernel it may where a library multiplies, see
/// yi2020::Gram). Error where a loss is not finite, and where a mix has no rows.
std::optional<nlohmann::json> run_unit(const Unit&, const Session& = {});

}  // namespace emograd::protocol
