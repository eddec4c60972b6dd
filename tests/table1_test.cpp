#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "autograd/ops/shape.h"
#include "experiments/protocol/leak_check.h"
#include "experiments/protocol/synthetic_table.h"
#include "experiments/protocol/unit.h"
#include "nn/checkpoint.h"
#include "tensor/error.h"
#include "tensor/parallel.h"
#include "tests/temporary_folder.h"
#include "tests/unit_checks.h"

using namespace emograd;
using namespace emograd::protocol;

/// The units that yi2020_table1 is made of, at sizes that take milliseconds.
namespace {

void make_tiny(yi2020::TrainingConfig& c) {
  c.lr = 1e-3;
  c.batch = 16;
  c.epochs = 6;
}

yi2020::AdanConfig tiny(bool wasserstein) {
  yi2020::AdanConfig c = wasserstein ? yi2020::wadan_config() : yi2020::adan_config();
  make_tiny(c);
  c.latent = 6;
  c.noise = 4;
  c.autoencoder_hidden = {12, 12};
  c.hidden = {8, 8};
  return c;
}

yi2020::GanConfig tiny_gan(bool conditional, bool saturating) {
  yi2020::GanConfig c = conditional ? yi2020::cgan_config() : yi2020::gan_config();
  make_tiny(c);
  c.saturating = saturating;
  c.noise = 4;
  c.hidden = {8, 8};
  return c;
}

yi2020::AaeConfig tiny_aae() {
  yi2020::AaeConfig c = yi2020::aae_config();
  make_tiny(c);
  c.autoencoder_hidden = {12, 12};
  c.hidden = {8, 8};
  return c;
}

const std::map<std::string, MakeAugmenter>& augmenters() {
  static const std::map<std::string, MakeAugmenter> all{{"none", no_augmentation()},
                                                        {"adan", adan(tiny(false))},
                                                        {"wadan", adan(tiny(true))},
                                                        {"gan", gan(tiny_gan(false, false))},
                                                        {"gan-saturating", gan(tiny_gan(false, true))},
                                                        {"cgan", gan(tiny_gan(true, false))},
                                                        {"aae", aae(tiny_aae())}};
  return all;
}

/// Every model that is trained, with a tensor that its training leaves behind.
const std::map<std::string, std::string> trained{{"adan", "adan.E.0.W"},  {"wadan", "adan.E.0.W"},
                                                 {"gan", "gan.2.G.0.W"},  {"gan-saturating", "gan.2.G.0.W"},
                                                 {"cgan", "gan.0.G.0.W"}, {"aae", "aae.E.0.W"}};

struct Experiment {
  FeatureTable table = synthetic_table({.speakers = 4, .classes = 3, .utterances = 4, .features = 10}, Rng{4});
  std::vector<Split> splits = leave_one_speaker_out(table);

  static Unit unit(const FeatureTable& t, const Split& s, const std::string& model, std::uint64_t seed = 0) {
    return {t,
            s,
            seed,
            model,
            augmenters().at(model),
            {{"svm", [] { return std::make_unique<yi2020::SvmClassifier>(); }},
             {"dnn",
              [] {
                return std::make_unique<yi2020::DnnClassifier>(
                    yi2020::DnnConfig{.hidden = {8}, .lr = 1e-2, .steps = 20, .batch = 16});
              }}},
            {{.sets = model == "none" ? 0 : 3}}};
  }
};

using Artefacts = std::map<std::string, Tensor>;

struct Outcome {
  std::optional<nlohmann::json> result;
  Artefacts artefacts;
};

Outcome run(const Unit& unit, Session session = {}) {
  Outcome o;
  session.observe = [&](const std::string& name, const Tensor& value) { o.artefacts[name] = packed(value); };
  o.result = run_unit(unit, session);
  return o;
}

void check_equal(const Outcome& a, const Outcome& b) {
  CHECK(a.result.value() == b.result.value());
  REQUIRE(a.artefacts.size() == b.artefacts.size());
  for (const auto& artefact : a.artefacts) {
    CAPTURE(artefact.first);
    CHECK(bitwise_equal(artefact.second, b.artefacts.at(artefact.first)));
  }
}

}  // namespace

