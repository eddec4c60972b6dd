#include "audio/corpora/durations.h"

#include "audio/sound_file.h"

namespace emograd::audio::corpora {

SoundInfo sound_info(const std::filesystem::path& path) {
  const SoundReader reader(path);
  return {reader.length().value_or(0), static_cast<double>(reader.rate()), reader.channels()};
}

}  // namespace emograd::audio::corpora
