#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

/// Low-level descriptors: numbers that describe one frame of sound, frame after frame.
///
/// They are those of the feature sets of the Interspeech challenges of 2010 and 2011 as the program openSMILE 3.0
/// computes them, whose names they bear. Published results rest on that program's numbers, so its arithmetic is kept to
/// the bit: every value is rounded to f32 where the program rounds it, and sums run in its order. Where its formula is
/// not the textbook's, a comment that begins with "Quirk" says so.
namespace emograd::audio {

/// One descriptor over time.
struct Series {
  std::string name;
  std::vector<float> values;
};

/// Several, in the order of their set.
using AllSeries = std::vector<Series>;

/// Where frames of `seconds` lie in sound of a rate: frame j covers the samples j·hop … j·hop + length − 1; only whole
/// frames count.
struct Framing {
  std::int64_t length = 0, hop = 0;  // samples
  std::int64_t fft = 0;              // the power of two in which a frame is transformed
  double bin = 0;                    // Hz between two bins of its spectrum

  std::int64_t bins() const { return fft / 2 + 1; }
  std::int64_t frames(std::int64_t samples) const { return samples < length ? 0 : (samples - length) / hop + 1; }
};
Framing framing(double rate, double seconds);

/// f(frame) of every whole frame, in turn.
template <class F>
void each_frame(std::span<const float> samples, const Framing& framing, F f) {
  const std::int64_t count = framing.frames(static_cast<std::int64_t>(samples.size()));
  for (std::int64_t j = 0; j < count; ++j)
    f(samples.subspan(static_cast<std::size_t>(j * framing.hop), static_cast<std::size_t>(framing.length)));
}

constexpr double hop_seconds = 0.01;

/// Samples as openSMILE scales them: Quirk: integers are divided by 2^15 − 1, not 2^15, so that −1 is exceeded.
std::vector<float> scaled_as_opensmile(const std::vector<float>& samples, std::int64_t bits);

/// 0.54 − 0.46 cos(2πi/(L − 1)).
std::vector<float> hamming(std::int64_t length);
/// exp(−½ ((i − (L − 1)/2)/(σ (L − 1)/2))²).
std::vector<float> gauss(std::int64_t length, double sigma);

}  // namespace emograd::audio
