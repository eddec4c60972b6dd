#include "tensor/io/npy.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <type_traits>

#include "tensor/io/atomic_file.h"

namespace emograd {
namespace io {
namespace {

constexpr std::string_view magic = "\x93NUMPY";

/// The subset of Python's literals that a header consists of: {'key': 'text' | True | False | (1, 2), …}.
class HeaderText {
 public:
  HeaderText(std::string_view text, const std::string& file) : text_(text), file_(file) {}

  bool accept(char c) {
    skip_spaces();
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  void expect(char c) { check_file(accept(c), file_, "the header lacks '{}' at its character {}", c, at_); }

  std::string_view string() {
    const char quote = accept('"') ? '"' : '\'';
    if (quote == '\'') expect('\'');
    const std::size_t end = text_.find(quote, at_);
    check_file(end != std::string_view::npos, file_, "the header has an unterminated string at its character {}", at_);
    const std::string_view s = text_.substr(at_, end - at_);
    at_ = end + 1;
    return s;
  }

  bool boolean() {
    skip_spaces();
    for (const bool value : {false, true}) {
      const std::string_view word = value ? "True" : "False";
      if (text_.substr(at_, word.size()) != word) continue;
      at_ += word.size();
      return value;
    }
    throw FileError(fmt::format("{}: fortran_order is neither True nor False", file_));
  }

  Shape shape() {
    Shape shape;
    expect('(');
    while (!accept(')')) {
      check_file(shape.rank() < max_rank, file_, "the array has more than {} dimensions", max_rank);
      shape.push_back(extent());
      if (accept(',')) continue;
      expect(')');
      check_file(shape.rank() != 1, file_, "the shape is not a tuple: ({}) lacks its comma", shape[0]);
      break;
    }
    return shape;
  }

  void end() {
    skip_spaces();
    check_file(at_ == text_.size(), file_, "the header has text behind its dict");
  }

 private:
  std::int64_t extent() {
    skip_spaces();
    std::int64_t value = 0;
    const char* first = text_.data() + at_;
    const auto [rest, status] = std::from_chars(first, text_.data() + text_.size(), value);
    check_file(status == std::errc() && value >= 0, file_,
               "the shape has an extent that is no integer from 0 to 2⁶³ − 1");
    at_ += static_cast<std::size_t>(rest - first);
    if (at_ < text_.size() && text_[at_] == 'L') ++at_;  // a Python 2 long
    return value;
  }
  void skip_spaces() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n')) ++at_;
  }

