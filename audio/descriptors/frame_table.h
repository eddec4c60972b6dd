#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tensor/io/scratch_file.h"

namespace emograd::audio {

/// Descriptors of successive frames. The last few minutes are in memory, what came before is on a disk.
class FrameTable {
 public:
  explicit FrameTable(std::vector<std::string> names);
  void append(std::span<const float> frame);  // one value per name

  const std::vector<std::string>& names() const { return names_; }
  std::int64_t frames() const { return written_ + std::ssize(columns_.front()); }
  /// One descriptor, of all frames.
  std::vector<float> values(std::size_t column) const;

  static constexpr std::int64_t most_in_memory = 1 << 14;  // frames

 private:
  std::uint64_t place(std::int64_t block, std::size_t column) const;

  std::vector<std::string> names_;
  std::vector<std::vector<float>> columns_;
  std::int64_t written_ = 0;            // frames, a multiple of most_in_memory
  std::optional<ScratchFile> scratch_;  // blocks of so many, column by column
};

/// All descriptors of a sound. Tables may differ in how many frames they have.
using Descriptors = std::vector<FrameTable>;
/// The one of that name. Error where there is none.
std::vector<float> values(const Descriptors&, const std::string& name);

}  // namespace emograd::audio
