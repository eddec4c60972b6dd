#include "tensor/memory/storage.h"

#include <new>

#include "tensor/error.h"
#include "tensor/memory/pool.h"

namespace emograd {
namespace {

constexpr std::size_t header = pool::alignment;
static_assert(sizeof(Storage) <= header);

}  // namespace

Ref<Storage> Storage::allocate(std::size_t bytes, Device device) {
  check(device == Device::cpu, "this build has no CUDA backend: tensors live on Device::cpu");
  void* block = pool::allocate(header + bytes);
  return Ref<Storage>(new (block) Storage{{0}, device, bytes, static_cast<std::byte*>(block) + header});
}

void Storage::dispose(Storage* s) noexcept {
  const std::size_t bytes = s->bytes;
  s->~Storage();
  pool::release(s, header + bytes);
}

}  // namespace emograd
