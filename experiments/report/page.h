#pragma once

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "experiments/report/figure.h"
#include "experiments/report/html_table.h"

namespace emograd::report {

struct Text {
  std::string text;  // one paragraph; `code` as in Markdown
};
struct Note {
  std::string text;  // a paragraph that must not be overlooked
};
struct Listing {
  std::string text;  // to be copied as it is: a command
};
/// Names and what they are.
struct Facts {
  std::vector<std::pair<std::string, std::string>> items;
};
/// Tables beside each other where there is room.
struct Tables {
  std::vector<HtmlTable> tables;
};
struct Folded {
  std::string title;
  HtmlTable table;
};
/// Sound to be played, a WAV file.
struct Player {
  std::string name, wav;  // name: for those who do not see what it is
};
using Part = std::variant<Text, Note, Listing, Facts, HtmlTable, Tables, Folded, Figure, Player>;

struct Section {
  std::string title;
  std::vector<Part> parts;
};

/// What users show their colleagues: the result first, then what it rests on, then how it came about.
struct Page {
  std::string title, lead;
  std::vector<Part> head;
  std::vector<Section> sections;
};

/// One HTML page that needs nothing else: no script, no request (its Content-Security-Policy forbids both; pictures and
/// sound are in it), colours for
/// light, dark and paper, from phones to wide screens. The bytes depend on the page and gnuplot alone.
std::string html(const Page&);

}  // namespace emograd::report
