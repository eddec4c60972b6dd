#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "audio/descriptors/framing.h"

namespace emograd::audio {

/// A descriptor over the frames of an utterance, and what functionals have in common about it, each computed when it is
/// first asked for. The rounding of every number is part of the feature sets' definition, as for descriptors.
class Contour {
 public:
  /// At least one value. levels: where segments end; see there.
  explicit Contour(std::span<const float> values, std::span<const float> levels = {},
                   Definition definition = Definition::opensmile)
      : x_(values), levels_(levels), definition_(definition) {}

  std::span<const float> values() const { return x_; }
  double count() const { return static_cast<double>(x_.size()); }
  /// Whether functionals are what their names promise, quirks left out.
  bool textbook() const { return definition_ == Definition::textbook; }

  struct Extremes {
    float min, max;
    std::size_t min_at, max_at;  // the first ones
    float range() const { return max - min; }
  };
  const Extremes& extremes();
  float mean();  // in f64, rounded
  const std::vector<float>& sorted();
  /// Linear interpolation between the values at rank p·(n − 1).
  float percentile(double p);

  struct Moments {
    double second, third, fourth;  // about the mean
  };
  const Moments& moments();

  /// Least squares over the frame's number i: m·i + t, and a·i² + b·i + c.
  struct Line {
    double m, t;
    double absolute_error, squared_error;  // means
  };
  struct Parabola {
    double a, b, c, squared_error;
  };
  const Line& line();
  const Parabola& parabola();
  double centroid();  // Σ i·x_i/Σ x_i, as a part of n

  /// Maxima that the contour rises to by more than 0.11 of its range, and from which it comes down by 0.09 of it, or
  /// ends: their heights, and the frames between one and the next.
  struct Peaks {
    std::vector<float> heights;
    std::vector<double> distances;
  };
  const Peaks& peaks();

  /// Lengths in frames. With levels: between crossings of min + level·range, for any of them, by a running mean of
  /// three values; those too close to the last one do not count. Without: of runs of values other than 0, less one.
  const std::vector<double>& segments();

  /// Of the values below or at min + p·range.
  std::int64_t at_or_below(float p);

  struct Prediction {
    float gain;  // error per value
    std::array<float, 5> a;
  };
  const Prediction& prediction();

 private:
  struct Sums {
    double y0, y1, y2, s1, s2;  // Σ x, Σ ix, Σ i²x, Σ i, Σ i²
  };
  Sums sums();

  Peaks quirky_peaks();
  Peaks prominent_peaks();
  std::vector<float> crossed_levels();  // by segments
  std::vector<double> level_segments();
  std::vector<double> segments_between_crossings();
  std::vector<double> runs() const;

  std::span<const float> x_, levels_;
  Definition definition_;
  std::optional<Extremes> extremes_;
  std::optional<float> mean_;
  std::vector<float> sorted_;
  std::optional<Moments> moments_;
  std::optional<Line> line_;
  std::optional<Parabola> parabola_;
  std::optional<Peaks> peaks_;
  std::optional<std::vector<double>> segments_;
  std::optional<Prediction> prediction_;
};

/// Mean and deviation of distances in frames.
struct Spread {
  double mean = 0, deviation = 0, least = 0, most = 0;
};
Spread spread(const std::vector<double>&);

}  // namespace emograd::audio
