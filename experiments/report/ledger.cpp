#include "experiments/report/ledger.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <numeric>

#include "experiments/report/definition.h"
#include "tensor/error.h"

namespace emograd::report {
namespace {

/// Reads one file from top to bottom: fields have one order, so that there is one way to write an entry.
class Reader {
 public:
  explicit Reader(const LedgerFile& file)
      : name_(file.name), paper_(std::filesystem::path(file.name).stem().string()), lines_(lines_of(file.text)) {
    while (!done() && !at_heading()) ++at_;
  }

  bool done() const { return at_ == lines_.size(); }
  std::size_t line_number() const { return at_ + 1; }

  LedgerEntry entry() {
    LedgerEntry e;
    e.id = lines_[at_].substr(3);
    id_ = e.id;
    require(e.id.starts_with(paper_ + ":") && e.id.size() > paper_.size() + 1, "an id here is '{}:…'", paper_);
    ++at_, skip_blank();
    require(!done() && !at_heading() && !line().starts_with("- ") && !line().starts_with("```"), "needs a title");
    e.title = lines_[at_++];
    e.latex = formula();
    e.status = status();
    e.symbols = items("symbols");
    if (e.status == EquationStatus::complete) {
      e.code = places("code");
      e.tests = places("test");
    }
    if (e.status == EquationStatus::background || at_field("decisions")) e.decisions = items("decisions");
    skip_blank();
    require(done() || at_heading(),
            "'{}' is out of place: fields are status, symbols, code and test where the status "
            "is complete, decisions",
            line());
    return e;
  }

 private:
  std::string_view line() const { return done() ? std::string_view() : lines_[at_]; }
  bool at_heading() const { return line().starts_with("## "); }
  bool at_field(std::string_view name) const { return line() == fmt::format("- {}:", name); }
  void skip_blank() {
    while (!done() && line().empty()) ++at_;
  }

  template <class... Args>
  void require(bool ok, fmt::format_string<const Args&...> format, const Args&... args) const {
    if (!ok) throw FileError(fmt::format("{}:{}: {}: {}", name_, line_number(), id_, fmt::format(format, args...)));
  }

  std::string formula() {
    skip_blank();
    require(line() == "```math", "needs a formula, a block that begins with ```math");
    const std::size_t opened = line_number();
    std::string latex;
    for (++at_; line() != "```"; ++at_) {
      require(!done() && !at_heading(), "the formula that begins in line {} is not closed", opened);
      latex += std::string(line()) + '\n';
    }
    require(!latex.empty(), "the formula is empty");
    ++at_, skip_blank();
    return latex;
  }

  EquationStatus status() {
    const std::string_view field = "- status: ";
    require(line().starts_with(field), "needs 'status' here");
    const std::string_view value = line().substr(field.size());
    for (const auto s : {EquationStatus::complete, EquationStatus::planned, EquationStatus::background})
      if (value == name_of(s)) {
        ++at_;
        return s;
      }
    require(false, "status '{}' is none of complete, planned, background", value);
    return {};
  }

  std::vector<std::string> items(std::string_view field) {
    require(at_field(field), "needs '{}' here", field);
    std::vector<std::string> out;
    for (++at_; line().starts_with("  - ") || (!out.empty() && line().starts_with("    ")); ++at_)
      if (line()[2] == '-') out.emplace_back(line().substr(4));
      else out.back() += ' ' + std::string(line().substr(4));
    require(!out.empty(), "'{}' is empty", field);
    return out;
  }

  std::vector<Place> places(std::string_view field) {
    std::vector<Place> out;
    for (const std::string& item : items(field)) {
      const std::size_t between = item.find("` `");
      require(item.size() > 2 && item.front() == '`' && item.back() == '`' && between != std::string::npos,
              "'{}' of '{}' is not `file` `name`", item, field);
      out.push_back({item.substr(1, between - 1), item.substr(between + 3, item.size() - between - 4)});
    }
    return out;
  }

  std::string name_, paper_, id_;
  std::vector<std::string_view> lines_;
  std::size_t at_ = 0;
};

/// How many characters must be inserted, removed or replaced to make b of a.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0]++;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i] != b[j]);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

}  // namespace

const char* name_of(EquationStatus s) {
  return s == EquationStatus::complete ? "complete" : s == EquationStatus::planned ? "planned" : "background";
}

std::vector<LedgerEntry> parse_ledger(const std::vector<LedgerFile>& files) {
  std::vector<LedgerEntry> out;
  std::map<std::string, std::string> seen;
  for (const LedgerFile& file : files)
    for (Reader in(file); !in.done();) {
      const std::string where = fmt::format("{}:{}", file.name, in.line_number());
      out.push_back(in.entry());
      const auto [first, fresh] = seen.emplace(out.back().id, where);
      if (!fresh) throw FileError(fmt::format("{}: {} was there before, at {}", where, out.back().id, first->second));
    }
  return out;
}

const LedgerEntry& find_entry(const std::vector<LedgerEntry>& ledger, const std::string& id) {
  std::vector<std::string> near;
  for (const LedgerEntry& e : ledger)
    if (e.id == id) return e;
    else near.push_back(e.id);
  std::stable_sort(near.begin(), near.end(),
                   [&](const auto& a, const auto& b) { return distance(a, id) < distance(b, id); });
  near.resize(std::min<std::size_t>(near.size(), 3));
  fail(fmt::format("there is no equation '{}'; near it: {}", id, fmt::join(near, ", ")));
}

}  // namespace emograd::report
