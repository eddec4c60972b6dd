#include "audio/sound_file.h"

#include <sndfile.h>

#include <cmath>
#include <memory>

#include "tensor/io/bytes.h"

namespace emograd::audio {
namespace {

std::int64_t integer_bits(int format) {
  switch (format & SF_FORMAT_SUBMASK) {
    case SF_FORMAT_PCM_S8:
    case SF_FORMAT_PCM_U8: return 8;
    case SF_FORMAT_PCM_24: return 24;
    case SF_FORMAT_PCM_32: return 32;
    case SF_FORMAT_FLOAT:
    case SF_FORMAT_DOUBLE:
    case SF_FORMAT_VORBIS:
    case SF_FORMAT_OPUS: return 0;
    default: return 16;
  }
}

}  // namespace

Sound read_sound(const std::filesystem::path& path) {
  const std::string name = path.string();
  io::check_file(std::filesystem::exists(path), name, "does not exist");
  io::check_file(!std::filesystem::is_directory(path), name, "is a folder, not a sound file");
  SF_INFO info{};
  const std::unique_ptr<SNDFILE, int (*)(SNDFILE*)> file(sf_open(path.c_str(), SFM_READ, &info), sf_close);
  io::check_file(file != nullptr, name, "is no sound file that libsndfile reads: {}", sf_strerror(nullptr));
  io::check_file(info.channels >= 1 && info.samplerate >= 1, name, "says that it has no channel or no rate");

  Sound sound;
  sound.rate = info.samplerate;
  sound.channels = info.channels;
  sound.bits = integer_bits(info.format);
  constexpr sf_count_t block = 1 << 14;
  std::vector<float> frames(static_cast<std::size_t>(block * info.channels));
  const auto channels = static_cast<float>(info.channels);
  for (sf_count_t count = 0; (count = sf_readf_float(file.get(), frames.data(), block)) > 0;)
    for (sf_count_t i = 0; i < count; ++i) {
      float sum = 0;
      for (int c = 0; c < info.channels; ++c) sum += frames[static_cast<std::size_t>(i * info.channels + c)];
      sound.samples.push_back(info.channels == 1 ? sum : sum / channels);
    }
  io::check_file(sf_error(file.get()) == SF_ERR_NO_ERROR, name, "cannot be read to its end: {}",
                 sf_strerror(file.get()));
  io::check_file(!sound.samples.empty(), name, "holds no samples");
  for (std::size_t i = 0; i < sound.samples.size(); ++i)
    io::check_file(std::isfinite(sound.samples[i]), name, "holds a sample that is no finite number: number {}", i);
  return sound;
}

}  // namespace emograd::audio
