#include "audio/voice/spectral_balance.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "audio/front_ends/features.h"
#include "audio/front_ends/spectrum.h"
#include "audio/voice/auditory_bands.h"
#include "audio/voice/frames.h"
#include "audio/voice/lowered.h"
#include "tensor/error.h"

namespace emograd::audio::voice {
namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();
constexpr double highest = 5000;  // Hz, of what is asked of the balance of a spectrum

/// The bins above `from` up to `to` Hz; none where the spectrum does not reach so far.
struct Band {
  std::size_t first, size;
};
Band band(const PowerSpectrum& s, double from, double to) {
  constexpr double rounding = 1e-9;  // of a bin
  const auto bin = [&](double hertz) { return static_cast<std::size_t>(std::floor(hertz / s.spacing + rounding)); };
  const std::size_t first = bin(from) + 1, end = bin(to) + 1;
  const bool reached = to <= (static_cast<double>(s.power.size()) - 1 + rounding) * s.spacing;
  return {first, reached && end > first ? end - first : 0};
}
std::span<const double> powers(const PowerSpectrum& s, double from, double to) {
  const Band b = band(s, from, to);
  return b.size == 0 ? std::span<const double>() : s.power.subspan(b.first, b.size);
}

double sum(std::span<const double> x) { return std::accumulate(x.begin(), x.end(), 0.0); }
double greatest(std::span<const double> x) { return x.empty() ? 0 : *std::max_element(x.begin(), x.end()); }
double decibels(double over, double under) { return over > 0 && under > 0 ? 10 * std::log10(over / under) : none; }

}  // namespace

double alpha_ratio(const PowerSpectrum& s) { return decibels(sum(powers(s, 50, 1000)), sum(powers(s, 1000, highest))); }

double hammarberg_index(const PowerSpectrum& s) {
  return decibels(greatest(powers(s, 0, 2000)), greatest(powers(s, 2000, highest)));
}

double spectral_slope(const PowerSpectrum& s, double from, double to) {
  const std::span<const double> x = powers(s, from, to);
  const double middle = (static_cast<double>(x.size()) - 1) / 2;
  double products = 0, squares = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (x[i] <= 0) return none;
    const double bins = static_cast<double>(i) - middle;
    products += bins * 10 * std::log10(x[i]);
    squares += bins * bins;
  }
  return squares > 0 ? products / squares / (s.spacing / 1000) : none;
}

double spectral_flux(const PowerSpectrum& before, const PowerSpectrum& now) {
  const std::span<const double> a = powers(before, 0, highest), b = powers(now, 0, highest);
  const double power_of_a = sum(a), power_of_b = sum(b);
  if (!(power_of_a > 0 && power_of_b > 0)) return none;
  double flux = 0;
  for (std::size_t k = 0; k < a.size(); ++k) {
    const double difference = std::sqrt(a[k] / power_of_a) - std::sqrt(b[k] / power_of_b);
    flux += difference * difference;
  }
  return flux;
}

SpectralBalance spectral_balance(std::span<const float> samples, double rate) {
  const auto count = static_cast<std::size_t>(frame_count(samples, rate));
  check(rate >= 1000, "spectral_balance: a rate of {} Hz; needs 1000 at least", rate);
  SpectralBalance out;
  for (auto* contour : {&out.alpha_ratio, &out.hammarberg_index, &out.slope_to_500, &out.slope_to_1500, &out.flux,
                        &out.mel_cepstra[0], &out.mel_cepstra[1], &out.mel_cepstra[2], &out.mel_cepstra[3]})
    contour->assign(count, none);
  const Lowered lowered(samples, rate);
  samples = lowered.samples(), rate = lowered.rate();
  const AuditoryBands bands = auditory_bands(rate);
  const double spacing = rate / static_cast<double>(bands.fft);
  const bool has_cepstra = bands.highest == AuditoryBands::widest;
  std::vector<double> before;  // empty: silence, or nothing
  each_windowed(without_offset(samples), rate, bands.window, Mean::kept, [&](std::int64_t first, const Tensor& rows) {
    const Tensor P = power(rfft(rows, bands.fft));
    // No floor that a sound could reach: its logarithm would move with the gain.
    const Tensor cepstra = mfcc(log_mel(P, bands.mel_matrix, std::numeric_limits<double>::min()),
                                static_cast<std::int64_t>(SpectralBalance::coefficients) + 1);
    for (std::int64_t j = 0; j < P.dim(0); ++j) {
      const auto i = static_cast<std::size_t>(first + j);
      if (is_silent(samples, rate, first + j, AuditoryBands::window_seconds)) {
        before.clear();
        continue;
      }
      const PowerSpectrum s{{P.data<double>() + j * P.dim(1), static_cast<std::size_t>(P.dim(1))}, spacing};
      out.alpha_ratio[i] = alpha_ratio(s);
      out.hammarberg_index[i] = hammarberg_index(s);
      out.slope_to_500[i] = spectral_slope(s, 0, 500);
      out.slope_to_1500[i] = spectral_slope(s, 500, 1500);
      if (!before.empty()) out.flux[i] = spectral_flux({before, spacing}, s);
      before.assign(s.power.begin(), s.power.end());
      const double* c = cepstra.data<double>() + j * cepstra.dim(1);
      for (std::size_t k = 0; has_cepstra && k < SpectralBalance::coefficients; ++k) out.mel_cepstra[k][i] = c[k + 1];
    }
  });
  return out;
}

}  // namespace emograd::audio::voice
