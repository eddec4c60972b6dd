#include "autograd/ops/linalg.h"

#include <algorithm>
#include <optional>

#include "autograd/fused.h"
#include "autograd/ops/pointwise.h"
#include "autograd/ops/reduce.h"
#include "autograd/ops/shape.h"
#include "autograd/record.h"
#include "tensor/kernels/gemm.h"

namespace emograd {
namespace {

Shape batch_of(const Tensor& x) {
  Shape batch = x.shape();
  batch.erase(batch.rank() - 1);
  batch.erase(batch.rank() - 1);
  return batch;
}

Shape with_batch(Shape batch, const Tensor& x) {
  batch.push_back(x.dim(-2));
  batch.push_back(x.dim(-1));
  return batch;
}

Shape common_batch(const Tensor& a, const Tensor& b) {
  try {
    return broadcast_shapes("matmul", batch_of(a), batch_of(b));
  } catch (const Error&) {
    fail(fmt::format("matmul: the leading axes do not broadcast: a is {}, b is {}", a.shape(), b.shape()));
  }
}

/// The strides of x's matrices and the one stride between them; nothing where gemm cannot read x in place.
std::optional<kernels::GemmOperand> operand_in_place(const Tensor& x) {
  const int r = x.rank();
  std::int64_t row = x.strides()[r - 2], column = x.strides()[r - 1];
  if (x.numel() == 0) return kernels::GemmOperand{x.raw(), std::max<std::int64_t>(1, x.shape()[r - 1]), 1, 0};
  if (x.shape()[r - 1] == 1) column = 1;  // an axis of one element may be given any stride
  if (x.shape()[r - 2] == 1) row = column == 1 ? x.shape()[r - 1] : 1;
  if ((row != 1 && column != 1) || row < 1 || column < 1) return {};
  std::int64_t batch_stride = 0, next = 0;  // `next`: what an outer axis must step over
  for (int i = r - 3; i >= 0; --i) {
    if (x.shape()[i] == 1) continue;
    if (next == 0 && batch_stride == 0) batch_stride = x.strides()[i];
    if (x.strides()[i] != batch_stride * (next ? next : 1) || batch_stride < 0) return {};
    next = (next ? next : 1) * x.shape()[i];
  }
  return kernels::GemmOperand{x.raw(), row, column, batch_stride};
}

struct Operand {
  explicit Operand(const Tensor& x) : kept(x) {
    const auto in_place = operand_in_place(x);
    if (!in_place) kept = packed(x);
    value = in_place ? *in_place : *operand_in_place(kept);
  }
  Tensor kept;  // owns what `value` points into
  kernels::GemmOperand value{};
};

Tensor product(const Tensor& a, const Tensor& b, const Shape& shape, const kernels::GemmEpilogue& epilogue) {
  Tensor y = empty(shape, a.dtype(), a.device());
  const Operand left(a), right(b);
  Shape batch = batch_of(a);
  kernels::gemm({.f64 = a.dtype() == DType::f64,
                 .batch = numel(batch),
                 .m = a.dim(-2),
                 .n = b.dim(-1),
                 .k = a.dim(-1),
                 .a = left.value,
                 .b = right.value,
                 .c = y.raw(),
                 .epilogue = epilogue});
  return y;
}

}  // namespace

Tensor matmul(const Tensor& a, const Tensor& b) {
  check(a.defined() && b.defined(), "matmul: an input is undefined");
  check(a.rank() >= 2 && b.rank() >= 2, "matmul: needs at least two axes each: a is {}, b is {}; use unsqueeze",
        a.shape(), b.shape());
  check(is_float(a.dtype()) && a.dtype() == b.dtype(),
        "matmul: needs two floating tensors of one dtype: a is {}, b is {}", a.dtype(), b.dtype());
  check(a.dim(-1) == b.dim(-2), "matmul: inner dimensions differ: a is {}, b is {}", a.shape(), b.shape());
  const Shape batch = common_batch(a, b);
  const Tensor wide_a = broadcast_to(a, with_batch(batch, a)), wide_b = broadcast_to(b, with_batch(batch, b));

  Shape shape = batch;
  shape.push_back(a.dim(-2));
  shape.push_back(b.dim(-1));
  Tensor y = product(wide_a, wide_b, shape, {});
  return record(
      "matmul", std::move(y), {wide_a, wide_b},
      [b = wide_b](const Tensor& g) { return matmul(g, transpose(b)); },   // dA = g Bᵀ
      [a = wide_a](const Tensor& g) { return matmul(transpose(a), g); });  // dB = Aᵀ g
}

Tensor linear(const Tensor& x, const Tensor& w, const Tensor& b, double slope) {
  check(x.defined() && w.defined() && b.defined(), "linear: an input is undefined");
  check(w.rank() == 2 && b.rank() == 1 && b.dim(0) == w.dim(0),
        "linear: w must be (out, in) and b (out,): they are {} and {}", w.shape(), b.shape());
  check(x.rank() >= 1 && x.dim(-1) == w.dim(1), "linear: x is {}, w is {}: the last axis of x must be w's last, {}",
        x.shape(), w.shape(), w.dim(1));
  check(is_float(x.dtype()) && x.dtype() == w.dtype() && x.dtype() == b.dtype(),
        "linear: needs three floating tensors of one dtype: {}, {}, {}", x.dtype(), w.dtype(), b.dtype());
  check(slope >= 0, "linear: the slope is {}, must not be negative", slope);
  if (x.rank() != 2) {
    Shape shape = x.shape();
    shape[x.rank() - 1] = w.dim(0);
    std::int64_t rows = 1;
    for (int i = 0; i + 1 < x.rank(); ++i) rows *= x.shape()[i];
    return reshape(linear(reshape(x, {rows, w.dim(1)}), w, b, slope), shape);
  }
  if (!fused_mode()) {
    const Tensor z = matmul(x, transpose(w)) + b;
    return slope == 1 ? z : leaky_relu(z, slope);
  }
  const Tensor bias = packed(b), transposed = transpose(w.detach());
  Tensor y = product(x, transposed, {x.dim(0), w.dim(0)}, {.bias = bias.raw(), .slope = slope});
  // y > 0 exactly where x wᵀ + b > 0, so the gate needs y alone. The products are recorded operations: they serve every
  // order of derivative, and the composite above is never needed for one.
  return record_joint("linear", std::move(y), {x, w, b},
                      [x, w, slope](const Tensor& g, const Tensor& y_out, const bool* wanted, Tensor* out) {
                        const Tensor dz = slope == 1 ? g : leaky_gate(g, y_out, slope);
                        if (wanted[0]) out[0] = matmul(dz, w);             // dx = dz w
                        if (wanted[1]) out[1] = matmul(transpose(dz), x);  // dw = dzᵀ x
                        if (wanted[2]) out[2] = sum(dz, {0});              // db = Σ dz
                      });
}

}  // namespace emograd
