#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "tensor/philox.h"

/// Noise at a given ratio to a sound, and changes of level.
///
/// Power is the mean of the squares over a whole sound, pauses included, and the signal-to-noise ratio in dB is
/// 10·log₁₀(power of the sound / power of the noise): the noise is as loud in a pause as elsewhere.
namespace emograd::audio {

/// Mean of the squares, summed in f64; 0 where there are no samples.
double mean_power(std::span<const float>);

/// n independent normal numbers, mean 0 and variance 1.
std::vector<float> white_noise(std::int64_t n, Rng&);
/// Noise whose power density falls as 1/f, 3.01 dB per octave, from 20 Hz (an eighth of the rate where that is less) to
/// half of the rate, with nothing below: there it would take half of the power, unheard. It is white noise shaped in
/// the frequency domain; its expected power is 1.
std::vector<float> pink_noise(std::int64_t n, double rate, Rng&);

/// n samples of a sound, from a random place on: anywhere they fit; where the sound is too short for that, from any
/// sample on and round and round, with nothing done about the joint. Error where the sound has no samples.
std::vector<float> random_piece(std::span<const float> sound, std::int64_t n, Rng&);

/// x + g·noise, with the g that makes the signal-to-noise ratio `decibels`. Next to silence no noise has a ratio, and
/// silent noise has none to anything: x stays as it is, then. Error where the lengths differ.
std::vector<float> with_noise(std::span<const float> x, std::span<const float> noise, double decibels);

/// x with triangular noise of ±1 step of integers of so many bits, the sum of two uniform numbers of half a step either
/// way, before it is rounded to them: then the error has mean 0 and variance ¼ step², whatever the sound (Lipshitz,
/// Wannamaker & Vanderkooy, J. Audio Eng. Soc. 40(5), 1992), where rounding alone distorts soft sounds. It stays within
/// ±1 if x does.
std::vector<float> dithered(std::span<const float> x, std::int64_t bits, Rng&);

/// 10^(decibels/20)·x. What goes beyond ±1 stays there: nothing is clipped.
std::vector<float> with_gain(std::span<const float> x, double decibels);

}  // namespace emograd::audio
