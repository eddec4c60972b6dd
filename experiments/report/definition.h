#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace emograd::report {

/// The lines of a text; one line break at its end is no further line.
std::vector<std::string_view> lines_of(std::string_view text);

struct Definition {
  std::size_t line = 0;  // of the function's name, from 1
  std::string text;      // from the comment above it to its closing brace
};

/// The function `name` ("Adan::step") in a source file formatted as all of ours are: definitions begin in column 0 and
/// end with a brace there, or with the line. A declaration, a call or a mention is no definition.
std::optional<Definition> find_definition(std::string_view source, std::string_view name);

}  // namespace emograd::report