TEST_CASE("leak: altering the test fold leaves every training artefact bit-identical") {
  const Experiment e;
  for (const auto& augmenter : augmenters()) {
    const std::string& model = augmenter.first;
    CAPTURE(model);
    Artefacts seen;
    const auto leaks = leaking_artefacts(e.table, e.splits[1], [&](const FeatureTable& table, const Observe& observe) {
      run_unit(Experiment::unit(table, e.splits[1], model),
               {.observe = [&](const std::string& name, const Tensor& value) {
                 observe(name, value);
                 seen[name] = value;
               }});
    });
    CHECK(leaks.empty());
    const std::string mix = model == "none" ? "real" : "real + 3 sets";
    for (const std::string& name :
         {std::string("scaler.kept"), std::string("scaler.mean"), std::string("scaler.rate"), std::string("rows.x"),
          std::string("rows.labels"), "svm on " + mix + ".W", "svm on " + mix + ".b", "dnn on " + mix + ".0.W"})
      CHECK(seen.contains(name));
    if (model != "none") CHECK(seen.contains(trained.at(model)));
    CHECK(seen.at("rows.x").dim(0) == (model == "none" ? 36 : 4 * 36));
  }
}

TEST_CASE("leak: the same for the many mixes of a sweep") {
  const Experiment e;
  for (const std::string model : {"adan", "wadan"}) {
    std::set<std::string> seen;
    const auto leaks = leaking_artefacts(e.table, e.splits[2], [&](const FeatureTable& table, const Observe& observe) {
      Unit unit = Experiment::unit(table, e.splits[2], model);
      unit.mixes = {{1, true}, {3, true}, {1, false}, {3, false}};
      run_unit(unit, {.observe = [&](const std::string& name, const Tensor& value) {
                 observe(name, value);
                 seen.insert(name);
               }});
    });
    CHECK(leaks.empty());
    for (const char* name :
         {"svm on real + 1 set.W", "dnn on real + 3 sets.0.W", "svm on 1 set.W", "dnn on 3 sets.0.b"})
      CHECK(seen.contains(name));
  }
}

TEST_CASE("leak: a scaler fitted on the whole corpus is found out, and so is whatever it touches") {
  const Experiment e;
  const Split& split = e.splits[1];
  const auto leaks = leaking_artefacts(e.table, split, [&](const FeatureTable& table, const Observe& observe) {
    const Scaler scaler = Scaler::fit(table.x);  // the leak
    observe("scaler.mean", scaler.mean);
    const TrainingFold fold = training_fold(table, scaler, split);
    observe("labels", fold.rows.labels);
    const auto augmenter = augmenters().at("adan")(fold, Rng{1});
    augmenter->fit_epoch();
    Checkpoint c;
    augmenter->save(c);
    observe("E", c.tensors.at("adan.E.0.W"));
  });
  CHECK(leaks == std::vector<std::string>{"E", "scaler.mean"});
}

TEST_CASE("leak: normalising on the whole corpus is one, and its outcome says so; scaling on the fold is none") {
  const Experiment e;
  for (const bool corpus : {false, true})
    for (const bool max_abs : {false, true}) {
      CAPTURE(corpus);
      CAPTURE(max_abs);
      std::optional<nlohmann::json> outcome;
      const auto leaks =
          leaking_artefacts(e.table, e.splits[1], [&](const FeatureTable& table, const Observe& observe) {
            Unit unit = Experiment::unit(table, e.splits[1], "adan");
            unit.scaling = {.whole_corpus = corpus, .max_abs = max_abs};
            outcome = run_unit(unit, {.observe = observe});
          });
      CHECK(outcome->contains("leak") == corpus);
      if (!corpus) {
        CHECK(leaks.empty());
        continue;
      }
      CHECK(outcome->at("leak") == "normalised on the whole corpus, which leaks test rows into training");
      for (const char* name :
           {"scaler.mean", "scaler.rate", "rows.x", "adan.E.0.W", "svm on real + 3 sets.W", "dnn on real + 3 sets.0.W"})
        CHECK(std::count(leaks.begin(), leaks.end(), name) == 1);
      CHECK(std::count(leaks.begin(), leaks.end(), "rows.labels") == 0);
    }
}

