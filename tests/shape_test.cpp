#include "tensor/shape.h"

#include <random>

#include "autograd/grad.h"
#include "autograd/ops/pointwise.h"
#include "autograd/ops/reduce.h"
#include "autograd/ops/shape.h"
#include "tensor/kernels/copy.h"
#include "tests/op_checks.h"

using namespace emograd;
using namespace emograd::cases;

namespace {

Shape random_shape(std::mt19937_64& rng, int max_axes = 5) {
  Shape s;
  for (int i = static_cast<int>(rng() % static_cast<std::uint64_t>(max_axes + 1)); i > 0; --i)
    s.push_back(static_cast<std::int64_t>(rng() % 8 ? 1 + rng() % 4 : rng() % 2));
  return s;
}

/// A tensor of this shape that is permuted, stepped or flipped, or all of it.
Tensor random_view(const Shape& shape, std::mt19937_64& rng) {
  Shape wide = shape;
  std::vector<std::int64_t> order, inverse(static_cast<std::size_t>(shape.rank()));
  for (int i = 0; i < shape.rank(); ++i) order.push_back(i);
  std::shuffle(order.begin(), order.end(), rng);
  for (int i = 0; i < shape.rank(); ++i) {
    inverse[static_cast<std::size_t>(order[static_cast<std::size_t>(i)])] = i;
    wide[i] = 2 * shape[static_cast<int>(order[static_cast<std::size_t>(i)])] + 1;
  }
  Tensor t = draw({}, wide, DType::f64, rng);
  for (int i = 0; i < shape.rank(); ++i) {
    const std::int64_t n = shape[static_cast<int>(order[static_cast<std::size_t>(i)])];
    t = rng() % 2 ? slice(t, i, 1, 1 + n) : slice(t, i, 0, 2 * n, 2);
    if (rng() % 3 == 0) t = flip(t, i);
  }
  t = permute(t, inverse);
  return t;
}

Shape regrouped(const Shape& s, std::mt19937_64& rng) {  // the same elements cut into axes elsewhere
  std::int64_t rest = numel(s);
  Shape out;
  while (rest > 1 && out.rank() < 4) {
    std::int64_t factor = 1 + static_cast<std::int64_t>(rng() % static_cast<std::uint64_t>(rest));
    while (rest % factor) --factor;
    out.push_back(factor);
    rest /= factor;
  }
  out.push_back(rest);
  if (rng() % 2) out.insert(static_cast<int>(rng() % static_cast<std::uint64_t>(out.rank() + 1)), 1);
  return out;
}

}  // namespace

TEST_CASE("shape: Dims") {
  Dims d{2, 3};
  d.push_back(4);
  d.insert(0, 1);
  CHECK(d == Dims{1, 2, 3, 4});
  d.erase(1);
  CHECK(d == Dims{1, 3, 4});
  CHECK(d != Dims{1, 3});
  CHECK(to_string(d) == "(1, 3, 4)");
  CHECK(to_string(Dims{5}) == "(5,)");
  CHECK(to_string(Dims{}) == "()");
  const auto grow = [] {
    Dims full = Dims::filled(max_rank, 1);
    full.push_back(1);
  };
  CHECK_THROWS_AS(grow(), Error);
  CHECK_THROWS_AS((Dims{1, 2, 3, 4, 5, 6, 7, 8, 9}), Error);
}

TEST_CASE("shape: sizes are checked against overflow and sign") {
  CHECK(checked_numel("op", {3, 4}, 8) == 12);
  CHECK(checked_numel("op", {std::int64_t{1} << 59, 0}, 8) == 0);
  CHECK(contains(complaint([] { checked_numel("some_op", {-1, 0}, 8); }), "some_op: shape (-1, 0)"));
  CHECK(contains(complaint([] {
                   checked_numel("some_op", {std::int64_t{1} << 32, std::int64_t{1} << 32}, 1);
                 }),
                 "some_op"));
  CHECK_THROWS_AS(checked_numel("op", {std::int64_t{1} << 61}, 8), Error);
  CHECK_NOTHROW(checked_numel("op", {(std::int64_t{1} << 60) - 1}, 8));
  CHECK_THROWS_AS(empty({std::int64_t{1} << 40, std::int64_t{1} << 40}), Error);
}

TEST_CASE("shape: strides and contiguity") {
  CHECK(contiguous_strides({2, 3, 4}) == Strides{12, 4, 1});
  CHECK(is_contiguous({2, 1, 4}, {4, 77, 1}));
  CHECK_FALSE(is_contiguous({2, 3}, {1, 2}));
  CHECK(is_contiguous({2, 0}, {9, 9}));
  CHECK(is_contiguous({}, {}));
}

