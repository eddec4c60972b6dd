// Classes thinned to a few rows, how far synthetic rows cover the real ones, and yi2020_imbalance as its user runs it.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <csignal>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "autograd/ops/index.h"
#include "autograd/ops/pointwise.h"
#include "autograd/ops/random.h"
#include "autograd/ops/shape.h"
#include "experiments/protocol/baselines.h"
#include "experiments/protocol/classified.h"
#include "experiments/protocol/coverage.h"
#include "experiments/protocol/data.h"
#include "experiments/protocol/leak_check.h"
#include "experiments/protocol/synthetic_table.h"
#include "experiments/protocol/thinning.h"
#include "experiments/protocol/unit.h"
#include "experiments/protocol/validation.h"
#include "tensor/error.h"
#include "tensor/io/csv.h"
#include "tests/run_program.h"
#include "tests/temporary_folder.h"

using namespace emograd;
using namespace emograd::protocol;

namespace {

using Rows = std::vector<std::int64_t>;

Rows of_class(const FeatureTable& table, const Rows& rows, std::int64_t k) {
  const Rows labels = labels_of(table, rows);
  Rows found;
  for (std::size_t i = 0; i < rows.size(); ++i)
    if (labels[i] == k) found.push_back(rows[i]);
  return found;
}

bool among(const Rows& some, const Rows& all) {
  return std::includes(all.begin(), all.end(), some.begin(), some.end());
}

/// Four speakers, three classes ("synthetic 0" … 2), 12 training rows of each.
struct Small {
  FeatureTable table = synthetic_table({.speakers = 4, .classes = 3, .utterances = 4, .features = 10}, Rng{4});
  std::vector<Split> splits = leave_one_speaker_out(table);
};

Unit unit(const FeatureTable& table, const Split& split, const MakeAugmenter& make, const Thinning& thinning) {
  return {.table = table,
          .split = split,
          .augmenter = "adan",
          .make_augmenter = make,
          .classifiers = {{"svm", [] { return std::make_unique<yi2020::SvmClassifier>(); }}},
          .mixes = {{0, true}, {2, true}},
          .measure = latent_coverage,
          .thinning = thinning};
}

MakeAugmenter small_adan(std::int64_t batch = 16) {
  yi2020::AdanConfig c = yi2020::wadan_config();
  c.batch = batch;
  c.epochs = 4;
  c.latent = 6;
  c.noise = 4;
  c.autoencoder_hidden = {12, 12};
  c.hidden = {8, 8};
  return adan(c);
}

struct Run {
  nlohmann::json outcome;
  std::map<std::string, Tensor> artefacts;
};

Run run(const Unit& u) {
  Run r;
  r.outcome = run_unit(u, {.observe = [&](const std::string& name, const Tensor& t) { r.artefacts[name] = packed(t); }})
                  .value();
  return r;
}

}  // namespace

TEST_CASE("thinning: so many training rows of a class, others and test rows as they were") {
  const Small s;
  const Split& whole = s.splits[1];
  const Split left = thinned(s.table, whole, {{0, 3}, {2, 1}}, Rng{7});
  CHECK(left.name == whole.name);
  CHECK(left.test == whole.test);
  CHECK(of_class(s.table, left.train, 0).size() == 3);
  CHECK(of_class(s.table, left.train, 1) == of_class(s.table, whole.train, 1));
  CHECK(of_class(s.table, left.train, 2).size() == 1);
  CHECK(std::is_sorted(left.train.begin(), left.train.end()));
  CHECK(among(left.train, whole.train));
  check_split(s.table, left);

  // Fewer rows are among more, whatever becomes of other classes; as many as there are, or more, are all.
  CHECK(among(of_class(s.table, left.train, 0), thinned(s.table, whole, {{0, 5}}, Rng{7}).train));
  CHECK(thinned(s.table, whole, {{0, 12}}, Rng{7}).train == whole.train);
  CHECK(thinned(s.table, whole, {{0, 1000}}, Rng{7}).train == whole.train);
  CHECK(thinned(s.table, whole, {}, Rng{7}).train == whole.train);
  // Every row has its chance.
  std::set<std::int64_t> drawn;
  for (std::uint64_t seed = 0; seed < 60; ++seed)
    for (const std::int64_t row : of_class(s.table, thinned(s.table, whole, {{0, 1}}, Rng{seed}).train, 0))
      drawn.insert(row);
  CHECK(drawn.size() == 12);
}

