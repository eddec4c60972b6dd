#pragma once

#include <algorithm>

namespace emograd::audio::voice {

struct Peak {
  double x, y;
};

/// The highest point of the parabola through `before`, y and `after` at x − step, x and x + step; (x, y) where it has
/// none. No further from x than `step`.
inline Peak vertex(double x, double step, double before, double y, double after) {
  const double slope = (after - before) / 2, bend = before - 2 * y + after;
  if (bend >= 0) return {x, y};
  const double shift = std::clamp(-slope / bend, -1.0, 1.0);
  return {x + shift * step, y + shift * (slope + bend * shift / 2)};
}

}  // namespace emograd::audio::voice