TEST_CASE("shape: axes") {
  const Shape s{2, 3, 4};
  for (int a = -3; a < 3; ++a) CHECK(normalize_axis("op", a, s) == (a + 3) % 3);
  CHECK(contains(complaint([&] { normalize_axis("some_op", 3, s); }),
                 "some_op: axis 3 is out of range for shape (2, 3, 4)"));
  CHECK_THROWS_AS(normalize_axis("op", -4, s), Error);
  CHECK_THROWS_AS(normalize_axis("op", 0, {}), Error);
  const std::vector<std::int64_t> twice = {1, -2}, mixed = {-1, 0};
  CHECK(normalize_axes("op", mixed, s) == std::vector<int>{0, 2});
  CHECK(normalize_axes("op", {}, s) == std::vector<int>{0, 1, 2});
  CHECK(contains(complaint([&] { normalize_axes("some_op", twice, s); }), "axis 1 of shape (2, 3, 4) is named twice"));
}

TEST_CASE("shape: broadcasting") {
  CHECK(broadcast_shapes("op", {3, 1, 4}, {2, 1}) == Shape{3, 2, 4});
  CHECK(broadcast_shapes("op", {}, {2, 1}) == Shape{2, 1});
  CHECK(broadcast_shapes("op", {0}, {1}) == Shape{0});
  CHECK_THROWS_AS(broadcast_shapes("op", {0}, {2}), Error);
  CHECK(broadcast_strides("op", {3, 1}, {1, 1}, {2, 3, 5}) == Strides{0, 1, 0});
}

TEST_CASE("shape algebra: reshape there and back, on any layout") {
  std::mt19937_64 rng(1);
  for (int round = 0; round < 2000; ++round) {
    const Shape s = random_shape(rng);
    const Tensor x = random_view(s, rng);
    const Shape to = numel(s) ? regrouped(s, rng) : Shape{0, 3};
    INFO(s << " strides " << x.strides() << " to " << to);
    const Tensor y = reshape(x, to);
    CHECK(array_of(y).v == array_of(x).v);
    CHECK(bitwise_equal(reshape(y, s), x));
  }
}

TEST_CASE("shape algebra: a reshape that joins axes of extent 1 with foreign strides") {
  const Tensor x = slice(reshape(arange(12, DType::f64), {2, 1, 6}), 2, 0, 3);  // strides 6, 6, 1
  CHECK(reshape(x, {6}).to_vector<double>() == std::vector<double>{0, 1, 2, 6, 7, 8});
}

TEST_CASE("shape algebra: permute and its inverse; slice undoes embed; broadcast and sum_to are adjoint") {
  std::mt19937_64 rng(2);
  for (int round = 0; round < 1000; ++round) {
    const Shape s = random_shape(rng, 4);
    const Tensor x = random_view(s, rng);
    INFO(s << " strides " << x.strides());
    std::vector<std::int64_t> axes, inverse(static_cast<std::size_t>(s.rank()));
    for (int i = 0; i < s.rank(); ++i) axes.push_back(i);
    std::shuffle(axes.begin(), axes.end(), rng);
    for (std::size_t i = 0; i < axes.size(); ++i)
      inverse[static_cast<std::size_t>(axes[i])] = static_cast<std::int64_t>(i);
    CHECK(bitwise_equal(permute(permute(x, axes), inverse), x));

    if (s.rank()) {
      const auto axis = static_cast<std::int64_t>(rng() % static_cast<std::uint64_t>(s.rank()));
      const std::int64_t n = x.dim(axis), step = 1 + static_cast<std::int64_t>(rng() % 3),
                         start = static_cast<std::int64_t>(rng() % 3);
      const std::int64_t last = start + std::max<std::int64_t>(0, n - 1) * step;
      const Tensor wide = embed(x, axis, start, step, last + 1 + static_cast<std::int64_t>(rng() % 3));
      CHECK(bitwise_equal(slice(wide, axis, start, n ? last + 1 : start, step), x));
      CHECK(sum(wide).item() == doctest::Approx(sum(x).item()).epsilon(1e-12));
    }

    Shape wide = s;
    for (int i = 0; i < s.rank(); ++i)
      if (s[i] == 1) wide[i] = static_cast<std::int64_t>(rng() % 4);
    if (rng() % 2 && wide.rank() < max_rank) wide.insert(0, 2);
    const Tensor u = draw({}, wide, DType::f64, rng);
    const double left = sum(broadcast_to(x, wide) * u).item(), right = sum(x * sum_to(u, s)).item();
    CHECK(left == doctest::Approx(right).epsilon(1e-12));
  }
}

TEST_CASE("shape algebra: merging axes in map_loop reads the same elements as naive indexing") {
  std::mt19937_64 rng(3);
  for (int round = 0; round < 2000; ++round) {
    const Tensor x = random_view(random_shape(rng), rng), y = random_view(x.shape(), rng);
    const Array a = array_of(x), b = array_of(y);
    Tensor copy = empty(x.shape(), DType::f64);
    kernels::copy(x.view(), copy.raw());
    CHECK(array_of(copy).v == a.v);
    Array want = a;
    for (std::size_t i = 0; i < want.v.size(); ++i) want.v[i] -= b.v[i];
    CHECK(array_of(x - y).v == want.v);
    const kernels::View views[] = {x.view(), y.view()};
    const kernels::View* inputs[] = {&views[0], &views[1]};
    const auto loop = kernels::map_loop(inputs, 2, nullptr);
    std::int64_t n = 1;
    for (int i = 0; i < loop.rank; ++i) n *= loop.extent[i];
    CHECK(n == x.numel());
  }
}
