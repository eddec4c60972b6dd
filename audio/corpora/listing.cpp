#include "audio/corpora/listing.h"

#include <algorithm>
#include <system_error>

#include "audio/sound_files.h"
#include "tensor/io/bytes.h"
#include "tensor/io/lines.h"

namespace emograd::audio::corpora {
namespace fs = std::filesystem;
namespace {

/// Why a file is none to be looked at; "" otherwise.
std::string why_not(const fs::directory_entry& entry, std::string_view path) {
  if (!io::valid_utf8(path)) return "its name is not UTF-8";
  if (path.find('\\') != std::string_view::npos) return "its name contains a backslash";
  if (name_of(path).starts_with("._")) return "AppleDouble file of macOS, no sound";
  std::error_code broken;
  if (entry.is_symlink(broken) && !entry.is_regular_file(broken))
    return "a link to a folder or to nothing, not followed";
  return "";
}

std::string from_latin1(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) {
    const auto code = static_cast<unsigned char>(c);
    if (code < 0x80) out += c;
    else (out += static_cast<char>(0xc0 | code >> 6)) += static_cast<char>(0x80 | (code & 0x3f));
  }
  return out;
}

}  // namespace

Listing list_files(const fs::path& root) {
  Listing files{root, {}, {}, {}};
  std::error_code error;
  fs::recursive_directory_iterator entry(root, error);
  for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    const std::string path = entry->path().lexically_relative(root).generic_string();
    const std::string why = why_not(*entry, path);
    std::error_code unknown;
    if (!why.empty()) files.skipped.push_back({io::printable(path, 200), why});
    else if (entry->is_regular_file(unknown)) (is_sound_name(path) ? files.sounds : files.others).push_back(path);
  }
  io::check_file(!error, root.string(), "cannot be read: {}", error.message());
  std::sort(files.sounds.begin(), files.sounds.end());
  std::sort(files.others.begin(), files.others.end());
  std::sort(files.skipped.begin(), files.skipped.end(), [](auto& a, auto& b) { return a.path < b.path; });
  return files;
}

std::string_view name_of(std::string_view path) { return path.substr(path.rfind('/') + 1); }

std::string_view stem_of(std::string_view path) {
  const std::string_view name = name_of(path);
  return name.substr(0, name.rfind('.'));
}

std::string_view folder_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

std::vector<std::string> text_lines(const fs::path& path) {
  const io::FileBytes bytes = io::read_file(path);
  std::vector<std::string> lines;
  for (const std::string_view line : io::lines(io::as_text(bytes)))
    lines.push_back(io::valid_utf8(line) ? std::string(line) : from_latin1(line));
  return lines;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n";
  text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
  return text.substr(0, text.find_last_not_of(blanks) + 1);
}

}  // namespace emograd::audio::corpora
