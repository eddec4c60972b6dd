#pragma once

#include <cstdint>
#include <span>
#include <vector>

/// Faster or slower, higher or lower: together, or one of them alone.
///
/// A factor is applied as the nearest fraction p/q with q ≤ 500, which near 1 is at most 0.1 % away (1.7 cents).
/// Factors are 0.25 … 4, semitones −24 … 24; Error otherwise.
namespace emograd::audio {

struct Fraction {
  std::int64_t p, q;
};
/// The nearest to x > 0 with q ≤ largest, in lowest terms.
Fraction nearest_fraction(double x, std::int64_t largest);

/// Played so many times as fast: tempo and pitch change (speed perturbation, Ko et al., Interspeech 2015), by
/// resampling (audio/resample.h says with which filter). n samples become ⌈n·q/p⌉.
std::vector<float> with_speed(std::span<const float> x, double factor);

/// So many times as fast at the same pitch; n samples become ⌈n·q/p⌉. What was at the time t is at t/factor.
///
/// A phase vocoder with identity phase locking (Laroche & Dolson, IEEE Trans. Speech and Audio Processing 7(3), 1999,
/// III-B): Hann windows of about 64 ms, four of them over every sample of the result. It is exact for steady tones, any
/// number of them at a time, so that speech may already have noise, music or a room around it; WSOLA, the other usual
/// way, moves whole pitch periods and so needs one voice alone. What it costs: onsets are smeared over a window.
std::vector<float> with_tempo(std::span<const float> x, double rate, double factor);

/// So many semitones, twelfths of an octave, higher at the same length: the tempo changed and then the speed. Formants
/// move along. What would come to lie above half of the rate is filtered out.
std::vector<float> with_pitch(std::span<const float> x, double rate, double semitones);

}  // namespace emograd::audio
