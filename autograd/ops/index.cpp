#include "autograd/ops/index.h"

#include "autograd/record.h"
#include "tensor/kernels/index.h"

namespace emograd {
namespace {

Tensor checked_index(const char* op, const Tensor& index, std::int64_t extent) {
  check(index.defined() && index.dtype() == DType::i64, "{}: the index must be an i64 tensor; use cast(x, DType::i64)",
        op);
  const Tensor flat = packed(index);
  const auto* v = flat.data<std::int64_t>();
  for (std::int64_t i = 0; i < flat.numel(); ++i)
    check(v[i] >= 0 && v[i] < extent, "{}: index {} at position {} is out of range for an extent of {}", op, v[i], i,
          extent);
  return flat;
}

/// The (outer, extent, inner) view of `shape` around `axis`.
kernels::Rows rows(const Shape& shape, int axis, std::int64_t extent, std::int64_t count, DType dtype,
                   const Tensor& index) {
  kernels::Rows r{1, extent, count, 1, dtype, index.data<std::int64_t>()};
  for (int i = 0; i < axis; ++i) r.outer *= shape[i];
  for (int i = axis + 1; i < shape.rank(); ++i) r.inner *= shape[i];
  return r;
}

Shape with_extent(Shape shape, int axis, std::int64_t extent) {
  shape[axis] = extent;
  return shape;
}

void check_same_but(const char* op, const Tensor& x, const Tensor& index, int axis) {
  check(index.defined() && index.rank() == x.rank() &&
            with_extent(index.shape(), axis, 0) == with_extent(x.shape(), axis, 0),
        "{}: the index, {}, must have the extents of x, {}, except along axis {}", op,
        index.defined() ? index.shape() : Shape{}, x.shape(), axis);
}

}  // namespace

Tensor index_select(const Tensor& x, std::int64_t axis, const Tensor& index) {
  check(x.defined(), "index_select: the input is undefined");
  const int at = normalize_axis("index_select", axis, x.shape());
  check(index.defined() && index.rank() == 1, "index_select: the index must have one axis; x is {}, the index {}",
        x.shape(), index.shape());
  const std::int64_t extent = x.shape()[at];
  const Tensor flat = checked_index("index_select", index, extent), source = packed(x);
  Tensor y = empty(with_extent(x.shape(), at, flat.numel()), x.dtype(), x.device());
  kernels::take_rows(rows(x.shape(), at, extent, flat.numel(), x.dtype(), flat), source.raw(), y.raw());
  return record("index_select", std::move(y), {x},
                [at, flat, extent](const Tensor& g) { return index_add(g, at, flat, extent); });
}

Tensor index_add(const Tensor& x, std::int64_t axis, const Tensor& index, std::int64_t size) {
  check(x.defined() && is_float(x.dtype()), "index_add: needs a floating tensor");
  const int at = normalize_axis("index_add", axis, x.shape());
  check(index.defined() && index.rank() == 1 && index.dim(0) == x.shape()[at],
        "index_add: needs one index per element of axis {} of {}, the index is {}", axis, x.shape(), index.shape());
  const Tensor flat = checked_index("index_add", index, size), source = packed(x);
  Tensor y = zeros(with_extent(x.shape(), at, size), x.dtype());
  kernels::add_rows(rows(x.shape(), at, size, flat.numel(), x.dtype(), flat), source.raw(), y.raw());
  return record("index_add", std::move(y), {x}, [at, flat](const Tensor& g) { return index_select(g, at, flat); });
}

Tensor gather(const Tensor& x, std::int64_t axis, const Tensor& index) {
  check(x.defined(), "gather: the input is undefined");
  const int at = normalize_axis("gather", axis, x.shape());
  check_same_but("gather", x, index, at);
  const std::int64_t extent = x.shape()[at];
  const Tensor flat = checked_index("gather", index, extent), source = packed(x);
  Tensor y = empty(flat.shape(), x.dtype(), x.device());
  kernels::gather(rows(x.shape(), at, extent, flat.shape()[at], x.dtype(), flat), source.raw(), y.raw());
  return record("gather", std::move(y), {x},
                [at, flat, extent](const Tensor& g) { return scatter_add(g, at, flat, extent); });
}

Tensor scatter_add(const Tensor& x, std::int64_t axis, const Tensor& index, std::int64_t size) {
  check(x.defined() && is_float(x.dtype()), "scatter_add: needs a floating tensor");
  const int at = normalize_axis("scatter_add", axis, x.shape());
  check(index.defined() && index.shape() == x.shape(), "scatter_add: the index must have x's shape {}, it is {}",
        x.shape(), index.shape());
  const Tensor flat = checked_index("scatter_add", index, size), source = packed(x);
  Tensor y = zeros(with_extent(x.shape(), at, size), x.dtype());
  kernels::scatter_add(rows(x.shape(), at, size, x.shape()[at], x.dtype(), flat), source.raw(), y.raw());
  return record("scatter_add", std::move(y), {x}, [at, flat](const Tensor& g) { return gather(g, at, flat); });
}

Tensor one_hot(const Tensor& labels, std::int64_t classes, DType dtype) {
  check(classes >= 1, "one_hot: needs at least one class, got {}", classes);
  const Tensor flat = checked_index("one_hot", labels, classes);
  Shape shape = labels.shape();
  shape.push_back(classes);
  Tensor y = zeros(shape, dtype);
  const auto* label = flat.data<std::int64_t>();
  dispatch(dtype, [&]<class T>() {
    T* out = y.mutable_data<T>();
    for (std::int64_t i = 0; i < flat.numel(); ++i) out[i * classes + label[i]] = static_cast<T>(1);
  });
  return y;
}

}  // namespace emograd