TEST_CASE("thinning: what is said of it, and what is refused") {
  Small s;
  CHECK(parse_thinning({"synthetic 2:3", "synthetic 0:11"}, s.table) == Thinning{{0, 11}, {2, 3}});
  s.table.classes[1] = "a:b";
  CHECK(parse_thinning({"a:b:4"}, s.table) == Thinning{{1, 4}});
  const auto refused = [&](const std::vector<std::string>& given, const char* why) {
    CHECK_THROWS_WITH_AS(parse_thinning(given, s.table), doctest::Contains(why), Error);
  };
  refused({"joy:3"},
          "there is no class 'joy' to be thinned; synthetic table (invented data, not speech) has synthetic "
          "0, a:b, synthetic 2");
  refused({"synthetic 0:0"}, "class 'synthetic 0' thinned to 0 rows could not be learnt; leave one at least");
  refused({"synthetic 0:3", "synthetic 0:4"}, "class 'synthetic 0' is thinned twice");
  for (const char* bad : {"synthetic 0", "synthetic 0:", "synthetic 0:-1", "synthetic 0:x", "synthetic 0:1234567890"})
    refused({bad}, "is not CLASS:ROWS");

  Data data = make_data(Small().table, folds_by_speaker(s.table));
  CHECK(describe(data).find("THINNED") == std::string::npos);
  data.thinning = {{0, 3}, {2, 12}};
  CHECK(describe(data).find("THINNED: training rows left in every fold, drawn by the seed: 3 of synthetic 0, 12 of "
                            "synthetic 2 (4 folds have no more, and keep all); no test row is taken away\n") !=
        std::string::npos);
}

TEST_CASE("thinning: by default the rarer half of the classes") {
  std::vector<Annotation> said;
  std::vector<std::string> ids;
  for (const auto& [label, rows] :
       std::vector<std::pair<std::string, int>>{{"a", 3}, {"b", 5}, {"c", 3}, {"d", 2}, {"e", 4}})
    for (int i = 0; i < rows; ++i) {
      said.push_back({label, i % 2 ? "F" : "M"});
      ids.push_back(label + std::to_string(i));
    }
  Rng rng{1};
  const FeatureTable t = make_table("table", normal({std::ssize(ids), 1}, rng), {"f"}, ids, said);
  CHECK(rarer_half(t, 3) == Thinning{{0, 3}, {3, 3}});  // d, then a: as rare as c, and before it
}

TEST_CASE("coverage: the nearest row of the other set, by loops") {
  Rng rng{3};
  const auto labels = [&](std::int64_t n) { return integers({n}, 3, rng); };
  for (const auto& sizes : std::vector<std::pair<std::int64_t, std::int64_t>>{{5, 4}, {600, 70}, {40, 1100}}) {
    const std::int64_t n = sizes.first, m = sizes.second;
    CAPTURE(n);
    const LabelledRows real{normal({n, 3}, rng) + 1000, labels(n)}, made{normal({m, 3}, rng) + 1000, labels(m)};
    const auto loops = [](const LabelledRows& a, const LabelledRows& b) {
      const auto x = a.x.to_vector<float>(), y = b.x.to_vector<float>();
      const auto k = a.labels.to_vector<std::int64_t>(), of_y = b.labels.to_vector<std::int64_t>();
      std::vector<Matched> out(4);  // one class without rows
      for (std::size_t i = 0; i < k.size(); ++i) {
        double least = std::numeric_limits<double>::infinity();
        std::int64_t label = 0;
        for (std::size_t j = 0; j < of_y.size(); ++j) {
          double d = 0;
          for (std::size_t f = 0; f < 3; ++f) d += std::pow(double(x[3 * i + f]) - double(y[3 * j + f]), 2);
          if (d < least) least = d, label = of_y[j];
        }
        ++out[static_cast<std::size_t>(k[i])].rows;
        out[static_cast<std::size_t>(k[i])].matched += label == k[i];
      }
      return out;
    };
    const Coverage c = coverage(real, made, 4);
    const std::vector<Matched> of_real = loops(real, made), of_made = loops(made, real);
    for (std::size_t k = 0; k < 4; ++k) {
      CHECK(c.real[k].rows == of_real[k].rows);
      CHECK(c.real[k].matched == of_real[k].matched);
      CHECK(c.synthetic[k].rows == of_made[k].rows);
      CHECK(c.synthetic[k].matched == of_made[k].matched);
    }
  }
}

