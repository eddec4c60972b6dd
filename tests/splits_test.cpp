#include "experiments/protocol/splits.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "autograd/ops/random.h"
#include "experiments/protocol/synthetic_table.h"
#include "tensor/error.h"

using namespace emograd;
using namespace emograd::protocol;

namespace {

/// Who says how many utterances of which class, in which session.
struct Said {
  std::string speaker, label;
  int rows = 1;
  std::string session = {};
};

FeatureTable table_of(const std::vector<Said>& all) {
  std::vector<Annotation> annotations;
  std::vector<std::string> ids;
  for (const Said& said : all)
    for (int i = 0; i < said.rows; ++i) {
      annotations.push_back({said.label, said.speaker, said.session});
      ids.push_back(fmt::format("u{}", ids.size()));
    }
  Rng rng{1};
  Tensor x = normal({std::ssize(ids), 2}, rng);
  return make_table("table", std::move(x), {"a", "b"}, std::move(ids), annotations);
}

/// Rows per fold and class.
std::map<std::string, std::map<std::string, int>> counts(const FeatureTable& t, const Folds& folds) {
  std::map<std::string, std::map<std::string, int>> out;
  const auto labels = t.labels.to_vector<std::int64_t>();
  for (std::size_t i = 0; i < labels.size(); ++i)
    ++out[folds.of_row[i]][t.classes[static_cast<std::size_t>(labels[i])]];
  return out;
}

}  // namespace

TEST_CASE("leave-one-session-out") {
  const FeatureTable t =
      table_of({{"F1", "A", 2, "s1"}, {"M1", "B", 1, "s1"}, {"F2", "A", 1, "s2"}, {"M2", "B", 2, "s2"}});
  const std::vector<Split> splits = splits_of(t, folds_by_session(t));
  REQUIRE(splits.size() == 2);
  CHECK(splits[0].name == "s1");
  CHECK(splits[0].test == std::vector<std::int64_t>{0, 1, 2});
  CHECK(splits[0].train == std::vector<std::int64_t>{3, 4, 5});
  CHECK(splits[1].test == splits[0].train);

  FeatureTable bad = t;
  bad.sessions[4] = "";
  CHECK_THROWS_WITH_AS(folds_by_session(bad), doctest::Contains("session of utterance 'u4' (row 5) is unknown"), Error);
  bad.sessions.assign(6, "s1");
  CHECK_THROWS_WITH_AS(folds_by_session(bad), doctest::Contains("all utterances are of session 's1'"), Error);
  bad = t;
  bad.speakers[3] = "F1";
  CHECK_THROWS_WITH_AS(splits_of(bad, folds_by_session(bad)),
                       doctest::Contains("leave-one-session-out: speaker 'F1' is in fold 's1' and in fold 's2'"),
                       Error);
}

TEST_CASE("group k-fold: folds are alike in rows and in rows of each class") {
  using Counts = std::map<std::string, std::map<std::string, int>>;
  for (const std::uint64_t seed : {0u, 1u, 2u, 3u}) {
    // By rows alone, A1 could be with A2.
    const FeatureTable mixed = table_of({{"a1", "A", 8}, {"a2", "A", 8}, {"b1", "B", 8}, {"b2", "B", 8}});
    CHECK(counts(mixed, folds_of_speakers(mixed, 2, seed)) ==
          Counts{{"fold 1", {{"A", 8}, {"B", 8}}}, {"fold 2", {{"A", 8}, {"B", 8}}}});
    // 6 + 1, 5 + 2, 4 + 3 rows of each class
    std::vector<Said> all;
    for (int n = 1; n <= 6; ++n) {
      all.push_back({fmt::format("s{}", n), "A", n});
      all.push_back({fmt::format("s{}", n), "B", n});
    }
    const FeatureTable sizes = table_of(all);
    const std::map<std::string, int> seven{{"A", 7}, {"B", 7}};
    CHECK(counts(sizes, folds_of_speakers(sizes, 3, seed)) ==
          Counts{{"fold 1", seven}, {"fold 2", seven}, {"fold 3", seven}});
  }
}

TEST_CASE("group k-fold: every speaker in one fold, no fold empty, the same for the same seed") {
  const FeatureTable t = synthetic_table({.speakers = 12, .classes = 3, .utterances = 2, .features = 3}, Rng{1});
  for (const std::int64_t k : {2, 5, 12}) {
    const Folds folds = folds_of_speakers(t, k, 7);
    CHECK(folds.protocol == fmt::format("speakers in {} folds, seed 7", k));
    CHECK(folds.of_row == folds_of_speakers(t, k, 7).of_row);
    const std::vector<Split> splits = splits_of(t, folds);  // checks that speakers are apart
    CHECK(std::ssize(splits) == k);
    std::size_t fewest = t.ids.size(), most = 0, tested = 0;
    for (const Split& split : splits) {
      fewest = std::min(fewest, split.test.size());
      most = std::max(most, split.test.size());
      tested += split.test.size();
    }
    CHECK(tested == 72);
    CHECK(most - fewest <= 6);  // one speaker's rows
  }
  CHECK(splits_of(t, folds_of_speakers(t, 12, 0)).front().name == "fold 01");
  std::set<std::vector<std::string>> distinct;
  for (std::uint64_t seed = 0; seed < 8; ++seed) distinct.insert(folds_of_speakers(t, 3, seed).of_row);
  CHECK(distinct.size() > 4);
  for (const std::int64_t k : {-1, 0, 1, 13})
    CHECK_THROWS_WITH_AS(folds_of_speakers(t, k, 0), doctest::Contains("12 speakers cannot be in"), Error);
}

TEST_CASE("folds: where no row is in one, one split trains on all and tests nothing") {
  const FeatureTable t = table_of({{"x", "A"}, {"x", "B"}, {"y", "A"}});
  const std::vector<Split> splits = splits_of(t, nothing_left_out(t));
  REQUIRE(splits.size() == 1);
  CHECK(splits[0].name == "all");
  CHECK(splits[0].train == std::vector<std::int64_t>{0, 1, 2});
  CHECK(splits[0].test.empty());
}

TEST_CASE("folds: rows in none are trained on only; what cannot be tested is refused") {
  const FeatureTable t = table_of({{"x", "A"}, {"x", "B"}, {"y", "A"}, {"z", "A"}, {"z", "B"}});
  const std::vector<Split> splits = splits_of(t, {"list", {"", "", "1", "2", "2"}});
  REQUIRE(splits.size() == 2);
  CHECK(splits[0].test == std::vector<std::int64_t>{2});
  CHECK(splits[0].train == std::vector<std::int64_t>{0, 1, 3, 4});
  CHECK(splits[1].train == std::vector<std::int64_t>{0, 1, 2});

  CHECK_THROWS_WITH_AS(splits_of(t, {"list", {"", "1", "1", "2", "2"}}),
                       doctest::Contains("list: speaker 'x' is in no fold and in fold '1'"), Error);
  CHECK_THROWS_WITH_AS(splits_of(t, {"list", {"", ""}}), doctest::Contains("list: folds of 2 rows, but table has 5"),
                       Error);
  CHECK_THROWS_WITH_AS(splits_of(t, {"list", {"1", "1", "1", "1", "1"}}), doctest::Contains("no training rows"), Error);
  CHECK_THROWS_WITH_AS(splits_of(t, {"list", {"1", "1", "2", "1", "1"}}), doctest::Contains("class 'B' is spoken"),
                       Error);
}
