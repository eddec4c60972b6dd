#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "tensor/philox.h"

/// Rooms.
namespace emograd::audio {

/// y[i] = Σ h[j]·x[i − j], i = 0 … n + m − 2, by blocks of f32 transforms (overlap-add: Oppenheim & Schafer,
/// Discrete-Time Signal Processing, 8.7.3). Nothing where either is empty.
std::vector<float> convolved(std::span<const float> x, std::span<const float> h);

/// What a room makes of one impulse.
struct ImpulseResponse {
  std::vector<float> samples;
  std::size_t direct = 0;  // the sample at which the direct sound arrives
};
/// A recorded one: the direct sound is its greatest sample. Error where all are 0.
ImpulseResponse recorded_response(std::vector<float> samples);
/// An invented one: the direct sound, 1, and behind it normal noise whose power decays by 60 dB in `rt60` seconds
/// (Polack's model; Jot et al., AES Convention 103, 1997), cut off there. Its energy is that of the direct sound less
/// `direct_to_reverberant` dB. Error for an rt60 outside 0.05 … 10 s.
ImpulseResponse decaying_response(double rt60, double rate, Rng&, double direct_to_reverberant = 0);

/// The sound in that room: as long as it was, its tail cut off; the direct sound stays at its time, and the power over
/// the whole sound is as it was. Silence stays silence.
std::vector<float> reverberated(std::span<const float> x, const ImpulseResponse&);

}  // namespace emograd::audio
