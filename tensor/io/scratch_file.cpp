#include "tensor/io/scratch_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace emograd {
namespace {

std::string folder() {
  std::error_code none;
  const std::filesystem::path path = std::filesystem::temp_directory_path(none);
  return none ? "/tmp" : path.string();
}

template <class... Args>
void check_scratch(bool ok, fmt::format_string<const Args&...> format, const Args&... args) {
  if (!ok)
    throw ScratchFileError(fmt::format("{}: {}; TMPDIR names another folder", folder(), fmt::format(format, args...)));
}

/// All of count bytes by transfer(done), which returns what pread and pwrite do.
template <class Transfer>
void transfer_all(std::size_t count, const char* doing, Transfer transfer) {
  for (std::size_t done = 0; done < count;) {
    const ssize_t n = transfer(done);
    if (n < 0 && errno == EINTR) continue;
    check_scratch(n > 0, "a temporary file there cannot be {}: {}", doing,
                  n < 0 ? io::reason(errno) : "it has become shorter");
    done += static_cast<std::size_t>(n);
  }
}

}  // namespace

ScratchFile::ScratchFile() {
  std::string name = folder() + "/emograd-XXXXXX";
  fd_ = ::mkostemp(name.data(), O_CLOEXEC);
  check_scratch(fd_ >= 0, "no temporary file can be created there: {}", io::reason(errno));
  ::unlink(name.c_str());
}

ScratchFile::~ScratchFile() {
  if (fd_ >= 0) ::close(fd_);
}

void ScratchFile::write(std::uint64_t offset, std::span<const std::byte> bytes) {
  transfer_all(bytes.size(), "written", [&](std::size_t done) {
    return ::pwrite(fd_, bytes.data() + done, bytes.size() - done, static_cast<off_t>(offset + done));
  });
}

void ScratchFile::read(std::uint64_t offset, std::span<std::byte> bytes) const {
  transfer_all(bytes.size(), "read", [&](std::size_t done) {
    return ::pread(fd_, bytes.data() + done, bytes.size() - done, static_cast<off_t>(offset + done));
  });
}

}  // namespace emograd
