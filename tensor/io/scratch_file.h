#pragma once

#include <cstdint>
#include <span>
#include <utility>

#include "tensor/io/bytes.h"

namespace emograd {

/// It is the machine's trouble, not that of what was read.
class ScratchFileError : public FileError {
  using FileError::FileError;
};

/// Room on a disk for what does not fit into memory: a file without a name in the folder for temporary files (TMPDIR,
/// or /tmp), which is gone with the object, or the process. ScratchFileError where the disk cannot do what is asked.
class ScratchFile {
 public:
  ScratchFile();
  ~ScratchFile();
  ScratchFile(ScratchFile&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  ScratchFile& operator=(ScratchFile&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }

  void write(std::uint64_t offset, std::span<const std::byte>);
  /// What was written there.
  void read(std::uint64_t offset, std::span<std::byte>) const;

 private:
  int fd_ = -1;
};

}  // namespace emograd
