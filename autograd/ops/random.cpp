#include "autograd/ops/random.h"

#include <algorithm>
#include <numeric>

#include "autograd/ops/pointwise.h"
#include "autograd/record.h"
#include "tensor/kernels/random.h"

namespace emograd {
namespace {

using kernels::Distribution;

Tensor draw(const char* op, Distribution d, const Shape& shape, Rng& rng, DType dtype) {
  check(is_float(dtype), "{}: draws floating numbers, not {}; cast the result", op, dtype);
  Tensor y = empty(shape, dtype);
  kernels::random(d, dtype, rng.seed, rng.offset, y.numel(), 0, nullptr, y.raw());
  rng.offset += static_cast<std::uint64_t>(y.numel());
  return y;
}

Tensor masked(const Tensor& x, double p, Rng at) {
  const Tensor source = packed(x);
  Tensor y = empty(x.shape(), x.dtype(), x.device());
  kernels::random(Distribution::dropout, x.dtype(), at.seed, at.offset, y.numel(), p, source.raw(), y.raw());
  return record("dropout", std::move(y), {x}, [p, at](const Tensor& g) { return masked(g, p, at); });
}

}  // namespace

Tensor uniform(const Shape& shape, Rng& rng, DType dtype) {
  return draw("uniform", Distribution::uniform, shape, rng, dtype);
}

Tensor uniform(const Shape& shape, double low, double high, Rng& rng, DType dtype) {
  const NoGrad off;
  return affine(uniform(shape, rng, dtype), high - low, low);
}

Tensor normal(const Shape& shape, Rng& rng, DType dtype) {
  return draw("normal", Distribution::normal, shape, rng, dtype);
}

Tensor bernoulli(const Shape& shape, double p, Rng& rng, DType dtype) {
  check(p >= 0 && p <= 1, "bernoulli: p is {}, must lie in [0, 1]", p);
  const NoGrad off;
  return cast(uniform(shape, rng, dtype) < p, dtype);
}

Tensor permutation(std::int64_t n, Rng& rng) {
  check(n >= 0, "permutation: n is {}, must not be negative", n);
  // Sorting by 64 random bits: ties (one pair in 2^64) fall back to the index, so the result is always defined.
  std::vector<std::uint64_t> key(static_cast<std::size_t>(n));
  for (std::size_t i = 0; i < key.size(); ++i) {
    const auto r = Philox::at(rng.seed ^ 0x5045524D55544521u, rng.offset + i);
    key[i] = std::uint64_t{r.v[0]} << 32 | r.v[1];
  }
  rng.offset += static_cast<std::uint64_t>(n);
  Tensor y = arange(n, DType::i64);
  auto* order = y.mutable_data<std::int64_t>();
  std::stable_sort(order, order + n, [&](std::int64_t a, std::int64_t b) {
    return key[static_cast<std::size_t>(a)] < key[static_cast<std::size_t>(b)];
  });
  return y;
}

Tensor integers(const Shape& shape, std::int64_t high, Rng& rng) {
  check(high >= 1, "integers: the range [0, {}) is empty", high);
  Tensor y = empty(shape, DType::i64);
  auto* out = y.mutable_data<std::int64_t>();
  for (std::int64_t i = 0; i < y.numel(); ++i) {
    const auto r = Philox::at(rng.seed ^ 0x494E544547455253u, rng.offset + static_cast<std::uint64_t>(i));
    // 64 bits times the range, upper half: the bias is below high / 2^64.
    const auto wide =
        static_cast<unsigned __int128>(std::uint64_t{r.v[0]} << 32 | r.v[1]) * static_cast<std::uint64_t>(high);
    out[i] = static_cast<std::int64_t>(wide >> 64);
  }
  rng.offset += static_cast<std::uint64_t>(y.numel());
  return y;
}

Tensor dropout(const Tensor& x, double p, Rng& rng) {
  check(x.defined() && is_float(x.dtype()), "dropout: needs a floating tensor");
  check(p >= 0 && p < 1, "dropout: p is {}, must lie in [0, 1)", p);
  const Rng at = rng;
  rng.offset += static_cast<std::uint64_t>(x.numel());
  return masked(x, p, at);
}

}  // namespace emograd
