#include "tensor/shape.h"

#include <algorithm>
#include <limits>

namespace emograd {

Dims::Dims(std::span<const std::int64_t> values) {
  check(values.size() <= max_rank, "a shape has at most {} dimensions, got {}", max_rank, values.size());
  std::copy(values.begin(), values.end(), values_.begin());
  rank_ = static_cast<int>(values.size());
}

Dims Dims::filled(int rank, std::int64_t value) {
  Dims d;
  for (int i = 0; i < rank; ++i) d.push_back(value);
  return d;
}

void Dims::push_back(std::int64_t value) { insert(rank_, value); }

void Dims::insert(int position, std::int64_t value) {
  check(rank_ < max_rank, "a shape has at most {} dimensions: {} cannot grow", max_rank, *this);
  std::copy_backward(values_.begin() + position, values_.begin() + rank_, values_.begin() + rank_ + 1);
  (*this)[position] = value;
  ++rank_;
}

void Dims::erase(int position) {
  std::copy(values_.begin() + position + 1, values_.begin() + rank_, values_.begin() + position);
  --rank_;
}

bool Dims::operator==(const Dims& other) const { return std::equal(begin(), end(), other.begin(), other.end()); }

std::int64_t numel(const Shape& shape) {
  std::int64_t n = 1;
  for (auto extent : shape) {
    if (extent == 0) return 0;
    n *= extent;
  }
  return n;
}

std::int64_t checked_numel(const char* op, const Shape& shape, std::size_t element_size) {
  // Zero extents are left out of the product: strides of an empty tensor must not overflow either.
  const auto limit = std::numeric_limits<std::int64_t>::max() / static_cast<std::int64_t>(element_size);
  std::int64_t n = 1;
  bool empty = false;
  for (auto extent : shape) {
    check(extent >= 0, "{}: shape {} has a negative extent", op, shape);
    empty |= extent == 0;
    if (extent == 0) continue;
    check(n <= limit / extent, "{}: shape {} holds more elements than memory can address", op, shape);
    n *= extent;
  }
  return empty ? 0 : n;
}

Strides contiguous_strides(const Shape& shape) {
  Strides strides = shape;
  std::int64_t step = 1;
  for (int i = shape.rank() - 1; i >= 0; --i) {
    strides[i] = step;
    step *= shape[i];
  }
  return strides;
}

bool is_contiguous(const Shape& shape, const Strides& strides) {
  std::int64_t step = 1;
  for (int i = shape.rank() - 1; i >= 0; --i) {
    if (shape[i] != 1 && strides[i] != step) return numel(shape) == 0;
    step *= shape[i];
  }
  return true;
}

int normalize_axis(const char* op, std::int64_t axis, const Shape& shape) {
  const int rank = shape.rank();
  check(axis >= -rank && axis < rank, "{}: axis {} is out of range for shape {} of rank {}", op, axis, shape, rank);
  return static_cast<int>(axis < 0 ? axis + rank : axis);
}

std::vector<int> normalize_axes(const char* op, std::span<const std::int64_t> axes, const Shape& shape) {
  std::vector<int> out;
  if (axes.empty())
    for (int i = 0; i < shape.rank(); ++i) out.push_back(i);
  for (auto axis : axes) out.push_back(normalize_axis(op, axis, shape));
  std::sort(out.begin(), out.end());
  const auto twice = std::adjacent_find(out.begin(), out.end());
  check(twice == out.end(), "{}: axis {} of shape {} is named twice", op, twice == out.end() ? 0 : *twice, shape);
  return out;
}

Shape broadcast_shapes(const char* op, const Shape& a, const Shape& b) {
  if (a == b) return a;
  const int rank = std::max(a.rank(), b.rank());
  Shape out = Dims::filled(rank, 1);
  for (int i = 1; i <= rank; ++i) {
    const std::int64_t p = i <= a.rank() ? a[a.rank() - i] : 1;
    const std::int64_t q = i <= b.rank() ? b[b.rank() - i] : 1;
    check(p == q || p == 1 || q == 1,
          "{}: shapes {} and {} do not broadcast: aligned at the right, axis −{} has extents {} and {}", op, a, b, i, p,
          q);
    out[rank - i] = p == 1 ? q : p;
  }
  return out;
}

Strides broadcast_strides(const char* op, const Shape& from, const Strides& strides, const Shape& to) {
  check(from.rank() <= to.rank(), "{}: shape {} has more axes than the target {}", op, from, to);
  Strides out = Dims::filled(to.rank(), 0);
  for (int i = 1; i <= from.rank(); ++i) {
    const std::int64_t have = from[from.rank() - i], want = to[to.rank() - i];
    check(have == want || have == 1, "{}: shape {} cannot be read as {}: axis −{} has extent {}, not {} or 1", op, from,
          to, i, have, want);
    out[to.rank() - i] = have == want ? strides[from.rank() - i] : 0;
  }
  return out;
}

std::string to_string(const Dims& dims) {
  std::string out = "(";
  for (int i = 0; i < dims.rank(); ++i) out += (i ? ", " : "") + std::to_string(dims[i]);
  return out + (dims.rank() == 1 ? ",)" : ")");
}

}  // namespace emograd
