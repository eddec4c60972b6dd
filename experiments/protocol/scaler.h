#pragma once

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

}  // namespace emograd::protocol
