#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace emograd::audio {

/// Whether the name ends as those of sound do: wav, flac, ogg, aiff …, capitals or not.
bool is_sound_name(const std::filesystem::path&);

/// Files with an ending of sound (wav, flac, ogg, aiff …, capitals or not) in a folder and the folders in it, and files
/// that are named themselves, whatever their ending; in the order of their paths, each once, as it is spelled first
/// (a.wav and ./a.wav are one). Hidden files are passed over, since systems leave ._x beside x, and so are links to
/// folders and folders that may not be read. A link to nothing is listed: it stands for a sound that was not fetched,
/// and reading it says so. Error where an input does not exist.
std::vector<std::filesystem::path> sound_files(const std::vector<std::filesystem::path>& inputs);
/// How one of them is called: by its path below the folder that it was found in, or, named itself, by its file name.
std::string sound_name(const std::filesystem::path& file, const std::vector<std::filesystem::path>& inputs);

}  // namespace emograd::audio
