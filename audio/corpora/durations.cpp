#include "audio/corpora/durations.h"

#include <sndfile.h>

#include <fstream>
#include <memory>
#include <string>

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
  const std::string name = path.string();
  SF_INFO info{};
  const std::unique_ptr<SNDFILE, int (*)(SNDFILE*)> file(sf_open(path.c_str(), SFM_READ, &info), sf_close);
  if (!file) {
    io::check_file(!is_lfs_pointer(path), name, "is a pointer of Git LFS, not the sound itself; run git lfs pull");
    io::check_file(false, name, "is no sound file that libsndfile reads: {}", sf_strerror(nullptr));
  }
  io::check_file(info.channels >= 1 && info.samplerate >= 1, name, "says that it has no channel or no rate");
  io::check_file(info.frames >= 1, name, "holds no samples");
  return {info.frames, static_cast<double>(info.samplerate), info.channels};
}

}  // namespace emograd::audio::corpora
