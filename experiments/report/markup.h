#pragma once

#include <string>
#include <string_view>

namespace emograd::report {

/// Text as HTML has it between tags and in attributes: & < > " ' become references, and what is no character of text
/// (control characters but for line breaks and tabs, bytes that are not UTF-8) U+FFFD.
std::string escaped(std::string_view);

/// A line of Markdown as far as our own texts use it, escaped: `code`.
std::string prose(std::string_view);

}  // namespace emograd::report
