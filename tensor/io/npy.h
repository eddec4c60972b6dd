#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "tensor/io/bytes.h"
#include "tensor/tensor.h"

/// NumPy's .npy files: a magic string, a Python dict as text, the elements.
/// Source: numpy.lib.format, "NPY format", versions 1.0, 2.0 and 3.0.
namespace emograd {

/// The array in `file`, contiguous in row-major order. Both byte orders and Fortran order are read; f4, f8, i8 and b1
/// keep their type, i1, i2, i4, u1, u2 and u4 become i64. FileError, with `name`, for anything else, for a size that is
/// not exactly what the header says, and for booleans other than 0 and 1. No allocation before the sizes are checked.
Tensor parse_npy(io::Bytes file, const std::string& name);
Tensor read_npy(const std::filesystem::path&);

/// Version 1.0, little-endian, row-major: byte for byte what numpy.save writes. The old file or the whole new one
/// exists at any time (AtomicFile).
void write_npy(const std::filesystem::path&, const Tensor&);

namespace io {

constexpr std::size_t npy_header_limit = 1 << 16;  // of the dict, in bytes

struct NpyHeader {
  char kind = 'f';             // NumPy's letter: f, i, u or b
  std::size_t item_bytes = 0;  // 1, 2, 4 or 8
  bool big_endian = false;
  bool fortran_order = false;
  Shape shape;
  std::size_t data_offset = 0;  // of the first element, in bytes from the magic string
};

/// Reads the header of a file of `file_bytes` bytes from its first bytes (12 + npy_header_limit are always enough), and
/// checks that header and elements together are exactly that long.
NpyHeader parse_npy_header(Bytes first, std::uint64_t file_bytes, const std::string& name);

/// Everything before the elements, as write_npy writes it.
std::string npy_header(const Tensor&);
/// The elements of a contiguous tensor.
inline Bytes element_bytes(const Tensor& packed) {
  return {static_cast<const std::byte*>(packed.raw()),
          static_cast<std::size_t>(packed.numel()) * size_of(packed.dtype())};
}
/// The tensor, contiguous; FileError where it is undefined. `label` says which one.
Tensor writable(const Tensor&, std::string_view file, std::string_view label);

}  // namespace io
}  // namespace emograd
