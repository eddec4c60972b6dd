#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "audio/descriptors/framing.h"
#include "audio/sound_file.h"

namespace emograd::audio {

/// Sound as descriptors look at it: stretch by stretch, from its beginning to its end, as often as they like. However
/// long a file is, about a minute of it is in memory.
class Samples {
 public:
  /// All of a sound, as it is.
  Samples(std::vector<float> values, double rate);
  /// A file. Quirk: openSMILE divides integers by 2^15 − 1, not 2^15, so that −1 is exceeded; for
  /// Definition::textbook samples are as SoundReader gives them. Errors, then and later, are SoundReader's.
  explicit Samples(std::filesystem::path, Definition = Definition::opensmile);

  double rate() const { return rate_; }
  /// The `count` samples from number `begin` on, or as many of them as there are. They stay until the next call. To go
  /// back more than a second may mean to read the file again from its beginning.
  std::span<const float> at(std::int64_t begin, std::int64_t count);

  /// How many there are, and what the reader has to say of them; known when the end was seen.
  std::int64_t count() const { return count_; }
  const std::vector<std::string>& warnings() const { return warnings_; }

 private:
  void rewind();
  void read_block();

  std::filesystem::path file_;
  Definition definition_ = Definition::opensmile;
  double rate_ = 0;
  std::unique_ptr<SoundReader> reader_;  // none where nothing is left to be read
  std::vector<float> kept_;              // from number first_ on
  std::int64_t first_ = 0, count_ = 0;
  std::vector<std::string> warnings_;
};

/// x as openSMILE scales what it reads from integers of so many bits, 0: from floats.
float scaled_as_opensmile(float x, std::int64_t bits);

/// f(frame) of every whole frame, in turn. The frame stays until f looks at the sound itself.
template <class F>
void each_frame(Samples& sound, const Framing& framing, F f) {
  for (std::int64_t begin = 0;; begin += framing.hop) {
    const std::span<const float> frame = sound.at(begin, framing.length);
    if (std::ssize(frame) < framing.length) return;
    f(frame);
  }
}

}  // namespace emograd::audio
