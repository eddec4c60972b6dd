#include "experiments/protocol/data.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>
#include <vector>

#include "autograd/ops/pointwise.h"
#include "experiments/protocol/manifest.h"
#include "experiments/protocol/unit.h"
#include "tensor/error.h"

using namespace emograd;
using namespace emograd::protocol;

namespace {

/// Speakers s00, s01, …, each with one utterance of class A and, but for every third, one of B. Feature b is constant.
FeatureTable table_of(int speakers) {
  std::vector<Annotation> annotations;
  std::vector<std::string> ids;
  std::vector<float> values;
  for (int s = 0; s < speakers; ++s)
    for (const char* label : {"A", "B"}) {
      if (label[0] == 'B' && s % 3 == 0) continue;
      ids.push_back(fmt::format("u{:02}{}", s, label));
      annotations.push_back({label, fmt::format("s{:02}", s)});
      values.insert(values.end(), {static_cast<float>(values.size()), 5});
    }
  return make_table("some.csv", from_values<float>({std::ssize(ids), 2}, values), {"a", "b"}, ids, annotations);
}

}  // namespace

TEST_CASE("data: table, splits and manifest belong together") {
  const FeatureTable t = table_of(4);
  const Data d = make_data(t, folds_by_speaker(t), {.max_abs = true});
  CHECK(table_hash(d.table) == table_hash(t));
  CHECK(d.protocol == "leave-one-speaker-out");
  CHECK(d.splits.size() == 4);
  CHECK(d.manifest == manifest_of(t, folds_by_speaker(t)));
  CHECK(d.scaling.max_abs);
  CHECK_THROWS_AS(make_data(t, {"list", {"1"}}), Error);
}

TEST_CASE("data: the description says what a reader of results must know") {
  const FeatureTable t = table_of(4);
  CHECK(describe(make_data(t, folds_by_speaker(t))) ==
        "some.csv: 6 utterances × 2 features, 2 classes, 4 speakers; leave-one-speaker-out: 4 folds\n"
        "The same in every utterance, so left out: 1 features\n"
        "Folds that test no utterance of a class (recalls are pooled over folds): s00 (B), s03 (B)\n");
  FeatureTable varied = t;
  varied.x = varied.x * from_values<float>({6, 1}, std::vector<float>{1, 2, 3, 4, 5, 6});
  const Folds list{"fixed list", {"", "1", "1", "2", "2", ""}};
  CHECK(describe(make_data(varied, list, {.whole_corpus = true, .max_abs = true})) ==
        "some.csv: 6 utterances × 2 features, 2 classes, 4 speakers; fixed list: 2 folds\n"
        "LEAK: features are normalised on the whole corpus, which leaks test rows into training\n"
        "Features are then divided by their largest magnitude in the training fold\n"
        "In every training set and never tested: 2 utterances\n");
  const FeatureTable many = table_of(40);
  const std::string text = describe(make_data(many, folds_by_speaker(many)));
  CHECK(text.find("s00 (B), s03 (B)") != std::string::npos);
  CHECK(text.ends_with("s27 (B) and 4 more\n"));
}

TEST_CASE("fewer rows than a batch: they are one batch") {
  const FeatureTable t = table_of(6);
  const Data d = make_data(t, folds_by_speaker(t));
  const auto outcome = [&](std::int64_t batch) {
    yi2020::AdanConfig config = yi2020::wadan_config();
    config.latent = config.noise = 3;
    config.autoencoder_hidden = config.hidden = {4};
    config.epochs = 3;
    config.batch = batch;
    const auto dnn = [batch] {
      return std::make_unique<yi2020::DnnClassifier>(yi2020::DnnConfig{.hidden = {4}, .steps = 5, .batch = batch});
    };
    return run_unit({d.table, d.splits[1], 0, "wadan", adan(config), {{"dnn", dnn}}, {{.sets = 0}}}).value();
  };
  CHECK(d.splits[1].train.size() == 8);
  CHECK(outcome(128) == outcome(8));
  CHECK(outcome(7) != outcome(8));
}