TEST_CASE("coverage: a class whose synthetic rows lie elsewhere is not covered; which side is which") {
  // Class 0 at 0, class 1 at 10. Synthetic rows of class 1 lie at 0, too.
  const auto rows = [](std::initializer_list<double> x, std::initializer_list<double> labels) {
    return LabelledRows{reshape(tensor(x), {static_cast<std::int64_t>(x.size()), 1}), tensor(labels, DType::i64)};
  };
  const LabelledRows real = rows({0, 10, 11}, {0, 1, 1}), made = rows({0.1, 0.2, 0.3, -9}, {0, 0, 0, 1});
  const Coverage c = coverage(real, made, 2);
  CHECK(c.real[0].matched == 1);
  CHECK(c.real[1].rows == 2);
  CHECK(c.real[1].matched == 0);  // the nearest is 0.3, of class 0
  CHECK(c.synthetic[0].rows == 3);
  CHECK(c.synthetic[0].matched == 3);
  CHECK(c.synthetic[1].rows == 1);
  CHECK(c.synthetic[1].matched == 0);
  CHECK_THROWS_WITH_AS(coverage(real, {made.x, real.labels}, 2), doctest::Contains("4 rows with labels (3,)"), Error);
  CHECK_THROWS_WITH_AS(coverage(real, made, 1), doctest::Contains("a label is not in 0 … 0"), Error);
  CHECK_THROWS_WITH_AS(coverage(real, {ones({4, 2}), made.labels}, 2), doctest::Contains("needs rows (N, M)"), Error);
  const Tensor broken = full({4, 1}, std::numeric_limits<double>::quiet_NaN());
  CHECK_THROWS_WITH_AS(coverage(real, {broken, made.labels}, 2), doctest::Contains("not finite"), Error);
}

TEST_CASE("leak: neither what is thinned nor what is measured sees the test fold") {
  const Small s;
  std::map<std::string, Tensor> seen;
  const auto leaks = leaking_artefacts(s.table, s.splits[1], [&](const FeatureTable& table, const Observe& observe) {
    run_unit(unit(table, s.splits[1], small_adan(), {{0, 2}, {1, 5}}),
             {.observe = [&](const std::string& name, const Tensor& value) {
               observe(name, value);
               seen[name] = value;
             }});
  });
  CHECK(leaks.empty());
  for (const char* name : {"measured", "rows.x", "scaler.mean", "svm on real.W", "svm on real + 2 sets.W"})
    CHECK(seen.contains(name));
  CHECK(seen.at("rows.x").dim(0) == 3 * (2 + 5 + 12));
}

TEST_CASE("what is taken away is there for nobody: other values of it change nothing at all") {
  const Small s;
  const Split& split = s.splits[2];
  const Thinning thinning{{1, 2}};
  const Run before = run(unit(s.table, split, small_adan(), thinning));
  const auto left = before.outcome.at("left").at("synthetic 1").get<std::vector<std::string>>();
  CHECK(left.size() == 2);

  FeatureTable altered = s.table;
  std::vector<float> x = s.table.x.to_vector<float>();
  int changed = 0;
  for (const std::int64_t row : of_class(s.table, split.train, 1)) {
    if (std::find(left.begin(), left.end(), s.table.ids[static_cast<std::size_t>(row)]) != left.end()) continue;
    for (std::size_t j = 0; j < 10; ++j) x[static_cast<std::size_t>(row) * 10 + j] += 100;
    ++changed;
  }
  CHECK(changed == 10);
  altered.x = from_values<float>(s.table.x.shape(), x);
  const Run after = run(unit(altered, split, small_adan(), thinning));
  CHECK(after.outcome == before.outcome);
  REQUIRE(after.artefacts.size() == before.artefacts.size());
  for (const auto& artefact : before.artefacts)
    CHECK(bitwise_equal(artefact.second, after.artefacts.at(artefact.first)));

  // A row that is left does change it, and another seed leaves others.
  Unit other = unit(s.table, split, small_adan(), thinning);
  other.seed = 1;
  CHECK(run(other).outcome.at("left") != before.outcome.at("left"));
}

