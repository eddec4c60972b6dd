#pragma once

#include <cstdint>

/// The records of a zip archive as npz.cpp reads and writes them. Offsets are within a record. Source: PKWARE APPNOTE
/// 6.3.10, section 4.3.
namespace emograd::io::zip {

constexpr std::uint32_t local_signature = 0x04034b50, central_signature = 0x02014b50, end_signature = 0x06054b50,
                        end64_signature = 0x06064b50, locator64_signature = 0x07064b50;
// Without name, extra field and comment.
constexpr std::size_t local_bytes = 30, central_bytes = 46, end_bytes = 22, end64_bytes = 56, locator64_bytes = 20;

constexpr std::uint16_t method_stored = 0, method_deflated = 8;
constexpr std::uint16_t flag_encrypted = 1, flag_utf8 = 1 << 11;
constexpr std::uint16_t zip64_extra = 1;
constexpr std::uint16_t version_plain = 20, version_zip64 = 45;
constexpr std::uint16_t first_date = (1 << 5) | 1;  // 1 January 1980, where zip's calendar begins

// A field with all bits set refers to the zip64 record.
constexpr std::uint16_t full16 = 0xffff;
constexpr std::uint32_t full32 = 0xffffffff;

}  // namespace emograd::io::zip
