// The equation ledger against the papers' numbers, the code and the tests; each check shown able to fail.
#include "experiments/report/ledger.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cctype>
#include <filesystem>
#include <map>
#include <set>

#include "experiments/report/definition.h"
#include "experiments/report/ledger_page.h"
#include "tensor/error.h"
#include "tests/environment.h"
#include "tests/temporary_folder.h"

using namespace emograd;
using namespace emograd::report;
namespace fs = std::filesystem;

namespace {

const fs::path root = EMOGRAD_SOURCE_DIR;

std::vector<LedgerEntry> whole_ledger() { return parse_ledger(ledger_files()); }

bool is_number(const std::string& text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
}

/// What the entries of a paper lack, or have too much, against equations 1 … last and algorithms 1 … algorithms.
std::string gap(const std::vector<LedgerEntry>& ledger, const std::string& paper, int last, int algorithms) {
  int number = 0, algorithm = 0;
  for (const LedgerEntry& e : ledger) {
    if (e.paper() != paper) continue;
    const std::string tail = e.id.substr(paper.size() + 1);
    if (is_number(tail) && tail != std::to_string(++number)) return fmt::format("{} in place of {}", e.id, number);
    if (tail.starts_with("algorithm") && tail != fmt::format("algorithm{}", ++algorithm)) return e.id;
  }
  if (number != last || algorithm != algorithms)
    return fmt::format("{} has {} equations and {} algorithms", paper, number, algorithm);
  return "";
}

/// What is wrong with where an entry points.
std::string wrong_place(const LedgerEntry& e) {
  for (const Place& p : e.code) {
    if (!fs::is_regular_file(root / p.file)) return fmt::format("{}: there is no {}", e.id, p.file);
    if (!find_definition(content(root / p.file), p.name))
      return fmt::format("{}: {} is not in {}", e.id, p.name, p.file);
  }
  for (const Place& t : e.tests) {  // all files of this name are compiled into this program
    if (!t.file.starts_with("tests/") || !t.file.ends_with("_test.cpp") || !fs::is_regular_file(root / t.file))
      return fmt::format("{}: {} is no test file", e.id, t.file);
    if (content(root / t.file).find(fmt::format("\nTEST_CASE(\"{}\")", t.name)) == std::string::npos)
      return fmt::format("{}: {} has no case '{}'", e.id, t.file, t.name);
  }
  return "";
}

/// Everything in a source text that looks like an equation's tag: letters and a year, a colon, a name.
std::vector<std::string> tags_in(const std::string& source) {
  const auto word = [&](std::size_t i) {
    return i < source.size() && std::isalnum(static_cast<unsigned char>(source[i])) != 0;
  };
  std::vector<std::string> tags;
  for (std::size_t at = source.find(':'); at != std::string::npos; at = source.find(':', at + 1)) {
    std::size_t begin = at, end = at + 1;
    while (begin > 0 && word(begin - 1)) --begin;
    while (word(end)) ++end;
    if (end == at + 1 || at - begin < 5) continue;
    const std::string year = source.substr(at - 4, 4), letter = source.substr(at - 5, 1);
    if (is_number(year) && year.starts_with("20") && !is_number(letter))
      tags.push_back(source.substr(begin, end - begin));
  }
  return tags;
}

/// The complaint about a ledger of one file with this text.
std::string refusal(const std::string& text) {
  try {
    parse_ledger({{"docs/equations/p2020.md", text}});
  } catch (const FileError& e) { return e.what(); }
  return "";
}

const std::string good =
    "# p2020\n\n## p2020:1\n\nTitle\n\n```math\na = b\n```\n\n- status: complete\n- symbols:\n  - a → `x`\n- code:\n"
    "  - `nn/losses.cpp` `interpolate`\n- test:\n  - `tests/adan_test.cpp` `WADAN follows PyTorch for ten steps`\n"
    "- decisions:\n  - one that goes\n    on\n  - two\n";

std::string with(const std::string& before, const std::string& after) {
  std::string text = good;
  const std::size_t at = text.find(before);
  REQUIRE(at != std::string::npos);
  return text.replace(at, before.size(), after);
}

}  // namespace

TEST_CASE("ledger: every numbered equation and algorithm of the five papers has an entry, in order") {
  const auto ledger = whole_ledger();
  CHECK(gap(ledger, "yi2020", 20, 1) == "");
  CHECK(gap(ledger, "sahu2020", 10, 0) == "");
  CHECK(gap(ledger, "latif2020", 4, 0) == "");
  CHECK(gap(ledger, "malik2023", 3, 0) == "");
  CHECK(gap(ledger, "ahn2025", 18, 0) == "");

  auto damaged = ledger;
  damaged.erase(damaged.begin() + 4);
  CHECK(gap(damaged, "yi2020", 20, 1) == "yi2020:6 in place of 5");
  CHECK(gap(ledger, "yi2020", 21, 1) == "yi2020 has 20 equations and 1 algorithms");
  CHECK(gap(ledger, "yi2020", 20, 2) != "");
}

