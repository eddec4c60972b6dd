#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "experiments/protocol/augmenter.h"

namespace emograd::protocol {

/// What a row has next to it among other rows.
struct Nearest {
  std::int64_t row = -1;                                      // the first of those as near as each other
  double of_class = std::numeric_limits<double>::infinity();  // squared distance to the nearest of the row's own label
};

/// Of every row of x (N, F) among those of `others` (M, F), by Euclidean distance in f64; with `same`, where both are
/// the same rows, no row is its own neighbour. By blocks, so that memory beyond the rows is a few MiB for each thousand
/// of M; the same bits for any number of threads. Error where shapes do not fit, or a value is not finite.
std::vector<Nearest> nearest(const LabelledRows& x, const LabelledRows& others, bool same = false);

/// Of the rows of a class, how many there are and how many have a row of the same class next to them.
struct Matched {
  std::int64_t rows = 0, matched = 0;
};
/// By class, of rows with labels (N,) and what is nearest to each among others with labels (M,).
std::vector<Matched> matches(const Tensor& labels, const std::vector<Nearest>& nearest, const Tensor& labels_of_others,
                             std::int64_t classes);

}  // namespace emograd::protocol
