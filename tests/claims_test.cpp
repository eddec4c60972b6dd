#include "experiments/report/claims.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cmath>
#include <set>

#include "tensor/error.h"
#include "tensor/io/bytes.h"
#include "tests/run_program.h"
#include "tests/small_run.h"
#include "tests/temporary_folder.h"

using namespace emograd;
using namespace emograd::report;

namespace {

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
        e.units[fmt::format("seed{}-fold{}-{}", seed, split, name)] = {
            {"augmenter", name},
            {"seed", seed},
            {"split", std::to_string(split)},
            {"measured", {{"features", {{"unbiased", value + 0.1 * split + 0.01 * seed}}}}}};
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
  const Estimate e = *claim("yi2020/adan-dnn").measure(good);
  CHECK(e.value == doctest::Approx(50));
  CHECK(e.interval.low == doctest::Approx(50));
  CHECK(verdict("yi2020/adan-dnn", good) == Verdict::reproduced);
  CHECK(claim("yi2020/more-adan").measure(good)->value == doctest::Approx(37.5));
  CHECK(claim("yi2020/alone-adan").measure(good)->value == doctest::Approx(0));
  CHECK(verdict("yi2020/alone-adan", good) == Verdict::reproduced);
  CHECK_FALSE(can_tell("yi2020/more-alone-adan", good));
  CHECK_FALSE(can_tell("yi2020/wadan-dnn", good));
  CHECK_FALSE(can_tell("yi2020/adan-svm", good));

  const Evidence bad = run_of("yi2020_table1", {{"none;dnn;0;yes", 0}, {"adan;dnn;10;yes", 4}, {"gan;dnn;10;yes", 3}});
  CHECK(verdict("yi2020/adan-dnn", bad) == Verdict::not_reproduced);
  CHECK(verdict("yi2020/guessing-gan", bad) == Verdict::inconclusive);
  CHECK(claim("yi2020/guessing-gan").measure(bad)->value == doctest::Approx(100 - 100 * 3.5 / 8 - 50));
  // Other programs ask other questions of the same models.
  // The large DNN stands for the DNN where it is alone.
  CHECK(claim("yi2020/adan-dnn")
            .measure(run_of("yi2020_table1", {{"none;dnn-large;0;yes", 4}, {"adan;dnn-large;10;yes", 0}}))
            ->value == doctest::Approx(50));
  // The same of WADAN.
  CHECK(claim("yi2020/wadan-smote")
            .measure(run_of("yi2020_table1", {{"smote;dnn;10;yes", 4}, {"wadan;dnn;10;yes", 0}}))
            ->value == doctest::Approx(50));
  // One set of a GAN, as in Table I.
  const Evidence peaks = run_of("yi2020_sweep", {{"gan;dnn;1;yes", 2}, {"gan;dnn;10;yes", 8}, {"adan;dnn;10;yes", 0}});
  CHECK(claim("yi2020/adan-gan").measure(peaks)->value == doctest::Approx(25));
  CHECK_FALSE(can_tell("yi2020/adan-dnn", run_of("yi2020_selection", {{"none;dnn;0;yes", 4}, {"adan;dnn;10;yes", 0}})));
}

TEST_CASE("claims: the best fold") {
  const Evidence run = run_of("yi2020_table1", {{"none;dnn;0;yes", 0}, {"wadan;dnn;10;yes", 0}});
  CHECK(claim("yi2020/perfect-fold").measure(run)->value == 100);       // every second speaker has no error
  CHECK(verdict("yi2020/perfect-fold", run) == Verdict::inconclusive);  // one seed
  CHECK_FALSE(can_tell("yi2020/perfect-fold", run_of("yi2020_table1", {{"wadan;dnn;5;yes", 1}})));
}

TEST_CASE("claims: discrepancies are compared fold by fold, seeds averaged") {
  const Estimate e = *claim("yi2020/mmd-adan-aae").measure(mmd_run(0.1, 0.3, 2));
  CHECK(e.value == doctest::Approx(-0.2));
  CHECK(e.interval.low == doctest::Approx(-0.2));
  CHECK(verdict("yi2020/mmd-adan-aae", mmd_run(0.1, 0.3, 1)) == Verdict::reproduced);
  CHECK(verdict("yi2020/mmd-adan-aae", mmd_run(0.3, 0.1, 1)) == Verdict::not_reproduced);
}

