#pragma once

#include <cstdint>

#include "experiments/protocol/augmenter.h"

/// Synthetic rows that need no training: what a generative model has to beat (yi2020, section V-B, and further usual
/// ones). All work on a fold's scaled rows, for one set or more; unless said otherwise a set has one row for each row
/// of the fold, with its label.
namespace emograd::protocol {

/// The fold's rows again.
LabelledRows duplicates(const TrainingFold&, std::int64_t sets, Rng&);
/// The fold's rows plus N(0, sd²) on every feature, whose own deviation is 1.
LabelledRows noisy_copies(const TrainingFold&, std::int64_t sets, double sd, Rng&);
/// Rows drawn again at random so that all classes become equally frequent: as many rows as the sets have, of which the
/// rarest classes get most.
LabelledRows oversampled(const TrainingFold&, std::int64_t sets, Rng&);
/// SMOTE (Chawla et al. 2002, JAIR 16) for every class: x + u (x' − x), x' one of x's nearest neighbours in its class,
/// u ~ U[0, 1). Where a class has fewer neighbours all of them count; a class of one row gives that row.
LabelledRows smote(const TrainingFold&, std::int64_t sets, std::int64_t neighbours, Rng&);
/// mixup (Zhang et al. 2018, ICLR) with Beta(1, 1): λ x + (1 − λ) x', x' any row. A classifier of labels cannot take
/// the label λ y + (1 − λ) y'; it gets y with probability λ, else y': its error is linear in the label, so in
/// expectation that is the same.
LabelledRows mixup(const TrainingFold&, std::int64_t sets, Rng&);
/// Draws from a Gaussian per class, with the sample mean and the whole sample covariance.
LabelledRows class_gaussians(const TrainingFold&, std::int64_t sets, Rng&);

/// The i-th row of the result: the `neighbours` rows of x (N, F) nearest to row i among those with its label, itself
/// left out, nearest first; (N, neighbours) i64. Where there are fewer they come round again; a lone row is its own.
Tensor nearest_of_class(const Tensor& x, const Tensor& labels, std::int64_t neighbours);

}  // namespace emograd::protocol
