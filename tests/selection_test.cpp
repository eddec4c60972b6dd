// Choosing an epoch by validation speakers: who they are, that nothing of the test rows gets into it, and the program.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "autograd/ops/shape.h"
#include "experiments/protocol/leak_check.h"
#include "experiments/protocol/metrics.h"
#include "experiments/protocol/synthetic_table.h"
#include "experiments/protocol/unit.h"
#include "experiments/protocol/validation.h"
#include "tensor/error.h"
#include "tensor/io/csv.h"
#include "tests/run_program.h"
#include "tests/temporary_folder.h"
#include "tests/unit_checks.h"

using namespace emograd;
using namespace emograd::protocol;
using nlohmann::json;

namespace {

std::set<std::string> speakers_of(const FeatureTable& table, const std::vector<std::int64_t>& rows) {
  std::set<std::string> names;
  for (const std::int64_t row : rows) names.insert(table.speakers[static_cast<std::size_t>(row)]);
  return names;
}

/// Speakers a to e; each says both classes, but for those in `only_first`.
FeatureTable five_speakers(const std::string& only_first = "") {
  std::vector<std::string> ids;
  std::vector<Annotation> annotations;
  for (const char speaker : std::string("caebd"))
    for (int i = 0; i < 2; ++i) {
      ids.push_back(fmt::format("{}{}", speaker, i));
      const bool first = i == 0 || only_first.find(speaker) != std::string::npos;
      annotations.push_back({first ? "anger" : "neutral", std::string(1, speaker)});
    }
  return make_table("five", reshape(arange(10), {10, 1}), {"f"}, ids, annotations);
}

struct Experiment {
  FeatureTable table = synthetic_table({.speakers = 5, .classes = 3, .utterances = 4, .features = 10}, Rng{4});
  Split split = with_validation(table, leave_one_speaker_out(table)[1], 2);

  static Unit unit(const FeatureTable& table, const Split& split, std::int64_t epochs = 6,
                   std::int64_t evaluate_every = 2) {
    yi2020::AdanConfig c = yi2020::adan_config();
    c.latent = 6;
    c.noise = 4;
    c.autoencoder_hidden = {12, 12};
    c.hidden = {8, 8};
    c.lr = 1e-3;
    c.batch = 16;
    c.epochs = epochs;
    return {table,
            split,
            7,
            "adan",
            adan(c),
            {{"svm", [] { return std::make_unique<yi2020::SvmClassifier>(); }},
             {"dnn",
              [] {
                return std::make_unique<yi2020::DnnClassifier>(
                    yi2020::DnnConfig{.hidden = {8}, .lr = 1e-2, .steps = 20, .batch = 16});
              }}},
            {{1, true}, {2, false}},
            evaluate_every};
  }
};

}  // namespace

TEST_CASE("validation: the speakers that follow the tested one, in a circle, and no class is lost to training") {
  const FeatureTable t = five_speakers();
  const std::vector<Split> splits = leave_one_speaker_out(t);
  using Names = std::set<std::string>;
  const std::vector<Names> expected{{"b", "c"}, {"c", "d"}, {"d", "e"}, {"a", "e"}, {"a", "b"}};
  for (std::size_t i = 0; i < 5; ++i) {
    const Split s = with_validation(t, splits[i], 2);
    CHECK(s.name == splits[i].name);
    CHECK(s.test == splits[i].test);
    CHECK(speakers_of(t, s.validation) == expected[i]);
    CHECK(s.train.size() == 4);
    CHECK(s.validation.size() == 4);
    CHECK(std::is_sorted(s.validation.begin(), s.validation.end()));
    CHECK_NOTHROW(check_split(t, s));
  }
  // b and e alone say both classes: with a tested, one of them must stay in training.
  const FeatureTable few = five_speakers("acd");
  const Split s = with_validation(few, leave_one_speaker_out(few)[0], 3);
  CHECK(speakers_of(few, s.validation) == Names{"b", "c", "d"});
  CHECK_THROWS_WITH_AS(with_validation(few, leave_one_speaker_out(few)[0], 4),
                       doctest::Contains("split 'a': 1 more of its 4 training speakers"), Error);
}

TEST_CASE("validation: a split whose validation speakers are trained or tested on is refused") {
  const FeatureTable t = five_speakers();
  const Split s = with_validation(t, leave_one_speaker_out(t)[0], 1);
  Split wrong = s;
  wrong.train.push_back(s.validation[0]);
  wrong.validation.erase(wrong.validation.begin());
  CHECK_THROWS_WITH_AS(check_split(t, wrong), doctest::Contains("is in training and validation"), Error);
  wrong = s;
  wrong.test.push_back(s.validation[0]);
  wrong.validation.erase(wrong.validation.begin());
  CHECK_THROWS_WITH_AS(check_split(t, wrong), doctest::Contains("is in validation and test"), Error);
  wrong = s;
  wrong.validation.push_back(s.train[0]);
  CHECK_THROWS_WITH_AS(check_split(t, wrong), doctest::Contains("is used twice"), Error);
}

