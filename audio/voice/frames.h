#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "tensor/tensor.h"

/// Voices for people who look at them: contours of F0, periodicity, loudness, formants, jitter and shimmer, and a table
/// of numbers about an utterance.
///
/// Definitions are those of textbooks and papers, computed in f64 from 2 kHz on. The descriptors of published feature
/// sets, with the rounding and the quirks of the program that defined them, are in audio/descriptors/. Sound of more
/// than 192 kHz is brought below that first (lowered.h).
namespace emograd::audio::voice {

/// Frame i stands for the sound from i·hop to (i + 1)·hop seconds, and what is measured in it is centred there: windows
/// are longer, and beyond the ends of the sound there is silence.
constexpr double hop = 0.01;

/// As many as reach into the sound: ⌈samples/rate/hop⌉. Error for no samples, one that is no finite number, and rates
/// that are not.
std::int64_t frame_count(std::span<const float> samples, double rate, double seconds = hop);
inline double centre(std::int64_t frame, double seconds = hop) { return (static_cast<double>(frame) + 0.5) * seconds; }

/// The sound without its mean: an offset is no voice.
std::vector<float> without_offset(std::span<const float> samples);

/// Whether the sound is constant so many seconds around a frame's middle.
bool is_silent(std::span<const float> samples, double rate, std::int64_t frame, double seconds);

/// each(first, rows) for all frames, a few at a time, since rows are longer than hops: row j of rows (n, length) is
/// frame first + j under the window (length), f64. before_window: the mean of what is there is taken away.
enum class Mean { kept, removed };
void each_windowed(std::span<const float> samples, double rate, const Tensor& window, Mean before_window,
                   const std::function<void(std::int64_t first, const Tensor& rows)>& each, double seconds = hop);

}  // namespace emograd::audio::voice
