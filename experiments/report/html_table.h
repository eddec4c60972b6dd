#pragma once

#include <string>
#include <vector>

#include "experiments/report/table.h"

namespace emograd::report {

/// Rows of text as text_table takes them (the first is the header, an empty one becomes a rule), with a caption that
/// may be empty.
struct HtmlTable {
  std::vector<std::vector<std::string>> rows = {};
  std::string caption = {};
  /// −1 … 1 per cell of `rows`, or none: shading from much (vermillion) below to much (blue) above 0; NaN and cells
  /// that there are none for stay as they are.
  std::vector<std::vector<double>> shades = {};
};

/// The same table, with its notes behind its caption.
HtmlTable as_html(const Table&);

/// HTML, in a box of its own that scrolls where the page is narrower. Columns of numbers are aligned to the right.
std::string html_table(const HtmlTable&);

/// A table of Comparison::confusions, its counts shaded by their share of the row.
HtmlTable shaded_confusions(const Table&);

}  // namespace emograd::report