TEST_CASE("validation: the epoch with the best UAR, by hand; the first of equals") {
  const auto evaluation = [](int epoch, std::vector<int> svm, std::vector<int> dnn) {
    return json{{"epoch", epoch},
                {"predictions", json::array({json{{"validation", svm}, {"labels", {1, 0}}},
                                             json{{"validation", dnn}, {"labels", {0, 1}}}})}};
  };
  // truth 0, 0, 0, 1; svm's UAR: 1/2, 5/6, 5/6; dnn's: 2/3, 1/3, 1
  const json evaluations =
      json::array({evaluation(2, {0, 0, 0, 0}, {0, 1, 1, 1}), evaluation(4, {0, 0, 1, 1}, {0, 0, 1, 0}),
                   evaluation(5, {1, 0, 0, 1}, {0, 0, 0, 1})});
  CHECK(best_epochs(evaluations, "validation", {0, 0, 0, 1}, 2) == std::vector<std::int64_t>{4, 5});
  CHECK(best_epochs(evaluations, "labels", {0, 1}, 2) == std::vector<std::int64_t>{2, 2});
}

TEST_CASE("selection: an evaluation at an epoch is the end of a training of so many epochs, and disturbs nothing") {
  const Experiment e;
  const json evaluated = run_unit(Experiment::unit(e.table, e.split, 5)).value();
  REQUIRE(evaluated.at("evaluations").size() == 3);
  for (const json& evaluation : evaluated.at("evaluations")) {
    const std::int64_t epoch = evaluation.at("epoch");
    CAPTURE(epoch);
    const json alone = run_unit(Experiment::unit(e.table, e.split, epoch, 0)).value();
    CHECK(alone.at("predictions") == evaluation.at("predictions"));
    CHECK_FALSE(alone.contains("evaluations"));
  }
  CHECK(evaluated.at("evaluations")[2].at("epoch") == 5);
  CHECK(evaluated.at("predictions") == evaluated.at("evaluations")[2].at("predictions"));
  CHECK(evaluated.at("predictions")[0].at("labels").size() == e.split.test.size());
  CHECK(evaluated.at("predictions")[0].at("validation").size() == e.split.validation.size());

  const auto chosen = best_epochs(evaluated.at("evaluations"), "validation", labels_of(e.table, e.split.validation), 3);
  REQUIRE(evaluated.at("chosen").size() == 4);
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(evaluated.at("chosen")[i].at("epoch") == chosen[i]);
    for (const char* key : {"classifier", "sets", "real"})
      CHECK(evaluated.at("chosen")[i].at(key) == evaluated.at("predictions")[i].at(key));
  }
}

TEST_CASE("selection: interrupted at any epoch and resumed, the same outcome") {
  const Experiment e;
  const Unit unit = Experiment::unit(e.table, e.split);
  const json whole = run_unit(unit).value();
  for (const int stop_after : {1, 2, 3, 6})
    checks::check_stops_and_goes_on(unit, stop_after, 6,
                                    [&](const Session& session) { CHECK(run_unit(unit, session).value() == whole); });
}

TEST_CASE("leak: what validation speakers choose does not depend on the test rows") {
  const Experiment e;
  std::set<std::string> seen;
  const auto leaks = leaking_artefacts(e.table, e.split, [&](const FeatureTable& table, const Observe& observe) {
    run_unit(Experiment::unit(table, e.split), {.observe = [&](const std::string& name, const Tensor& value) {
               observe(name, value);
               seen.insert(name);
             }});
  });
  CHECK(leaks.empty());
  for (const char* name : {"chosen epochs", "epoch 2: svm on real + 1 set.validation", "dnn on 2 sets.validation",
                           "epoch 4: rows.x", "adan.E.0.W"})
    CHECK(seen.contains(name));
}

TEST_CASE("leak: an epoch chosen by the test rows is found out") {
  const Experiment e;
  const auto by_test = leaking_artefacts(e.table, e.split, [&](const FeatureTable& table, const Observe& observe) {
    const json outcome = run_unit(Experiment::unit(table, e.split, 12, 1), {.observe = observe}).value();
    const auto best = best_epochs(outcome.at("evaluations"), "labels", labels_of(table, e.split.test), 3);  // the leak
    observe("chosen by test", from_values<std::int64_t>({std::ssize(best)}, best));
  });
  CHECK(by_test == std::vector<std::string>{"chosen by test"});

  Split shared = e.split;
  shared.validation = shared.test;  // the leak
  const auto found = leaking_artefacts(e.table, shared, [&](const FeatureTable& table, const Observe& observe) {
    run_unit(Experiment::unit(table, shared, 12, 1), {.observe = observe});
  });
  CHECK(std::find(found.begin(), found.end(), "chosen epochs") != found.end());
  for (const std::string& name : found) CHECK((name == "chosen epochs" || name.ends_with(".validation")));
}

