#include "experiments/protocol/statistics.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "tensor/error.h"
#include "tensor/parallel.h"

namespace emograd::protocol {
namespace {

constexpr std::size_t score_count = std::size(all_scores);

std::uint32_t bits(const Rng& rng, std::uint64_t i) {
  const std::uint64_t at = rng.offset + i;
  return Philox::at(rng.seed, at / 4).v[at % 4];
}

/// Draws as many of the indices of `times` as there are, and counts them there. An index's probability is off by 2^−32
/// at most.
void draw_with_replacement(const Rng& rng, std::uint64_t first, std::vector<std::int64_t>& times) {
  const std::uint64_t n = times.size();
  std::fill(times.begin(), times.end(), 0);
  for (std::uint64_t i = 0; i < n; ++i) ++times[bits(rng, first + i) * n >> 32];
}

void check_comparable(const Answers& a, const Answers& b) {
  check(!b.empty() && !b[0].empty(), "statistics: a method has no answers");
  check(a.size() == b.size(),
        "statistics: one method has {} seeds, another {}; methods are compared over the same seeds", b.size(),
        a.size());
  for (const auto& seed : a) {
    check(seed.size() == b[0].size(), "statistics: the answers are to {} speakers and to {}", b[0].size(), seed.size());
    for (std::size_t s = 0; s < seed.size(); ++s) {
      check(seed[s].total() > 0, "statistics: speaker {} has no utterance", s);
      check(seed[s].classes() == b[0][s].classes(), "statistics: the answers are of {} classes and of {}",
            b[0][s].classes(), seed[s].classes());
      for (std::int64_t k = 0; k < seed[s].classes(); ++k)
        check(seed[s].of_class(k) == b[0][s].of_class(k),
              "statistics: of speaker {} and class {}, {} utterances are answered here and {} there; methods and seeds "
              "are compared on the same utterances",
              s, k, b[0][s].of_class(k), seed[s].of_class(k));
    }
  }
}

/// The 0.975 quantile of Student's distribution.
double student(std::size_t degrees) {
  static constexpr double t[] = {12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.3060, 2.2622, 2.2281,
                                 2.2010,  2.1788, 2.1604, 2.1448, 2.1314, 2.1199, 2.1098, 2.1009, 2.0930, 2.0860,
                                 2.0796,  2.0739, 2.0687, 2.0639, 2.0595, 2.0555, 2.0518, 2.0484, 2.0452, 2.0423};
  constexpr double z = 1.959964;
  if (degrees <= std::size(t)) return t[degrees - 1];
  return z + (z * z * z + z) / (4 * static_cast<double>(degrees));  // Cornish and Fisher's
}

/// How much of a normal distribution with the bootstrap's deviation, √((S − 1)/S) of the usual estimate, lies beyond
/// each end of Student's interval.
double tail_of(std::size_t speakers) {
  if (speakers < 2) return 0;
  const auto n = static_cast<double>(speakers);
  return std::erfc(student(speakers - 1) * std::sqrt(n / (n - 1)) / std::sqrt(2.0)) / 2;
}

}  // namespace

double score(Score which, const Confusion& c) {
  switch (which) {
    case Score::wa: return weighted_accuracy(c);
    case Score::uar: return unweighted_average_recall(c);
    case Score::macro_f1: return macro_f1(c);
  }
  fail("score: no such score");
}

std::vector<double> score_per_seed(Score which, const Answers& answers) {
  std::vector<double> out;
  for (const auto& seed : answers) {
    check(!seed.empty(), "statistics: a method has no answers");
    out.push_back(score(which, pooled(seed)));
  }
  return out;
}

std::vector<double> score_per_fold(Score which, const Answers& by_fold) {
  check(!by_fold.empty(), "statistics: a method has no answers");
  std::vector<double> out(by_fold[0].size(), 0);
  for (const auto& seed : by_fold)
    for (std::size_t f = 0; f < out.size(); ++f)
      out[f] += score(which, seed.at(f)) / static_cast<double>(by_fold.size());
  return out;
}

double quantile(std::vector<double> values, double p) {
  check(p >= 0 && p <= 1, "quantile: p is {}, must be in [0, 1]", p);
  std::erase_if(values, [](double v) { return std::isnan(v); });
  if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
  if (!std::is_sorted(values.begin(), values.end())) std::sort(values.begin(), values.end());
  const double at = p * static_cast<double>(values.size() - 1), below = std::floor(at);
  const auto i = static_cast<std::size_t>(below);
  if (i + 1 == values.size()) return values[i];
  return values[i] + (at - below) * (values[i + 1] - values[i]);
}

Interval mean_interval(const std::vector<double>& values) {
  check(!values.empty(), "mean_interval: there are no values");
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  const std::size_t n = values.size();
  if (n == 1) return {nan, nan};
  const MeanSd r = mean_sd(values);
  const double half = student(n - 1) * r.sd / std::sqrt(static_cast<double>(n));
  return {r.mean - half, r.mean + half};
}

Bootstrap::Bootstrap(const std::vector<Answers>& methods, Rng rng, std::int64_t resamples) : resamples_(resamples) {
  check(!methods.empty(), "Bootstrap: there are no methods");
  check(resamples >= 1, "Bootstrap: {} resamples, must be at least 1", resamples);
  for (const Answers& m : methods) check_comparable(m, methods[0]);
  const std::size_t seeds = seeds_ = methods[0].size(), speakers = speakers_ = methods[0][0].size();
  const std::int64_t classes = methods[0][0][0].classes();
  tail_ = tail_of(speakers);
  columns_ = score_count + static_cast<std::size_t>(classes);
  values_.assign(methods.size() * columns_, std::vector<double>(static_cast<std::size_t>(resamples)));

  parallel_for(resamples, 16, [&](std::int64_t begin, std::int64_t end) {
    std::vector<std::int64_t> speaker_times(speakers), seed_times(seeds);
    for (std::int64_t b = begin; b < end; ++b) {
      const auto at = static_cast<std::size_t>(b);
      draw_with_replacement(rng, at * (speakers + seeds), speaker_times);
      draw_with_replacement(rng, at * (speakers + seeds) + speakers, seed_times);
      for (std::size_t m = 0; m < methods.size(); ++m) {
        Confusion all(classes);
        for (std::size_t r = 0; r < seeds; ++r) {
          if (seed_times[r] == 0) continue;
          Confusion pooled(classes);
          for (std::size_t s = 0; s < speakers; ++s)
            if (speaker_times[s] > 0) pooled.add(methods[m][r][s], speaker_times[s]);
          const double share = static_cast<double>(seed_times[r]) / static_cast<double>(seeds);
          for (std::size_t i = 0; i < score_count; ++i) values_of(m, i)[at] += share * score(all_scores[i], pooled);
          all.add(pooled, seed_times[r]);
        }
        // Every seed has the same utterances, so pooling the seeds averages recalls.
        const std::vector<double> recall = recalls(all);
        for (std::size_t k = 0; k < recall.size(); ++k) values_of(m, score_count + k)[at] = recall[k];
      }
    }
  });
}

const std::vector<double>& Bootstrap::values(std::size_t method, Score s) const {
  check(method * columns_ < values_.size(), "Bootstrap: there is no method {}", method);
  return values_[method * columns_ + static_cast<std::size_t>(s)];
}

Interval Bootstrap::interval(std::size_t method, Score s) const { return interval_of(values(method, s)); }

Interval Bootstrap::recall(std::size_t method, std::int64_t k) const {
  const std::size_t column = score_count + static_cast<std::size_t>(k);
  check(k >= 0 && column < columns_ && method * columns_ < values_.size(),
        "Bootstrap: there is no class {} of method {}", k, method);
  return interval_of(values_[method * columns_ + column]);
}

Interval Bootstrap::difference(std::size_t method, std::size_t baseline, Score s) const {
  std::vector<double> d = values(method, s);
  const std::vector<double>& from = values(baseline, s);
  for (std::size_t b = 0; b < d.size(); ++b) d[b] -= from[b];
  return interval_of(std::move(d));
}

Interval Bootstrap::interval_of(std::vector<double> of_resamples) const {
  std::erase_if(of_resamples, [](double v) { return std::isnan(v); });
  std::sort(of_resamples.begin(), of_resamples.end());
  return {quantile(of_resamples, tail_), quantile(of_resamples, 1 - tail_)};
}

std::vector<double> uar_differences(const Answers& method, const Answers& baseline) {
  check_comparable(baseline, method);
  check_comparable(method, baseline);
  const std::size_t seeds = method.size(), speakers = method[0].size();
  const Confusion all = pooled(method[0]);  // one seed's: how many there are of each class
  double classes = 0;
  for (std::int64_t k = 0; k < all.classes(); ++k) classes += all.of_class(k) > 0;
  std::vector<double> d(speakers, 0);
  for (std::size_t s = 0; s < speakers; ++s)
    for (std::int64_t k = 0; k < all.classes(); ++k) {
      std::int64_t hits = 0;  // more than the baseline's, over all seeds
      for (std::size_t r = 0; r < seeds; ++r) hits += method[r][s].count(k, k) - baseline[r][s].count(k, k);
      if (hits != 0)
        d[s] +=
            static_cast<double>(hits) / (classes * static_cast<double>(all.of_class(k)) * static_cast<double>(seeds));
    }
  return d;
}

double sign_flip_p(std::span<const double> d, Rng rng, std::int64_t draws) {
  check(!d.empty(), "sign_flip_p: there are no differences");
  check(draws >= 1, "sign_flip_p: {} draws, must be at least 1", draws);
  double sum = 0, size = 0;
  for (const double v : d) sum += v, size += std::abs(v);
  const double bound = std::abs(sum) - 1e-12 * size;
  const auto at_least = [&](const auto& negative) {
    double flipped = 0;
    for (std::size_t s = 0; s < d.size(); ++s) flipped += negative(s) ? -d[s] : d[s];
    return std::abs(flipped) >= bound;
  };
  std::int64_t hits = 0;
  if (d.size() <= exact_sign_flips) {
    const std::uint32_t vectors = std::uint32_t{1} << d.size();
    for (std::uint32_t signs = 0; signs < vectors; ++signs)
      hits += at_least([&](std::size_t s) { return signs >> s & 1; });
    return static_cast<double>(hits) / vectors;
  }
  const std::uint64_t words = (d.size() + 31) / 32;
  for (std::uint64_t b = 0; b < static_cast<std::uint64_t>(draws); ++b) {
    std::uint32_t word = 0;
    hits += at_least([&](std::size_t s) {
      if (s % 32 == 0) word = bits(rng, b * words + s / 32);
      return word >> s % 32 & 1;
    });
  }
  return static_cast<double>(1 + hits) / static_cast<double>(1 + draws);
}

std::vector<double> holm(const std::vector<double>& p) {
  std::vector<std::size_t> order(p.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return p[a] < p[b]; });
  std::vector<double> adjusted(p.size());
  double least = 0;  // an adjusted value is never below that of a smaller p
  for (std::size_t i = 0; i < order.size(); ++i) {
    const double value = p[order[i]];
    check(value >= 0 && value <= 1, "holm: {} is no probability", value);
    least = std::max(least, std::min(1.0, static_cast<double>(order.size() - i) * value));
    adjusted[order[i]] = least;
  }
  return adjusted;
}

}  // namespace emograd::protocol
