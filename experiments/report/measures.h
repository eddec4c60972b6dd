#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "experiments/report/claims.h"

/// What claims ask of a run: numbers with intervals, made from its predictions and from the outcomes of its units.
namespace emograd::report {

using Measure = std::function<std::optional<Estimate>(const Evidence&)>;  // nothing where the run cannot tell

/// Of runs of these programs only.
Measure of(std::vector<std::string> programs, Measure);
/// Of runs that have taken rows of some classes away.
Measure thinned(const Measure&);

/// What a classifier learnt from.
enum class Rows { real, with_one_set, with_all_sets, one_set, all_sets };

/// "dnn" is the DNN of the run, also where that is Table II's large one; "all" sets are the largest number of the run.
struct Learner {
  const char *augmenter, *classifier;
  Rows rows;
};
/// UAR of `a` less that of `b`, in points.
Measure uar_change(const Learner& a, const Learner& b);
/// UAR above that of guessing, in points, with more sets than the paper calls few (5).
Measure uar_above_chance(const Learner&);
/// The best fold's UAR, in percent, likewise.
Measure perfect_folds(const Learner&);

/// A number that the outcome of a unit (protocol/unit.h) holds, or nothing.
using OfUnit = std::function<std::optional<double>(const nlohmann::json& outcome)>;
/// Over the augmenter's units: seeds of a split are averaged, and splits compared; of a single split, its seeds are.
Measure mean_of(const std::string& augmenter, const OfUnit&);
/// That of `a` less that of `b` on the same split with the same seed.
Measure change_of(const std::string& a, const std::string& b, const OfUnit&);

/// Of yi2020_mmd: squared discrepancy of the rows from the real ones, unbiased.
std::optional<double> discrepancy(const nlohmann::json& outcome);
/// By how much a loss has risen in its last tenth.
OfUnit rise_of(const std::string& loss);
/// What it rises by in a hundred epochs of the second half: after it has dropped, if it has.
OfUnit slope_of(const std::string& loss);
/// Its last tenth over its first value.
OfUnit left_of(const std::string& loss);
/// Of a latent_coverage (protocol/coverage.h): how many classes have no real row whose nearest synthetic one is theirs.
std::optional<double> classes_missed(const nlohmann::json& outcome);
/// Of the same: the share of real rows whose nearest synthetic one is of their class, in percent, averaged over
/// classes.
std::optional<double> covered(const nlohmann::json& outcome);
/// Of yi2020_space: the median over features of the Kolmogorov–Smirnov distance between real and synthetic values.
std::optional<double> feature_distance(const nlohmann::json& outcome);
/// Of the same: the share of real rows whose nearest synthetic row is of their class, as in `covered`, of features.
std::optional<double> own_class(const nlohmann::json& outcome);
/// Of yi2020_time: median seconds of one over those of the other, with the least and the most that the repetitions
/// allow.
Measure time_ratio(const std::string& a, const std::string& b);

}  // namespace emograd::report
