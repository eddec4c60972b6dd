#pragma once

#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "experiments/protocol/statistics.h"
#include "experiments/report/evidence.h"
#include "experiments/report/table.h"

/// What papers say their methods do, each as a number that runs can be asked for. A claim is a line of known_claims().
namespace emograd::report {

/// A number from a run, and how sure it is.
struct Estimate {
  double value = 0;
  protocol::Interval interval = {};  // 95 %
  std::string of = {};               // how it was trained, as far as the claim speaks of it: "10 sets; adan 800 epochs"
};

struct Range {
  double low = -std::numeric_limits<double>::infinity(), high = std::numeric_limits<double>::infinity();
};

enum class Verdict { reproduced, not_reproduced, inconclusive };
/// Reproduced where the whole interval is in the range, not reproduced where none of it is, else inconclusive; also
/// where there is no interval (NaN).
Verdict judge(const Estimate&, const Range&);
const char* name_of(Verdict);  // "not reproduced"

struct Claim {
  std::string id;         // "yi2020/wadan-dnn"
  std::string where;      // in the paper
  std::string statement;  // what it says, in our words
  std::string published;  // its figure, or "" where there is only the statement
  std::string quantity;   // what is measured here, with its unit
  Range range;            // the claim: that the quantity is in it
  std::string asks;       // a command, but for --features, whose run can tell
  /// Nothing where the run cannot tell.
  std::function<std::optional<Estimate>(const Evidence&)> measure;
};
std::vector<Claim> claims_of_yi2020();
/// All papers' in their order.
const std::vector<Claim>& known_claims();

/// A claim and what one run says about it; or no run does.
struct Finding {
  const Claim* claim;
  std::string run;  // "": no run can tell
  Estimate estimate = {};
  Verdict verdict = Verdict::inconclusive;
};
/// One per claim and run that can tell, in the order of the claims. FileError naming the run where its units lack what
/// they should hold.
std::vector<Finding> examine(const std::vector<Claim>&, const std::vector<Evidence>&);

/// A row per finding, and how many of each verdict.
Table claims_table(const std::vector<Finding>&);
/// A row per claim: what is measured.
Table quantities_table(const std::vector<Claim>&);
/// Both for a terminal: a paragraph per claim.
std::string claims_text(const std::vector<Finding>&);

}  // namespace emograd::report
