#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "experiments/protocol/metrics.h"
#include "tensor/philox.h"

/// How sure a table of methods can be. Utterances of one speaker resemble each other, and a second seed is no second
/// speaker, so speakers are what is drawn and flipped here: with the ten of EmoDB and IEMOCAP little can be told apart,
/// whatever the number of utterances and seeds.
namespace emograd::protocol {

/// A method's answers to all test utterances: [seed][speaker], the same speakers in the same order for every seed.
using Answers = std::vector<std::vector<Confusion>>;

enum class Score { wa, uar, macro_f1 };
inline constexpr Score all_scores[] = {Score::wa, Score::uar, Score::macro_f1};
double score(Score, const Confusion&);
/// One value per seed: the score of the predictions pooled over speakers. A method's score is their mean.
std::vector<double> score_per_seed(Score, const Answers&);
/// Of answers by [seed][fold]: one value per fold, the mean over seeds of the fold's own score.
std::vector<double> score_per_fold(Score, const Answers& by_fold);

/// The p-quantile, 0 ≤ p ≤ 1, interpolated linearly between order statistics. NaN is left out; NaN where nothing
/// remains.
double quantile(std::vector<double> values, double p);

struct Interval {
  double low = 0, high = 0;
};

/// Student's 95 % interval of the mean of few independent, roughly normal values: mean ± t sd/√n. (A bootstrap of three
/// values covers their mean three times in four.) NaN of a single value. Error where there is none.
Interval mean_interval(const std::vector<double>& values);

/// Scores of resampled experiments. A resample draws, with replacement, as many speakers as there are, each with all
/// its utterances, and as many seeds as there are, independently of the speakers; its score is the mean over the drawn
/// seeds of the score of the predictions pooled over the drawn speakers: what score_per_seed gives on average.
///
/// Every method gets the same draws, so that differences are paired. One draw of seeds serves all speakers: it counts
/// what a seed does to all folds alike; what it does to one of them shows between speakers already, if every speaker is
/// a fold. The products of the two draws count that last part more than once, which errs on the wide side (Owen, "The
/// pigeonhole bootstrap", Annals of Applied Statistics 1, 2007). With a single seed nothing of the training's luck that
/// all folds share is counted. Models are not trained anew: the intervals are about other speakers for these training
/// sets.
///
/// Intervals are percentiles of the resampled scores, taken so far out that they cover 95 % for S speakers: plain 2.5 %
/// and 97.5 % would reach z √((S − 1)/S) standard errors for a mean over S normal speakers, where Student's interval
/// reaches t; at S = 10 they would cover 90 %. Of fewer than six speakers they cover less all the same, for no resample
/// lies beyond the least and the most of them: 1 − 2^(1 − S) (Hesterberg, "What teachers should know about the
/// bootstrap", American Statistician 69, 2015: expanded percentile intervals).
class Bootstrap {
 public:
  /// Resample b draws from numbers b (speakers + seeds) … of `rng`: the same bits for any number of threads. Error
  /// unless all methods have the same seeds and answered the same utterances, every speaker at least one.
  explicit Bootstrap(const std::vector<Answers>& methods, Rng rng = {}, std::int64_t resamples = 10'000);

  Interval interval(std::size_t method, Score) const;
  /// Of the recall of a class, over the resamples that have utterances of it.
  Interval recall(std::size_t method, std::int64_t k) const;
  /// Of a method's score less the baseline's on the same resample.
  Interval difference(std::size_t method, std::size_t baseline, Score) const;
  /// Of anything computed from values(): one value per resample.
  Interval interval_of(std::vector<double> of_resamples) const;

  /// The resampled scores themselves.
  const std::vector<double>& values(std::size_t method, Score) const;
  std::int64_t resamples() const { return resamples_; }
  std::size_t seeds() const { return seeds_; }
  std::size_t speakers() const { return speakers_; }
  double tail() const { return tail_; }  // the share of resamples beyond each end of an interval

 private:
  std::vector<double>& values_of(std::size_t method, std::size_t column) { return values_[method * columns_ + column]; }

  std::int64_t resamples_;
  std::size_t seeds_ = 0, speakers_ = 0;
  double tail_ = 0;
  std::size_t columns_ = 0;                  // scores, then recalls
  std::vector<std::vector<double>> values_;  // [method][column][resample]
};

/// What each speaker adds to the pooled UAR of `method` less that of `baseline`, averaged over seeds: their sum is the
/// difference of the two UARs. Error unless both answered the same utterances.
std::vector<double> uar_differences(const Answers& method, const Answers& baseline);

/// Up to so many differences, sign_flip_p tries all signs.
inline constexpr std::size_t exact_sign_flips = 16;

/// Two-sided test of whether a method differs from its baseline: the share of sign vectors ε for which |Σ ε_s d_s| is
/// at least |Σ d_s|. If the method changes nothing, whose answers are called the method's may be swapped for each
/// speaker by itself, so all 2^S are equally likely and the test keeps its level for any S and any distribution, if
/// every speaker is tested by a model of its own (statistics_test.cpp measures what folds of several speakers cost);
/// speakers with more utterances weigh as much as they do in the UAR. Seeds are averaged first (uar_differences): were
/// they counted as observations, any difference would become significant with enough of them. A test on means over
/// folds (Student's, or corrected for overlapping training sets) would assume normality of ten folds of unequal size,
/// some of which lack a class.
///
/// Exact up to exact_sign_flips differences, the smallest p is then 2^(1 − S). Above, (1 + hits)/(1 + draws) over
/// random signs (Phipson and Smyth, "Permutation p-values should never be zero", 2010). Sums that differ by rounding
/// are equal. Error where there are no differences.
double sign_flip_p(std::span<const double> differences, Rng rng = {}, std::int64_t draws = 100'000);

/// p values so adjusted that rejecting those ≤ α errs with probability at most α over the whole family, however they
/// depend on each other (Holm, "A simple sequentially rejective multiple test procedure", 1979). In the order given.
std::vector<double> holm(const std::vector<double>& p);

}  // namespace emograd::protocol