TEST_CASE("claims: losses and gradients, at the end against the beginning, over seeds or folds") {
  const auto run = [](std::vector<double> ends) {
    Evidence e{"losses", {{"program", "yi2020_losses"}}, {}, {}};
    for (std::size_t seed = 0; seed < ends.size(); ++seed) {
      nlohmann::json epochs = nlohmann::json::array();
      for (int i = 1; i <= 20; ++i)
        epochs.push_back(
            {{"epoch", i}, {"losses", {{"G", i < 19 ? 2 : ends[seed]}, {"grad_G", i < 19 ? 2 : ends[seed]}}}});
      for (const char* name : {"gan", "gan-saturating"})
        e.units[fmt::format("seed{}-{}", seed, name)] = {
            {"augmenter", name}, {"seed", seed}, {"split", "all"}, {"epochs", epochs}};
    }
    return e;
  };
  CHECK(claim("yi2020/gan-loss-g").measure(run({3, 4, 5}))->value == doctest::Approx(2));
  CHECK(verdict("yi2020/gan-loss-g", run({4, 4.1, 4.2})) == Verdict::reproduced);
  CHECK(verdict("yi2020/gan-loss-g", run({0, 0.1, 0})) == Verdict::not_reproduced);
  CHECK(verdict("yi2020/gan-loss-g", run({3})) == Verdict::inconclusive);  // one training
  CHECK(claim("yi2020/gradient-gan").measure(run({0.01, 0.02}))->value == doctest::Approx(0.0075));
  CHECK(verdict("yi2020/gradient-gan", run({0.01, 0.0101})) == Verdict::reproduced);
  CHECK(verdict("yi2020/gradient-gan", run({1, 1.01})) == Verdict::not_reproduced);
}

TEST_CASE("claims: coverage of rare classes") {
  Evidence e{"imbalance", {{"program", "yi2020_imbalance"}, {"data", {{"thinned", {{"fear", 3}}}}}}, {}, {}};
  for (int fold = 0; fold < 3; ++fold)
    for (const char* name : {"adan", "wadan", "none"}) {
      const int rare = name[0] == 'w' ? 1 : 0;
      nlohmann::json measured = nlohmann::json::object();
      if (name[0] != 'n') measured["real"] = {{10, 10}, {2, rare}};
      e.units[fmt::format("{}-{}", fold, name)] = {
          {"augmenter", name}, {"seed", 0}, {"split", std::to_string(fold)}, {"measured", measured}};
    }
  CHECK(claim("yi2020/imbalance-adan-misses").measure(e)->value == 1);
  CHECK(verdict("yi2020/imbalance-adan-misses", e) == Verdict::reproduced);
  CHECK(verdict("yi2020/imbalance-wadan-covers", e) == Verdict::reproduced);
  CHECK(claim("yi2020/imbalance-coverage").measure(e)->value == doctest::Approx(25));
  for (auto& [name, unit] : e.units)
    if (unit.at("augmenter") == "adan") unit["measured"]["real"][1][1] = 2;
  CHECK(verdict("yi2020/imbalance-adan-misses", e) == Verdict::not_reproduced);
  for (auto& [name, unit] : e.units)
    if (unit.at("augmenter") == "wadan") unit["measured"]["real"][1][1] = 0;
  CHECK(verdict("yi2020/imbalance-wadan-covers", e) == Verdict::not_reproduced);
  e.config["data"].erase("thinned");  // no class has few rows
  for (const char* id : {"yi2020/imbalance-adan-misses", "yi2020/imbalance-wadan-covers", "yi2020/imbalance-coverage"})
    CHECK_FALSE(can_tell(id, e));
}

TEST_CASE("claims: a discriminator's loss that drops and then rises has risen, whatever the first epoch's was") {
  const auto run = [](double per_epoch) {
    Evidence e{"losses", {{"program", "yi2020_losses"}}, {}, {}};
    for (int seed = 0; seed < 3; ++seed)
      for (const char* name : {"wadan", "gan", "cgan"}) {
        nlohmann::json epochs = nlohmann::json::array();
        for (int i = 1; i <= 40; ++i) {
          const double after = i < 10 ? 2.0 - i : -8 + (per_epoch + 1e-4 * seed) * i;
          epochs.push_back({{"epoch", i}, {"losses", {{"D", after}, {"G", name[0] == 'c' ? 1.0 : after}}}});
        }
        e.units[fmt::format("seed{}-{}", seed, name)] = {
            {"augmenter", name}, {"seed", seed}, {"split", "all"}, {"epochs", epochs}};
      }
    return e;
  };
  CHECK(claim("yi2020/wadan-loss-d").measure(run(0.02))->value == doctest::Approx(2.01));
  CHECK(verdict("yi2020/wadan-loss-d", run(0.02)) == Verdict::reproduced);
  CHECK(verdict("yi2020/wadan-loss-d", run(-0.02)) == Verdict::not_reproduced);
  CHECK(verdict("yi2020/gan-loss-d", run(0.02)) == Verdict::reproduced);  // that one asks for the fall from the start
  CHECK(claim("yi2020/cgan-loss-g").measure(run(0.02))->value == doctest::Approx(-2.01));
  Evidence table = run(0.02);
  table.config["program"] = "yi2020_table1";
  CHECK(verdict("yi2020/wadan-loss-d", table) == Verdict::reproduced);
  CHECK_FALSE(can_tell("yi2020/gradient-wadan", table));  // it keeps no gradients
  CHECK(verdict("yi2020/cgan-loss-g", run(0.02)) == Verdict::reproduced);
}

