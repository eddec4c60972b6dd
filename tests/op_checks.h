#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "autograd/grad.h"
#include "tests/op_cases.h"

/// What the tests generated from the matrix share.
namespace emograd::cases {

inline double epsilon(DType t) { return t == DType::f32 ? 0x1p-23 : t == DType::f64 ? 0x1p-52 : 0; }

/// Empty, or where y differs from the reference by more than ulps · epsilon · scale.
inline std::string difference(const Tensor& y, const Array& want, double ulps) {
  if (y.shape() != want.shape) return fmt::format("shape {} instead of {}", y.shape(), want.shape);
  const Array got = array_of(y);
  for (std::size_t i = 0; i < want.v.size(); ++i) {
    const double allowed =
        ulps * epsilon(y.dtype()) * want.scale[i] + (ulps > 0 && y.dtype() == DType::f32 ? 1e-44 : 0);
    if (!(std::abs(got.v[i] - want.v[i]) <= allowed))
      return fmt::format("element {}: {:.17g} instead of {:.17g}, allowed {:.3g}", i, got.v[i], want.v[i], allowed);
  }
  return "";
}

inline std::vector<Array> arrays_of(const std::vector<Tensor>& inputs) {
  std::vector<Array> out;
  for (const Tensor& x : inputs) out.push_back(array_of(x));
  return out;
}

inline bool tracks(const Input& in, const Tensor& x) { return in.differentiable && is_float(x.dtype()); }

/// The inputs with fresh variables where a derivative makes sense, and those variables.
struct Tracked {
  std::vector<Tensor> inputs, variables;
  Tracked(const OpCase& c, const std::vector<Tensor>& plain) : inputs(plain) {
    for (std::size_t i = 0; i < plain.size(); ++i)
      if (tracks(c.inputs[i], plain[i])) variables.push_back(inputs[i] = variable(plain[i]));
  }
};

inline Tensor seed_like(const Tensor& y, std::uint64_t salt) {
  std::mt19937_64 rng(salt);
  return draw({Input::real, -1, 1}, y.shape(), y.dtype(), rng);
}

/// First derivatives under a fixed random seed; none where the row has none.
inline std::vector<Tensor> gradients(const OpCase& c, const std::vector<Tensor>& plain) {
  const Tracked t(c, plain);
  const Tensor y = c.f(t.inputs);
  if (!y.tracked()) return {};
  return grad(y, t.variables, {.allow_unused = true, .seed = seed_like(y, 7)});
}

/// The message of the Error that f() throws; empty where it throws none.
template <class F>
std::string complaint(F&& f) {
  try {
    f();
  } catch (const Error& e) { return e.what(); }
  return "";
}

inline bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace emograd::cases