TEST_CASE("one row of a class: ADAN with a batch larger than the fold, SMOTE and an SVM go on") {
  const Small s;
  const Thinning thinning{{0, 1}};
  for (const MakeAugmenter& make : {small_adan(128), untrained([](const TrainingFold&f, std::int64_t sets, Rng&rng) {
                                      return smote(f, sets, 5, rng);
                                    })}) {
    const Run r = run(unit(s.table, s.splits[0], make, thinning));
    const Tensor x = r.artefacts.at("rows.x");
    const auto labels = r.artefacts.at("rows.labels").to_vector<std::int64_t>();
    CHECK(x.dim(0) == 3 * 25);
    CHECK(std::count(labels.begin(), labels.end(), 0) == 3);
    for (const float v : x.to_vector<float>()) CHECK(std::isfinite(v));
    const nlohmann::json& measured = r.outcome.at("measured");
    if (measured.empty()) {  // SMOTE: the lone row again
      const auto row = [&](std::int64_t i) { return packed(slice(x, 0, i, i + 1)); };
      const auto first = std::find(labels.begin(), labels.end(), 0) - labels.begin();
      CHECK(bitwise_equal(row(first), row(first + 25)));
      CHECK(bitwise_equal(row(first), row(first + 50)));
      continue;
    }
    CHECK(measured.at("real")[0][0] == 1);
    CHECK(measured.at("synthetic")[1][0] == 12);
  }
}

TEST_CASE("a classified part: its rows, classes and splits, and what is refused") {
  const Small s;
  const Classified part = classified_part(s.table, s.splits, {"synthetic 2", "synthetic 0"}, "-1");
  CHECK(part.table.classes == std::vector<std::string>{"synthetic 0", "synthetic 2"});  // in the table's order
  CHECK(part.class_of == Rows{0, -1, 1});
  const Rows label = s.table.labels.to_vector<std::int64_t>(), own = part.table.labels.to_vector<std::int64_t>();
  std::int64_t n = 0;
  for (std::size_t i = 0; i < s.table.ids.size(); ++i) {
    const bool in = label[i] != 1 && s.table.ids[i].find("-1") != std::string::npos;
    CAPTURE(s.table.ids[i]);
    CHECK(part.row_of[i] == (in ? n : -1));
    if (!in) continue;
    CHECK(part.table.ids[static_cast<std::size_t>(n)] == s.table.ids[i]);
    CHECK(part.table.speakers[static_cast<std::size_t>(n)] == s.table.speakers[i]);
    CHECK(own[static_cast<std::size_t>(n)] == label[i] / 2);
    const auto row = static_cast<std::int64_t>(i);
    CHECK(bitwise_equal(packed(slice(part.table.x, 0, n, n + 1)), packed(slice(s.table.x, 0, row, row + 1))));
    ++n;
  }
  CHECK(part.table.rows() == n);
  REQUIRE(n > 0);
  REQUIRE(part.splits.size() == s.splits.size());
  for (std::size_t f = 0; f < s.splits.size(); ++f) {
    CHECK(part.splits[f].name == s.splits[f].name);
    CHECK(rows_in(part, s.splits[f].test).size() == part.splits[f].test.size());
    CHECK(part.splits[f].test.size() + part.splits[f].train.size() == static_cast<std::size_t>(n));
    for (const std::int64_t row : part.splits[f].test)
      CHECK(part.table.speakers[static_cast<std::size_t>(row)] == s.splits[f].name);
  }

  const auto refused = [&](const std::vector<std::string>& classes, const char* in_names, const char* why) {
    CHECK_THROWS_WITH_AS(classified_part(s.table, s.splits, classes, in_names), doctest::Contains(why), Error);
  };
  refused({"joy", "synthetic 0"}, "", "there is no class 'joy' to be classified; synthetic table");
  refused({"synthetic 0", "synthetic 0"}, "", "class 'synthetic 0' is to be classified twice");
  refused({"synthetic 0", "synthetic 1"}, "impro",
          "has no utterance of synthetic 0, synthetic 1 in names with 'impro' to be classified");
  refused({"synthetic 1"}, "", "'synthetic 1' alone is no choice for classifiers; name two classes at least");
  refused({"synthetic 0", "synthetic 1"}, "\xc3", "names of rows are UTF-8");
  FeatureTable other = s.table;  // one speaker has nothing of class 0
  Rows labels = label;
  for (std::size_t i = 0; i < labels.size(); ++i)
    if (other.speakers[i] == s.splits[3].name) labels[i] = 1 + labels[i] % 2;
  other.labels = from_values<std::int64_t>({std::ssize(labels)}, labels);
  for (std::size_t i = 0; i < labels.size(); ++i)
    if (other.speakers[i] == s.splits[3].name) other.ids[i] = "x" + std::to_string(i);
  CHECK_THROWS_WITH_AS(classified_part(other, s.splits, {"synthetic 0", "synthetic 2"}, "-"),
                       doctest::Contains("tests no utterance of synthetic 0, synthetic 2"), Error);
}

