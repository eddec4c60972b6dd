#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace emograd::report {

/// Rows of text, columns aligned: the first column to the left, the others to the right, a rule under the first row.
/// UTF-8; width is counted in code points. An empty row becomes a rule.
std::string text_table(const std::vector<std::vector<std::string>>& rows);

/// Code points of a UTF-8 text.
std::size_t text_width(const std::string&);

}  // namespace emograd::report
