#pragma once

#include <vector>

namespace emograd::protocol {

/// What a curve over epochs does, in four numbers. A part with too few points for it is NaN.
struct Trend {
  double first = 0;       // its first value
  double last_tenth = 0;  // mean over the points above 0.9 of the last epoch
  double slope = 0;       // per epoch: of the least-squares line through the points from half of the last epoch on
  double scatter = 0;     // standard deviation around that line (n − 2): how much the curve fluctuates there
};

/// Of a curve with points at these ascending epochs. Error where there is none, or not a value for each.
Trend trend(const std::vector<double>& epochs, const std::vector<double>& values);

}  // namespace emograd::protocol