TEST_CASE("ledger: complete entries point at functions and tests that exist") {
  const auto ledger = whole_ledger();
  int complete = 0;
  for (const LedgerEntry& e : ledger) {
    CHECK(wrong_place(e) == "");
    complete += e.status == EquationStatus::complete;
  }
  CHECK(complete >= 15);

  const LedgerEntry right = find_entry(ledger, "yi2020:17");
  auto wrong = right;
  wrong.code[0].file = "nn/loses.cpp";
  CHECK(wrong_place(wrong) == "yi2020:17: there is no nn/loses.cpp");
  wrong = right;
  wrong.code[0].name = "square";  // called there, and defined elsewhere
  CHECK(wrong_place(wrong) == "yi2020:17: square is not in nn/losses.cpp");
  wrong = right;
  wrong.tests[0].file = "nn/losses.cpp";
  CHECK(wrong_place(wrong) == "yi2020:17: nn/losses.cpp is no test file");
  wrong = right;
  wrong.tests[0].name = "WADAN follows PyTorch";
  CHECK(wrong_place(wrong) == "yi2020:17: tests/adan_test.cpp has no case 'WADAN follows PyTorch'");
}

TEST_CASE("ledger: every equation named in the sources has an entry; those that run are complete") {
  std::map<std::string, EquationStatus> known;
  for (const LedgerEntry& e : whole_ledger()) known[e.id] = e.status;
  std::set<std::string> seen;
  for (const char* room : {"tensor", "autograd", "nn", "optim", "models", "experiments"})
    for (const auto& file : fs::recursive_directory_iterator(root / room)) {
      const std::string extension = file.path().extension().string();
      if (extension != ".h" && extension != ".cpp" && extension != ".cu" && extension != ".cuh") continue;
      const std::string source = content(file.path());
      for (const std::string& tag : tags_in(source)) {
        CAPTURE(file.path().string());
        CAPTURE(tag);
        REQUIRE(known.contains(tag));
        seen.insert(tag);
        const bool runs = std::string(room) == "models" && source.find('"' + tag + '"') != std::string::npos;
        if (runs) CHECK(known[tag] == EquationStatus::complete);
      }
    }
  for (const char* number : {"10", "11", "12", "13", "14", "17", "18"})
    CHECK(seen.contains(std::string("yi2020:") + number));
  CHECK(tags_in("under(\"yi2020:99\") // (sahu2020:4, x::y 2020:3) ahn2025:algorithm1") ==
        std::vector<std::string>{"yi2020:99", "sahu2020:4", "ahn2025:algorithm1"});
  CHECK(!known.contains("yi2020:99"));
}

TEST_CASE("ledger: an entry's fields are what the file says") {
  const auto ledger = parse_ledger({{"docs/equations/p2020.md", good}});
  REQUIRE(ledger.size() == 1);
  const LedgerEntry& e = ledger[0];
  CHECK(e.id == "p2020:1");
  CHECK(e.paper() == "p2020");
  CHECK(e.title == "Title");
  CHECK(e.latex == "a = b\n");
  CHECK(e.status == EquationStatus::complete);
  CHECK(e.symbols == std::vector<std::string>{"a → `x`"});
  REQUIRE(e.code.size() == 1);
  CHECK(e.code[0].file == "nn/losses.cpp");
  CHECK(e.code[0].name == "interpolate");
  REQUIRE(e.tests.size() == 1);
  CHECK(e.tests[0].name == "WADAN follows PyTorch for ten steps");
  CHECK(e.decisions == std::vector<std::string>{"one that goes on", "two"});
  CHECK(refusal(with("- decisions:\n  - one that goes\n    on\n  - two\n", "")) == "");  // may be absent
}