TEST_CASE("leak: labels of the test fold are found out, too") {
  const Experiment e;
  const auto leaks = leaking_artefacts(e.table, e.splits[0], [&](const FeatureTable& table, const Observe& observe) {
    observe("all labels", table.labels);
    observe("training labels", take(table, e.splits[0].train).labels);
  });
  CHECK(leaks == std::vector<std::string>{"all labels"});
}

TEST_CASE("resume: interrupted at any epoch and resumed = uninterrupted, bit for bit") {
  const Experiment e;
  for (const auto& entry : trained) {
    const std::string& model = entry.first;
    CAPTURE(model);
    const Unit unit = Experiment::unit(e.table, e.splits[2], model, 7);
    const Outcome whole = run(unit);
    CHECK(whole.result->at("epochs").size() == 6);
    for (const int stop_after : {1, 4, 6})
      checks::check_stops_and_goes_on(unit, stop_after, 6,
                                      [&](const Session& session) { check_equal(run(unit, session), whole); });
  }
}

TEST_CASE("resume: saving within a training changes nothing") {
  const Experiment e;
  const Unit unit = Experiment::unit(e.table, e.splits[0], "wadan");
  const TemporaryFolder folder;
  check_equal(run(unit, {.checkpoint = folder / "state", .checkpoint_seconds = 0}), run(unit));
  CHECK(std::filesystem::exists(folder / "state" / "manifest.json"));
}

TEST_CASE("units: the same bits in any order and for any number of threads; seeds and splits differ") {
  const Experiment e;
  const Unit unit = Experiment::unit(e.table, e.splits[3], "adan");
  const Outcome first = run(unit);
  run(Experiment::unit(e.table, e.splits[0], "wadan"));
  const int threads = thread_count();
  set_thread_count(3);
  check_equal(run(unit), first);
  set_thread_count(threads);
  CHECK_FALSE(bitwise_equal(run(Experiment::unit(e.table, e.splits[3], "adan", 1)).artefacts.at("rows.x"),
                            first.artefacts.at("rows.x")));
}

TEST_CASE("synthetic rows have the label distribution of the fold, below the real rows") {
  const Experiment e;
  const Scaler scaler = Scaler::fit(take(e.table, e.splits[0].train).x);
  const TrainingFold fold = training_fold(e.table, scaler, e.splits[0]);
  const auto real = fold.rows.labels.to_vector<std::int64_t>();
  const auto of_real = fold.rows.x.to_vector<float>();
  for (const auto& entry : trained) {
    const std::string& model = entry.first;
    CAPTURE(model);
    const auto augmenter = augmenters().at(model)(fold, Rng{1});
    augmenter->fit_epoch();
    Rng rng{2};
    const LabelledRows rows = with_synthetic(fold, *augmenter, 2, rng);
    const auto all = rows.labels.to_vector<std::int64_t>();
    REQUIRE(all.size() == 3 * real.size());
    for (std::size_t i = 0; i < all.size(); ++i) CHECK(all[i] == real[i % real.size()]);
    const auto x = rows.x.to_vector<float>();
    CHECK(std::equal(of_real.begin(), of_real.end(), x.begin()));
    CHECK(with_synthetic(fold, *augmenter, 0, rng).x.dim(0) == fold.rows.x.dim(0));
  }
}