TEST_CASE("a classified part: models learn everything, classifiers the part and synthetic rows of its classes") {
  const Small s;
  const Classified part = classified_part(s.table, s.splits, {"synthetic 0", "synthetic 2"}, "-1");
  const Thinning thinning{{1, 2}};
  Unit u = unit(s.table, s.splits[2], small_adan(), thinning);
  const Run whole = run(u);
  u.classified = &part;
  const Run some = run(u);

  int of_models = 0;
  for (const auto& artefact : whole.artefacts) {
    const std::string& name = artefact.first;
    if (!name.starts_with("adan.") && !name.starts_with("scaler.") && name != "measured") continue;
    CAPTURE(name);
    CHECK(bitwise_equal(artefact.second, some.artefacts.at(name)));
    ++of_models;
  }
  CHECK(of_models > 10);
  // By hand: the fold's rows and two sets with the same labels below them.
  const Split left = thinned_split(s.table, s.splits[2], thinning, 0);
  const Rows labels = labels_of(s.table, left.train);
  const auto n = std::ssize(labels);
  Rows kept, expected;
  for (std::int64_t i = 0; i < 3 * n; ++i) {
    const std::int64_t k = labels[static_cast<std::size_t>(i % n)];
    const auto row = static_cast<std::size_t>(left.train[static_cast<std::size_t>(i % n)]);
    if (k == 1 || (i < n && s.table.ids[row].find("-1") == std::string::npos)) continue;
    kept.push_back(i);
    expected.push_back(k / 2);
  }
  const Tensor x = whole.artefacts.at("rows.x");
  REQUIRE(x.dim(0) == 3 * n);
  CHECK(bitwise_equal(some.artefacts.at("rows.x"),
                      packed(index_select(x, 0, from_values<std::int64_t>({std::ssize(kept)}, kept)))));
  CHECK(some.artefacts.at("rows.labels").to_vector<std::int64_t>() == expected);

  // Each mix learns its own rows: the same as a classifier apart that is given them.
  const auto& predictions = some.outcome.at("predictions");
  REQUIRE(predictions.size() == 2);
  const Rows tested = rows_in(part, u.split.test);
  for (const auto& p : predictions) {
    const auto told = p.at("labels").get<Rows>();
    CHECK(told.size() == tested.size());
    for (const std::int64_t k : told) CHECK((k == 0 || k == 1));
    const auto rows = static_cast<std::int64_t>(std::count_if(
        kept.begin(), kept.end(), [&](std::int64_t i) { return i < n * (1 + p.at("sets").get<std::int64_t>()); }));
    yi2020::SvmClassifier svm;
    svm.fit(packed(slice(some.artefacts.at("rows.x"), 0, 0, rows)),
            packed(slice(some.artefacts.at("rows.labels"), 0, 0, rows)), 2, Rng{9});
    const std::string name = p.at("sets") == 0 ? "svm on real.W" : "svm on real + 2 sets.W";
    CHECK(bitwise_equal(packed(svm.weights().at("W")), some.artefacts.at(name)));
  }
}

