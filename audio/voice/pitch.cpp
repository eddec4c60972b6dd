#include "audio/voice/pitch.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <complex>
#include <limits>
#include <numbers>

#include "audio/front_ends/frames.h"
#include "audio/front_ends/spectrum.h"
#include "audio/voice/frames.h"
#include "audio/voice/lowered.h"
#include "audio/voice/parabola.h"
#include "tensor/error.h"

namespace emograd::audio::voice {
namespace {

constexpr double turn = 2 * std::numbers::pi;
constexpr double silence_threshold = 0.03, voicing_threshold = 0.45, octave_cost = 0.01, octave_jump_cost = 0.35,
                 voicing_cost = 0.14;
constexpr double periods_in_window = 3;
constexpr std::size_t most_candidates = 8;

struct Candidate {
  double f0 = 0, r = 0, strength = 0;  // f0 0: no voice
};
using Candidates = std::vector<Candidate>;

/// The autocorrelation of a Hann window at a lag, as a part of its length; 1 at 0 (boersma1993:8).
double hann_autocorrelation(double lag) {
  return (1 - lag) * (2 + std::cos(turn * lag)) / 3 + std::sin(turn * lag) / turn;
}

/// That of one frame, divided by the window's (boersma1993:9), at any lag: r(τ) = Σ P[k] cos(2πkτ/N).
class Autocorrelation {
 public:
  Autocorrelation(const double* power, std::int64_t fft, double length)
      : power_(power), fft_(fft), length_(length), r0_(at(0)) {}

  double operator()(double lag) const { return normalised(at(lag), lag); }
  double normalised(double r, double lag) const { return r / r0_ / hann_autocorrelation(lag / length_); }

 private:
  double at(double lag) const {
    const std::complex<double> step = std::polar(1.0, turn * lag / static_cast<double>(fft_));
    double re = 1, im = 0, sum = 0;
    for (std::int64_t k = 0; k <= fft_ / 2; ++k) {
      sum += (k == 0 || k == fft_ / 2 ? 1 : 2) * power_[k] * re;
      const double next = re * step.real() - im * step.imag();
      im = re * step.imag() + im * step.real();
      re = next;
    }
    return sum;
  }

