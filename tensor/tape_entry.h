#pragma once

#include <atomic>
#include <cstdint>

namespace emograd {

/// What a tensor knows of the tape: whatever made it is counted, numbered and freed without recursion. The rest of a
/// node is the autograd room's business.
struct TapeEntry {
  std::atomic<std::uint32_t> refs{0};
  const std::uint64_t id = next_id();  // a node is created after its inputs' nodes, so its id exceeds theirs

  TapeEntry() = default;
  TapeEntry(const TapeEntry&) = delete;
  TapeEntry& operator=(const TapeEntry&) = delete;
  virtual ~TapeEntry() = default;

  /// Deletes the entry and whatever only it kept alive, one after the other: chains of any length use constant stack.
  static void dispose(TapeEntry*) noexcept;

 private:
  static std::uint64_t next_id() noexcept;
  TapeEntry* next_dead_ = nullptr;
};

}  // namespace emograd
