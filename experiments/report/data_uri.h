#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace emograd::report {

/// Bytes as a part of a page, "data:image/png;base64,…" (RFC 2397, RFC 4648).
std::string data_uri(std::string_view type, std::string_view bytes);

/// Rows of grey values, 0 black and 255 white, as a PNG file (W3C, Portable Network Graphics, 2003). Error unless there
/// are width × height of them, and one at least.
std::string grey_png(std::span<const std::uint8_t> values, std::size_t width, std::size_t height);

}  // namespace emograd::report
