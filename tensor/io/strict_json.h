#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace emograd::io {

/// JSON from a file nobody vouches for: an object, nested at most `depth` deep, no key twice in one object, UTF-8
/// throughout. FileError, with `file`, otherwise.
nlohmann::json parse_strict_json(std::string_view text, int depth, const std::string& file);

/// Text that parse_strict_json reads back equal. FileError for what JSON would change on the way (NaN and infinities,
/// binary values, strings that are not UTF-8, discarded values) or reject (nesting deeper than `depth`).
/// One line, or indented by `indent` spaces per level.
std::string format_strict_json(const nlohmann::json&, int depth, const std::string& file, int indent = -1);

}  // namespace emograd::io
