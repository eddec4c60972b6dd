#include "experiments/protocol/metrics.h"

#include <cmath>
#include <limits>

#include "tensor/error.h"

namespace emograd::protocol {

void Confusion::add(std::int64_t truth, std::int64_t prediction) {
  check(truth >= 0 && truth < classes_ && prediction >= 0 && prediction < classes_,
        "Confusion: class {} predicted as {}, there are {} classes", truth, prediction, classes_);
  ++counts_[static_cast<std::size_t>(truth * classes_ + prediction)];
}

void Confusion::add(const std::vector<std::int64_t>& truth, const std::vector<std::int64_t>& predictions) {
  check(truth.size() == predictions.size(), "Confusion: {} labels, {} predictions", truth.size(), predictions.size());
  for (std::size_t i = 0; i < truth.size(); ++i) add(truth[i], predictions[i]);
}

void Confusion::add(const Confusion& other, std::int64_t times) {
  check(classes_ == other.classes_, "Confusion: {} classes, to be added to {}", other.classes_, classes_);
  for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] += times * other.counts_[i];
}

Confusion pooled(const std::vector<Confusion>& parts) {
  check(!parts.empty(), "pooled: there are no answers");
  Confusion sum(parts[0].classes());
  for (const Confusion& c : parts) sum.add(c);
  return sum;
}

std::int64_t Confusion::of_class(std::int64_t truth) const {
  std::int64_t n = 0;
  for (std::int64_t k = 0; k < classes_; ++k) n += count(truth, k);
  return n;
}

std::int64_t Confusion::predicted(std::int64_t prediction) const {
  std::int64_t n = 0;
  for (std::int64_t k = 0; k < classes_; ++k) n += count(k, prediction);
  return n;
}

std::int64_t Confusion::total() const {
  std::int64_t n = 0;
  for (const std::int64_t c : counts_) n += c;
  return n;
}

namespace {

template <class Score>
double mean_over_classes(const Confusion& c, Score score) {
  double sum = 0;
  int present = 0;
  for (std::int64_t k = 0; k < c.classes(); ++k)
    if (c.of_class(k) > 0) sum += score(k), ++present;
  check(present > 0, "Confusion: there are no predictions to score");
  return sum / present;
}

double ratio(std::int64_t a, std::int64_t b) { return static_cast<double>(a) / static_cast<double>(b); }

}  // namespace

double weighted_accuracy(const Confusion& c) {
  std::int64_t right = 0;
  for (std::int64_t k = 0; k < c.classes(); ++k) right += c.count(k, k);
  check(c.total() > 0, "Confusion: there are no predictions to score");
  return ratio(right, c.total());
}

double unweighted_average_recall(const Confusion& c) {
  return mean_over_classes(c, [&](std::int64_t k) { return ratio(c.count(k, k), c.of_class(k)); });
}

double macro_f1(const Confusion& c) {
  // 2 P R/(P + R) with P = hits/predicted, R = hits/of_class
  return mean_over_classes(c, [&](std::int64_t k) { return ratio(2 * c.count(k, k), c.of_class(k) + c.predicted(k)); });
}

std::vector<double> recalls(const Confusion& c) {
  std::vector<double> out;
  for (std::int64_t k = 0; k < c.classes(); ++k)
    out.push_back(c.of_class(k) ? ratio(c.count(k, k), c.of_class(k)) : std::numeric_limits<double>::quiet_NaN());
  return out;
}

MeanSd mean_sd(const std::vector<double>& values) {
  check(!values.empty(), "mean_sd: no values");
  const auto n = static_cast<double>(values.size());
  MeanSd r;
  for (const double v : values) r.mean += v / n;
  for (const double v : values) r.sd += (v - r.mean) * (v - r.mean);
  r.sd = values.size() > 1 ? std::sqrt(r.sd / (n - 1)) : 0;
  return r;
}

std::vector<double> fold_means(const std::map<std::string, std::vector<double>>& by_fold) {
  if (by_fold.size() == 1) return by_fold.begin()->second;
  std::vector<double> means;
  for (const auto& [fold, seeds] : by_fold) means.push_back(mean_sd(seeds).mean);
  return means;
}

}  // namespace emograd::protocol
