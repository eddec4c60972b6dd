#include "audio/augmentation/spec_augment.h"

#include <algorithm>
#include <cmath>

#include "audio/augmentation/draws.h"
#include "tensor/error.h"

namespace emograd::audio {
namespace {

void check_spectrogram(const char* name, const Tensor& x) {
  check(x.defined() && x.rank() == 2 && x.dtype() == DType::f32, "{}: needs a spectrogram (frames, bands) in f32",
        name);
}

std::vector<Stretch> draw_stretches(std::int64_t count, std::int64_t longest, std::int64_t all, Rng& rng) {
  std::vector<Stretch> stretches;
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t width = draw_below(std::min(longest, all) + 1, rng);
    stretches.push_back({draw_below(all - width + 1, rng), width});
  }
  return stretches;
}

void check_inside(const std::vector<Stretch>& stretches, std::int64_t all, const char* what) {
  for (const Stretch& s : stretches)
    check(s.first >= 0 && s.count >= 0 && s.first <= all - s.count, "masked: {} {} … {} of {}", what, s.first,
          s.first + s.count - 1, all);
}

}  // namespace

SpecMasks draw_masks(const SpecAugment& s, std::int64_t frames, std::int64_t bands, Rng& rng) {
  check(s.time_masks >= 0 && s.longest >= 0 && s.band_masks >= 0 && s.widest >= 0 && s.warp >= 0,
        "SpecAugment: {} masks of up to {} frames, {} of up to {} bands, warp {}; none may be negative", s.time_masks,
        s.longest, s.band_masks, s.widest, s.warp);
  check(s.longest_share >= 0 && s.longest_share <= 1, "SpecAugment: a share of {} of all frames; must lie in 0 … 1",
        s.longest_share);
  const auto most = static_cast<std::int64_t>(s.longest_share * static_cast<double>(frames));
  SpecMasks masks;
  masks.frames = draw_stretches(s.time_masks, std::min(s.longest, most), frames, rng);
  masks.bands = draw_stretches(s.band_masks, s.widest, bands, rng);
  return masks;
}

Tensor masked(const Tensor& spectrogram, const SpecMasks& masks, float value) {
  check_spectrogram("masked", spectrogram);
  const std::int64_t frames = spectrogram.dim(0), bands = spectrogram.dim(1);
  check_inside(masks.frames, frames, "frames");
  check_inside(masks.bands, bands, "bands");
  std::vector<float> y = spectrogram.to_vector<float>();
  for (const Stretch& s : masks.frames) std::fill_n(y.begin() + s.first * bands, s.count * bands, value);
  for (const Stretch& s : masks.bands)
    for (std::int64_t frame = 0; frame < frames; ++frame)
      std::fill_n(y.begin() + frame * bands + s.first, s.count, value);
  return from_values<float>(spectrogram.shape(), y);
}

Tensor time_warped(const Tensor& spectrogram, double from, double to) {
  check_spectrogram("time_warped", spectrogram);
  const std::int64_t frames = spectrogram.dim(0), bands = spectrogram.dim(1);
  const auto last = static_cast<double>(frames - 1);
  check(from > 0 && from < last && to > 0 && to < last, "time_warped: frame {} to {} of {}; both lie inside", from, to,
        frames);
  const std::vector<float> x = spectrogram.to_vector<float>();
  std::vector<float> y;
  y.reserve(x.size());
  for (std::int64_t frame = 0; frame < frames; ++frame) {
    const auto t = static_cast<double>(frame);
    const double source = t < to ? t * from / to : last - (last - t) * (last - from) / (last - to);
    const std::int64_t left = std::clamp<std::int64_t>(static_cast<std::int64_t>(source), 0, frames - 2);
    const auto part = static_cast<float>(source - static_cast<double>(left));
    const float *a = &x[static_cast<std::size_t>(left * bands)], *b = a + bands;
    for (std::int64_t band = 0; band < bands; ++band) y.push_back((1 - part) * a[band] + part * b[band]);
  }
  return from_values<float>(spectrogram.shape(), y);
}

Tensor spec_augmented(const Tensor& spectrogram, const SpecAugment& s, Rng& rng) {
  check_spectrogram("spec_augmented", spectrogram);
  const std::int64_t frames = spectrogram.dim(0);
  const SpecMasks masks = draw_masks(s, frames, spectrogram.dim(1), rng);
  if (s.warp == 0 || frames <= 2 * s.warp) return masked(spectrogram, masks, s.value);
  const std::int64_t from = s.warp + draw_below(frames - 2 * s.warp, rng),
                     by = draw_below(2 * s.warp - 1, rng) - (s.warp - 1);
  return masked(time_warped(spectrogram, static_cast<double>(from), static_cast<double>(from + by)), masks, s.value);
}

}  // namespace emograd::audio
