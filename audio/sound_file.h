#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

namespace emograd::audio {

/// One channel of sound.
struct Sound {
  std::vector<float> samples;  // integers of the file as fractions of 2^(bits − 1): −1 … 1; floats as they are
  double rate = 0;             // samples per second
  std::int64_t channels = 1;   // of the file; samples are their mean
  std::int64_t bits = 16;      // of the file's integers; 0: floats
};

/// Reads WAV, FLAC, OGG, AIFF and whatever else libsndfile knows. FileError naming file and reason for what is missing,
/// no sound, truncated so that it cannot be read, empty, or holds a sample that is no finite number.
Sound read_sound(const std::filesystem::path&);

}  // namespace emograd::audio
