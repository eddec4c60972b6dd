#pragma once

#include <cstdint>
#include <span>

#include "tensor/tensor.h"

namespace emograd::audio::voice {

/// What an eye is shown of a sound: power in mel bands (HTK) over time.
struct MelSpectrogram {
  Tensor decibels;         // (columns, bands), f64; below the greatest power, −∞ where there is none
  double lowest, highest;  // Hz, feet of the lowest and the highest band
};

/// Frames of 20 ms under a Hann window, every 10 ms or, of short sounds, closer, down to 2 ms; no more columns than
/// asked for, each the mean power of its frames. Bands reach to 8 kHz, as far as the rate does.
///
/// Error: a rate below 1000 Hz, and what frame_count refuses.
MelSpectrogram mel_spectrogram(std::span<const float> samples, double rate, std::int64_t bands,
                               std::int64_t most_columns);

}  // namespace emograd::audio::voice
