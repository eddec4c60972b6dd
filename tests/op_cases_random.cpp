#include <algorithm>
#include <cmath>

#include "autograd/ops/random.h"
#include "tests/op_cases.h"

namespace emograd::cases {
namespace {

constexpr Rng start{0x5eed, 5};  // an offset inside a Philox block

std::uint32_t draw_at(std::uint64_t position, std::uint64_t seed = start.seed) {
  return Philox::at(seed, position / 4).v[position % 4];
}

/// No inputs: the shape is the row's only parameter.
OpCase drawn(std::string name, std::string variant, DType type, Tensor (*f)(const Shape&, Rng&, DType),
             double (*element)(std::uint64_t)) {
  OpCase row;
  row.name = std::move(name);
  row.variant = std::move(variant);
  row.inputs = {{Input::real, -1, 1, false, false}};
  row.shapes = {{{3, 5}}, {{}}, {{1}}, {{7, 11, 13}}, {{0}}, {{257}}};
  row.large = {{{8191}}, {{8193}}, {{131, 257}}};
  row.f = [f, type](const auto& in) {
    Rng rng = start;
    return f(in[0].shape(), rng, type);
  };
  row.reference = [element](const std::vector<Array>& in) {
    Array y(in[0].shape);
    for (std::size_t i = 0; i < y.v.size(); ++i) y.v[i] = element(start.offset + i), y.scale[i] = 1 + std::abs(y.v[i]);
    return y;
  };
  row.order = 0;
  row.tracked = false;
  row.dtypes = any_type;  // of the tensor whose shape is taken
  row.refuses_undefined = false;
  return row;
}

double unit(std::uint64_t i) { return draw_at(i) * 0x1p-32; }
double unit24(std::uint64_t i) { return (draw_at(i) >> 8) * 0x1p-24; }

OpCase exact(OpCase row) {
  row.ulps = 0;
  return row;
}

OpCase loose(OpCase row) {
  row.ulps = 32;  // the angle, up to 2π, is rounded too, and scaled by the radius
  return row;
}

template <int bits>
double gaussian(std::uint64_t i) {  // Box and Muller 1958
  const auto u = [](std::uint64_t at) { return bits == 24 ? unit24(at) : unit(at); };
  const double radius = std::sqrt(-2 * std::log(u(i & ~std::uint64_t{1}) + std::ldexp(1, -bits)));
  const double angle = 6.283185307179586 * u(i | 1);
  return radius * (i & 1 ? std::sin(angle) : std::cos(angle));
}

OpCase dropout_case(double p) {
  OpCase row = drawn("dropout", "p " + std::to_string(p).substr(0, 4), DType::f32, nullptr, nullptr);
  row.inputs = {{}};
  row.f = [p](const auto& in) {
    Rng rng = start;
    return dropout(in[0], p, rng);
  };
  row.reference = [p](const std::vector<Array>& in) {
    Array y(in[0].shape);
    for (std::size_t i = 0; i < y.v.size(); ++i)
      if (unit(start.offset + i) >= p) y.scale[i] = std::abs(y.v[i] = in[0].v[i] / (1 - p));
    return y;
  };
  row.order = 3;
  row.tracked = true;
  row.linear = {{0}};
  row.dtypes = floats;
  row.refuses_undefined = true;
  row.ulps = 2;
  return row;
}

OpCase integers_case() {
  OpCase row = drawn(
      "integers", "", DType::i64, [](const Shape& s, Rng& rng, DType) { return integers(s, 1000, rng); },
      [](std::uint64_t i) {
        const auto r = Philox::at(start.seed ^ 0x494E544547455253u, i);
        const auto top = static_cast<double>(r.v[0]) + static_cast<double>(r.v[1]) * 0x1p-32;
        return std::floor(top * 0x1p-32 * 1000);
      });
  row.ulps = 0;
  return row;
}

OpCase permutation_case() {
  OpCase row = drawn("permutation", "", DType::i64, nullptr, nullptr);
  row.shapes = {{{15}}, {{1}}, {{257}}, {{0}}};
  row.large = {{{20011}}};
  row.f = [](const auto& in) {
    Rng rng = start;
    return permutation(in[0].numel(), rng);
  };
  row.reference = [](const std::vector<Array>& in) {  // sorted by 64 random bits each
    std::vector<std::pair<std::uint64_t, double>> keys;
    for (std::size_t i = 0; i < in[0].v.size(); ++i) {
      const auto r = Philox::at(start.seed ^ 0x5045524D55544521u, start.offset + i);
      keys.emplace_back(std::uint64_t{r.v[0]} << 32 | r.v[1], static_cast<double>(i));
    }
    std::sort(keys.begin(), keys.end());
    Array y(in[0].shape);
    for (std::size_t i = 0; i < keys.size(); ++i) y.v[i] = keys[i].second;
    return y;
  };
  return exact(row);
}

}  // namespace

std::vector<OpCase> random_cases() {
  using S = const Shape&;
  std::vector<OpCase> rows = {
      exact(drawn(
          "uniform", "f64", DType::f64, [](S s, Rng& r, DType t) { return uniform(s, r, t); }, unit)),
      exact(drawn(
          "uniform", "f32", DType::f32, [](S s, Rng& r, DType t) { return uniform(s, r, t); }, unit24)),
      drawn(
          "uniform", "in [-3, 5)", DType::f64, [](S s, Rng& r, DType t) { return uniform(s, -3, 5, r, t); },
          [](std::uint64_t i) { return 8 * unit(i) - 3; }),
      drawn(
          "normal", "f64", DType::f64, [](S s, Rng& r, DType t) { return normal(s, r, t); }, gaussian<32>),
      loose(drawn(
          "normal", "f32", DType::f32, [](S s, Rng& r, DType t) { return normal(s, r, t); }, gaussian<24>)),
      exact(drawn(
          "bernoulli", "f64", DType::f64, [](S s, Rng& r, DType t) { return bernoulli(s, 0.25, r, t); },
          [](std::uint64_t i) { return unit(i) < 0.25 ? 1.0 : 0.0; })),
      exact(drawn(
          "bernoulli", "f32", DType::f32, [](S s, Rng& r, DType t) { return bernoulli(s, 0.25, r, t); },
          [](std::uint64_t i) { return unit(i) < 0.25 ? 1.0 : 0.0; })),
      integers_case(),
      permutation_case(),
      dropout_case(0.25),
      dropout_case(0),
  };
  return rows;
}

}  // namespace emograd::cases
