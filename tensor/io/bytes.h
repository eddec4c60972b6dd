#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "tensor/error.h"
#include "tensor/shape.h"

/// What the file formats share: bytes nobody vouches for, and complaints that name the file.
namespace emograd::io {

static_assert(std::endian::native == std::endian::little, "tensors are written to files as they lie in memory");

using Bytes = std::span<const std::byte>;

/// Throws FileError("<file>: <message>") unless `ok`.
template <class... Args>
void check_file(bool ok, std::string_view file, fmt::format_string<const Args&...> format, const Args&... args) {
  if (!ok) [[unlikely]]
    throw FileError(fmt::format("{}: {}", file, fmt::format(format, args...)));
}

/// What the system says of an errno, and what helps where that is known: "No space left on device; make room there".
std::string reason(int error);

struct FileBytes {
  std::unique_ptr<std::byte[]> data;
  std::size_t size = 0;
  operator Bytes() const { return {data.get(), size}; }
};

/// The whole of a regular file; FileError with the system's reason otherwise.
FileBytes read_file(const std::filesystem::path&);

/// Does [offset, offset + length) lie inside `total` bytes? Nothing overflows, whatever the numbers.
constexpr bool fits(std::uint64_t offset, std::uint64_t length, std::uint64_t total) {
  return offset <= total && length <= total - offset;
}

/// The little-endian integer at `offset`; the caller has checked that it is there.
template <class T>
T load(Bytes bytes, std::uint64_t offset) {
  T value;
  std::memcpy(&value, bytes.data() + offset, sizeof value);
  return value;
}

template <class T>
void append(std::string& out, T value) {
  char raw[sizeof value];
  std::memcpy(raw, &value, sizeof value);
  out.append(raw, sizeof value);
}

inline std::string_view as_text(Bytes bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }
inline Bytes as_bytes(std::string_view text) { return std::as_bytes(std::span(text)); }

/// Bytes held by an array of this shape. Nothing where an extent is negative or the extents, zeros left out, exceed
/// what 63 bits can address in 8-byte elements: strides are products of extents and must not overflow in an empty array
/// either, and narrow elements may be widened.
std::optional<std::uint64_t> byte_count(const Shape&, std::size_t element_size);

/// A number as people and programs write it: decimal or exponent notation, nan, inf, with blanks around. `out` is it;
/// otherwise what the text is instead is returned: "not a number", or "beyond the range of double" (1e999).
const char* read_number(std::string_view, double& out);

/// Well-formed UTF-8: no overlong forms, no surrogates, nothing above U+10FFFF.
bool valid_utf8(std::string_view);
/// For messages: about `limit` bytes at most, control characters and bytes that are not UTF-8 as \xNN.
std::string printable(std::string_view, std::size_t limit = 80);
/// FileError unless the name of a `what` ("member", "tensor") is non-empty UTF-8 without NUL.
void check_name(std::string_view file, const char* what, std::string_view name);

}  // namespace emograd::io
