#include "audio/augmentation/speed.h"

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>

#include "audio/fft.h"
#include "audio/resample.h"
#include "tensor/error.h"

namespace emograd::audio {
namespace {

using Complex = std::complex<float>;

Fraction fraction_of(const char* name, double factor) {
  check(factor >= 0.25 && factor <= 4, "{}: the factor is {}, must lie in 0.25 … 4", name, factor);
  return nearest_fraction(factor, 500);
}

/// ⌈n·q/p⌉.
std::int64_t shortened(std::int64_t n, const Fraction& f) { return (n * f.q + f.p - 1) / f.p; }

/// The bins that are larger than two neighbours on either side.
std::vector<std::size_t> peaks_of(const std::vector<Complex>& X, std::vector<float>& power) {
  power.assign(X.size() + 4, -1);  // two more at each end, less than any
  for (std::size_t k = 0; k < X.size(); ++k) power[k + 2] = std::norm(X[k]);
  std::vector<std::size_t> peaks;
  for (std::size_t k = 0; k < X.size(); ++k) {
    const float *p = &power[k + 2], v = *p;
    if (v > p[-1] && v > p[-2] && v >= p[1] && v >= p[2]) peaks.push_back(k);
  }
  return peaks;
}

/// The turn from one number to another.
Complex turn(Complex from, Complex to) {
  const std::complex<double> product = std::conj(std::complex<double>(from)) * std::complex<double>(to);
  const double size = std::abs(product);
  return size > 0 ? Complex(product / size) : 1;
}

/// A phase vocoder under way. Results are laid every `hop` samples; for each, two frames of the sound are looked at,
/// the one that belongs there and that of `hop` samples before. The phase by which the sound has advanced between these
/// two is what the result must advance by: no frequency is estimated and no phase unwrapped.
class Vocoder {
 public:
  Vocoder(std::span<const float> x, std::int64_t window)
      : x_(x), window_(window), fft_(window), bins_(static_cast<std::size_t>(fft_.bins())) {
    for (std::int64_t i = 0; i < window; ++i)
      hann_.push_back(static_cast<float>(
          0.5 - 0.5 * std::cos(2 * std::numbers::pi * static_cast<double>(i) / static_cast<double>(window))));
    frame_.resize(hann_.size());
  }
  std::int64_t hop() const { return window_ / 4; }

  /// The next frame of the result: the sound around sample `at`, continuing the frame before. It begins with one that
  /// is the sound's own.
  std::span<const float> next(std::int64_t at) {
    const std::vector<Complex> before = spectrum(at - hop());
    std::vector<Complex> now = spectrum(at);
    if (!last_.empty()) lock(now, before);
    last_ = now;
    fft_.inverse(now, frame_);
    constexpr float overlap = 2.F / 3;  // hann² at every quarter of a window sum up to 3/2
    for (std::size_t i = 0; i < frame_.size(); ++i) frame_[i] *= hann_[i] * overlap;
    return frame_;
  }

 private:
  /// Of the frame whose middle is sample `at`; there is silence around the sound.
  std::vector<Complex> spectrum(std::int64_t at) {
    const std::int64_t begin = at - window_ / 2;
    for (std::int64_t i = 0; i < window_; ++i) {
      const bool inside = begin + i >= 0 && begin + i < std::ssize(x_);
      const auto j = static_cast<std::size_t>(i);
      frame_[j] = inside ? hann_[j] * x_[static_cast<std::size_t>(begin + i)] : 0;
    }
    std::vector<Complex> X(bins_);
    fft_(frame_, X);
    return X;
  }

  /// Every peak goes on where the last frame left its bin, and takes along what is nearer to it than to others.
  void lock(std::vector<Complex>& now, const std::vector<Complex>& before) {
    const std::vector<std::size_t> peaks = peaks_of(now, power_);
    std::size_t k = 0;
    for (std::size_t i = 0; i < peaks.size(); ++i) {
      const std::size_t end = i + 1 < peaks.size() ? (peaks[i] + peaks[i + 1] + 1) / 2 : now.size();
      const Complex z = turn(before[peaks[i]], last_[peaks[i]]);
      for (; k < end; ++k)
        now[k] = {now[k].real() * z.real() - now[k].imag() * z.imag(),
                  now[k].real() * z.imag() + now[k].imag() * z.real()};
    }
  }

  std::span<const float> x_;
  std::int64_t window_;
  RealFft<float> fft_;
  std::size_t bins_;
  std::vector<float> hann_, frame_, power_;
  std::vector<Complex> last_;  // of the result
};

/// `length` samples, of which the one at i is the sound's at i·f.
std::vector<float> stretched(std::span<const float> x, double rate, const Fraction& f, std::int64_t length) {
  check(rate > 0, "with_tempo: a rate of {} Hz; must be positive", rate);
  const double octaves = std::round(std::log2(0.064 * rate));
  Vocoder vocoder(x, std::int64_t{1} << static_cast<int>(std::clamp(octaves, 5., 30.)));
  const std::int64_t hop = vocoder.hop();
  std::vector<float> y(static_cast<std::size_t>(length));
  // From the frame before time 0 on, which is the sound's own, so that the beginning is, too.
  for (std::int64_t at = -hop; at - 2 * hop < length; at += hop) {
    const std::span<const float> frame = vocoder.next(at < 0 ? at : (2 * at * f.p + f.q) / (2 * f.q));
    const std::int64_t begin = at - 2 * hop;
    for (std::int64_t i = std::max(begin, std::int64_t{0}); i < std::min(begin + std::ssize(frame), length); ++i)
      y[static_cast<std::size_t>(i)] += frame[static_cast<std::size_t>(i - begin)];
  }
  return y;
}

}  // namespace

Fraction nearest_fraction(double x, std::int64_t largest) {
  Fraction best{0, 1};
  double error = x;
  for (std::int64_t q = 1; q <= largest; ++q) {
    const std::int64_t p = std::llround(x * static_cast<double>(q));
    const double e = std::abs(static_cast<double>(p) / static_cast<double>(q) - x);
    if (e < error) best = {p, q}, error = e;
  }
  return best;
}

std::vector<float> with_speed(std::span<const float> x, double factor) {
  const Fraction f = fraction_of("with_speed", factor);
  return resampled(x, f.p, f.q);
}

std::vector<float> with_tempo(std::span<const float> x, double rate, double factor) {
  const Fraction f = fraction_of("with_tempo", factor);
  return stretched(x, rate, f, shortened(std::ssize(x), f));
}

std::vector<float> with_pitch(std::span<const float> x, double rate, double semitones) {
  check(std::abs(semitones) <= 24, "with_pitch: {} semitones; must lie in −24 … 24", semitones);
  const Fraction f = fraction_of("with_pitch", std::exp2(semitones / 12)), slower{f.q, f.p};
  std::vector<float> y = resampled(stretched(x, rate, slower, shortened(std::ssize(x), slower)), f.p, f.q);
  y.resize(x.size());
  return y;
}

}  // namespace emograd::audio
