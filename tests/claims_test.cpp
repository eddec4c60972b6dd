#include "experiments/report/claims.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cmath>
#include <set>

#include "tensor/error.h"
#include "tensor/io/bytes.h"
#include "tests/run_program.h"
#include "tests/temporary_folder.h"

using namespace emograd;
using namespace emograd::report;

namespace {

constexpr int speakers = 6, utterances = 8;  // of each

/// Two classes. A condition ("adan;dnn;10;yes") answers as many of a speaker's utterances wrong as it says, one more by
/// every second speaker.
Evidence run_of(const std::string& program, const std::map<std::string, int>& wrong) {
  std::string csv = "seed;split;id;speaker;truth;augmenter;classifier;sets;real;prediction\n";
  for (const auto& [condition, errors] : wrong)
    for (int s = 0; s < speakers; ++s)
      for (int u = 0; u < utterances; ++u) {
        const bool right = u >= errors + s % 2, a = u % 2 == 0;
        csv +=
            fmt::format("0;s{0};s{0}u{1};s{0};{2};{3};{4}\n", s, u, a ? "A" : "B", condition, a == right ? "A" : "B");
      }
  return {program + " run", {{"program", program}}, {}, read_predictions(parse_csv(io::as_bytes(csv), "predictions"))};
}

const Claim& claim(const std::string& id) {
  for (const Claim& c : known_claims())
    if (c.id == id) return c;
  fail("no claim " + id);
}

Verdict verdict(const std::string& id, const Evidence& run) {
  const std::vector<Finding> findings = examine({claim(id)}, {run});
  REQUIRE(findings.size() == 1);
  REQUIRE_FALSE(findings[0].run.empty());
  return findings[0].verdict;
}

bool can_tell(const std::string& id, const Evidence& run) { return claim(id).measure(run).has_value(); }

Evidence mmd_run(double adan, double aae, int seeds) {
  Evidence e{"mmd", {{"program", "yi2020_mmd"}}, {}, {}};
  for (int split = 0; split < 5; ++split)
    for (int seed = 0; seed < seeds; ++seed)
      for (const auto& [name, value] : {std::pair{"adan", adan}, std::pair{"aae", aae}})
        e.outcomes.push_back({{"augmenter", name},
                              {"seed", seed},
                              {"split", std::to_string(split)},
                              {"measured", {{"features", {{"unbiased", value + 0.1 * split + 0.01 * seed}}}}}});
  return e;
}

}  // namespace

TEST_CASE("claims: a verdict is where the interval lies") {
  const Range above{0};
  CHECK(judge({2, {1, 3}}, above) == Verdict::reproduced);
  CHECK(judge({2, {-1, 5}}, above) == Verdict::inconclusive);
  CHECK(judge({-2, {-3, -1}}, above) == Verdict::not_reproduced);
  CHECK(judge({0, {0, 0}}, above) == Verdict::inconclusive);  // no change is no gain, and not its opposite
  CHECK(judge({0, {0, 0}}, {-2, 2}) == Verdict::reproduced);
  CHECK(judge({0, {-3, 1}}, {-2, 2}) == Verdict::inconclusive);
  CHECK(judge({5, {3, 7}}, {-2, 2}) == Verdict::not_reproduced);
  const double nan = std::nan("");
  CHECK(judge({5, {nan, nan}}, above) == Verdict::inconclusive);
}

