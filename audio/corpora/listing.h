#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "audio/corpora/corpus.h"

namespace emograd::audio::corpora {

/// The files of a folder and of the folders in it, by their paths below it, in the order of their names.
struct Listing {
  std::filesystem::path root;
  std::vector<std::string> sounds;  // by their extension: wav, flac, …
  std::vector<std::string> others;
  std::vector<Skipped> skipped;  // AppleDouble files (._*), names that are not UTF-8, links but to files
};
/// FileError where a folder cannot be read.
Listing list_files(const std::filesystem::path& root);

std::string_view name_of(std::string_view path);    // a/b.c → b.c
std::string_view stem_of(std::string_view path);    // a/b.c → b
std::string_view folder_of(std::string_view path);  // a/b.c → a, b.c → ""
std::string lower(std::string_view);                // of ASCII letters

/// Lines of a text file, without their ends. What is not UTF-8 is taken as Latin-1, in which old corpora were written.
std::vector<std::string> text_lines(const std::filesystem::path&);
std::string_view trimmed(std::string_view);

}  // namespace emograd::audio::corpora
