#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace emograd {

/// A file that appears whole or not at all. Bytes go to a temporary file in the same folder; commit() makes them
/// durable (fsync), renames the file over the target and makes the rename durable (fsync of the folder). After a crash
/// at any moment the target is the old file or the complete new one; a crash can leave a file named `.emograd-*.tmp`
/// behind.
///
/// A replaced file's mode bits are kept; a symbolic link stays and the file it leads to is replaced, or made. Every
/// failure is a FileError with the system's reason, and the temporary file is removed.
class AtomicFile {
 public:
  /// Whether a file of this name is one that a crash left behind, or that is being written.
  static bool is_temporary(std::string_view name);

  explicit AtomicFile(const std::filesystem::path& target);
  ~AtomicFile();  // drops what was not committed
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  void write(std::span<const std::byte>);
  void write(std::string_view text) { write(std::as_bytes(std::span(text))); }
  void commit();

 private:
  [[noreturn]] void give_up(const char* doing);
  void discard() noexcept;

  std::filesystem::path target_, temporary_;
  int fd_ = -1;
};

/// Removes the files of a folder whose names are `dead`, such as AtomicFile::is_temporary where nobody is writing. What
/// cannot be removed costs space only.
void remove_files(const std::filesystem::path& folder, const std::function<bool(const std::string&)>& dead);

/// All of `bytes` as the file's new content, in the manner of AtomicFile.
void write_file(const std::filesystem::path&, std::span<const std::byte> bytes);

/// Makes the folder's entries (creations, renames, removals) durable; FileError.
void sync_folder(const std::filesystem::path&);

}  // namespace emograd
