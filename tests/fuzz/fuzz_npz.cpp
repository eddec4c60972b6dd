#include "tensor/io/npz.h"
#include "tests/fuzz/round_trip.h"

using namespace emograd;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const io::Bytes bytes = std::as_bytes(std::span(data, size));
  std::map<std::string, Tensor> arrays;
  try {
    arrays = parse_npz(bytes, "fuzz");
  } catch (const FileError&) { return 0; }
  const auto file = fuzz::scratch_file();
  for (const Compression c : {Compression::stored, Compression::deflated}) {
    write_npz(file, arrays, c);
    fuzz::require_equal(arrays, read_npz(file));
  }
  return 0;
}
