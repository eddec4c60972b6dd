#pragma once

#include <string>
#include <string_view>
#include <vector>

/// The equation ledger: docs/equations, one entry per equation of the papers. README.md there describes the format.
namespace emograd::report {

enum class EquationStatus { complete, planned, background };
const char* name_of(EquationStatus);

/// Something in a file of the source tree: a function, or a test case.
struct Place {
  std::string file, name;
};

struct LedgerEntry {
  std::string id;  // "yi2020:17", as trace::Equation has it
  std::string title, latex;
  EquationStatus status{};
  std::vector<std::string> symbols;  // "λ → `AdanConfig::lambda`, 10"
  std::vector<Place> code, tests;    // where complete, and only there
  std::vector<std::string> decisions;

  std::string paper() const { return id.substr(0, id.find(':')); }
};

struct LedgerFile {
  std::string name;  // docs/equations/yi2020.md: its stem begins every id in it
  std::string_view text;
};
/// The files as they were when the program was built, in the order of the papers.
std::vector<LedgerFile> ledger_files();

/// The entries of the files, in their order. FileError with file and line where a field is missing, empty or out of
/// place, a status or an id is unknown, an id comes twice, or a formula is not closed.
std::vector<LedgerEntry> parse_ledger(const std::vector<LedgerFile>&);

/// Error with the ids most like it where there is no such entry.
const LedgerEntry& find_entry(const std::vector<LedgerEntry>&, const std::string& id);

}  // namespace emograd::report
