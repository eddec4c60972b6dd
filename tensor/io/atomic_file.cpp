#include "tensor/io/atomic_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <utility>

#include "tensor/io/bytes.h"

namespace emograd {
namespace fs = std::filesystem;
using io::check_file;

namespace {

constexpr std::string_view temporary_prefix = ".emograd-", temporary_suffix = ".tmp";

fs::path folder_of(const fs::path& file) { return file.has_parent_path() ? file.parent_path() : fs::path("."); }

// Opens a fresh file beside `target`; its mode is 0666 less the umask. −1 with errno otherwise.
int open_temporary(const fs::path& target, fs::path& temporary) {
  static std::atomic<unsigned> serial{0};
  constexpr int attempts = 1000;  // names may be taken by what a killed process of the same id left behind
  for (int i = 0; i < attempts; ++i) {
    temporary = folder_of(target) / fmt::format("{}{}-{}{}", temporary_prefix, ::getpid(), serial++, temporary_suffix);
    const int fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd >= 0 || errno != EEXIST) return fd;
  }
  return -1;
}

}  // namespace

AtomicFile::AtomicFile(const fs::path& target) : target_(target) {
  std::error_code ignored;
  constexpr int most_links = 40;  // as the system follows
  // Also one that leads to no file yet.
  for (int i = 0; i < most_links && fs::is_symlink(target_, ignored); ++i)
    target_ = folder_of(target_) / fs::read_symlink(target_, ignored);
  const std::string name = target.string();
  check_file(!fs::is_symlink(target_, ignored), name, "cannot be written: it is one of links that lead in a circle");
  check_file(!target_.empty() && target_.has_filename(), name, "cannot be written: the path names no file");
  struct stat old {};
  const bool replaces = ::stat(target_.c_str(), &old) == 0;
  check_file(!replaces || !S_ISDIR(old.st_mode), name, "cannot be written: it is a directory");
  check_file(!replaces || S_ISREG(old.st_mode), name, "cannot be written: it is not a regular file");
  fd_ = open_temporary(target_, temporary_);
  check_file(fd_ >= 0, name, "cannot be written: no file can be created in its folder: {}", io::reason(errno));
  if (replaces && ::fchmod(fd_, old.st_mode & 07777) != 0) give_up("its mode bits cannot be kept");
}

AtomicFile::~AtomicFile() { discard(); }

void AtomicFile::discard() noexcept {
  if (fd_ < 0) return;
  ::close(std::exchange(fd_, -1));
  ::unlink(temporary_.c_str());
}

void AtomicFile::give_up(const char* doing) {
  const int error = errno;
  discard();
  throw FileError(fmt::format("{}: {}: {}", target_.string(), doing, io::reason(error)));
}

void AtomicFile::write(std::span<const std::byte> bytes) {
  constexpr std::size_t at_once = std::size_t{1} << 30;  // Linux writes at most 2 GiB per call
  check_file(fd_ >= 0, target_.string(), "is closed: it was committed or given up");
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd_, bytes.data(), std::min(bytes.size(), at_once));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) give_up("cannot be written");
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
}

void AtomicFile::commit() {
  check_file(fd_ >= 0, target_.string(), "is closed: it was committed or given up");
  if (::fsync(fd_) != 0) give_up("cannot be written to the disk");
  if (::rename(temporary_.c_str(), target_.c_str()) != 0) give_up("cannot be put in place");
  const int fd = std::exchange(fd_, -1);
  check_file(::close(fd) == 0, target_.string(), "was written, but closing it failed: {}", std::strerror(errno));
  sync_folder(folder_of(target_));
}

bool AtomicFile::is_temporary(std::string_view name) {
  return name.starts_with(temporary_prefix) && name.ends_with(temporary_suffix);
}

void remove_files(const fs::path& folder, const std::function<bool(const std::string&)>& dead) {
  std::error_code ignored;
  std::vector<fs::path> found;
  for (auto it = fs::directory_iterator(folder, ignored); it != fs::directory_iterator(); it.increment(ignored))
    if (dead(it->path().filename().string())) found.push_back(it->path());
  for (const fs::path& path : found) fs::remove(path, ignored);
}

void write_file(const fs::path& path, std::span<const std::byte> bytes) {
  AtomicFile file(path);
  file.write(bytes);
  file.commit();
}

void sync_folder(const fs::path& folder) {
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  check_file(fd >= 0, folder.string(), "the folder cannot be opened: {}", std::strerror(errno));
  const int reason = ::fsync(fd) == 0 ? 0 : errno;
  ::close(fd);
  // EINVAL: a file system that cannot sync folders; nothing more can be done there.
  check_file(reason == 0 || reason == EINVAL, folder.string(), "the folder cannot be written to the disk: {}",
             std::strerror(reason));
}

}  // namespace emograd
