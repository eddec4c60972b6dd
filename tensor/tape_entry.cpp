#include "tensor/tape_entry.h"

#include <utility>

namespace emograd {

std::uint64_t TapeEntry::next_id() noexcept {
  static std::atomic<std::uint64_t> last{0};
  return last.fetch_add(1, std::memory_order_relaxed) + 1;
}

void TapeEntry::dispose(TapeEntry* entry) noexcept {
  // Deleting an entry releases its parents and saved tensors; their calls arrive here while `draining` and only queue
  // up.
  thread_local TapeEntry* waiting = nullptr;
  thread_local bool draining = false;
  entry->next_dead_ = std::exchange(waiting, entry);
  if (std::exchange(draining, true)) return;
  while (waiting) {
    TapeEntry* dead = waiting;
    waiting = dead->next_dead_;
    delete dead;
  }
  draining = false;
}

}  // namespace emograd
