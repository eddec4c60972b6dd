#include "audio/sound_files.h"

#include <algorithm>
#include <cctype>
#include <set>

#include "tensor/io/bytes.h"

namespace emograd::audio {
namespace fs = std::filesystem;

bool is_sound_name(const fs::path& path) {
  static const std::set<std::string> endings{".wav", ".flac", ".ogg", ".oga", ".opus", ".aif",  ".aiff", ".aifc",
                                             ".au",  ".snd",  ".mp3", ".caf", ".w64",  ".rf64", ".sph"};
  std::string ending = path.extension().string();
  std::transform(ending.begin(), ending.end(), ending.begin(), [](unsigned char c) { return std::tolower(c); });
  return endings.contains(ending);
}

std::vector<fs::path> sound_files(const std::vector<fs::path>& inputs) {
  std::set<fs::path> found, known;
  const auto add = [&](const fs::path& path) {
    if (known.insert(path.lexically_normal()).second) found.insert(path);
  };
  for (const fs::path& input : inputs) {
    io::check_file(fs::exists(input), input.string(), "does not exist");
    if (!fs::is_directory(input)) {
      add(input);
      continue;
    }
    for (const auto& entry : fs::recursive_directory_iterator(input, fs::directory_options::skip_permission_denied)) {
      std::error_code broken;
      const bool hidden = entry.path().filename().string().starts_with('.');
      const bool to_nothing = entry.is_symlink(broken) && !entry.exists(broken);  // for its reader to complain of
      if (!hidden && is_sound_name(entry.path()) && (to_nothing || entry.is_regular_file(broken))) add(entry.path());
    }
  }
  return {found.begin(), found.end()};
}

std::string sound_name(const fs::path& file, const std::vector<fs::path>& inputs) {
  for (const fs::path& input : inputs)
    if (fs::is_directory(input)) {
      const fs::path inside = file.lexically_relative(input);
      if (!inside.empty() && *inside.begin() != "..") return inside.generic_string();
    }
  return file.filename().generic_string();
}

}  // namespace emograd::audio
