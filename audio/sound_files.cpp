#include "audio/sound_files.h"

#include <algorithm>
#include <cctype>
#include <set>

#include "tensor/io/bytes.h"

namespace emograd::audio {
namespace fs = std::filesystem;

std::vector<fs::path> sound_files(const std::vector<fs::path>& inputs) {
  static const std::set<std::string> endings{".wav", ".flac", ".ogg", ".oga", ".opus", ".aif",  ".aiff", ".aifc",
                                             ".au",  ".snd",  ".mp3", ".caf", ".w64",  ".rf64", ".sph"};
  std::set<fs::path> found;
  for (const fs::path& input : inputs) {
    io::check_file(fs::exists(input), input.string(), "does not exist");
    if (!fs::is_directory(input)) {
      found.insert(input);
      continue;
    }
    for (const auto& entry : fs::recursive_directory_iterator(input, fs::directory_options::follow_directory_symlink)) {
      std::string ending = entry.path().extension().string();
      std::transform(ending.begin(), ending.end(), ending.begin(), [](unsigned char c) { return std::tolower(c); });
      const bool hidden = entry.path().filename().string().starts_with('.');
      if (!hidden && entry.is_regular_file() && endings.contains(ending)) found.insert(entry.path());
    }
  }
  return {found.begin(), found.end()};
}

}  // namespace emograd::audio
