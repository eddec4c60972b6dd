#include "tensor/tensor.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <ostream>

#include "tensor/kernels/copy.h"
#include "tensor/parallel.h"

namespace emograd {

void* Tensor::raw() const {
  return static_cast<std::byte*>(storage_->data) + offset_ * static_cast<std::int64_t>(size_of(dtype_));
}

void Tensor::check_access(DType wanted) const {
  check(defined(), "data: the tensor is undefined (default constructed)");
  check(dtype_ == wanted, "data: the tensor holds {}, not {}", dtype_, wanted);
  check(is_contiguous(), "data: shape {} with strides {} is not contiguous; call contiguous(x) or packed(x) first",
        shape_, strides_);
}

double Tensor::item() const {
  check(defined() && numel() == 1, "item: needs exactly one element, shape is {}", shape_);
  return dispatch(dtype_, [&]<class T>() { return static_cast<double>(*static_cast<const T*>(raw())); });
}

template <class T>
std::vector<T> Tensor::to_vector() const {
  const Tensor flat = packed(*this);
  std::vector<T> out(static_cast<std::size_t>(numel()));
  dispatch(dtype_, [&]<class S>() {
    const S* from = flat.data<S>();
    std::transform(from, from + out.size(), out.begin(), [](S v) { return static_cast<T>(v); });
  });
  return out;
}

template std::vector<float> Tensor::to_vector() const;
template std::vector<double> Tensor::to_vector() const;
template std::vector<std::int64_t> Tensor::to_vector() const;

Tensor empty(const Shape& shape, DType dtype, Device device) {
  const std::int64_t n = checked_numel("empty", shape, size_of(dtype));
  return Tensor(Storage::allocate(static_cast<std::size_t>(n) * size_of(dtype), device), dtype, shape,
                contiguous_strides(shape));
}

Tensor full(const Shape& shape, double value, DType dtype) {
  Tensor t = empty(shape, dtype);
  dispatch(dtype, [&]<class T>() {
    T* out = t.mutable_data<T>();
    parallel_for(t.numel(), 65536, [&](std::int64_t begin, std::int64_t end) {
      std::fill(out + begin, out + end, static_cast<T>(value));
    });
  });
  return t;
}

Tensor zeros(const Shape& shape, DType dtype) { return full(shape, 0, dtype); }
Tensor ones(const Shape& shape, DType dtype) { return full(shape, 1, dtype); }
Tensor zeros_like(const Tensor& x) { return full(x.shape(), 0, x.dtype()); }
Tensor ones_like(const Tensor& x) { return full(x.shape(), 1, x.dtype()); }

Tensor arange(std::int64_t n, DType dtype) {
  Tensor t = empty({n}, dtype);
  dispatch(dtype, [&]<class T>() {
    T* out = t.mutable_data<T>();
    for (std::int64_t i = 0; i < n; ++i) out[i] = static_cast<T>(i);
  });
  return t;
}

template <class T>
Tensor from_values(const Shape& shape, std::span<const T> values) {
  const std::int64_t n = checked_numel("from_values", shape, sizeof(T));
  check(n == static_cast<std::int64_t>(values.size()), "from_values: shape {} holds {} elements, {} values given",
        shape, n, values.size());
  Tensor t = empty(shape, dtype_of<T>());
  std::copy(values.begin(), values.end(), t.mutable_data<T>());
  return t;
}

template Tensor from_values(const Shape&, std::span<const float>);
template Tensor from_values(const Shape&, std::span<const double>);
template Tensor from_values(const Shape&, std::span<const std::int64_t>);
template Tensor from_values(const Shape&, std::span<const bool>);

Tensor tensor(std::initializer_list<double> values, DType dtype) {
  Tensor t = empty({static_cast<std::int64_t>(values.size())}, dtype);
  dispatch(dtype, [&]<class T>() {
    std::transform(values.begin(), values.end(), t.mutable_data<T>(), [](double v) { return static_cast<T>(v); });
  });
  return t;
}

Tensor tensor(std::initializer_list<std::initializer_list<double>> rows, DType dtype) {
  const std::size_t width = rows.size() ? rows.begin()->size() : 0;
  Tensor t = empty({static_cast<std::int64_t>(rows.size()), static_cast<std::int64_t>(width)}, dtype);
  dispatch(dtype, [&]<class T>() {
    T* out = t.mutable_data<T>();
    for (const auto& row : rows) {
      check(row.size() == width, "tensor: rows differ in length: {} and {}", width, row.size());
      out = std::transform(row.begin(), row.end(), out, [](double v) { return static_cast<T>(v); });
    }
  });
  return t;
}

Tensor packed(const Tensor& x) {
  if (x.is_contiguous()) return x.detach();
  Tensor y = empty(x.shape(), x.dtype(), x.device());
  kernels::copy(x.view(), y.raw());
  return y;
}

bool bitwise_equal(const Tensor& a, const Tensor& b) {
  if (!a.defined() || !b.defined()) return a.defined() == b.defined();
  if (a.dtype() != b.dtype() || a.shape() != b.shape()) return false;
  const Tensor p = packed(a), q = packed(b);
  return std::memcmp(p.raw(), q.raw(), static_cast<std::size_t>(a.numel()) * size_of(a.dtype())) == 0;
}

namespace {

constexpr std::int64_t printed_edge = 3;  // elements shown at each end of a long axis

void print_axis(std::string& out, const std::vector<double>& values, const Shape& shape, int axis, std::size_t& at) {
  if (axis == shape.rank()) {
    out += fmt::format("{:g}", values[at++]);
    return;
  }
  const std::int64_t extent = shape[axis];
  std::size_t step = 1;
  for (int i = axis + 1; i < shape.rank(); ++i) step *= static_cast<std::size_t>(shape[i]);
  out += '[';
  for (std::int64_t i = 0; i < extent; ++i) {
    if (extent > 2 * printed_edge + 2 && i == printed_edge) {
      out += ", …";
      const std::int64_t skipped = extent - 2 * printed_edge;
      at += static_cast<std::size_t>(skipped) * step;
      i += skipped;
    }
    if (i) out += axis + 1 < shape.rank() ? ",\n" + std::string(static_cast<std::size_t>(axis) + 1, ' ') : ", ";
    print_axis(out, values, shape, axis + 1, at);
  }
  out += ']';
}

}  // namespace

std::string to_string(const Tensor& x) {
  if (!x.defined()) return "undefined tensor";
  std::string out;
  std::size_t at = 0;
  print_axis(out, x.to_vector<double>(), x.shape(), 0, at);
  return out + fmt::format(" {}{}", x.dtype(), x.shape());
}

std::ostream& operator<<(std::ostream& out, const Tensor& x) { return out << to_string(x); }

}  // namespace emograd
