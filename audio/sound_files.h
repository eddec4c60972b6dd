#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace emograd::audio {

/// Files with an ending of sound (wav, flac, ogg, aiff …, capitals or not) in a folder and the folders in it, and files
/// that are named themselves, whatever their ending; in the order of their paths, each once. Hidden files are passed
/// over: systems leave ._x beside x. Error where an input does not exist.
std::vector<std::filesystem::path> sound_files(const std::vector<std::filesystem::path>& inputs);

}  // namespace emograd::audio
