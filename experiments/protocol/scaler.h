#pragma once

#include <string>

#include "tensor/tensor.h"

namespace emograd::protocol {

/// Drops features without variance and z-normalises the others (yi2020, section IV-B), with the statistics of the rows
/// it was fitted on and of no others.
struct Scaler {
  Tensor kept;  // (F',) i64: the features that vary
  Tensor mean;  // (F',) f32
  Tensor rate;  // (F',) f32: 1/standard deviation, over N
  /// Error where no feature varies.
  static Scaler fit(const Tensor& x);
  Tensor operator()(const Tensor& x) const;  // (N, F) → (N, F')
};

/// How an experiment scales its features.
struct Scaling {
  /// Mean and standard deviation of all rows, test rows too, as the paper has it ("for both data sets", section IV-B):
  /// a leak from the test fold into training, for comparison with published numbers only.
  bool whole_corpus = false;
  /// After that, divided by their largest magnitude in the training fold, so that a decoder that ends in tanh could
  /// reach them: the authors' own program. Features that are 0 throughout the training fold go.
  bool max_abs = false;
};

/// The scaler of one fold: (N, F) training rows, and the rows of the whole table, which nobody looks at unless
/// `whole_corpus` says so.
Scaler fit_scaler(const Scaling&, const Tensor& train, const Tensor& corpus);

/// What is to be said wherever numbers of such an experiment are; "" where nothing is.
std::string leak_of(const Scaling&);

}  // namespace emograd::protocol
