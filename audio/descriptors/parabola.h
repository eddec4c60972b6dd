#pragma once

#include <array>

namespace emograd::audio {

struct Point {
  double x, y;
};

/// The extremum of the parabola through three points; the highest of them where they lie on a line.
inline Point vertex(const Point& p, const Point& q, const Point& r) {
  const double x1 = p.x, x2 = q.x, x3 = r.x, y1 = p.y, y2 = q.y, y3 = r.y;
  const double den = x1 * x1 * x2 + x2 * x2 * x3 + x3 * x3 * x1 - x3 * x3 * x2 - x2 * x2 * x1 - x1 * x1 * x3;
  if (den != 0) {
    const double a = (y1 * x2 + y2 * x3 + y3 * x1 - y3 * x2 - y2 * x1 - y1 * x3) / den;
    if (a != 0) {
      const double b = (x1 * x1 * y2 + x2 * x2 * y3 + x3 * x3 * y1 - x3 * x3 * y2 - x2 * x2 * y1 - x1 * x1 * y3) / den;
      const double c = (x1 * x1 * x2 * y3 + x2 * x2 * x3 * y1 + x3 * x3 * x1 * y2 - x3 * x3 * x2 * y1 -
                        x2 * x2 * x1 * y3 - x1 * x1 * x3 * y2) /
                       den;
      const double x = -b / (2 * a);
      return {x, c - a * x * x};
    }
  }
  Point best = p;
  if (q.y > best.y) best = q;
  if (r.y > best.y) best = r;
  return best;
}

}  // namespace emograd::audio
