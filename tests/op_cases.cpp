#include "tests/op_cases.h"

#include <algorithm>
#include <cmath>

namespace emograd::cases {

Array::Array(const Shape& s, double value)
    : shape(s), v(static_cast<std::size_t>(numel(s)), value), scale(v.size(), std::abs(value)) {}

std::size_t flat(const Index& at, const Shape& shape) {
  std::int64_t out = 0;
  for (int i = 0; i < shape.rank(); ++i) out = out * shape[i] + at[static_cast<std::size_t>(i)];
  return static_cast<std::size_t>(out);
}

double& Array::operator()(const Index& at) { return v[flat(at, shape)]; }
double Array::operator()(const Index& at) const { return v[flat(at, shape)]; }

void Array::add(const Index& at, double term) {
  v[flat(at, shape)] += term;
  scale[flat(at, shape)] += std::abs(term);
}

void each_index(const Shape& shape, const std::function<void(const Index&)>& visit) {
  Index at(static_cast<std::size_t>(shape.rank()), 0);
  for (std::int64_t n = numel(shape); n > 0; --n) {
    visit(at);
    for (auto axis = static_cast<std::size_t>(shape.rank()); axis-- > 0;) {
      if (++at[axis] < shape[static_cast<int>(axis)]) break;
      at[axis] = 0;
    }
  }
}

Array array_of(const Tensor& t) {
  Array out(t.shape());
  dispatch(t.dtype(), [&]<class T>() {
    const T* x = static_cast<const T*>(t.raw());
    std::size_t i = 0;
    each_index(t.shape(), [&](const Index& at) {
      std::int64_t offset = 0;
      for (int axis = 0; axis < t.rank(); ++axis) offset += at[static_cast<std::size_t>(axis)] * t.strides()[axis];
      out.v[i] = static_cast<double>(x[offset]);
      out.scale[i] = std::abs(out.v[i]);
      ++i;
    });
  });
  return out;
}

bool OpCase::accepts(DType t) const { return std::find(dtypes.begin(), dtypes.end(), t) != dtypes.end(); }

double OpCase::flop_count(const Shapes& s, std::int64_t outputs) const {
  return flops * static_cast<double>(outputs) * (depth ? depth(s) : 1);
}

std::string describe(const OpCase& c, const Shapes& shapes, DType type) {
  std::string out = fmt::format("{} {}", c.title(), type);
  for (const Shape& s : shapes) out += fmt::format(" {}", s);
  return out;
}

double byte_count(const std::vector<Tensor>& inputs, const Tensor& output) {
  const auto bytes = [](const Tensor& t) {
    return static_cast<double>(t.numel()) * static_cast<double>(size_of(t.dtype()));
  };
  double total = bytes(output);
  for (const Tensor& x : inputs) total += bytes(x);
  return total;
}

Tensor draw(const Input& in, const Shape& shape, DType type, std::mt19937_64& rng) {
  if (in.kind == Input::index) type = DType::i64;
  if (in.kind == Input::mask) type = DType::boolean;
  std::uniform_real_distribution<double> uniform(in.low, in.high);
  const auto value = [&]() -> double {
    if (in.kind == Input::mask) return static_cast<double>(rng() % 2);
    if (in.kind == Input::index) return static_cast<double>(rng() % static_cast<std::uint64_t>(in.high));
    const double x = in.kind == Input::whole || !is_float(type) ? std::round(uniform(rng)) : uniform(rng);
    return in.mirrored && rng() % 2 ? -x : x;
  };
  Tensor t = empty(shape, type);
  dispatch(type, [&]<class T>() {
    T* out = t.mutable_data<T>();
    for (std::int64_t i = 0; i < t.numel(); ++i) out[i] = static_cast<T>(value());
  });
  return t;
}

std::vector<Tensor> draw_inputs(const OpCase& c, const Shapes& shapes, DType type, std::uint64_t seed) {
  std::mt19937_64 rng(seed * 0x9E3779B97F4A7C15u + std::hash<std::string>{}(c.title()) % 1000003);
  std::vector<Tensor> out;
  for (std::size_t i = 0; i < c.inputs.size(); ++i) out.push_back(draw(c.inputs[i], shapes[i], type, rng));
  return out;
}

const std::vector<OpCase>& op_cases() {
  static const std::vector<OpCase> all = [] {
    std::vector<OpCase> rows;
    for (auto* family :
         {pointwise_cases, binary_cases, reduce_cases, movement_cases, index_cases, linalg_cases, random_cases})
      for (OpCase& row : family()) {
        if (row.said_by.empty()) row.said_by = row.name;
        rows.push_back(std::move(row));
      }
    return rows;
  }();
  return all;
}

}  // namespace emograd::cases