namespace {

std::vector<std::string> small_selection(const std::string& out, const std::string& jobs) {
  return resumable_run(
      "--models none,adan --epochs 6 --batch 512 --sets 1 --every 2 --seeds 2 --dnn-steps 4 --checkpoint-seconds 0",
      out, jobs);
}

}  // namespace

TEST_CASE("selection: the program's table, recomputed from what the units hold; killed and resumed, the same bytes") {
  const TemporaryFolder folder;
  const Finished run = run_program("yi2020_selection", small_selection(folder / "run", "1"));
  INFO(run.err);
  REQUIRE(run.exit_code == 0);
  const auto files = run_content(folder / "run");
  REQUIRE(files.contains("selection.csv"));
  CHECK(files.at("report.html").find("at the epoch that validation speakers choose") != std::string::npos);

  for (const std::string& text : {run.out, files.at("table.txt"), files.at("report.html")})
    CHECK(text.find("± is the standard deviation over 2 seeds.") != std::string::npos);

  const FeatureTable table = synthetic_table({}, Rng{2022});
  std::map<std::string, Split> splits;
  for (const Split& s : leave_one_speaker_out(table)) splits[s.name] = s;
  std::vector<double> validation, last;
  std::map<std::int64_t, std::vector<double>> by_epoch;  // of every seed
  for (const int seed : {0, 1}) {
    std::map<std::int64_t, Confusion> at;
    Confusion at_chosen(4);
    for (int fold = 0; fold < 10; ++fold) {
      const json unit = json::parse(files.at(fmt::format("units/seed{}-fold{:02}-adan.json", seed, fold)));
      const std::vector<std::int64_t> truth = labels_of(table, splits.at(unit.at("split")).test);
      REQUIRE(unit.at("chosen")[1].at("classifier") == "dnn");
      for (const json& evaluation : unit.at("evaluations")) {
        const auto labels = evaluation.at("predictions")[1].at("labels").get<std::vector<std::int64_t>>();
        at.try_emplace(evaluation.at("epoch"), 4).first->second.add(truth, labels);
        if (evaluation.at("epoch") == unit.at("chosen")[1].at("epoch")) at_chosen.add(truth, labels);
      }
    }
    REQUIRE(at.size() == 3);
    validation.push_back(100 * unweighted_average_recall(at_chosen));
    last.push_back(100 * unweighted_average_recall(at.at(6)));
    for (const auto& [epoch, c] : at) by_epoch[epoch].push_back(100 * unweighted_average_recall(c));
  }
  const std::vector<double> peak = std::max_element(by_epoch.begin(), by_epoch.end(), [](const auto& a, const auto& b) {
                                     return mean_sd(a.second).mean < mean_sd(b.second).mean;
                                   })->second;
  const std::size_t begin = run.out.find("ADAN + DNN");
  REQUIRE(begin != std::string::npos);
  const std::string line = run.out.substr(begin, run.out.find('\n', begin) - begin);
  CAPTURE(line);
  std::size_t at = 0;
  for (const auto& values : {validation, last, peak}) {
    const MeanSd m = mean_sd(values);
    at = line.find(fmt::format("{:.2f} ± {:.2f}", m.mean, m.sd), at + 1);
    CHECK(at != std::string::npos);
  }
  // What the peak adds to one of the epochs that it is chosen from is never less than nothing.
  const CsvTable csv = read_csv(folder / "run/table.csv");
  for (std::size_t i = 0; i < csv.rows(); ++i)
    CHECK(std::stod(std::string(csv.cell(i, csv.column("peak - last (points) low")))) >= 0);

  const Finished leaking = run_program(
      "yi2020_selection", resumable_run("--models noise --classifiers dnn --sets 1 --dnn-steps 2 --split group-k:3 "
                                        "--validation-speakers 1 --normalise corpus",
                                        folder / "leaking", "1"));
  INFO(leaking.err);
  REQUIRE(leaking.exit_code == 0);
  CHECK(run_content(folder / "leaking").at("selection.csv").starts_with("seed;augmenter;classifier;epoch;uar;leak\n"));
  CHECK(files.at("selection.csv").starts_with("seed;augmenter;classifier;epoch;uar\n"));

  for (const char* when : {"units/seed1-fold02-none.json", "checkpoints/seed0-fold06-adan/manifest.json"}) {
    const std::string name(1, when[0]);
    check_goes_on("yi2020_selection", small_selection(folder / name, "2"), folder / name, SIGKILL, when, files);
  }
}
