#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tensor/philox.h"

/// Augmentation of sound as a list of steps, which has a text for command lines and configuration:
///
///   speed:0.9..1.1, noise:10..30@0.5, background:0..15:noises/street
///
/// A step is NAME[:NUMBER or LOW..HIGH][:FILE][@PROBABILITY]. The number is drawn from LOW to HIGH, all alike, and
/// rounded to four decimals; without a probability the step is always taken. FILE, a sound or a folder with sounds of
/// which one is drawn, holds neither comma nor, unless a probability follows, @.
namespace emograd::audio {

/// In the order of `effects()`. Streams of random numbers go by these numbers: new ones come last.
enum class Effect { speed, tempo, pitch, noise, pink, background, reverb, room, gain };

struct Step {
  Effect effect = Effect::gain;
  double low = 0, high = 0;
  std::string file = {};
  double probability = 1;
  bool operator==(const Step&) const = default;
};

/// What there is to know of an effect.
struct EffectInfo {
  std::string name, about;
  std::string number;      // what the number is; none: ""
  double lowest, highest;  // that it may be
  bool file;               // needs one
};
const std::vector<EffectInfo>& effects();

/// Error naming the step and what is wrong with it, and what effects there are where it has none of their names.
std::vector<Step> parse_chain(std::string_view);
/// The shortest text that parses to these steps.
std::string chain_text(const std::vector<Step>&);

/// Steps that sounds pass through, one after the other.
class Chain {
 public:
  /// Reads the sounds of the steps' files and keeps them: 230 MB per hour at 16 kHz. Error as parse_chain's, FileError
  /// for files that cannot be used.
  explicit Chain(std::vector<Step>);
  explicit Chain(std::string_view text) : Chain(parse_chain(text)) {}

  const std::vector<Step>& steps() const { return steps_; }

  struct Result {
    std::vector<float> samples;
    std::vector<Step> taken;  // with the number and the file that were drawn
  };
  /// A sound with so many samples per second, altered. What a step draws depends on the stream's seed, the effect and
  /// on how many steps before it have the same one, not on other steps nor on threads; any number of threads may
  /// call this at a time. Very short sounds are fine, none is an Error; silence stays silence.
  Result operator()(std::span<const float> samples, std::int64_t rate, const Rng&) const;

 private:
  struct Source {
    std::string file;
    std::vector<float> samples;
    std::int64_t rate;
  };
  std::vector<float> applied(Step&, const std::vector<Source>&, std::span<const float>, std::int64_t rate, Rng) const;

  std::vector<Step> steps_;
  std::vector<std::vector<Source>> sources_;  // of each step
};

}  // namespace emograd::audio
