#pragma once

#include <fmt/core.h>

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

#include "tensor/error.h"

namespace emograd {

/// Element types. f32 is the default, f64 serves checks, i64 holds indices, boolean holds masks (one byte, 0 or 1).
enum class DType : std::uint8_t { f32, f64, i64, boolean };

constexpr std::size_t size_of(DType t) { return t == DType::f32 ? 4 : t == DType::boolean ? 1 : 8; }
constexpr std::string_view name_of(DType t) {
  constexpr std::string_view names[] = {"f32", "f64", "i64", "bool"};
  return names[static_cast<int>(t)];
}
constexpr bool is_float(DType t) { return t == DType::f32 || t == DType::f64; }

template <class T>
constexpr DType dtype_of() {
  if constexpr (std::is_same_v<T, float>) return DType::f32;
  else if constexpr (std::is_same_v<T, double>) return DType::f64;
  else if constexpr (std::is_same_v<T, std::int64_t>) return DType::i64;
  else {
    static_assert(std::is_same_v<T, bool>, "element types are float, double, std::int64_t and bool");
    return DType::boolean;
  }
}

/// Calls f.operator()<T>() with the C++ type of `t`, one of all four.
template <class F>
decltype(auto) dispatch(DType t, F&& f) {
  switch (t) {
    case DType::f32: return f.template operator()<float>();
    case DType::f64: return f.template operator()<double>();
    case DType::i64: return f.template operator()<std::int64_t>();
    default: return f.template operator()<bool>();
  }
}

/// The same for the floating types; any other is an Error that names `op`.
template <class F>
decltype(auto) dispatch_float(std::string_view op, DType t, F&& f) {
  if (t == DType::f64) return f.template operator()<double>();
  check(t == DType::f32, "{}: needs a floating tensor, got {}; convert it with cast(x, DType::f32)", op, name_of(t));
  return f.template operator()<float>();
}

}  // namespace emograd

template <>
struct fmt::formatter<emograd::DType> {
  constexpr auto parse(fmt::format_parse_context& ctx) { return ctx.begin(); }
  auto format(emograd::DType t, fmt::format_context& ctx) const {
    return fmt::format_to(ctx.out(), "{}", emograd::name_of(t));
  }
};
