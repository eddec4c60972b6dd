#include "audio/corpora/durations.h"

#include <fstream>
#include <string>

#include "audio/sound_file.h"
#include "tensor/io/bytes.h"

namespace emograd::audio::corpora {
namespace {

constexpr std::string_view lfs = "version https://git-lfs";

bool is_lfs_pointer(const std::filesystem::path& path) {
  std::string begin(lfs.size(), '\0');
  std::ifstream(path, std::ios::binary).read(begin.data(), std::ssize(begin));
  return begin == lfs;
}

}  // namespace

SoundInfo sound_info(const std::filesystem::path& path) {
  try {
    const SoundReader reader(path);
    return {reader.length().value_or(0), static_cast<double>(reader.rate()), reader.channels()};
  } catch (const FileError&) {
    io::check_file(!is_lfs_pointer(path), path.string(),
                   "is a pointer of Git LFS, not the sound itself; run git lfs pull");
    throw;
  }
}

}  // namespace emograd::audio::corpora
