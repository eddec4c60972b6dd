#include "experiments/report/claims.h"

#include <fmt/format.h>

#include <cmath>
#include <map>

#include "tensor/error.h"

namespace emograd::report {

namespace {

std::string digits(double v) {
  const std::string text = std::abs(v) < 0.1 && v != 0 ? fmt::format("{:.2g}", v) : fmt::format("{:.2f}", v);
  return wide_minus(text);
}

std::string shown(const Estimate& e) {
  if (std::isnan(e.interval.low)) return digits(e.value) + " (of one training: no interval)";
  return fmt::format("{} [{}, {}]", digits(e.value), digits(e.interval.low), digits(e.interval.high));
}

std::string shown(const Range& r) {
  if (std::isinf(r.high)) return fmt::format("above {}", r.low);
  if (std::isinf(r.low)) return fmt::format("below {}", r.high);
  return fmt::format("between {} and {}", r.low, r.high);
}

std::string capitals(std::string text) {
  for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

const char* verdict_of(const Finding& f) { return f.run.empty() ? "not examined" : name_of(f.verdict); }

std::string counts(const std::vector<Finding>& findings) {
  std::map<std::string, int> of;
  for (const Finding& f : findings) ++of[verdict_of(f)];
  std::string out;
  for (const char* verdict : {"reproduced", "not reproduced", "inconclusive", "not examined"})
    if (of[verdict] > 0) out += fmt::format("{}{} {}", out.empty() ? "" : ", ", of[verdict], verdict);
  return out;
}

constexpr const char* rule =
    "The claim is that the number lies in the range; a claim is reproduced where its whole 95 % interval does, not "
    "reproduced where none of it does, and inconclusive otherwise. Intervals of UAR are bootstraps over speakers and "
    "seeds, as the tables of runs have them; of what is a number per training, Student's over folds or, of one fold, "
    "over seeds; of times, the least and the most. They are of one claim at a time: of twenty numbers that lie on the "
    "border of their range one will be judged by chance, more where speakers share a model. What is found with fewer "
    "epochs than the paper's says nothing of the paper's.";

}  // namespace

Verdict judge(const Estimate& e, const Range& r) {
  if (e.interval.low > r.low && e.interval.high < r.high) return Verdict::reproduced;
  if (e.interval.high < r.low || e.interval.low > r.high) return Verdict::not_reproduced;
  return Verdict::inconclusive;
}

const char* name_of(Verdict v) {
  return v == Verdict::reproduced ? "reproduced" : v == Verdict::not_reproduced ? "not reproduced" : "inconclusive";
}

const std::vector<Claim>& known_claims() {
  static const std::vector<Claim> list = claims_of_yi2020();
  return list;
}

std::vector<Finding> examine(const std::vector<Claim>& claims, const std::vector<Evidence>& runs) {
  std::vector<Finding> findings;
  for (const Claim& claim : claims) {
    const std::size_t before = findings.size();
    for (const Evidence& run : runs)
      if (const auto estimate = reading(run.name, [&] { return claim.measure(run); }))
        findings.push_back({&claim, run.described(), *estimate, judge(*estimate, claim.range)});
    if (findings.size() == before) findings.push_back({&claim, ""});
  }
  return findings;
}

Table claims_table(const std::vector<Finding>& findings) {
  Table t{"Findings, one per claim and run that can tell: " + counts(findings),
          {{"Claim"}, {"verdict"}, {"here", {"", "low", "high"}}, {"claimed"}, {"in the paper"}, {"trained"}, {"run"}},
          {},
          {rule}};
  for (const Finding& f : findings) {
    const Claim& c = *f.claim;
    const Estimate& e = f.estimate;
    t.rows.push_back(
        {{fmt::format("{} ({})", c.statement, c.where)},
         {verdict_of(f)},
         f.run.empty() ? Table::Cell{"–"} : Table::Cell{shown(e), {e.value, e.interval.low, e.interval.high}},
         {shown(c.range)},
         {c.published.empty() ? "–" : c.published},
         {e.of.empty() ? "–" : e.of},
         {f.run.empty() ? "–" : f.run}});
  }
  return t;
}

Table quantities_table(const std::vector<Claim>& claims) {
  Table t{"What is measured for each claim, and by which run", {{"Claim"}, {"id"}, {"measured"}, {"run"}}, {}, {}};
  for (const Claim& c : claims) t.rows.push_back({{c.statement}, {c.id}, {c.quantity}, {c.asks + " --features …"}});
  return t;
}

std::string claims_text(const std::vector<Finding>& findings) {
  std::string out;
  const Claim* last = nullptr;
  for (const Finding& f : findings) {
    const Claim& c = *f.claim;
    if (&c != last)
      out += fmt::format("{}{} ({})\n  {}\n{}", last == nullptr ? "" : "\n", c.id, c.where, c.statement,
                         c.published.empty() ? "" : fmt::format("  In the paper: {}\n", c.published));
    last = &c;
    if (f.run.empty()) {
      out += fmt::format("  not examined; to do so: {} --features …\n", c.asks);
      continue;
    }
    out += fmt::format("  {}: {}; claimed: {}\n  {} ({}: {})\n", c.quantity, shown(f.estimate), shown(c.range),
                       capitals(verdict_of(f)), f.run, f.estimate.of);
  }
  return fmt::format("{}\n{}\n{}\n", out, counts(findings), rule);
}

}  // namespace emograd::report