TEST_CASE("claims: features and classes of synthetic rows, over seeds where there is one split") {
  Evidence e{"space", {{"program", "yi2020_space"}}, {}, {}};
  for (int seed = 0; seed < 3; ++seed)
    for (const auto& [name, better] : {std::pair{"adan", 0.1}, std::pair{"aae", 0.0}, std::pair{"cgan", 0.0}}) {
      const nlohmann::json features{{"ks", {{"median", 0.5 - better}}}, {"own", {0.5 + better, nullptr, 0.7 + better}}};
      e.units[fmt::format("{}-{}", seed, name)] = {
          {"augmenter", name}, {"seed", seed}, {"split", "all"}, {"measured", {{"spaces", {features}}}}};
    }
  CHECK(claim("yi2020/space-features").measure(e)->value == doctest::Approx(-0.1));
  CHECK(verdict("yi2020/space-features", e) == Verdict::reproduced);
  CHECK(claim("yi2020/space-classes").measure(e)->value == doctest::Approx(10));
}

TEST_CASE("claims: times") {
  Evidence e{"time", {{"program", "yi2020_time"}}, {}, {}};
  e.units["ADAN-epoch-of-400-rows"] = {{"seconds", {1.0, 1.2, 1.1}}};
  e.units["WADAN-epoch-of-400-rows"] = {{"seconds", {2.2, 2.4, 2.3}}};
  const Estimate ratio = *claim("yi2020/time").measure(e);
  CHECK(ratio.value == doctest::Approx(2.3 / 1.1));
  CHECK(ratio.interval.low == doctest::Approx(2.2 / 1.2));
  CHECK(ratio.interval.high == doctest::Approx(2.4));
}

TEST_CASE("claims: a run says how many sets it had, and how it was trained; one that cannot be read is named") {
  const TemporaryFolder folder;
  const std::string run = folder / "run";
  REQUIRE(
      run_program("yi2020_table1", words("--models none,adan --classifiers dnn --epochs 2 --batch 512 --dnn-steps 2 "
                                         "--sets 1 --as-coded alpha --split group-k:2 --threads 2 --out " +
                                         run))
          .exit_code == 0);
  const Evidence e = read_evidence(run);
  CHECK(e.described().find("Trained as the authors' program does it, not as the paper says: alpha.") !=
        std::string::npos);
  CHECK(claim("yi2020/adan-dnn").measure(e)->of == "ADAN 1 sets, 2 of the paper's 800 epochs; none");
  CHECK_FALSE(can_tell("yi2020/more-adan", e));

  Evidence damaged{"runs/x", {{"program", "yi2020_losses"}}, {}, {}};
  damaged.units["seed0"] = {{"augmenter", "gan"}, {"seed", 0}, {"split", "all"}};
  CHECK_THROWS_WITH_AS(examine({claim("yi2020/gan-loss-g")}, {damaged}),
                       doctest::Contains("runs/x: holds other results"), FileError);
}

TEST_CASE("claims: each has an id of its own, and asks for a run that there is") {
  std::set<std::string> ids;
  const TemporaryFolder folder;
  std::set<std::string> asked;
  for (const Claim& c : known_claims()) {
    CAPTURE(c.id);
    CHECK(ids.insert(c.id).second);
    if (!asked.insert(c.asks).second) continue;
    std::vector<std::string> command = words(c.asks + " --dry-run --out");
    command.push_back(folder / "run");
    const Finished dry = run_program(command[0], {command.begin() + 1, command.end()});
    INFO(dry.err);
    CHECK(dry.exit_code == 0);
  }
}

TEST_CASE("claims: the program reads runs, says that data are invented, and what is missing") {
  const TemporaryFolder folder;
  const Finished none = run_program("claims", {});
  CHECK(none.exit_code == 0);
  CHECK(none.out.find("yi2020/wadan-dnn") != std::string::npos);
  CHECK(none.out.find(fmt::format("\n{} not examined\n", known_claims().size())) != std::string::npos);

  const std::string run = folder / "run", page = folder / "claims.html";
  REQUIRE(run_program("yi2020_table1", {"--models", "none,adan", "--classifiers", "dnn", "--epochs", "2", "--batch",
                                        "512", "--dnn-steps", "2", "--threads", "2", "--out", run})
              .exit_code == 0);
  const Finished some = run_program("claims", {run, "--html", page});
  INFO(some.err);
  REQUIRE(some.exit_code == 0);
  CHECK(some.out.find(fmt::format("({}; The data are invented:", run)) != std::string::npos);
  CHECK(some.out.find("not examined; to do so: yi2020_sweep --models adan --classifiers dnn --features") !=
        std::string::npos);
  CHECK(content(page).find("The data are invented") != std::string::npos);

  std::filesystem::remove(std::filesystem::path(run) / "table.txt");
  CHECK(run_program("claims", {run}).err.find("holds a run that is not finished; go on with it by --resume") !=
        std::string::npos);
  CHECK(run_program("claims", {std::string(folder / "")}).err.find("is no run folder: it has no config.json") !=
        std::string::npos);
}
