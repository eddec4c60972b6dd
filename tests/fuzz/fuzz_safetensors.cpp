#include "tensor/io/safetensors.h"
#include "tests/fuzz/round_trip.h"

using namespace emograd;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const io::Bytes bytes = std::as_bytes(std::span(data, size));
  try {
    const Safetensors content = parse_safetensors(bytes, "fuzz");
    std::string copy;
    io::emit_safetensors(content, "copy", [&](io::Bytes piece) { copy += io::as_text(piece); });
    const Safetensors back = parse_safetensors(io::as_bytes(copy), "copy");
    fuzz::require_equal(content.tensors, back.tensors);
    fuzz::require(content.metadata == back.metadata);
  } catch (const FileError& e) { fuzz::require(!std::string_view(e.what()).starts_with("copy")); }
  return 0;
}
