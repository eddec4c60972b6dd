#pragma once

#include <fmt/core.h>

#include <array>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <vector>

#include "tensor/error.h"

namespace emograd {

constexpr int max_rank = 8;

/// Up to max_rank integers, inline: the extents or the strides of a tensor. A plain value, no allocation.
class Dims {
 public:
  Dims() = default;
  Dims(std::initializer_list<std::int64_t> values) : Dims(std::span(values.begin(), values.size())) {}
  explicit Dims(std::span<const std::int64_t> values);
  static Dims filled(int rank, std::int64_t value);

  int rank() const { return rank_; }
  std::int64_t operator[](int i) const { return values_[static_cast<std::size_t>(i)]; }
  std::int64_t& operator[](int i) { return values_[static_cast<std::size_t>(i)]; }
  const std::int64_t* begin() const { return values_.data(); }
  const std::int64_t* end() const { return values_.data() + rank_; }
  void push_back(std::int64_t value);
  void insert(int position, std::int64_t value);
  void erase(int position);
  bool operator==(const Dims& other) const;

 private:
  std::array<std::int64_t, max_rank> values_{};
  int rank_ = 0;
};

using Shape = Dims;
using Strides = Dims;

/// Product of the extents; 1 for rank 0. Shapes whose product overflows 63 bits are refused by checked_numel.
std::int64_t numel(const Shape&);
/// numel, or an Error naming `op` where an extent is negative or the product, in bytes of `element_size`, overflows.
std::int64_t checked_numel(const char* op, const Shape&, std::size_t element_size);

/// Row-major strides, in elements.
Strides contiguous_strides(const Shape&);
bool is_contiguous(const Shape&, const Strides&);

/// Maps axis −rank..rank−1 to 0..rank−1; otherwise an Error naming `op`, the axis and the shape.
int normalize_axis(const char* op, std::int64_t axis, const Shape&);
/// The same for a list of distinct axes, sorted ascending; an empty list means all axes.
std::vector<int> normalize_axes(const char* op, std::span<const std::int64_t> axes, const Shape&);

/// NumPy's rule: aligned at the right, extents equal or 1. Error naming `op` and both shapes otherwise.
Shape broadcast_shapes(const char* op, const Shape&, const Shape&);
/// The strides that read a tensor of `from` as if it had shape `to`: 0 along repeated axes.
Strides broadcast_strides(const char* op, const Shape& from, const Strides&, const Shape& to);

std::string to_string(const Dims&);  // "(2, 3)"

}  // namespace emograd

template <>
struct fmt::formatter<emograd::Dims> {
  constexpr auto parse(fmt::format_parse_context& ctx) { return ctx.begin(); }
  auto format(const emograd::Dims& d, fmt::format_context& ctx) const {
    return fmt::format_to(ctx.out(), "{}", emograd::to_string(d));
  }
};