  const double* power_;
  std::int64_t fft_;
  double length_, r0_;
};

/// A maximum between samples: twice the parabola through three values that lie ever closer.
Peak refined(const Autocorrelation& r, Peak peak) {
  for (const double step : {0.25, 0.05}) peak = vertex(peak.x, step, r(peak.x - step), r(peak.x), r(peak.x + step));
  return peak;
}

struct Frame {
  const double *power, *r;  // r: at whole lags
  std::int64_t fft;
  double length, rate;
};

/// The best maxima of r within the range, strongest first (boersma1993:24).
Candidates voiced_candidates(const Frame& f, const PitchRange& range) {
  const Autocorrelation r(f.power, f.fft, f.length);
  const auto at = [&](std::int64_t lag) { return r.normalised(f.r[lag], static_cast<double>(lag)); };
  const auto strength = [&](const Peak& p) { return p.y - octave_cost * std::log2(range.lowest * p.x / f.rate); };
  std::vector<Peak> peaks;
  const auto shortest = static_cast<std::int64_t>(f.rate / range.highest),
             longest = static_cast<std::int64_t>(std::ceil(f.rate / range.lowest));
  for (std::int64_t lag = std::max<std::int64_t>(shortest, 2); lag <= longest; ++lag)
    if (const double here = at(lag); here > 0 && here > at(lag - 1) && here >= at(lag + 1))
      peaks.push_back(vertex(static_cast<double>(lag), 1, at(lag - 1), here, at(lag + 1)));
  std::sort(peaks.begin(), peaks.end(), [&](const Peak& a, const Peak& b) { return strength(a) > strength(b); });
  if (peaks.size() > most_candidates) peaks.resize(most_candidates);
  Candidates out;
  for (Peak p : peaks) {
    p = refined(r, p);
    if (p.y > 1) p.y = 1 / p.y;  // by the division only: nothing is more than periodic
    const double f0 = f.rate / p.x;
    if (f0 >= range.lowest && f0 <= range.highest) out.push_back({f0, p.y, strength(p)});
  }
  return out;
}

double peak(std::span<const float> samples, double from, double to) {
  const auto sample = [&](double at) {
    return samples.begin() +
           static_cast<std::int64_t>(std::clamp(std::round(at), 0.0, static_cast<double>(samples.size())));
  };
  double most = 0;
  for (auto x = sample(from); x < sample(to); ++x) most = std::max(most, std::abs(static_cast<double>(*x)));
  return most;
}

/// (boersma1993:23), the loudness of the frame being its peak's part of the sound's.
double unvoiced_strength(double loudness) {
  return voicing_threshold + std::max(0.0, 2 - loudness * (1 + voicing_threshold) / silence_threshold);
}

/// (boersma1993:27)
double transition(const Candidate& from, const Candidate& to) {
  if (from.f0 == 0 && to.f0 == 0) return 0;
  if (from.f0 == 0 || to.f0 == 0) return voicing_cost;
  return octave_jump_cost * std::abs(std::log2(from.f0 / to.f0));
}

/// A candidate of every frame, so that the sum of strengths less transitions is greatest (boersma1993:26; Viterbi).
std::vector<std::size_t> best_path(const std::vector<Candidates>& frames) {
  std::vector<std::vector<std::size_t>> from(frames.size());
  std::vector<double> score, next;
  for (std::size_t i = 0; i < frames.size(); ++i) {
    next.clear();
    for (const Candidate& c : frames[i]) {
      std::size_t best = 0;
      double most = i == 0 ? 0 : -std::numeric_limits<double>::infinity();
      for (std::size_t j = 0; j < score.size(); ++j)
        if (const double s = score[j] - transition(frames[i - 1][j], c); s > most) most = s, best = j;
      from[i].push_back(best);
      next.push_back(most + c.strength);
    }
    score.swap(next);
  }
  std::vector<std::size_t> path(frames.size());
  path.back() = static_cast<std::size_t>(std::max_element(score.begin(), score.end()) - score.begin());
  for (std::size_t i = frames.size() - 1; i > 0; --i) path[i - 1] = from[i][path[i]];
  return path;
}

/// The autocorrelations of rows of powers P[0 … N/2], N values each: r is the transform of P, which is even.
Tensor autocorrelations(const Tensor& power, std::int64_t fft) {
  Tensor whole = empty({power.dim(0), fft}, DType::f64);
  const double* p = power.data<double>();
  double* y = whole.mutable_data<double>();
  for (std::int64_t j = 0; j < power.dim(0); ++j, p += power.dim(1))
    for (std::int64_t k = 0; k < fft; ++k) *y++ = p[std::min(k, fft - k)];
  return rfft(whole, fft).real;
}

}  // namespace

double hnr(double periodicity) {
  const double r = std::min(periodicity, 1 - 1e-10);
  return 10 * std::log10(r / (1 - r));
}

Pitch pitch(std::span<const float> samples, double rate, const PitchRange& range) {
  const std::int64_t count = frame_count(samples, rate);
  check(range.lowest >= 20 && range.lowest < range.highest,
        "pitch: F0 between {} and {} Hz; needs 20 Hz at least, and the lowest below the highest", range.lowest,
        range.highest);
  check(rate >= 4 * range.highest, "pitch: F0 up to {} Hz needs a rate of {} Hz at least, not {}", range.highest,
        4 * range.highest, rate);
  const Lowered lowered(samples, rate, range.highest);
  samples = lowered.samples(), rate = lowered.rate();
  const Tensor window = hann(std::llround(periods_in_window * rate / range.lowest), Hann::periodic);
  const auto length = static_cast<double>(window.numel());
  const auto fft =
      static_cast<std::int64_t>(std::bit_ceil(static_cast<std::uint64_t>(length + rate / range.lowest) + 2));

  const std::vector<float> centred = without_offset(samples);
  samples = centred;
  const double loudest = peak(samples, 0, static_cast<double>(samples.size()));
  std::vector<Candidates> frames(static_cast<std::size_t>(count));
  each_windowed(samples, rate, window, Mean::removed, [&](std::int64_t first, const Tensor& rows) {
    const Tensor P = power(rfft(rows, fft)), r = autocorrelations(P, fft);
    for (std::int64_t j = 0; j < rows.dim(0); ++j) {
      Candidates& candidates = frames[static_cast<std::size_t>(first + j)];
      const double middle = centre(first + j) * rate, reach = rate / range.lowest / 2;
      candidates.push_back(
          {.strength = unvoiced_strength(loudest > 0 ? peak(samples, middle - reach, middle + reach) / loudest : 0)});
      const Frame f{P.data<double>() + j * P.dim(1), r.data<double>() + j * r.dim(1), fft, length, rate};
      if (f.r[0] <= 0) continue;
      const Candidates voiced = voiced_candidates(f, range);
      candidates.insert(candidates.end(), voiced.begin(), voiced.end());
    }
  });

  const std::vector<std::size_t> path = best_path(frames);
  Pitch out;
  for (std::size_t i = 0; i < frames.size(); ++i) {
    const Candidate& c = frames[i][path[i]];
    const auto best = std::max_element(frames[i].begin(), frames[i].end(),
                                       [](const Candidate& a, const Candidate& b) { return a.r < b.r; });
    out.f0.push_back(c.f0 > 0 ? c.f0 : std::numeric_limits<double>::quiet_NaN());
    out.periodicity.push_back(c.f0 > 0 ? c.r : best->r);
  }
  return out;
}

}  // namespace emograd::audio::voice
