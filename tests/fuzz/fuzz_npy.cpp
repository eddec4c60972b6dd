#include "tensor/io/npy.h"
#include "tests/fuzz/round_trip.h"

using namespace emograd;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const io::Bytes bytes = std::as_bytes(std::span(data, size));
  try {
    const Tensor t = parse_npy(bytes, "fuzz");
    const std::string header = io::npy_header(t);
    const std::string copy = header + std::string(io::as_text(io::element_bytes(t)));
    fuzz::require_equal(t, parse_npy(io::as_bytes(copy), "copy"));
  } catch (const FileError& e) { fuzz::require(!std::string_view(e.what()).starts_with("copy")); }
  return 0;
}
