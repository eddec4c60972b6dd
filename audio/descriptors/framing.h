#pragma once

#include <cstdint>
#include <span>
#include <vector>

/// Low-level descriptors: numbers that describe one frame of sound, frame after frame.
///
/// They are those of the feature sets of the Interspeech challenges of 2010 and 2011 as the program openSMILE 3.0
/// computes them, whose names they bear. Published results rest on that program's numbers, so its arithmetic is kept to
/// the bit: every value is rounded to f32 where the program rounds it, and sums run in its order. Where its formula is
/// not the textbook's, a comment that begins with "Quirk" says so, and Definition::textbook has the textbook's.
namespace emograd::audio {

/// Whose numbers: those on which published results rest, quirks included, or what names promise.
enum class Definition { opensmile, textbook };

/// Where frames of `seconds` lie in sound of a rate: frame j covers the samples j·hop … j·hop + length − 1; only whole
/// frames count.
struct Framing {
  std::int64_t length = 0, hop = 0;               // samples
  std::int64_t fft = 0;                           // the power of two in which a frame is transformed
  double bin = 0;                                 // Hz between two bins of its spectrum
  Definition definition = Definition::opensmile;  // of whatever is computed from these frames

  std::int64_t bins() const { return fft / 2 + 1; }
  bool textbook() const { return definition == Definition::textbook; }
};
Framing framing(double rate, double seconds, Definition = Definition::opensmile);

constexpr double hop_seconds = 0.01;

/// 0.54 − 0.46 cos(2πi/(L − 1)).
std::vector<float> hamming(std::int64_t length);
/// exp(−½ ((i − (L − 1)/2)/(σ (L − 1)/2))²).
std::vector<float> gauss(std::int64_t length, double sigma);

/// The mean, summed in f32 in the order of the index; 0 of none.
float f32_mean(std::span<const float>);

}  // namespace emograd::audio
