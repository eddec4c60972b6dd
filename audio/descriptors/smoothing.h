#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "audio/descriptors/framing.h"

namespace emograd::audio {

/// Mean of a value and its two neighbours; at the ends the value stands in for the neighbour that is missing.
std::vector<float> smoothed(std::span<const float> x);
/// The same, where 0 means that there is no value: 0 stays, and 0 is no neighbour.
std::vector<float> smoothed_without_zeros(std::span<const float> x);

/// The slope Σ_{i = 1, 2} i (x[n + i] − x[n − i])/10 at the first `count` frames. Before the beginning x repeats its
/// first value, and behind its end the last one, or, in a contour of a single frame, 0.
std::vector<float> deltas(std::span<const float> x, std::int64_t count);
/// The same of several contours, where 0 means that there is no value: differences between a value and none are left
/// out, of the sum and of what it is divided by. Quirk: that begins with 10, grows by i² with every difference that
/// counts, is shared by the contours, and never begins anew: slopes shrink with time.
std::vector<std::vector<float>> deltas_without_zeros(const std::vector<std::vector<float>>& x, std::int64_t count,
                                                     Definition = Definition::opensmile);

}  // namespace emograd::audio
