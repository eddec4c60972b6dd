#pragma once

#include <cstdint>
#include <vector>

#include "experiments/protocol/augmenter.h"

/// What synthetic rows have of real ones, in numbers to stand beside pictures.
namespace emograd::protocol {

/// Two-sample Kolmogorov–Smirnov distance: the largest difference between the shares of a and of b that are at most t,
/// over all t; in [0, 1]. Error where either is empty.
double ks_distance(std::vector<double> a, std::vector<double> b);
/// Of each column of (N, F) and (M, F).
std::vector<double> ks_distances(const Tensor& a, const Tensor& b);

/// Edges of bins of equal width from the least to the largest value, no wider than 2 IQR n^(−1/3) (Freedman and
/// Diaconis 1981) unless those were more than `most`; one of width 1 where all values are equal, n^(1/3) bins where
/// only the IQR is 0. Error where there are no values.
std::vector<double> histogram_edges(const std::vector<double>& values, std::int64_t most = 100);
/// How many values are in each bin; the last one includes its upper edge. What lies outside is in none.
std::vector<double> histogram_counts(const std::vector<double>& values, const std::vector<double>& edges);

/// Which rows are nearest to which, by Euclidean distance: shares of the rows of each class, NaN where a class has none
/// to count. Of rows as near as each other the first counts, and one of the other kind before one of the same.
struct Neighbours {
  /// Of the real rows, those whose nearest synthetic row was made for their class: the recall of a nearest-neighbour
  /// classifier that learns from synthetic rows alone.
  std::vector<double> own;
  /// Of the real rows, those whose nearest other real row is of their class: what there is to reach.
  std::vector<double> own_real;
  /// Of the real rows, those whose nearest other row of the class, real or synthetic, is real; of the synthetic rows,
  /// those whose nearest is synthetic (the nearest-neighbour test of Schilling 1986, by class and kind). Both are
  /// expected_same_kind where both kinds are of one distribution; both 1 where they lie apart, both 0 where synthetic
  /// rows are copies; 0 and 1 where synthetic rows crowd amid the real ones, 1 and 0 where they are strewn around them.
  /// A class with one row of the kind counts none.
  std::vector<double> same_kind_real, same_kind_synthetic;
};
/// Error unless (N, F) and (M, F) are finite, N ≥ 2 and M ≥ 2.
Neighbours neighbours(const LabelledRows& real, const LabelledRows& synthetic, std::int64_t classes);
/// Of a class with n rows of a kind and m of the other: (n − 1)/(n + m − 1), since each of the other rows is as likely
/// to be the nearest.
double expected_same_kind(std::int64_t n, std::int64_t m);

}  // namespace emograd::protocol
