#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>

#include "tensor/io/bytes.h"
#include "tensor/tensor.h"

/// Hugging Face's safetensors files: the length of a JSON header, the header, the elements.
/// Source: github.com/huggingface/safetensors, section "Format" of its README.
namespace emograd {

struct Safetensors {
  std::map<std::string, Tensor> tensors;
  std::map<std::string, std::string> metadata;
};

/// F32, F64, I64 and BOOL. FileError, with `name`, for other dtypes, offsets that overlap, leave a gap or do not cover
/// the file exactly, sizes that disagree with the shape, names that are not UTF-8 or come twice, and booleans other
/// than 0 and 1. No element is allocated before its offsets are checked.
Safetensors parse_safetensors(io::Bytes file, const std::string& name);
Safetensors read_safetensors(const std::filesystem::path&);

/// The same content gives the same bytes. The old file or the whole new one exists at any time (AtomicFile).
void write_safetensors(const std::filesystem::path&, const Safetensors&);

namespace io {

/// The bytes of that file, piece by piece, for a checksum or a file of the caller's; `name` is for errors.
void emit_safetensors(const Safetensors&, const std::string& name, const std::function<void(Bytes)>& sink);

}  // namespace io
}  // namespace emograd