TEST_CASE("mixes: each gives what it gives alone, from the same synthetic rows, as separate fits do") {
  const Experiment e;
  const Split& split = e.splits[1];
  const std::vector<Mix> mixes{{0, true}, {1, true}, {1, false}, {3, true}, {3, false}};
  Unit unit = Experiment::unit(e.table, split, "wadan");
  unit.mixes = mixes;
  const Outcome all = run(unit);
  const auto& predictions = all.result->at("predictions");
  REQUIRE(predictions.size() == 2 * mixes.size());
  const Tensor x = all.artefacts.at("rows.x"), labels = all.artefacts.at("rows.labels");
  const std::int64_t real = std::ssize(split.train);
  REQUIRE(x.dim(0) == 4 * real);

  for (std::size_t m = 0; m < mixes.size(); ++m) {
    CAPTURE(to_string(mixes[m]));
    unit.mixes = {mixes[m]};
    const Outcome alone = run(unit);
    for (std::size_t c = 0; c < 2; ++c) CHECK(alone.result->at("predictions")[c] == predictions[2 * m + c]);
    // The rows of fewer sets are the first of more.
    const Tensor& rows = alone.artefacts.at("rows.x");
    CHECK(bitwise_equal(rows, packed(slice(x, 0, 0, rows.dim(0)))));
    for (const auto& artefact : alone.artefacts)
      if (artefact.first.find(" on ") != std::string::npos) {
        CAPTURE(artefact.first);
        CHECK(bitwise_equal(artefact.second, all.artefacts.at(artefact.first)));
      }

    // Without anything shared: the mix's rows in memory of their own.
    const std::int64_t first = mixes[m].real ? 0 : real, last = real * (1 + mixes[m].sets);
    const auto copied = [&](const Tensor& t) { return packed(cat({slice(t, 0, first, last), slice(t, 0, 0, 0)}, 0)); };
    yi2020::SvmClassifier svm;
    svm.fit(copied(x), copied(labels), 3);
    CHECK(bitwise_equal(svm.W, all.artefacts.at("svm on " + to_string(mixes[m]) + ".W")));
    CHECK(bitwise_equal(svm.b, all.artefacts.at("svm on " + to_string(mixes[m]) + ".b")));
  }
}

TEST_CASE("mixes: no rows to learn from, or not as many as asked for, is an error") {
  const Experiment e;
  Unit unit = Experiment::unit(e.table, e.splits[0], "adan");
  unit.mixes = {{3, true}, {0, false}};
  CHECK_THROWS_WITH_AS(run_unit(unit), doctest::Contains("0 synthetic sets without real rows has nothing to learn"),
                       Error);
  unit.mixes = {{-1, true}};
  CHECK_THROWS_WITH_AS(run_unit(unit), doctest::Contains("a mix of -1 synthetic sets"), Error);
  unit.mixes = {{3, true}, {1, true}, {3, true}};
  CHECK_THROWS_WITH_AS(run_unit(unit), doctest::Contains("the mix 'real + 3 sets' is asked for twice"), Error);
  unit.mixes = {{2, false}};
  unit.augmenter = "none";
  unit.make_augmenter = no_augmentation();
  CHECK_THROWS_WITH_AS(run_unit(unit), doctest::Contains("2 synthetic sets of 36 rows were asked of 'none'"), Error);
  CHECK(to_string(Mix{1, false}) == "1 set");
  CHECK(to_string(Mix{0, true}) == "real");
}

TEST_CASE("a diverging training says so") {
  const Experiment e;
  yi2020::AdanConfig config = tiny(false);
  config.lr = 1e30;
  Unit unit = Experiment::unit(e.table, e.splits[0], "adan");
  unit.make_augmenter = adan(config);
  CHECK_THROWS_WITH_AS(run_unit(unit), doctest::Contains("has diverged"), Error);
}
