#include "audio/voice/prosody.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "audio/augmentation/noise.h"
#include "audio/voice/frames.h"
#include "audio/voice/loudness.h"
#include "audio/voice/lowered.h"

namespace emograd::audio::voice {
namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();
constexpr double reach = 0.025;  // s, of jitter and shimmer around a frame's middle

/// The pulses within reach of a frame's middle.
std::span<const Pulse> near(const std::vector<Pulse>& pulses, double time) {
  const auto at = [&](double t) {
    return std::lower_bound(pulses.begin(), pulses.end(), t, [](const Pulse& p, double s) { return p.time < s; });
  };
  return {at(time - reach), at(time + reach)};
}

double mean(const std::vector<double>& v) {
  return v.empty() ? none : std::accumulate(v.begin(), v.end(), 0.0) / static_cast<double>(v.size());
}
double deviation(const std::vector<double>& v) {
  const double m = mean(v);
  double squares = 0;
  for (const double x : v) squares += (x - m) * (x - m);
  return v.empty() ? none : std::sqrt(squares / static_cast<double>(v.size()));
}
double percentile(const std::vector<double>& sorted, double p) {
  if (sorted.empty()) return none;
  const double rank = p / 100 * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(rank);
  const double f = rank - static_cast<double>(below);
  return sorted[below] * (1 - f) + sorted[std::min(below + 1, sorted.size() - 1)] * f;
}
std::vector<double> finite(const std::vector<double>& v) {
  std::vector<double> out;
  std::copy_if(v.begin(), v.end(), std::back_inserter(out), [](double x) { return std::isfinite(x); });
  return out;
}

class Summary {
 public:
  explicit Summary(const Prosody& p) : p_(p) {}

  std::vector<Measure> all() {
    of_contour("F0", "semitones re 27.5 Hz", semitones(), "semitones");
    of_contour("Loudness", "", p_.loudness, "");
    add("Loudness", "equivalent level", "dB re full scale", p_.equivalent_level);
    add("Voice quality", "jitter, local", "%", 100 * jitter(p_.pulses));
    add("Voice quality", "shimmer, local", "%", 100 * shimmer(p_.pulses));
    const std::vector<double> ratio = finite(p_.hnr);
    add("Voice quality", "HNR, mean", "dB", mean(ratio));
    add("Voice quality", "HNR, standard deviation", "dB", deviation(ratio));
    for (std::size_t k = 0; k < Formants::count; ++k) {
      const std::vector<double> frequency = voiced(p_.formants.frequency[k]);
      add("Formants", fmt::format("F{}, mean", k + 1), "Hz", mean(frequency));
      add("Formants", fmt::format("F{}, variation", k + 1), "", deviation(frequency) / mean(frequency));
      add("Formants", fmt::format("F{}, mean bandwidth", k + 1), "Hz", mean(voiced(p_.formants.bandwidth[k])));
    }
    timing();
    return std::move(measures_);
  }

 private:
  void add(const char* group, const std::string& name, const char* unit, double value) {
    measures_.push_back({group, name, unit, value});
  }

  std::vector<double> semitones() const {
    std::vector<double> out;
    for (const double f : p_.f0) out.push_back(12 * std::log2(f / 27.5));
    return out;
  }
  std::vector<double> voiced(const std::vector<double>& contour) const {
    std::vector<double> out;
    for (std::size_t i = 0; i < contour.size(); ++i)
      if (!std::isnan(p_.f0[i]) && !std::isnan(contour[i])) out.push_back(contour[i]);
    return out;
  }

  void of_contour(const char* group, const char* unit, const std::vector<double>& contour, const char* step) {
    std::vector<double> values = finite(contour), rising, falling;
    for (std::size_t i = 1; i < contour.size(); ++i) {
      const double slope = (contour[i] - contour[i - 1]) / hop;  // NaN at the ends of voiced segments
      if (slope > 0) rising.push_back(slope);
      if (slope < 0) falling.push_back(slope);
    }
    add(group, "mean", unit, mean(values));
    add(group, "variation", "", deviation(values) / mean(values));
    std::sort(values.begin(), values.end());
    for (const int p : {20, 50, 80}) add(group, fmt::format("{}th percentile", p), unit, percentile(values, p));
    add(group, "range from 20th to 80th", step, percentile(values, 80) - percentile(values, 20));
    const std::string per_second = *step ? fmt::format("{}/s", step) : "1/s";
    add(group, "rising slope, mean", per_second.c_str(), mean(rising));
    add(group, "falling slope, mean", per_second.c_str(), mean(falling));
  }

  void timing() {
    std::vector<double> lengths[2];
    for (std::size_t first = 0, last = 0; first < p_.f0.size(); first = last) {
      const bool silent = std::isnan(p_.f0[first]);
      while (last < p_.f0.size() && std::isnan(p_.f0[last]) == silent) ++last;
      lengths[silent].push_back(static_cast<double>(last - first) * hop);
    }
    const double frames = static_cast<double>(p_.f0.size()) * hop;
    add("Timing", "voiced part", "%", 100 * std::accumulate(lengths[0].begin(), lengths[0].end(), 0.0) / frames);
    add("Timing", "voiced segments per second", "1/s", static_cast<double>(lengths[0].size()) / p_.seconds);
    for (const int k : {0, 1}) {
      const std::string kind = k == 0 ? "voiced" : "unvoiced";
      add("Timing", kind + " segments, mean length", "s", mean(lengths[k]));
      add("Timing", kind + " segments, standard deviation", "s", deviation(lengths[k]));
    }
  }

  const Prosody& p_;
  std::vector<Measure> measures_;
};

}  // namespace

Prosody prosody(const Sound& sound, const PitchRange& range) {
  const Lowered lowered(sound.samples, sound.rate, range.highest);  // once for all but formants, which lower it further
  const std::span<const float> x = lowered.samples();
  const double rate = lowered.rate();
  Prosody p;
  p.formants =
      formants(sound.samples, sound.rate);  // first: where the rate is too low for them, no range of F0 would help
  Pitch of_voice = pitch(x, rate, range);
  Loudness loud = loudness(x, rate);
  p.seconds = static_cast<double>(sound.samples.size()) / sound.rate;
  p.equivalent_level = 10 * std::log10(mean_power(sound.samples));
  p.f0 = std::move(of_voice.f0);
  p.periodicity = std::move(of_voice.periodicity);
  p.level = std::move(loud.level);
  p.loudness = std::move(loud.loudness);
  p.pulses = pulses(x, rate, p.f0);
  for (std::size_t i = 0; i < p.f0.size(); ++i) {
    const bool voiced = !std::isnan(p.f0[i]);
    const auto around = near(p.pulses, centre(static_cast<std::int64_t>(i)));
    p.hnr.push_back(voiced ? hnr(p.periodicity[i]) : none);
    p.jitter.push_back(voiced ? jitter(around) : none);
    p.shimmer.push_back(voiced ? shimmer(around) : none);
  }
  return p;
}

std::vector<Measure> prosody_summary(const Prosody& p) { return Summary(p).all(); }

}  // namespace emograd::audio::voice
