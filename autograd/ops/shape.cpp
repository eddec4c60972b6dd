#include "autograd/ops/shape.h"

#include <algorithm>
#include <limits>

#include "autograd/ops/reduce.h"
#include "autograd/record.h"
#include "tensor/kernels/copy.h"

namespace emograd {
namespace {

void require(const char* op, const Tensor& x) { check(x.defined(), "{}: the input is undefined", op); }

/// Strides that read x's elements in row-major order under `shape`, where such strides exist.
bool reshaped_strides(const Tensor& x, const Shape& shape, Strides& strides) {
  strides = contiguous_strides(shape);
  if (x.is_contiguous()) return true;
  // Group the old axes and the new axes into runs of equal products; inside a run the old axes must be mergeable.
  int old_axis = 0, new_axis = 0;
  while (old_axis < x.rank() && new_axis < shape.rank()) {
    std::int64_t have = x.shape()[old_axis], want = shape[new_axis];
    const int old_first = old_axis, new_first = new_axis;
    while (have != want)
      if (have < want) have *= x.shape()[++old_axis];
      else want *= shape[++new_axis];
    std::int64_t step = 0, run = 0;  // of the elements joined so far, from the last axis on: stride and extent
    for (int i = old_axis; i >= old_first; --i) {
      if (x.shape()[i] == 1) continue;  // its stride means nothing
      if (run && x.strides()[i] != step * run) return false;
      if (!run) step = x.strides()[i], run = 1;
      run *= x.shape()[i];
    }
    for (int i = new_axis; i >= new_first; --i) {
      strides[i] = step;
      step *= shape[i];
    }
    ++old_axis;
    ++new_axis;
  }
  return true;
}

Shape resolve(const Tensor& x, Shape shape) {
  const Shape asked = shape;
  int unknown = -1;
  for (int i = 0; i < shape.rank(); ++i) {
    if (shape[i] != -1) continue;
    check(unknown < 0, "reshape: only one extent of {} may be −1", shape);
    unknown = i;
    shape[i] = 1;
  }
  const std::int64_t known = checked_numel("reshape", shape, 1);
  if (unknown >= 0) {
    check(known > 0 && x.numel() % known == 0, "reshape: {} elements of {} do not divide into {}", x.numel(), x.shape(),
          asked);
    shape[unknown] = x.numel() / known;
  }
  check(numel(shape) == x.numel(), "reshape: shape {} holds {} elements, {} holds {}", x.shape(), x.numel(), shape,
        numel(shape));
  return shape;
}

}  // namespace

Tensor broadcast_to(const Tensor& x, const Shape& shape) {
  require("broadcast_to", x);
  if (x.shape() == shape) return x;
  checked_numel("broadcast_to", shape, 1);
  Tensor y = x.view_as(shape, broadcast_strides("broadcast_to", x.shape(), x.strides(), shape), x.offset());
  return record("broadcast_to", std::move(y), {x}, [from = x.shape()](const Tensor& g) { return sum_to(g, from); });
}

Tensor sum_to(const Tensor& x, const Shape& shape) {
  require("sum_to", x);
  if (x.shape() == shape) return x;
  broadcast_strides("sum_to", shape, contiguous_strides(shape), x.shape());  // checks that shape broadcasts to x's
  const int lead = x.rank() - shape.rank();
  std::vector<std::int64_t> axes;
  for (int i = 0; i < x.rank(); ++i)
    if (i < lead || (shape[i - lead] == 1 && x.shape()[i] != 1)) axes.push_back(i);
  return reshape(axes.empty() ? x : sum(x, axes), shape);
}

Tensor reshape(const Tensor& x, Shape shape) {
  require("reshape", x);
  shape = resolve(x, shape);
  if (shape == x.shape()) return x;
  Strides strides;
  const Tensor from = numel(shape) == 0 || reshaped_strides(x, shape, strides) ? x : packed(x);
  if (numel(shape) == 0 || from.is_contiguous()) strides = contiguous_strides(shape);
  return record("reshape", from.view_as(shape, strides, from.offset()), {x},
                [back = x.shape()](const Tensor& g) { return reshape(g, back); });
}

Tensor flatten(const Tensor& x) { return reshape(x, {-1}); }

Tensor squeeze(const Tensor& x, std::int64_t axis) {
  require("squeeze", x);
  const int at = normalize_axis("squeeze", axis, x.shape());
  check(x.shape()[at] == 1, "squeeze: axis {} of shape {} has extent {}, not 1", axis, x.shape(), x.shape()[at]);
  Shape shape = x.shape();
  shape.erase(at);
  return reshape(x, shape);
}

Tensor unsqueeze(const Tensor& x, std::int64_t axis) {
  require("unsqueeze", x);
  check(axis >= -x.rank() - 1 && axis <= x.rank(), "unsqueeze: axis {} is out of range for shape {}", axis, x.shape());
  Shape shape = x.shape();
  shape.insert(static_cast<int>(axis < 0 ? axis + x.rank() + 1 : axis), 1);
  return reshape(x, shape);
}

Tensor permute(const Tensor& x, std::span<const std::int64_t> axes) {
  require("permute", x);
  check(static_cast<int>(axes.size()) == x.rank(), "permute: {} axes given for shape {} of rank {}", axes.size(),
        x.shape(), x.rank());
  Shape shape = x.shape();
  Strides strides = x.strides();
  std::vector<std::int64_t> inverse(axes.size(), -1);
  for (int i = 0; i < x.rank(); ++i) {
    const int from = normalize_axis("permute", axes[static_cast<std::size_t>(i)], x.shape());
    check(inverse[static_cast<std::size_t>(from)] < 0, "permute: axis {} is named twice for shape {}", from, x.shape());
    inverse[static_cast<std::size_t>(from)] = i;
    shape[i] = x.shape()[from];
    strides[i] = x.strides()[from];
  }
  return record("permute", x.view_as(shape, strides, x.offset()), {x},
                [inverse](const Tensor& g) { return permute(g, inverse); });
}

Tensor permute(const Tensor& x, std::initializer_list<std::int64_t> axes) {
  return permute(x, std::span(axes.begin(), axes.size()));
}

Tensor transpose(const Tensor& x, std::int64_t axis0, std::int64_t axis1) {
  require("transpose", x);
  std::vector<std::int64_t> axes;
  for (int i = 0; i < x.rank(); ++i) axes.push_back(i);
  std::swap(axes[static_cast<std::size_t>(normalize_axis("transpose", axis0, x.shape()))],
            axes[static_cast<std::size_t>(normalize_axis("transpose", axis1, x.shape()))]);
  return permute(x, axes);
}

Tensor transpose(const Tensor& x) {
  require("transpose", x);
  check(x.rank() >= 2, "transpose: needs at least two axes, shape is {}", x.shape());
  Shape shape = x.shape();
  Strides strides = x.strides();
  const int last = x.rank() - 1;
  std::swap(shape[last], shape[last - 1]);
  std::swap(strides[last], strides[last - 1]);
  return record("permute", x.view_as(shape, strides, x.offset()), {x}, [](const Tensor& g) { return transpose(g); });
}

Tensor contiguous(const Tensor& x) {
  require("contiguous", x);
  if (x.is_contiguous()) return x;
  return record("contiguous", packed(x), {x}, [](const Tensor& g) { return g; });
}

Tensor slice(const Tensor& x, std::int64_t axis, std::int64_t start, std::int64_t stop, std::int64_t step) {
  require("slice", x);
  const int at = normalize_axis("slice", axis, x.shape());
  const std::int64_t size = x.shape()[at];
  check(step >= 1, "slice: step is {}, must be at least 1; use flip to reverse", step);
  const std::int64_t first = start < 0 ? start + size : start;
  const std::int64_t last = std::min(stop < 0 ? stop + size : stop, size);
  check(first >= 0 && first <= size, "slice: start {} is out of range for axis {} of shape {}", start, axis, x.shape());
  Shape shape = x.shape();
  Strides strides = x.strides();
  shape[at] = last > first ? 1 + (last - first - 1) / step : 0;
  if (shape[at] > 1) strides[at] *= step;
  return record("slice", x.view_as(shape, strides, x.offset() + first * x.strides()[at]), {x},
                [at, first, step, size](const Tensor& g) { return embed(g, at, first, step, size); });
}

Tensor embed(const Tensor& x, std::int64_t axis, std::int64_t start, std::int64_t step, std::int64_t size) {
  require("embed", x);
  const int at = normalize_axis("embed", axis, x.shape());
  const std::int64_t n = x.shape()[at];
  check(step >= 1, "embed: step is {}, must be at least 1", step);
  check(start >= 0 && (n == 0 || (start < size && (n == 1 || step <= (size - 1 - start) / (n - 1)))),
        "embed: {} elements from {} in steps of {} do not fit in extent {} of axis {}", n, start, step, size, axis);
  Shape shape = x.shape();
  shape[at] = size;
  Tensor y = zeros(shape, x.dtype());
  if (n > 0) {
    Strides strides = y.strides();
    if (n > 1) strides[at] *= step;
    const Tensor window = y.view_as(x.shape(), strides, start * y.strides()[at]);
    kernels::copy_into(packed(x).raw(), window.view());
  }
  return record("embed", std::move(y), {x}, [at, start, step, n](const Tensor& g) {
    return slice(g, at, start, n > 1 ? start + (n - 1) * step + 1 : start + n, step);
  });
}

Tensor pad(const Tensor& x, std::int64_t axis, std::int64_t before, std::int64_t after) {
  require("pad", x);
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  const std::int64_t size = x.dim(axis);
  check(before >= 0 && after >= 0 && before <= most - size && after <= most - size - before,
        "pad: widths must not be negative, and fit an extent of 63 bits: got {} and {} around {}", before, after, size);
  return embed(x, axis, before, 1, before + size + after);
}

Tensor flip(const Tensor& x, std::int64_t axis) {
  require("flip", x);
  const int at = normalize_axis("flip", axis, x.shape());
  Strides strides = x.strides();
  strides[at] = -strides[at];
  const std::int64_t last = std::max<std::int64_t>(0, x.shape()[at] - 1);
  return record("flip", x.view_as(x.shape(), strides, x.offset() + last * x.strides()[at]), {x},
                [at](const Tensor& g) { return flip(g, at); });
}

Tensor cat(const std::vector<Tensor>& xs, std::int64_t axis) {
  check(!xs.empty(), "cat: needs at least one tensor");
  require("cat", xs.front());
  const int at = normalize_axis("cat", axis, xs.front().shape());
  Shape shape = xs.front().shape();
  shape[at] = 0;
  std::vector<std::int64_t> starts;
  for (const Tensor& x : xs) {
    require("cat", x);
    Shape other = x.shape();
    check(x.dtype() == xs.front().dtype(), "cat: dtypes differ: {} and {}", xs.front().dtype(), x.dtype());
    check(other.rank() == shape.rank(), "cat: ranks differ: {} and {}", xs.front().shape(), x.shape());
    other[at] = shape[at];
    check(other == shape, "cat: shapes {} and {} differ in an axis other than {}", xs.front().shape(), x.shape(), at);
    starts.push_back(shape[at]);
    shape[at] += x.shape()[at];
  }
  Tensor y = empty(shape, xs.front().dtype(), xs.front().device());
  for (std::size_t i = 0; i < xs.size(); ++i) {
    const Tensor window = y.view_as(xs[i].shape(), y.strides(), starts[i] * y.strides()[at]);
    kernels::copy_into(packed(xs[i]).raw(), window.view());
  }
  std::vector<std::int64_t> stops(starts.begin() + 1, starts.end());
  stops.push_back(shape[at]);
  return record_joint("cat", std::move(y), xs,
                      [at, starts, stops](const Tensor& g, const Tensor&, const bool* wanted, Tensor* out) {
                        for (std::size_t i = 0; i < starts.size(); ++i)
                          if (wanted[i]) out[i] = slice(g, at, starts[i], stops[i]);
                      });
}

Tensor stack(const std::vector<Tensor>& xs, std::int64_t axis) {
  check(!xs.empty(), "stack: needs at least one tensor");
  std::vector<Tensor> expanded;
  for (const Tensor& x : xs) {
    require("stack", x);
    check(x.shape() == xs.front().shape() && x.dtype() == xs.front().dtype(), "stack: {}{} and {}{} differ",
          xs.front().dtype(), xs.front().shape(), x.dtype(), x.shape());
    expanded.push_back(unsqueeze(x, axis));
  }
  return cat(expanded, axis);
}

}  // namespace emograd
