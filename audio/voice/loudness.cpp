#include "audio/voice/loudness.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numbers>

#include "audio/descriptors/auditory.h"
#include "audio/front_ends/features.h"
#include "audio/front_ends/frames.h"
#include "audio/front_ends/mel_filters.h"
#include "audio/front_ends/spectrum.h"
#include "audio/voice/frames.h"
#include "audio/voice/lowered.h"
#include "tensor/error.h"

namespace emograd::audio::voice {
namespace {

constexpr double exponent = 0.33, low = 20, high = 8000, window_seconds = 0.025;
constexpr double coarsest_bin = 32;  // Hz: the narrowest band, 65 Hz on either side, then has weight at several bins
constexpr std::int64_t bands = 26;

double sensitivity(double hertz) { return equal_loudness(hertz, Definition::textbook); }  // not yet 1 at 1 kHz

std::vector<double> band_weights(double highest) {
  const double from = mel_of(low, MelScale::htk), to = mel_of(highest, MelScale::htk);
  std::vector<double> out;
  for (std::int64_t b = 1; b <= bands; ++b)
    out.push_back(sensitivity(hertz_of(from + (to - from) * static_cast<double>(b) / (bands + 1), MelScale::htk)) /
                  sensitivity(1000));
  return out;
}

}  // namespace

Loudness loudness(std::span<const float> samples, double rate) {
  Loudness out;
  out.level.reserve(static_cast<std::size_t>(frame_count(samples, rate)));
  check(rate >= 1000, "loudness: a rate of {} Hz; needs 1000 at least", rate);
  const Lowered lowered(samples, rate);
  samples = lowered.samples(), rate = lowered.rate();
  const Tensor window = hann(std::llround(window_seconds * rate), Hann::periodic);
  double power_of_window = 0;
  for (const double w : window.to_vector<double>()) power_of_window += w * w;
  const auto fft = static_cast<std::int64_t>(
      std::bit_ceil(static_cast<std::uint64_t>(std::max(rate / coarsest_bin, static_cast<double>(window.numel())))));
  const double highest = std::min(high, rate / 2);
  const Tensor filters = mel_matrix({rate, fft, bands, low, highest, MelScale::htk, MelFilters::Sides::mel});
  const std::vector<double> weights = band_weights(highest);
  // By Parseval's theorem: 2|X|²/(N Σw²) summed over bins is the mean square of the sound.
  const double scale = 2 / (static_cast<double>(fft) * power_of_window);

  each_windowed(samples, rate, window, Mean::kept, [&](std::int64_t, const Tensor& rows) {
    const Tensor energies = projected(power(rfft(rows, fft)), filters);
    const double *x = rows.data<double>(), *e = energies.data<double>();
    for (std::int64_t j = 0; j < rows.dim(0); ++j, x += window.numel(), e += bands) {
      double square = 0, sum = 0;
      for (std::int64_t i = 0; i < window.numel(); ++i) square += x[i] * x[i];
      for (std::size_t b = 0; b < weights.size(); ++b) sum += std::pow(weights[b] * scale * e[b], exponent);
      out.level.push_back(10 * std::log10(square / power_of_window));
      out.loudness.push_back(sum);
    }
  });
  return out;
}

}  // namespace emograd::audio::voice
