#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace emograd::protocol {

/// How often utterances of one class were given another. Predictions of all folds go into one: the metrics are of the
/// pooled predictions, since a fold may lack a class.
class Confusion {
 public:
  explicit Confusion(std::int64_t classes)
      : classes_(classes), counts_(static_cast<std::size_t>(classes * classes), 0) {}
  /// Error where an index is no class.
  void add(std::int64_t truth, std::int64_t prediction);
  void add(const std::vector<std::int64_t>& truth, const std::vector<std::int64_t>& predictions);
  void add(const Confusion&, std::int64_t times = 1);  // of the same classes

  std::int64_t classes() const { return classes_; }
  std::int64_t count(std::int64_t truth, std::int64_t prediction) const {
    return counts_[static_cast<std::size_t>(truth * classes_ + prediction)];
  }
  std::int64_t of_class(std::int64_t truth) const;
  std::int64_t predicted(std::int64_t prediction) const;
  std::int64_t total() const;

 private:
  std::int64_t classes_;
  std::vector<std::int64_t> counts_;
};

/// Their sum. Error where there is none.
Confusion pooled(const std::vector<Confusion>&);

/// All in [0, 1]. Averages over classes leave out classes that no utterance is of. Error where there is no utterance.
double weighted_accuracy(const Confusion&);          // right answers per utterance            (yi2020:19)
double unweighted_average_recall(const Confusion&);  // mean recall over classes               (yi2020:20)
double macro_f1(const Confusion&);                   // mean of 2 P R/(P + R) over classes; 0 where nothing is right
std::vector<double> recalls(const Confusion&);       // per class; NaN where no utterance is of it

struct MeanSd {
  double mean = 0, sd = 0;  // standard deviation over n − 1; 0 for one value
};
MeanSd mean_sd(const std::vector<double>&);
/// The mean of every fold's values, one for each seed, in the order of the folds' names; of a single fold, its values.
std::vector<double> fold_means(const std::map<std::string, std::vector<double>>& by_fold);

}  // namespace emograd::protocol