TEST_CASE("claims: differences of UAR are those of the predictions, of the conditions that the claim names") {
  const Evidence good = run_of(
      "yi2020_sweep", {{"none;dnn;0;yes", 4}, {"adan;dnn;1;yes", 3}, {"adan;dnn;10;yes", 0}, {"adan;dnn;10;no", 4}});
  // Wrong answers are spread over both classes: 4 + ½ of 8 less ½ of 8.
  const Estimate e = *claim("yi2020:adan-dnn").measure(good);
  CHECK(e.value == doctest::Approx(50));
  CHECK(e.interval.low == doctest::Approx(50));
  CHECK(verdict("yi2020:adan-dnn", good) == Verdict::reproduced);
  CHECK(claim("yi2020:more-adan").measure(good)->value == doctest::Approx(37.5));
  CHECK(claim("yi2020:alone-adan").measure(good)->value == doctest::Approx(0));
  CHECK(verdict("yi2020:alone-adan", good) == Verdict::reproduced);
  CHECK_FALSE(can_tell("yi2020:more-alone-adan", good));
  CHECK_FALSE(can_tell("yi2020:wadan-dnn", good));
  CHECK_FALSE(can_tell("yi2020:adan-svm", good));

  const Evidence bad = run_of("yi2020_table1", {{"none;dnn;0;yes", 0}, {"adan;dnn;10;yes", 4}, {"gan;dnn;10;yes", 3}});
  CHECK(verdict("yi2020:adan-dnn", bad) == Verdict::not_reproduced);
  CHECK(verdict("yi2020:guessing-gan", bad) == Verdict::inconclusive);
  CHECK(claim("yi2020:guessing-gan").measure(bad)->value == doctest::Approx(100 - 100 * 3.5 / 8 - 50));
  // Other programs ask other questions of the same models.
  CHECK_FALSE(can_tell("yi2020:adan-dnn", run_of("yi2020_selection", {{"none;dnn;0;yes", 4}, {"adan;dnn;10;yes", 0}})));
}

TEST_CASE("claims: the best fold") {
  const Evidence run = run_of("yi2020_table1", {{"none;dnn;0;yes", 0}, {"wadan;dnn;10;yes", 0}});
  CHECK(verdict("yi2020:perfect-fold", run) == Verdict::reproduced);  // every second speaker has no error
  CHECK(verdict("yi2020:perfect-fold", run_of("yi2020_table1", {{"wadan;dnn;10;yes", 1}})) == Verdict::not_reproduced);
}

TEST_CASE("claims: discrepancies are compared fold by fold, seeds averaged") {
  const Estimate e = *claim("yi2020:mmd-adan-aae").measure(mmd_run(0.1, 0.3, 2));
  CHECK(e.value == doctest::Approx(-0.2));
  CHECK(e.interval.low == doctest::Approx(-0.2));
  CHECK(verdict("yi2020:mmd-adan-aae", mmd_run(0.1, 0.3, 1)) == Verdict::reproduced);
  CHECK(verdict("yi2020:mmd-adan-aae", mmd_run(0.3, 0.1, 1)) == Verdict::not_reproduced);
}

TEST_CASE("claims: each has an id of its own, and asks for a run that there is") {
  std::set<std::string> ids;
  const TemporaryFolder folder;
  std::set<std::string> asked;
  for (const Claim& c : known_claims()) {
    CAPTURE(c.id);
    CHECK(ids.insert(c.id).second);
    if (!asked.insert(c.asks).second) continue;
    const std::size_t blank = c.asks.find(' ');
    const Finished dry =
        run_program(c.asks.substr(0, blank), resumable_run(c.asks.substr(blank) + " --dry-run", folder / "run", "1"));
    INFO(dry.err);
    CHECK(dry.exit_code == 0);
  }
}

TEST_CASE("claims: the program reads runs, says that data are invented, and what is missing") {
  const TemporaryFolder folder;
  const Finished none = run_program("claims", {});
  CHECK(none.exit_code == 0);
  CHECK(none.out.find("yi2020:wadan-dnn") != std::string::npos);
  CHECK(none.out.find(fmt::format("\n{} not examined\n", known_claims().size())) != std::string::npos);

  const std::string run = folder / "run", page = folder / "claims.html";
  REQUIRE(run_program("yi2020_table1", {"--models", "none,adan", "--classifiers", "dnn", "--epochs", "2", "--batch",
                                        "512", "--dnn-steps", "2", "--threads", "2", "--out", run})
              .exit_code == 0);
  const Finished some = run_program("claims", {run, "--html", page});
  INFO(some.err);
  REQUIRE(some.exit_code == 0);
  CHECK(some.out.find(fmt::format("({}, INVENTED DATA)", run)) != std::string::npos);
  CHECK(some.out.find("NOT EXAMINED; to do so: yi2020_sweep --models adan --classifiers dnn") != std::string::npos);
  CHECK(content(page).find("INVENTED DATA") != std::string::npos);

  std::filesystem::remove(std::filesystem::path(run) / "table.txt");
  CHECK(run_program("claims", {run}).err.find("holds a run that is not finished; go on with it by --resume") !=
        std::string::npos);
  CHECK(run_program("claims", {std::string(folder / "")}).err.find("is no run folder: it has no config.json") !=
        std::string::npos);
}