TEST_CASE("a classified part: validation chooses on it, nothing leaks, and thinning can leave too little") {
  const Small s;
  const std::vector<Split> splits{with_validation(s.table, s.splits[1], 1)};
  const Classified part = classified_part(s.table, splits, {"synthetic 0", "synthetic 2"}, "");
  Unit u = unit(s.table, splits[0], small_adan(), {{1, 3}});
  u.classified = &part;
  u.evaluate_every = 2;
  const Run r = run(u);
  CHECK(r.outcome.at("predictions").at(0).at("validation").size() == part.splits[0].validation.size());
  REQUIRE(r.outcome.at("chosen").size() == 2);
  CHECK(leaking_artefacts(s.table, splits[0], [&](const FeatureTable& table, const Observe& observe) {
          const Classified own = classified_part(table, splits, part.table.classes, "");
          Unit altered = unit(table, splits[0], small_adan(), {{1, 3}});
          altered.classified = &own;
          altered.evaluate_every = 2;
          run_unit(altered, {.observe = observe});
        }).empty());

  // One row of class 0 is left, and it may be one whose name is another.
  const Classified ones = classified_part(s.table, s.splits, {"synthetic 0", "synthetic 2"}, "-1");
  int too_little = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Unit thin = unit(s.table, s.splits[0], no_augmentation(), {{0, 1}});
    thin.measure = {};
    thin.mixes = {{0, true}};
    thin.classified = &ones;
    thin.seed = seed;
    try {
      run_unit(thin, {});
    } catch (const Error& e) {
      CHECK(std::string(e.what()).find("no row of the class 'synthetic 0' is left for classifiers") !=
            std::string::npos);
      ++too_little;
    }
  }
  CHECK(too_little > 0);
  CHECK(too_little < 20);
}

namespace {

std::vector<std::string> small_run(const std::string& out, const std::string& jobs) {
  return resumable_run(
      "--models smote,adan --classifiers svm --epochs 3 --batch 512 --sets 1,2 --seeds 2 --checkpoint-seconds 0", out,
      jobs);
}

}  // namespace

TEST_CASE("yi2020_imbalance: tables follow from predictions and units; killed and resumed, the same bytes" *
          doctest::test_suite("programs")) {
  const TemporaryFolder folder;
  const Finished whole = run_program("yi2020_imbalance", small_run(folder / "whole", "1"));
  INFO(whole.err);
  REQUIRE(whole.exit_code == 0);
  const auto files = run_content(folder / "whole");
  check_goes_on("yi2020_imbalance", small_run(folder / "again", "2"), folder / "again", SIGKILL,
                "checkpoints/seed0-fold07-adan/manifest.json", files);

  for (const char* line :
       {"THINNED: training rows left in every fold, drawn by the seed: 3 of synthetic 0, 3 of synthetic 1; no test "
        "row is taken away",
        "UAR (%), SVM, real rows and synthetic sets\n", "ADAN + SVM, real + 2 sets", "Classes missed (number)"})
    CHECK(files.at("table.txt").find(line) != std::string::npos);
  CHECK(files.at("report.html").find("left are at most 3 of synthetic 0, 3 of synthetic 1") != std::string::npos);
  const auto config = nlohmann::json::parse(files.at("config.json"));
  CHECK(config.at("data").at("thinned") == nlohmann::json{{"synthetic 0", 3}, {"synthetic 1", 3}});
  for (const char* model : {"adan", "wadan"}) {
    CHECK(config.at("options").at(model).at("alpha") == 0.1);
    CHECK(config.at("options").at(model).at("class_weights") == true);
  }

  // Recalls of every class, from the predictions by hand.
  const CsvTable predictions = read_csv(folder / "whole/predictions.csv"), table = read_csv(folder / "whole/table.csv");
  REQUIRE(table.rows() == 5);
  std::map<std::string, std::pair<double, double>> of_class;  // right, all
  for (std::size_t i = 0; i < predictions.rows(); ++i) {
    const auto cell = [&](const char* column) { return std::string(predictions.cell(i, predictions.column(column))); };
    if (cell("augmenter") != "adan" || cell("sets") != "2") continue;
    auto& [right, all] = of_class[cell("truth")];
    right += cell("truth") == cell("prediction");
    ++all;
  }
  const auto row_of = [&](const std::string& method) {
    for (std::size_t i = 0; i < table.rows(); ++i)
      if (table.cell(i, 0) == method) return i;
    FAIL("no row of " << method);
    return std::size_t{0};
  };
  REQUIRE(of_class.size() == 4);
  for (const auto& [name, counts] : of_class) {
    CHECK(counts.second == 2 * 80);  // test rows are whole
    const std::string cell(
        table.cell(row_of("ADAN + SVM, real + 2 sets"), table.column(fmt::format("{} (%) recall", name))));
    CHECK(std::stod(cell) == doctest::Approx(100 * counts.first / counts.second).epsilon(1e-12));
  }
  // Only the largest number of sets is tested.
  CHECK(table.cell(row_of("ADAN + SVM, real + 1 set"), table.column("p")).empty());
  CHECK(!table.cell(row_of("ADAN + SVM, real + 2 sets"), table.column("p")).empty());

  // Coverage: the mean over folds of the mean over seeds, here of as many units each.
  double sum = 0;
  int units = 0;
  std::set<std::string> left;
  for (const auto& [name, text] : files) {
    if (!name.starts_with("units/") || name.find("adan") == std::string::npos) continue;
    const auto outcome = nlohmann::json::parse(text);
    CHECK(outcome.at("left").at("synthetic 0").size() == 3);
    left.insert(outcome.at("left").dump());
    const auto& counts = outcome.at("measured").at("real").at(2);
    CHECK(counts[0] == 72);
    sum += 100 * counts[1].get<double>() / counts[0].get<double>();
    ++units;
  }
  CHECK(units == 20);
  CHECK(left.size() > 10);  // drawn per seed and fold
  const CsvTable coverage = read_csv(folder / "whole/coverage.csv");
  REQUIRE(coverage.rows() == 5);
  CHECK(std::stod(std::string(coverage.cell(2, coverage.column("ADAN real")))) == doctest::Approx(sum / 20));
}

