#include "experiments/report/data_uri.h"

#include <zlib.h>

#include <algorithm>

#include "tensor/error.h"

namespace emograd::report {
namespace {

void append_number(std::string& out, std::uint32_t n) {  // the most significant byte first
  for (const int shift : {24, 16, 8, 0}) out += static_cast<char>(n >> shift & 0xFF);
}

/// Length, name, content and the checksum of both.
std::string chunk(const std::string& name, const std::string& content) {
  std::string out;
  append_number(out, static_cast<std::uint32_t>(content.size()));
  const std::string checked = name + content;
  out += checked;
  append_number(out,
                static_cast<std::uint32_t>(crc32_z(0, reinterpret_cast<const Bytef*>(checked.data()), checked.size())));
  return out;
}

std::string deflated(const std::string& bytes) {
  uLongf size = compressBound(bytes.size());
  std::string out(size, '\0');
  const int status = compress2(reinterpret_cast<Bytef*>(out.data()), &size,
                               reinterpret_cast<const Bytef*>(bytes.data()), bytes.size(), Z_BEST_COMPRESSION);
  check(status == Z_OK, "grey_png: zlib failed with {}", status);
  out.resize(size);
  return out;
}

}  // namespace

std::string data_uri(std::string_view type, std::string_view bytes) {
  constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out = "data:" + std::string(type) + ";base64,";
  out.reserve(out.size() + (bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t three = 0;
    for (std::size_t j = 0; j < 3; ++j)
      three = three << 8 | (i + j < bytes.size() ? static_cast<unsigned char>(bytes[i + j]) : 0U);
    const std::size_t there = std::min<std::size_t>(bytes.size() - i, 3);
    for (std::size_t j = 0; j < 4; ++j) out += j <= there ? digits[three >> (18 - 6 * j) & 63] : '=';
  }
  return out;
}

std::string grey_png(std::span<const std::uint8_t> values, std::size_t width, std::size_t height) {
  constexpr std::size_t most = 1 << 16;
  check(width >= 1 && height >= 1 && width <= most && height <= most && values.size() == width * height,
        "grey_png: {} values for {} × {}", values.size(), width, height);
  std::string header;
  append_number(header, static_cast<std::uint32_t>(width));
  append_number(header, static_cast<std::uint32_t>(height));
  header += std::string("\x08\0\0\0\0",
                        5);  // 8 bits, grey, and the only compression, filters and order without lines skipped
  std::string rows;
  for (std::size_t y = 0; y < height; ++y) {
    rows += '\0';  // this row is not filtered
    rows.append(reinterpret_cast<const char*>(values.data()) + y * width, width);
  }
  return "\x89PNG\r\n\x1A\n" + chunk("IHDR", header) + chunk("IDAT", deflated(rows)) + chunk("IEND", "");
}

}  // namespace emograd::report
