#pragma once

#include <cstdint>
#include <filesystem>

namespace emograd::audio::corpora {

/// What the header of a sound file says; samples are not read.
struct SoundInfo {
  std::int64_t frames = 0;  // samples per channel; 0 where only reading tells
  double rate = 0;          // of them per second
  std::int64_t channels = 1;

  double seconds() const { return static_cast<double>(frames) / rate; }
};

/// Errors are SoundReader's.
SoundInfo sound_info(const std::filesystem::path&);

}  // namespace emograd::audio::corpora
