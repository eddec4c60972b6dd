#pragma once

#include <atomic>
#include <cstdint>
#include <utility>

namespace emograd {

/// Intrusive shared pointer: one word, the count lives in the object. T provides `std::atomic<std::uint32_t> refs` and
/// `static void dispose(T*) noexcept`, called when the last reference is gone.
template <class T>
class Ref {
 public:
  Ref() = default;
  explicit Ref(T* fresh) noexcept : p_(fresh) { retain(); }
  Ref(const Ref& other) noexcept : p_(other.p_) { retain(); }
  Ref(Ref&& other) noexcept : p_(std::exchange(other.p_, nullptr)) {}
  template <class U>
  Ref(Ref<U>&& other) noexcept : p_(other.detach()) {}  // NOLINT: derived to base, as for raw pointers
  Ref& operator=(Ref other) noexcept {
    std::swap(p_, other.p_);
    return *this;
  }
  ~Ref() {
    if (p_ && p_->refs.fetch_sub(1, std::memory_order_acq_rel) == 1) T::dispose(p_);
  }

  T* get() const { return p_; }
  T* operator->() const { return p_; }
  T& operator*() const { return *p_; }
  explicit operator bool() const { return p_ != nullptr; }
  bool unique() const { return p_ && p_->refs.load(std::memory_order_acquire) == 1; }
  T* detach() noexcept { return std::exchange(p_, nullptr); }  // gives up ownership without releasing

 private:
  void retain() noexcept {
    if (p_) p_->refs.fetch_add(1, std::memory_order_relaxed);
  }
  T* p_ = nullptr;
};

}  // namespace emograd
