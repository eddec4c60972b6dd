#pragma once

#include <cstdint>
#include <iosfwd>
#include <span>
#include <string>
#include <vector>

#include "tensor/dtype.h"
#include "tensor/kernels/layout.h"
#include "tensor/memory/storage.h"
#include "tensor/shape.h"
#include "tensor/tape_entry.h"

namespace emograd {

/// An immutable n-dimensional array: a handle to {storage, layout, node}. Copying it copies no elements; views share
/// storage. Whoever has just made a tensor fills it through mutable_data before anyone else sees it; nothing else
/// writes. The node says how it was computed, where that is tracked (autograd/record.h); it plays no part in the value.
class Tensor {
 public:
  Tensor() = default;  // undefined: a slot to assign to
  Tensor(Ref<Storage> storage, DType dtype, Shape shape, Strides strides, std::int64_t offset = 0)
      : storage_(std::move(storage)), dtype_(dtype), shape_(shape), strides_(strides), offset_(offset) {}

  bool defined() const { return static_cast<bool>(storage_); }
  DType dtype() const { return dtype_; }
  Device device() const { return storage_ ? storage_->device : Device::cpu; }
  const Shape& shape() const { return shape_; }
  const Strides& strides() const { return strides_; }  // in elements
  std::int64_t offset() const { return offset_; }      // of element 0, in elements
  int rank() const { return shape_.rank(); }
  std::int64_t dim(std::int64_t axis) const { return shape_[normalize_axis("dim", axis, shape_)]; }
  std::int64_t numel() const { return emograd::numel(shape_); }
  bool is_contiguous() const { return emograd::is_contiguous(shape_, strides_); }

  /// The elements of a contiguous tensor of element type T, row-major; Error otherwise.
  template <class T>
  const T* data() const {
    check_access(dtype_of<T>());
    return static_cast<const T*>(raw());
  }
  /// For the maker of a fresh tensor only.
  template <class T>
  T* mutable_data() {
    check_access(dtype_of<T>());
    return static_cast<T*>(raw());
  }
  /// Any layout, any dtype: a copy of the elements, converted, row-major.
  template <class T>
  std::vector<T> to_vector() const;
  /// The only element of a tensor with one element; Error otherwise.
  double item() const;

  /// The same elements under another layout.
  Tensor view_as(Shape shape, Strides strides, std::int64_t offset) const {
    return Tensor(storage_, dtype_, shape, strides, offset);
  }
  kernels::View view() const { return {raw(), dtype_, shape_, strides_}; }
  void* raw() const;  // address of element 0
  const Ref<Storage>& storage() const { return storage_; }

  const Ref<TapeEntry>& node() const { return node_; }
  bool tracked() const { return static_cast<bool>(node_); }
  Tensor with_node(Ref<TapeEntry> node) const {
    Tensor t = *this;
    t.node_ = std::move(node);
    return t;
  }
  /// The same value, cut off from how it was computed.
  Tensor detach() const { return with_node({}); }

 private:
  void check_access(DType wanted) const;

  Ref<Storage> storage_;
  Ref<TapeEntry> node_;
  DType dtype_ = DType::f32;
  Shape shape_;
  Strides strides_;
  std::int64_t offset_ = 0;
};

/// Uninitialised, contiguous (debug builds fill it with NaN).
Tensor empty(const Shape&, DType = DType::f32, Device = Device::cpu);
Tensor full(const Shape&, double value, DType = DType::f32);
Tensor zeros(const Shape&, DType = DType::f32);
Tensor ones(const Shape&, DType = DType::f32);
Tensor zeros_like(const Tensor&);
Tensor ones_like(const Tensor&);
/// 0, 1, …, n−1.
Tensor arange(std::int64_t n, DType = DType::f32);
/// The values in row-major order; Error where their number is not the shape's.
template <class T>
Tensor from_values(const Shape&, std::span<const T> values);
Tensor tensor(std::initializer_list<double> values, DType = DType::f32);
Tensor tensor(std::initializer_list<std::initializer_list<double>> rows, DType = DType::f32);
/// A contiguous copy of the elements, untracked; the tensor itself where it is contiguous already.
Tensor packed(const Tensor&);

/// Same shape, dtype and bits (so that NaN equals NaN and 0 differs from −0).
bool bitwise_equal(const Tensor&, const Tensor&);

std::string to_string(const Tensor&);
std::ostream& operator<<(std::ostream&, const Tensor&);

}  // namespace emograd