TEST_CASE("ledger: what is refused, and where") {
  const auto refused = [](const std::string& text, const std::string& message) {
    CHECK(refusal(text) == "docs/equations/p2020.md:" + message);
  };
  refused(with("Title\n\n", ""), "5: p2020:1: needs a title");
  refused(with("```math\na = b\n```\n\n", ""), "7: p2020:1: needs a formula, a block that begins with ```math");
  refused(with("a = b\n", ""), "8: p2020:1: the formula is empty");
  refused(with("b\n```", "b\n"), "22: p2020:1: the formula that begins in line 7 is not closed");
  refused(with("- status: complete\n", ""), "11: p2020:1: needs 'status' here");
  refused(with("complete", "done"), "11: p2020:1: status 'done' is none of complete, planned, background");
  refused(with("- symbols:\n  - a → `x`\n", ""), "12: p2020:1: needs 'symbols' here");
  refused(with("  - a → `x`\n", ""), "13: p2020:1: 'symbols' is empty");
  refused(with("- code:\n  - `nn/losses.cpp` `interpolate`\n", ""), "14: p2020:1: needs 'code' here");
  refused(with("`nn/losses.cpp` `interpolate`", "nn/losses.cpp"),
          "16: p2020:1: 'nn/losses.cpp' of 'code' is not `file` `name`");
  refused(with("- test:\n  - `tests/adan_test.cpp` `WADAN follows PyTorch for ten steps`\n", ""),
          "16: p2020:1: needs 'test' here");
  refused(with("- decisions:\n", "- remarks:\n"),
          "18: p2020:1: '- remarks:' is out of place: fields are status, symbols, code and test where the status is "
          "complete, decisions");
  CHECK(refusal(with("complete", "planned")).find("'- code:' is out of place") != std::string::npos);
  refused(with("## p2020:1", "## q2020:1"), "3: q2020:1: an id here is 'p2020:…'");
  refused(with("## p2020:1", "## p2020:"), "3: p2020:: an id here is 'p2020:…'");
  refused(good + "\n" + good.substr(good.find("##")), "23: p2020:1 was there before, at docs/equations/p2020.md:3");
  const std::string background = "## p2020:1\nTitle\n```math\na\n```\n- status: background\n- symbols:\n  - a → b\n";
  refused(background, "9: p2020:1: needs 'decisions' here");
  CHECK(refusal(background + "- decisions:\n  - why\n") == "");
}

TEST_CASE("ledger: an unknown id is told its neighbours") {
  const auto ledger = whole_ledger();
  CHECK(find_entry(ledger, "yi2020:algorithm1").title == "Training of ADAN and WADAN");
  CHECK_THROWS_WITH_AS(find_entry(ledger, "yi2020:algorithm"),
                       "there is no equation 'yi2020:algorithm'; near it: yi2020:algorithm1, yi2020:1, yi2020:2",
                       Error);
}

TEST_CASE("definitions are found by name, with their comment, and told from declarations and calls") {
  const std::string source =
      "int twice(int);\nint four() { return twice(2); }\n\n/// 2 x\ntemplate <class T>\nint\n// twice(x)\n"
      "int A::twice(int x,\n          int y) {\n  return 2 * x;\n}\nint twice(int x) { return 2 * x; }\nint z = "
      "twice(1);\n";
  REQUIRE(find_definition(source, "twice"));
  CHECK(find_definition(source, "twice")->line == 12);
  CHECK(find_definition(source, "twice")->text == "int twice(int x) { return 2 * x; }\n");
  REQUIRE(find_definition(source, "A::twice"));
  CHECK(find_definition(source, "A::twice")->line == 8);
  CHECK(find_definition(source, "A::twice")->text == "int A::twice(int x,\n          int y) {\n  return 2 * x;\n}\n");
  CHECK(!find_definition(source, "wice"));
  CHECK(!find_definition(source, "z"));
  CHECK(!find_definition("int f(int);\n", "f"));
  CHECK(!find_definition("", "f"));
}

TEST_CASE("ledger page: every entry, every function, and no link to nowhere") {
  const auto ledger = whole_ledger();
  const std::vector<std::string> formulas(ledger.size(), "<math></math>");
  const std::string page = ledger_page(ledger, formulas, root);
  int links = 0;
  const std::string opening = "href=\"#";
  for (std::size_t at = 0; (at = page.find(opening, at)) != std::string::npos; ++links) {
    at += opening.size();
    const std::string id = page.substr(at, page.find('"', at) - at);
    CAPTURE(id);
    CHECK(page.find("id=\"" + id + "\"") != std::string::npos);
  }
  CHECK(links > 100);
  for (const LedgerEntry& e : ledger) CHECK(page.find("<h2>" + e.id + ' ') != std::string::npos);
  CHECK(page.find("Tensor gradient_penalty(const Critic&amp; critic") != std::string::npos);
  CHECK(page.find("computes <a href=\"#yi2020-16\">yi2020:16</a> <a href=\"#yi2020-17\">yi2020:17</a>") !=
        std::string::npos);

  auto wrong = ledger;
  wrong[0].code[0].name = "no_such_function";
  CHECK_THROWS_WITH_AS(
      ledger_page(wrong, formulas, root),
      ((root / wrong[0].code[0].file).string() + ": there is no definition of no_such_function").c_str(), Error);
  CHECK_THROWS_AS(ledger_page(ledger, formulas, root / "docs"), FileError);
}

TEST_CASE("ledger page: without pandoc the error names the package") {
  const EnvironmentVariable nowhere("PATH", "/nonexistent");
  CHECK_ERROR(mathml_of({}), "apt install pandoc");
}