  std::string_view text_;
  const std::string& file_;
  std::size_t at_ = 0;
};

void read_descr(HeaderText& text, NpyHeader& header, const std::string& file) {
  check_file(!text.accept('['), file,
             "holds a structured array; save its fields one by one as plain arrays (numpy.savez)");
  const std::string_view descr = text.string();
  const auto no_dtype = [&](const char* fix) {
    throw FileError(fmt::format("{}: dtype '{}' is not supported; {}", file, printable(descr), fix));
  };
  const std::string_view order_free = descr.substr(descr.find_first_not_of("<>|=") == 1 ? 1 : 0);
  if (order_free.starts_with('O')) no_dtype("object arrays are pickled Python, save numbers instead");
  if (order_free == "f2") no_dtype("convert with .astype('f4')");
  if (order_free == "u8") no_dtype("it may exceed i64, convert with .astype('i8')");
  constexpr std::string_view known[] = {"f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "b1"};
  if (std::find(std::begin(known), std::end(known), order_free) == std::end(known))
    no_dtype("f4, f8, b1, i1 to i8 and u1 to u4 are");
  header.kind = order_free[0];
  header.item_bytes = static_cast<std::size_t>(order_free[1] - '0');
  header.big_endian = descr[0] == '>';
  check_file(header.item_bytes == 1 || descr[0] == '<' || descr[0] == '>', file,
             "dtype '{}' does not say its byte order; it must start with '<' or '>'", descr);
}

NpyHeader read_dict(std::string_view dict, const std::string& file) {
  HeaderText text(dict, file);
  NpyHeader header;
  constexpr std::string_view keys[] = {"descr", "fortran_order", "shape"};
  int seen[3] = {};
  text.expect('{');
  while (!text.accept('}')) {
    const std::string_view key = text.string();
    const auto which = static_cast<std::size_t>(std::find(std::begin(keys), std::end(keys), key) - std::begin(keys));
    check_file(which < 3, file, "the header has an unknown key '{}'", printable(key));
    check_file(++seen[which] == 1, file, "the header has the key '{}' twice", key);
    text.expect(':');
    if (which == 0) read_descr(text, header, file);
    if (which == 1) header.fortran_order = text.boolean();
    if (which == 2) header.shape = text.shape();
    if (text.accept(',')) continue;
    text.expect('}');
    break;
  }
  text.end();
  for (std::size_t i = 0; i < 3; ++i) check_file(seen[i] == 1, file, "the header lacks the key '{}'", keys[i]);
  return header;
}

/// out[i] = from[i], converted from the file's element type.
template <class Stored, class T>
void decode(const std::byte* from, bool swap, T* out, std::int64_t n) {
  if constexpr (std::is_same_v<Stored, T>)
    if (!swap) {
      std::memcpy(out, from, static_cast<std::size_t>(n) * sizeof(T));
      return;
    }
  for (std::int64_t i = 0; i < n; ++i, from += sizeof(Stored)) {
    std::byte raw[sizeof(Stored)];
    std::memcpy(raw, from, sizeof raw);
    if (swap) std::reverse(std::begin(raw), std::end(raw));
    Stored value;
    std::memcpy(&value, raw, sizeof raw);
    out[i] = static_cast<T>(value);
  }
}

Tensor decode_all(const NpyHeader& header, const std::byte* from, const std::string& file) {
  const char kind = header.kind;
  const DType dtype = kind == 'b'                             ? DType::boolean
                      : kind == 'f' && header.item_bytes == 4 ? DType::f32
                      : kind == 'f'                           ? DType::f64
                                                              : DType::i64;
  const bool swap = header.big_endian && header.item_bytes > 1;
  Tensor t = empty(header.shape, dtype);
  const std::int64_t n = t.numel();
  if (dtype == DType::boolean) {
    const auto* wrong = std::find_if(from, from + n, [](std::byte b) { return b > std::byte{1}; });
    check_file(wrong == from + n, file, "element {} of a boolean array is {}; only 0 and 1 are booleans", wrong - from,
               wrong == from + n ? 0 : static_cast<int>(*wrong));
    std::memcpy(t.raw(), from, static_cast<std::size_t>(n));
  } else if (dtype == DType::f32) {
    decode<float>(from, swap, t.mutable_data<float>(), n);
  } else if (dtype == DType::f64) {
    decode<double>(from, swap, t.mutable_data<double>(), n);
  } else {
    auto* out = t.mutable_data<std::int64_t>();
    const bool is_signed = kind == 'i';
    switch (header.item_bytes) {
      case 1: is_signed ? decode<std::int8_t>(from, swap, out, n) : decode<std::uint8_t>(from, swap, out, n); break;
      case 2: is_signed ? decode<std::int16_t>(from, swap, out, n) : decode<std::uint16_t>(from, swap, out, n); break;
      case 4: is_signed ? decode<std::int32_t>(from, swap, out, n) : decode<std::uint32_t>(from, swap, out, n); break;
      default: decode<std::int64_t>(from, swap, out, n);
    }
  }
  return t;
}

/// The same elements read as column-major: the first axis runs fastest.
Tensor from_fortran_order(const Tensor& t) {
  Strides strides = t.shape();
  std::int64_t step = 1;
  for (int i = 0; i < t.rank(); ++i) {
    strides[i] = step;
    step *= t.shape()[i];
  }
  return packed(t.view_as(t.shape(), strides, t.offset()));
}

}  // namespace

NpyHeader parse_npy_header(Bytes first, std::uint64_t file_bytes, const std::string& name) {
  check_file(as_text(first).starts_with(magic) && first.size() >= 10, name,
             "is not an .npy file: it does not start with \\x93NUMPY");
  const auto major = load<std::uint8_t>(first, 6), minor = load<std::uint8_t>(first, 7);
  check_file(major >= 1 && major <= 3 && minor == 0, name, ".npy version {}.{} is not supported; 1.0, 2.0 and 3.0 are",
             major, minor);
  const std::size_t start = major == 1 ? 10 : 12;
  check_file(first.size() >= start, name, "ends inside its header, after {} bytes", first.size());
  const std::size_t length = major == 1 ? load<std::uint16_t>(first, 8) : load<std::uint32_t>(first, 8);
  check_file(length <= npy_header_limit, name, "declares a header of {} bytes; at most {} are accepted", length,
             npy_header_limit);
  check_file(fits(start, length, first.size()), name, "ends inside its header of {} bytes", length);
  NpyHeader header = read_dict(as_text(first.subspan(start, length)), name);
  header.data_offset = start + length;
  const auto needed = byte_count(header.shape, header.item_bytes);
  check_file(needed.has_value(), name, "shape {} holds more elements than memory can address", header.shape);
  const std::uint64_t present = file_bytes - header.data_offset;
  check_file(present == *needed, name, "shape {} of {}-byte elements takes {} bytes, but {} follow the header",
             header.shape, header.item_bytes, *needed, present);
  return header;
}

std::string npy_header(const Tensor& t) {
  constexpr std::string_view descr[] = {"<f4", "<f8", "<i8", "|b1"};  // by DType
  constexpr std::size_t start = 10, alignment = 64;
  std::string dict = fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': {}, }}",
                                 descr[static_cast<std::size_t>(t.dtype())], t.shape());
  // numpy.save leaves room for the first axis to grow to 21 digits, so that a header can be rewritten in place.
  if (t.rank() > 0) dict.append(21 - std::to_string(t.shape()[0]).size(), ' ');
  dict.append(alignment - (start + dict.size() + 1) % alignment, ' ');
  dict += '\n';
  std::string header(magic);
  header += std::string_view("\x01\x00", 2);
  append(header, static_cast<std::uint16_t>(dict.size()));
  return header + dict;
}

Tensor writable(const Tensor& t, std::string_view file, std::string_view label) {
  check_file(t.defined(), file, "{} cannot be written: the tensor is undefined (default constructed)", label);
  return packed(t);
}

}  // namespace io

Tensor parse_npy(io::Bytes file, const std::string& name) {
  const io::NpyHeader header = io::parse_npy_header(file, file.size(), name);
  const Tensor t = io::decode_all(header, file.data() + header.data_offset, name);
  return header.fortran_order ? io::from_fortran_order(t) : t;
}

Tensor read_npy(const std::filesystem::path& path) { return parse_npy(io::read_file(path), path.string()); }

void write_npy(const std::filesystem::path& path, const Tensor& tensor) {
  const Tensor t = io::writable(tensor, path.string(), "the array");
  AtomicFile file(path);
  file.write(io::npy_header(t));
  file.write(io::element_bytes(t));
  file.commit();
}

}  // namespace emograd