TEST_CASE("yi2020_imbalance --classify: two classes are told apart, four are learnt") {
  const TemporaryFolder folder;
  std::vector<std::string> arguments =
      words("--models adan --classifiers svm --epochs 2 --batch 512 --sets 1 --jobs 2");
  arguments.insert(arguments.end(), {"--out", folder / "run", "--classify", "synthetic 2,synthetic 3"});
  const Finished run = run_program("yi2020_imbalance", arguments);
  INFO(run.err);
  REQUIRE(run.exit_code == 0);
  const auto files = run_content(folder / "run");
  CHECK(files.at("table.txt")
            .find("PART: models learn everything; classifiers learn, and are tested on, synthetic 2, "
                  "synthetic 3: 160 of 320 utterances, and synthetic rows of these classes, made from all training "
                  "rows\n") != std::string::npos);
  for (const char* file : {"table.md", "report.html"})
    CHECK(
        files.at(file).find(
            "Part: models learn all 4 classes; classifiers learn, and are tested on, synthetic 2, "
            "synthetic 3: 160 of 320 utterances, and synthetic rows of these classes, made from all training rows.") !=
        std::string::npos);
  const auto config = nlohmann::json::parse(files.at("config.json"));
  CHECK_FALSE(config.at("data").contains("thinned"));  // by default only where all is classified
  CHECK(config.at("data").at("classified") ==
        nlohmann::json{{"classes", {"synthetic 2", "synthetic 3"}}, {"in_names", ""}, {"rows", 160}});
  const CsvTable predictions = read_csv(folder / "run/predictions.csv"),
                 coverage = read_csv(folder / "run/coverage.csv");
  CHECK(predictions.rows() == 2 * 160);
  for (std::size_t i = 0; i < predictions.rows(); ++i)
    for (const char* column : {"truth", "prediction"}) {
      const std::string name(predictions.cell(i, predictions.column(column)));
      CHECK((name == "synthetic 2" || name == "synthetic 3"));
    }
  CHECK(coverage.rows() == 5);  // of all classes, and those missed
}

TEST_CASE("yi2020_imbalance: what is refused before anything is made") {
  const TemporaryFolder folder;
  const auto error_of = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--out", folder / "run"});
    const Finished run = run_program("yi2020_imbalance", arguments);
    CHECK(run.exit_code != 0);
    CHECK(folder.entries() == 0);
    return run.out + run.err;
  };
  CHECK(error_of({"--thin", "joy:3"}).find("there is no class 'joy' to be thinned") != std::string::npos);
  CHECK(error_of({"--thin", "synthetic 0:0"}).find("leave one at least") != std::string::npos);
  CHECK(error_of({"--classify", "joy,synthetic 0"}).find("there is no class 'joy' to be classified") !=
        std::string::npos);
  CHECK(error_of({"--classify-names", "impro"}).find("in names with 'impro'") != std::string::npos);
  CHECK(error_of({"--classify-names", "-3", "--thin", "synthetic 0:1", "--seeds", "3"})
            .find("no row of the class 'synthetic 0' is left for classifiers") != std::string::npos);
  CHECK(error_of({"--sets", "0"}).find("needs a number above 0") != std::string::npos);
  CHECK(error_of({"--models", "none"}).find("none makes no synthetic rows") != std::string::npos);
  CHECK(error_of({"--alpha", "-1"}).find("--alpha") != std::string::npos);
}
