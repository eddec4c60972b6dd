#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace emograd::audio {

/// One channel of sound.
struct Sound {
  std::vector<float> samples;  // integers of the file as fractions of 2^(bits − 1): −1 … 1; floats as they are
  double rate = 0;             // samples per second, a whole number
  std::int64_t channels = 1;   // of the file; samples are their mean
  std::int64_t bits = 16;      // of the file's integers; 0: floats
  std::vector<std::string> warnings = {};  // what is odd about it, see SoundReader
};

/// A sound file read block by block, in the same little memory however long it is: WAV, FLAC, OGG, AIFF and whatever
/// else libsndfile knows, of 1 … 1000000 Hz and 1 … 255 channels.
///
/// FileError naming file and reason for what is missing, no regular file, empty, no sound (what to do about a pointer
/// of Git LFS), without samples, of an absurd rate or number of channels, damaged so that it cannot be decoded, or
/// holds a sample that is no finite number. What can be used but should be looked at is a warning.
class SoundReader {
 public:
  explicit SoundReader(const std::filesystem::path&);
  ~SoundReader();
  SoundReader(SoundReader&&) noexcept;
  SoundReader& operator=(SoundReader&&) noexcept;

  std::int64_t rate() const;      // samples per second
  std::int64_t channels() const;  // of the file
  std::int64_t bits() const;      // of the file's integers; 0: floats
  /// Samples of a channel, as the header promises them; nothing where only reading tells.
  std::optional<std::int64_t> length() const;

  /// The next samples, the mean of the channels: at most 16384, none at the end. They stay until the next call.
  std::span<const float> next();

  /// All of them are known at the end of the file. They start with
  ///   truncated: less is there than a WAV, W64, AIFF, AU, FLAC or OGG file promises;
  ///   clipped: three or more successive samples of a channel at the limit of the file's integers, or at ±1 and beyond;
  ///   silent: every sample is 0;
  ///   DC offset: the mean is at least 0.001 and more than a tenth of the RMS.
  const std::vector<std::string>& warnings() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The whole file; errors are SoundReader's.
Sound read_sound(const std::filesystem::path&);

enum class WavSamples { int16, f32 };

/// One channel as a WAV file. As int16 the sample x becomes 32768 x, rounded to even and 1 to 32767: what was read from
/// 16 bits is as it was. Error for no samples, one that is no finite number, one beyond −1 … 1 where int16 is asked
/// for, or a rate that SoundReader refuses.
std::string wav_bytes(std::span<const float> samples, std::int64_t rate, WavSamples = WavSamples::int16);
/// Writes them in the manner of AtomicFile; FileError where it cannot.
void write_wav(const std::filesystem::path&, std::span<const float> samples, std::int64_t rate,
               WavSamples = WavSamples::int16);

}  // namespace emograd::audio
