#include "audio/descriptors/lsp.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "audio/descriptors/lpc.h"

namespace emograd::audio {
namespace {

constexpr double wanted_rate = 11000;
constexpr std::size_t half_order = LineSpectrum::order / 2;
using Series5 = std::array<float, half_order + 1>;  // of Chebyshev polynomials T_4 … T_0

/// Σ c[k] T_{4−k}(x), with T_0 counted once, by Clenshaw's recurrence.
float chebyshev(const Series5& c, float x) {
  float b1 = 0, b2 = 0;
  const float twice = 2 * x;
  for (std::size_t k = 0; k < half_order; ++k) {
    const float b0 = twice * b1 - b2 + 2 * c[k];
    b2 = b1, b1 = b0;
  }
  return x * b1 - b2 + c[half_order];
}

/// Finds roots in turn, of P, of Q, of P …, going down from x = 1 in steps of about delta. Returns how many.
std::size_t search(const Series5& P, const Series5& Q, float delta, std::span<float> roots) {
  constexpr int bisections = 11;
  std::size_t found = 0;
  float left = 1;
  while (found < roots.size()) {
    const Series5& polynomial = found % 2 == 0 ? P : Q;
    float at_left = chebyshev(polynomial, left), right = 0;
    bool crossed = false;
    do {
      float step = delta * (1 - 0.9F * left * left);
      if (std::abs(at_left) < 0.2F) step *= 0.5F;
      right = left - step;
      const float at_right = chebyshev(polynomial, right);
      crossed = at_left * at_right < 0;
      if (!crossed) left = right, at_left = at_right;
    } while (!crossed && right >= -1);
    if (!crossed) break;
    float middle = 0;
    for (int i = 0; i < bisections; ++i) {
      middle = 0.5F * (left + right);
      const float at_middle = chebyshev(polynomial, middle);
      if (!(at_middle * at_left < 0)) left = middle, at_left = at_middle;
      else right = middle;
    }
    roots[found++] = std::clamp(middle, -1.0F, 1.0F);
    left = middle;
  }
  return found;
}

}  // namespace

/// Quirk: the frame at 11 kHz is a cut Fourier sum. Its band ends at half of its own length in bins of the longer
/// spectrum (4250 Hz at 16 kHz), it begins with the zeros before the frame, its end is missing, and DC counts twice.
LineSpectrum::LineSpectrum(const Framing& framing, double rate) : definition_(framing.definition) {
  if (framing.textbook()) {
    harmonics_ =
        std::min(static_cast<std::size_t>(wanted_rate / 2 / framing.bin), static_cast<std::size_t>(framing.fft / 2));
    return;
  }
  const auto points = static_cast<double>(framing.fft);
  const double filled = static_cast<double>(framing.length) / points;
  samples_ = static_cast<std::size_t>(std::llround(points * (wanted_rate / rate) * filled));
  const double ratio = static_cast<double>(samples_) / (points * filled), period = points * ratio;
  const std::size_t used = std::min(static_cast<std::size_t>(framing.fft), samples_) / 2 * 2;
  harmonics_ = used / 2 - 1;
  half_ = static_cast<float>(framing.fft / 2);
  for (std::size_t k = 1; k <= harmonics_; ++k)
    for (std::size_t i = 0; i < samples_; ++i) {
      const double angle = 2 * std::numbers::pi * static_cast<double>(k) * static_cast<double>(i) / period;
      cosines_.push_back(static_cast<float>(std::cos(angle)));
      sines_.push_back(static_cast<float>(std::sin(angle)));
    }
}

void LineSpectrum::lags_of_frame(std::span<const std::complex<float>> spectrum, std::span<float> lags) const {
  std::vector<float> y(samples_, spectrum[0].real());
  for (std::size_t k = 0; k < harmonics_; ++k) {
    const float *c = cosines_.data() + k * samples_, *s = sines_.data() + k * samples_;
    const float re = spectrum[k + 1].real(), im = spectrum[k + 1].imag();
    for (std::size_t i = 0; i < samples_; ++i) y[i] = (y[i] + re * c[i]) + im * s[i];
  }
  for (float& sample : y) sample /= half_;
  autocorrelation(y, lags);
}

/// r[l] = Σ_k P_k cos(πkl/K) for the bins 0 … K of the band, of which the first and the last count half.
void LineSpectrum::lags_of_power(std::span<const std::complex<float>> spectrum, std::span<float> lags) const {
  for (std::size_t l = 0; l < lags.size(); ++l) {
    double sum = 0;
    for (std::size_t k = 0; k <= harmonics_; ++k) {
      const double power = static_cast<double>(std::norm(spectrum[k])) / (k == 0 || k == harmonics_ ? 2 : 1);
      sum += power * std::cos(std::numbers::pi * static_cast<double>(k * l) / static_cast<double>(harmonics_));
    }
    lags[l] = static_cast<float>(sum);
  }
}

void LineSpectrum::operator()(std::span<const std::complex<float>> spectrum, std::span<float> angles) const {
  std::array<float, order + 1> lags;
  std::array<float, order> predictor;
  if (definition_ == Definition::textbook) lags_of_power(spectrum, lags);
  else lags_of_frame(spectrum, lags);
  linear_predictor(lags, predictor);
  line_spectral_pairs(predictor, angles);
}

void line_spectral_pairs(std::span<const float> a, std::span<float> angles) {
  Series5 P, Q;
  P[0] = Q[0] = 1;
  for (std::size_t i = 0; i < half_order; ++i) {
    P[i + 1] = (a[i] + a[LineSpectrum::order - 1 - i]) - P[i];
    Q[i + 1] = (a[i] - a[LineSpectrum::order - 1 - i]) + Q[i];
  }
  std::array<float, LineSpectrum::order> roots{};
  std::size_t found = search(P, Q, 0.2F, roots);
  if (found < roots.size()) found = search(P, Q, 0.05F, roots);
  for (std::size_t i = 0; i < roots.size(); ++i) angles[i] = i < found ? std::acos(roots[i]) : 0.0F;
}

}  // namespace emograd::audio
