#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "audio/functionals/contour.h"
#include "audio/voice/frames.h"
#include "audio/voice/prosody.h"

namespace emograd::audio::voice {
namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();

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
    add("Loudness", "peaks per second", "1/s", peaks(p_.loudness) / p_.seconds);
    add("Loudness", "equivalent level", "dB re full scale", p_.equivalent_level);
    voice_quality();
    spectral_balance();
    formants();
    mel_cepstra();
    timing();
    spectral_flux();
    return std::move(measures_);
  }

 private:
  void add(const char* group, const std::string& name, const char* unit, double value) {
    measures_.push_back({group, name, unit, value});
  }
  /// Of what has a zero of its own.
  void mean_and_variation(const char* group, const std::string& name, const char* unit,
                          const std::vector<double>& values) {
    add(group, name + ", mean", unit, mean(values));
    add(group, name + ", variation", "", deviation(values) / mean(values));
  }
  /// Of what is 0 only by convention, as decibels are.
  void mean_and_deviation(const char* group, const std::string& name, const char* unit,
                          const std::vector<double>& values) {
    add(group, name + ", mean", unit, mean(values));
    add(group, name + ", standard deviation", unit, deviation(values));
  }

  std::vector<double> semitones() const {
    std::vector<double> out;
    for (const double f : p_.f0) out.push_back(12 * std::log2(f / 27.5));
    return out;
  }
  std::vector<double> where(bool voice, const std::vector<double>& contour) const {
    std::vector<double> out;
    for (std::size_t i = 0; i < contour.size(); ++i)
      if (std::isnan(p_.f0[i]) != voice && !std::isnan(contour[i])) out.push_back(contour[i]);
    return out;
  }
  std::vector<double> voiced(const std::vector<double>& contour) const { return where(true, contour); }
  std::vector<double> unvoiced(const std::vector<double>& contour) const { return where(false, contour); }

  static double peaks(const std::vector<double>& contour) {
    const std::vector<float> rounded(contour.begin(), contour.end());
    return static_cast<double>(Contour(rounded, {}, Definition::textbook).peaks().heights.size());
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
    mean_and_deviation(group, "rising slope", per_second.c_str(), rising);
    mean_and_deviation(group, "falling slope", per_second.c_str(), falling);
  }

  void voice_quality() {
    const char* const group = "Voice quality";
    const auto variation = [&](const std::vector<double>& contour) {
      const std::vector<double> values = finite(contour);
      return deviation(values) / mean(values);
    };
    add(group, "jitter, local", "%", 100 * jitter(p_.pulses));
    add(group, "jitter, variation", "", variation(p_.jitter));
    add(group, "shimmer, local", "%", 100 * shimmer(p_.pulses));
    add(group, "shimmer, variation", "", variation(p_.shimmer));
    mean_and_deviation(group, "HNR", "dB", finite(p_.hnr));
    mean_and_deviation(group, "H1–H2", "dB", finite(p_.harmonics.h1_h2));
    mean_and_deviation(group, "H1–A3", "dB", finite(p_.harmonics.h1_a3));
  }

  void formants() {
    for (std::size_t k = 0; k < Formants::count; ++k) {
      const std::string name = fmt::format("F{}", k + 1);
      const std::vector<double> bandwidth = voiced(p_.formants.bandwidth[k]);
      mean_and_variation("Formants", name, "Hz", voiced(p_.formants.frequency[k]));
      add("Formants", name + ", mean bandwidth", "Hz", mean(bandwidth));
      add("Formants", name + ", variation of bandwidth", "", deviation(bandwidth) / mean(bandwidth));
      mean_and_deviation("Formants", name + " re F0", "dB", finite(p_.harmonics.relative_level[k]));
    }
  }

  void spectral_balance() {
    const char* const group = "Spectral balance";
    const auto of = [&](const std::string& name, const char* unit, const std::vector<double>& contour) {
      mean_and_deviation(group, name, unit, voiced(contour));
      add(group, name + ", unvoiced mean", unit, mean(unvoiced(contour)));
    };
    of("alpha ratio", "dB", p_.balance.alpha_ratio);
    of("Hammarberg index", "dB", p_.balance.hammarberg_index);
    of("slope 0–500 Hz", "dB/kHz", p_.balance.slope_to_500);
    of("slope 500–1500 Hz", "dB/kHz", p_.balance.slope_to_1500);
  }

  void mel_cepstra() {
    for (std::size_t k = 0; k < SpectralBalance::coefficients; ++k) {
      const std::vector<double>& contour = p_.balance.mel_cepstra[k];
      mean_and_deviation("MFCC", fmt::format("{}, all", k + 1), "", finite(contour));
      mean_and_deviation("MFCC", fmt::format("{}, voiced", k + 1), "", voiced(contour));
    }
  }

  void spectral_flux() {
    const std::vector<double>& flux = p_.balance.flux;
    mean_and_variation("Spectral flux", "all", "", finite(flux));
    mean_and_variation("Spectral flux", "voiced", "", voiced(flux));
    add("Spectral flux", "unvoiced, mean", "", mean(unvoiced(flux)));
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

std::vector<Measure> prosody_summary(const Prosody& p) { return Summary(p).all(); }

}  // namespace emograd::audio::voice
