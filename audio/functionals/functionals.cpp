#include "audio/functionals/functionals.h"

#include <algorithm>
#include <cmath>

#include "audio/by_name.h"
#include "audio/descriptors/framing.h"

namespace emograd::audio {
namespace {

constexpr double seconds = hop_seconds;  // of a frame

float f32(double x) { return static_cast<float>(x); }
double f64(float x) { return static_cast<double>(x); }
/// Regressions over few frames may have no solution.
float finite(double x) { return std::isfinite(x) ? f32(x) : 0.0F; }

float range_of(Contour& c, double low, double high) { return c.percentile(high) - c.percentile(low); }

/// Share of neighbouring values for which `holds`.
template <class Holds>
float share(Contour& c, const Holds& holds) {
  const auto x = c.values();
  if (x.size() < 2) return 0;
  std::int64_t count = 0;
  for (std::size_t i = 1; i < x.size(); ++i)
    if (holds(x[i - 1], x[i])) ++count;
  return f32(static_cast<double>(count) / (c.count() - 1));
}

/// Share of neighbouring differences for which `holds`: which way the contour bends.
template <class Holds>
float bending(Contour& c, const Holds& holds) {
  const auto x = c.values();
  if (x.size() < 3) return x.size() == 1 ? -0.0F : 0.0F;
  std::int64_t count = 0;
  for (std::size_t i = 1; i + 1 < x.size(); ++i)
    if (holds(x[i] - x[i - 1], x[i + 1] - x[i])) ++count;
  return f32(static_cast<double>(count) / (c.count() - 2));
}

/// The mean; 0 of none. Quirk: of peaks' heights, and of the contour they are compared with, it is summed in f32.
float peak_mean(Contour& c, std::span<const float> values) {
  if (!c.textbook() || values.empty()) return f32_mean(values);
  return Contour(values).mean();
}

const std::vector<Functional>& known() {
  static const std::vector<Functional> all{
      {"maxPos", [](Contour& c) { return static_cast<float>(c.extremes().max_at); }},
      {"minPos", [](Contour& c) { return static_cast<float>(c.extremes().min_at); }},
      {"amean", [](Contour& c) { return c.mean(); }},
      {"qmean",  // Quirk: the mean of squares, without the root
       [](Contour& c) {
         double sum = 0;
         for (const float x : c.values()) sum += f64(x) * f64(x);
         return f32(c.textbook() ? std::sqrt(sum / c.count()) : sum / c.count());
       }},

      {"stddev", [](Contour& c) { return f32(std::sqrt(c.moments().second)); }},
      {"skewness",
       [](Contour& c) {
         const auto& m = c.moments();
         return m.second == 0 ? 0 : f32(m.third / (m.second * std::sqrt(m.second)));
       }},
      {"kurtosis",  // 3 for a normal distribution
       [](Contour& c) {
         const auto& m = c.moments();
         return m.second == 0 ? 0 : f32(m.fourth / (m.second * m.second));
       }},

      {"quartile1", [](Contour& c) { return c.percentile(0.25); }},
      {"quartile2", [](Contour& c) { return c.percentile(0.50); }},
      {"quartile3", [](Contour& c) { return c.percentile(0.75); }},
      {"iqr1-2", [](Contour& c) { return range_of(c, 0.25, 0.50); }},
      {"iqr2-3", [](Contour& c) { return range_of(c, 0.50, 0.75); }},
      {"iqr1-3", [](Contour& c) { return range_of(c, 0.25, 0.75); }},
      {"percentile1.0", [](Contour& c) { return c.percentile(0.01); }},
      {"percentile99.0", [](Contour& c) { return c.percentile(0.99); }},
      {"pctlrange0-1", [](Contour& c) { return std::abs(range_of(c, 0.01, 0.99)); }},

      {"linregc1", [](Contour& c) { return finite(c.line().m); }},
      {"linregc2", [](Contour& c) { return finite(c.line().t); }},
      {"linregerrA", [](Contour& c) { return finite(c.line().absolute_error); }},
      {"linregerrQ", [](Contour& c) { return finite(c.line().squared_error); }},
      {"qregc1", [](Contour& c) { return finite(c.parabola().a); }},
      {"qregc2", [](Contour& c) { return finite(c.parabola().b); }},
      {"qregerrQ", [](Contour& c) { return finite(c.parabola().squared_error); }},
      {"centroid", [](Contour& c) { return finite(c.centroid()); }},

      {"upleveltime75",
       [](Contour& c) { return f32((c.count() - static_cast<double>(c.at_or_below(0.75F))) / c.count()); }},
      {"upleveltime90",
       [](Contour& c) { return f32((c.count() - static_cast<double>(c.at_or_below(0.90F))) / c.count()); }},
      {"downleveltime25", [](Contour& c) { return f32(static_cast<double>(c.at_or_below(0.25F)) / c.count()); }},
      {"risetime", [](Contour& c) { return share(c, [](float a, float b) { return a < b; }); }},
      {"falltime", [](Contour& c) { return share(c, [](float a, float b) { return a > b; }); }},
      {"leftctime", [](Contour& c) { return bending(c, [](float d, float e) { return e > d; }); }},
      {"rightctime", [](Contour& c) { return bending(c, [](float d, float e) { return e < d; }); }},

      {"meanPeakDist",  // 0 where there are not two. Quirk: as if they were one frame more than n apart
       [](Contour& c) {
         const auto& distances = c.peaks().distances;
         const double none = c.textbook() ? 0 : c.count() + 1;
         return f32((distances.empty() ? none : spread(distances).mean) * seconds);
       }},
      {"peakMean", [](Contour& c) { return peak_mean(c, c.peaks().heights); }},
      {"peakMeanMeanDist", [](Contour& c) { return peak_mean(c, c.peaks().heights) - peak_mean(c, c.values()); }},
      {"peakDistStddev", [](Contour& c) { return f32(spread(c.peaks().distances).deviation * seconds); }},

      {"meanSegLen", [](Contour& c) { return f32(spread(c.segments()).mean * seconds); }},
      {"maxSegLen", [](Contour& c) { return f32(spread(c.segments()).most * seconds); }},
      {"minSegLen", [](Contour& c) { return f32(spread(c.segments()).least * seconds); }},
      {"segLenStddev", [](Contour& c) { return f32(spread(c.segments()).deviation * seconds); }},
      {"duration", [](Contour& c) { return f32(c.count() * seconds); }},
      {"nnz",  // share of values other than 0
       [](Contour& c) {
         const auto x = c.values();
         return f32((c.count() - static_cast<double>(std::count(x.begin(), x.end(), 0.0F))) / c.count());
       }},

      {"lpgain", [](Contour& c) { return c.prediction().gain; }},
      {"lpc0", [](Contour& c) { return c.prediction().a[0]; }},
      {"lpc1", [](Contour& c) { return c.prediction().a[1]; }},
      {"lpc2", [](Contour& c) { return c.prediction().a[2]; }},
      {"lpc3", [](Contour& c) { return c.prediction().a[3]; }},
      {"lpc4", [](Contour& c) { return c.prediction().a[4]; }},
  };
  return all;
}

}  // namespace

std::vector<Functional> functionals(const std::vector<std::string>& names) {
  std::vector<Functional> chosen;
  for (const std::string& name : names) chosen.push_back(by_name(known(), name, "functional"));
  return chosen;
}

std::vector<std::string> functional_names() {
  std::vector<std::string> names;
  for (const Functional& f : known()) names.push_back(f.name);
  return names;
}

}  // namespace emograd::audio
