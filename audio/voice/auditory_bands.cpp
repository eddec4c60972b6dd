#include "audio/voice/auditory_bands.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "audio/front_ends/frames.h"
#include "audio/front_ends/mel_filters.h"

namespace emograd::audio::voice {

AuditoryBands auditory_bands(double rate) {
  constexpr double coarsest_bin = 32;  // Hz
  const Tensor window = hann(std::llround(AuditoryBands::window_seconds * rate), Hann::periodic);
  const auto fft = static_cast<std::int64_t>(
      std::bit_ceil(static_cast<std::uint64_t>(std::max(rate / coarsest_bin, static_cast<double>(window.numel())))));
  const double highest = std::min(AuditoryBands::widest, rate / 2);
  return {window, fft, highest,
          mel_matrix({rate, fft, AuditoryBands::count, AuditoryBands::lowest, highest, MelScale::htk,
                      MelFilters::Sides::mel})};
}

}  // namespace emograd::audio::voice
