#include "audio/voice/spectrogram.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "audio/front_ends/features.h"
#include "audio/front_ends/frames.h"
#include "audio/front_ends/mel_filters.h"
#include "audio/front_ends/spectrum.h"
#include "audio/voice/frames.h"
#include "audio/voice/lowered.h"
#include "tensor/error.h"

namespace emograd::audio::voice {

MelSpectrogram mel_spectrogram(std::span<const float> samples, double rate, std::int64_t bands,
                               std::int64_t most_columns) {
  constexpr double window_seconds = 0.02, least_hop = 0.002, highest = 8000, coarsest_bin = 16;
  check(rate >= 1000, "mel_spectrogram: a rate of {} Hz; needs 1000 at least", rate);
  check(most_columns >= 1, "mel_spectrogram: {} columns; needs one at least", most_columns);
  const Lowered lowered(samples, rate);
  samples = lowered.samples(), rate = lowered.rate();
  const auto size = static_cast<double>(samples.size());
  const double seconds = std::clamp(size / rate / static_cast<double>(most_columns), least_hop, hop);
  const std::int64_t frames = frame_count(samples, rate, seconds),
                     together = (frames + most_columns - 1) / most_columns,
                     columns = (frames + together - 1) / together;
  const Tensor window = hann(std::llround(window_seconds * rate), Hann::periodic);
  const auto fft = static_cast<std::int64_t>(std::bit_ceil(static_cast<std::uint64_t>(rate / coarsest_bin)));
  const double top = std::min(highest, rate / 2);
  const Tensor filters = mel_matrix({rate, fft, bands, 0, top, MelScale::htk, MelFilters::Sides::mel});

  MelSpectrogram out{zeros({columns, bands}, DType::f64), 0, top};
  double* sums = out.decibels.mutable_data<double>();
  each_windowed(
      samples, rate, window, Mean::kept,
      [&](std::int64_t first, const Tensor& rows) {
        const Tensor energies = projected(power(rfft(rows, fft)), filters);
        const double* e = energies.data<double>();
        for (std::int64_t j = 0; j < rows.dim(0); ++j)
          for (std::int64_t b = 0; b < bands; ++b) sums[(first + j) / together * bands + b] += *e++;
      },
      seconds);
  const std::int64_t in_last = frames - (columns - 1) * together;
  for (std::int64_t b = 0; b < bands; ++b)
    sums[(columns - 1) * bands + b] *= static_cast<double>(together) / static_cast<double>(in_last);
  const double most = *std::max_element(sums, sums + columns * bands);
  for (std::int64_t i = 0; i < columns * bands; ++i)
    sums[i] = sums[i] > 0 ? 10 * std::log10(sums[i] / most) : -std::numeric_limits<double>::infinity();
  return out;
}

}  // namespace emograd::audio::voice
