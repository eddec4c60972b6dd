#pragma once

#include <cstdint>
#include <vector>

#include "tensor/philox.h"
#include "tensor/tensor.h"

/// SpecAugment (Park et al., Interspeech 2019, section 2): spectrograms, (frames, bands) f32, with stretches of time
/// and of frequency wiped out, and the time axis bent.
namespace emograd::audio {

/// The defaults are the paper's policy LD, which belongs to log mel spectrograms of mean 0.
struct SpecAugment {
  std::int64_t time_masks = 2, longest = 100;  // m_T; T in frames
  double longest_share = 1;                    // p: a mask is no longer than this share of all frames
  std::int64_t band_masks = 2, widest = 27;    // m_F; F in bands
  std::int64_t warp = 0;                       // W in frames; the paper has 80. 0: the time axis stays as it is
  float value = 0;                             // of what is wiped out: the mean, if that is 0
};

/// first … first + count − 1.
struct Stretch {
  std::int64_t first, count;
};
struct SpecMasks {
  std::vector<Stretch> frames, bands;
};
/// A mask's width is drawn from 0 … its largest, both included and at most what there is; then its place from all at
/// which it fits. Masks may overlap. Error for negative numbers, or a share outside 0 … 1.
SpecMasks draw_masks(const SpecAugment&, std::int64_t frames, std::int64_t bands, Rng&);
/// A copy with `value` in the masks. Error where they do not lie inside.
Tensor masked(const Tensor& spectrogram, const SpecMasks&, float value);

/// What was at frame `from` is at frame `to`; both ends stay, and what is between moves in proportion, interpolated
/// between two frames. It is the paper's warp along its line through the middle of the image, on all bands alike.
/// Error unless both frames lie inside, not at the ends.
Tensor time_warped(const Tensor& spectrogram, double from, double to);

/// Warp, then masks. A frame from W to W before the end is moved by less than W frames, to either side; where there are
/// too few frames for that, none.
Tensor spec_augmented(const Tensor& spectrogram, const SpecAugment&, Rng&);

}  // namespace emograd::audio
