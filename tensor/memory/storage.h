#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "tensor/memory/ref.h"

namespace emograd {

enum class Device : std::uint8_t { cpu, cuda };

/// A reference-counted block of bytes on one device. On the CPU the header and the bytes are one pool block.
struct Storage {
  std::atomic<std::uint32_t> refs{0};
  Device device;
  std::size_t bytes;
  void* data;

  /// Uninitialised bytes. Error for a device this build or machine lacks; OutOfMemory.
  static Ref<Storage> allocate(std::size_t bytes, Device);
  static void dispose(Storage*) noexcept;
};

}  // namespace emograd
