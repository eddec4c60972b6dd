#include "audio/voice/loudness.h"

#include <cmath>

#include "audio/descriptors/auditory.h"
#include "audio/front_ends/features.h"
#include "audio/front_ends/mel_filters.h"
#include "audio/front_ends/spectrum.h"
#include "audio/voice/auditory_bands.h"
#include "audio/voice/frames.h"
#include "audio/voice/lowered.h"
#include "tensor/error.h"

namespace emograd::audio::voice {
namespace {

constexpr double exponent = 0.33;

double sensitivity(double hertz) { return equal_loudness(hertz, Definition::textbook); }  // not yet 1 at 1 kHz

std::vector<double> band_weights(double highest) {
  const double from = mel_of(AuditoryBands::lowest, MelScale::htk), to = mel_of(highest, MelScale::htk);
  std::vector<double> out;
  for (std::int64_t b = 1; b <= AuditoryBands::count; ++b)
    out.push_back(
        sensitivity(hertz_of(from + (to - from) * static_cast<double>(b) / (AuditoryBands::count + 1), MelScale::htk)) /
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
  const AuditoryBands bands = auditory_bands(rate);
  double power_of_window = 0;
  for (const double w : bands.window.to_vector<double>()) power_of_window += w * w;
  const std::vector<double> weights = band_weights(bands.highest);
  // By Parseval's theorem: 2|X|²/(N Σw²) summed over bins is the mean square of the sound.
  const double scale = 2 / (static_cast<double>(bands.fft) * power_of_window);

  each_windowed(samples, rate, bands.window, Mean::kept, [&](std::int64_t, const Tensor& rows) {
    const Tensor energies = projected(power(rfft(rows, bands.fft)), bands.mel_matrix);
    const double *x = rows.data<double>(), *e = energies.data<double>();
    for (std::int64_t j = 0; j < rows.dim(0); ++j, x += rows.dim(1), e += AuditoryBands::count) {
      double square = 0, sum = 0;
      for (std::int64_t i = 0; i < rows.dim(1); ++i) square += x[i] * x[i];
      for (std::size_t b = 0; b < weights.size(); ++b) sum += std::pow(weights[b] * scale * e[b], exponent);
      out.level.push_back(10 * std::log10(square / power_of_window));
      out.loudness.push_back(sum);
    }
  });
  return out;
}

}  // namespace emograd::audio::voice
