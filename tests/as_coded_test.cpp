// Every departure of the authors' program: alone and together against PyTorch, and in what the paper's version leaves
// to it.
#include "models/yi2020/as_coded.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "autograd/grad.h"
#include "autograd/ops/index.h"
#include "autograd/ops/linalg.h"
#include "autograd/ops/pointwise.h"
#include "autograd/ops/random.h"
#include "autograd/ops/reduce.h"
#include "autograd/ops/shape.h"
#include "experiments/protocol/data.h"
#include "experiments/protocol/leak_check.h"
#include "experiments/protocol/synthetic_table.h"
#include "experiments/report/as_coded.h"
#include "experiments/report/departures.h"
#include "experiments/report/methods.h"
#include "nn/losses.h"
#include "tensor/error.h"
#include "tests/latex_checks.h"
#include "tests/model_checks.h"
#include "tests/run_program.h"

using namespace emograd;
using yi2020::AdanConfig, yi2020::as_coded, yi2020::departures_named;

namespace {

using checks::largest_difference, checks::State;
using Names = std::vector<std::string>;

/// What a step of Adan does not do: epochs, batches and whoever brings the rows do.
const std::set<std::string> beyond_a_step{"max-scaling", "batch-labels", "constant-mu", "drop-last", "early-stop"};

/// The sizes of adan.npz, with the departures.
AdanConfig miniature(bool wasserstein, const Names& names) {
  AdanConfig c = as_coded(wasserstein ? yi2020::wadan_config() : yi2020::adan_config(), names);
  c.latent = 8;
  c.noise = 8;
  c.autoencoder_hidden = {16, 16};
  c.hidden = {10, 10};
  if (!c.classifier_hidden.empty()) c.classifier_hidden = {14, 14};
  c.batch = 8;
  return c;
}

template <class Visit>
void each_network(yi2020::Adan& m, Visit&& visit) {
  visit("E", m.E), visit("R", m.R), visit("C", m.C), visit("G", m.G), visit("D", m.D);
}

/// Five steps from the stored start, on the stored batches; the losses of each in the order C, D, R, E, G.
std::vector<double> five_steps(yi2020::Adan& model, const State& start) {
  const State& more = golden("as_coded");
  each_network(model, [&](const std::string& name, auto& net) {
    nn::each_in(name, net, [&](const std::string& key, Tensor& p) {
      const bool wide = name == "C" && !model.config.classifier_hidden.empty();
      const Tensor& value =
          wide ? more.at("wide/" + key) : (start.contains("init/" + key) ? start : more).at("init/" + key);
      REQUIRE(value.shape() == p.shape());
      nn::set_parameter(p, value);
    });
  });
  std::vector<double> losses;
  for (std::size_t step = 0; step < 5; ++step) {
    const auto l = model.step(checks::golden_batch(start, step));
    for (const char* name : {"C", "D", "R", "E", "G"}) losses.push_back(l.at(name));
  }
  return losses;
}

std::vector<double> losses_with(bool wasserstein, const Names& names) {
  const State& start = golden(wasserstein ? "wadan" : "adan");
  const AdanConfig config = miniature(wasserstein, names);
  yi2020::Adan model(config, 12, 3, config.class_weights ? start.at("class_weight") : Tensor(), Rng{}, DType::f64);
  return five_steps(model, start);
}

}  // namespace

TEST_CASE("as coded: each departure takes PyTorch's five steps, and other ones than the paper") {
  for (const bool wasserstein : {false, true}) {
    const std::string model = wasserstein ? "wadan" : "adan";
    const AdanConfig paper = wasserstein ? yi2020::wadan_config() : yi2020::adan_config();
    const std::vector<double> without = losses_with(wasserstein, {});
    for (const yi2020::Departure& d : yi2020::departures()) {
      const std::string key = fmt::format("{}/{}/losses", model, d.name);
      const bool of_step = as_coded(paper, {d.name}) != paper && !beyond_a_step.contains(d.name);
      CAPTURE(key);
      CHECK(golden("as_coded").contains(key) == of_step);
      const std::vector<double> with = losses_with(wasserstein, {d.name});
      if (!of_step) {
        CHECK(with == without);  // the same bits
        continue;
      }
      const auto expected = golden("as_coded").at(key).to_vector<double>();
      REQUIRE(expected.size() == with.size());
      double change = 0;
      for (std::size_t i = 0; i < with.size(); ++i) {
        CAPTURE(i);
        CHECK(with[i] == doctest::Approx(expected[i]).epsilon(1e-10));
        change = std::max(change, std::abs(with[i] - without[i]));
      }
      CHECK(change > 1e-8);
    }
  }
}

TEST_CASE("as coded: all departures together take PyTorch's five steps, to the same weights") {
  for (const bool wasserstein : {false, true}) {
    const std::string model_name = wasserstein ? "wadan" : "adan";
    yi2020::Adan model(miniature(wasserstein, departures_named({"all"})), 12, 3, {}, Rng{}, DType::f64);
    const std::vector<double> losses = five_steps(model, golden(model_name));
    const auto expected = golden("as_coded").at(model_name + "/all/losses").to_vector<double>();
    for (std::size_t i = 0; i < losses.size(); ++i) {
      CAPTURE(i);
      CHECK(losses[i] == doctest::Approx(expected[i]).epsilon(1e-10));
    }
    std::size_t compared = 0;
    each_network(model, [&](const std::string& name, auto& net) {
      nn::each_in(name, net, [&](const std::string& key, Tensor& p) {
        CAPTURE(key);
        ++compared;
        // WADAN: the derivative for D's last bias is 0 up to rounding, which Adam divides by its own size.
        if (!(wasserstein && key == "D.2.b"))
          CHECK(largest_difference(p, golden("as_coded").at(model_name + "/all/final/" + key)) < 1e-10);
      });
    });
    CHECK(compared == 5 * 6 + 2 * 4);
  }
}

TEST_CASE("as coded: without departures configs are the paper's; each departure changes one at least; names") {
  const auto changed = [](const Names& names) {
    return (as_coded(yi2020::adan_config(), names) != yi2020::adan_config()) +
           (as_coded(yi2020::wadan_config(), names) != yi2020::wadan_config()) +
           (as_coded(yi2020::dnn_config(), names) != yi2020::dnn_config()) +
           (as_coded(yi2020::SvmConfig(), names) != yi2020::SvmConfig());
  };
  CHECK(changed({}) == 0);
  Names all;
  for (const yi2020::Departure& d : yi2020::departures()) {
    CAPTURE(d.name);
    CHECK(changed({d.name}) >= 1);
    CHECK(report::departures_text().find(fmt::format("\n{} (", d.name)) != std::string::npos);
    all.emplace_back(d.name);
  }
  CHECK(std::set(all.begin(), all.end()).size() == all.size());
  CHECK(changed(all) == 4);
  CHECK(departures_named({"all"}) == all);
  CHECK(departures_named({"leaky-relu", "tanh-latents", "leaky-relu"}) == Names{"tanh-latents", "leaky-relu"});
  CHECK(departures_named({}).empty());
  CHECK_THROWS_WITH_AS(departures_named({"tanh-latents", "tanh"}),
                       doctest::Contains("'tanh' is no departure of the authors' program; there are max-scaling, "),
                       Error);
  const report::Check name = report::departure_name();
  CHECK_NOTHROW(name.accept("all"));
  CHECK_THROWS_WITH_AS(name.accept("everything"), doctest::Contains("'everything' is no departure"), Error);
}

TEST_CASE(
    "as coded: what an option gives goes before it, wherever it stands; ADAN ends after 1500 epochs at the latest") {
  struct Options {
    report::MethodOptions methods;
    report::ClassifierOptions classifiers;
  };
  const auto parsed = [](std::vector<const char*> words, bool built_in_table = false) {
    Options o;
    report::CommandLine line{""};
    report::add_method_options(line, o.methods, o.classifiers);
    words.insert(words.begin(), "program");
    CHECK(!line.parse(static_cast<int>(words.size()), words.data()));
    report::complete(o.methods, o.classifiers, built_in_table);
    return o;
  };
  const Options paper = parsed({});
  CHECK(paper.methods.adan == yi2020::adan_config());
  CHECK(paper.methods.wadan == yi2020::wadan_config());
  CHECK(paper.classifiers.dnn == yi2020::dnn_config());
  CHECK(paper.classifiers.dnn_large == yi2020::dnn_large_config());
  CHECK(paper.classifiers.svm == yi2020::SvmConfig());

  const Options all = parsed({"--as-coded", "all"});
  const Names names = departures_named({"all"});
  CHECK(all.methods.adan == as_coded(yi2020::adan_config(), names));
  CHECK(all.methods.adan.epochs == 1500);
  CHECK(all.methods.adan.early_stop);
  CHECK(all.methods.wadan == as_coded(yi2020::wadan_config(), names));
  CHECK(all.methods.wadan.epochs == 1500);
  CHECK(all.classifiers.dnn == as_coded(yi2020::dnn_config(), names));
  CHECK(all.classifiers.svm == as_coded(yi2020::SvmConfig(), names));
  CHECK(parsed({"--as-coded", "all"}, true).methods.adan.epochs == 100);  // the built-in table's

  const std::vector<const char*> given{"--svm-c",     "2",  "--dnn-l2", "0", "--batch",        "64",
                                       "--dnn-steps", "30", "--epochs", "7", "--wadan-epochs", "9"};
  for (const bool first : {false, true}) {
    std::vector<const char*> words = given;
    words.insert(first ? words.begin() : words.end(), {"--as-coded", "all"});
    const Options o = parsed(words);
    for (const yi2020::SvmConfig& svm : {o.classifiers.svm, o.classifiers.svm_rbf}) {
      CHECK(svm.C == 2);
      CHECK(svm.kernel == yi2020::SvmKernel::rbf);  // as coded: nothing else was said
    }
    for (const yi2020::DnnConfig& dnn : {o.classifiers.dnn, o.classifiers.dnn_large}) {
      CHECK(dnn.l2 == 0);
      CHECK(dnn.upper_l2);
      CHECK(dnn.batch == 64);
      CHECK(dnn.steps == 30);
      CHECK(dnn.epochs == 0);
      CHECK(dnn.tanh);
    }
    CHECK(o.methods.adan.epochs == 7);
    CHECK(o.methods.adan.early_stop);
    CHECK(o.methods.wadan.epochs == 9);
    for (const std::int64_t batch : {o.methods.adan.batch, o.methods.wadan.batch, o.methods.gan.batch,
                                     o.methods.gan_saturating.batch, o.methods.cgan.batch, o.methods.aae.batch})
      CHECK(batch == 64);
  }
}

TEST_CASE("as coded: what an epoch draws, and what it leaves out") {
  Rng data{5, 0};
  const Tensor x = normal({20, 12}, data), y = integers({20}, 3, data);
  const auto final_weights = [](yi2020::Adan& model) {
    Checkpoint c;
    model.save(c, "model");
    return c;
  };
  for (const bool wasserstein : {false, true})
    for (const Names& names : {Names{}, {"batch-labels"}, {"constant-mu"}, {"drop-last"}}) {
      const AdanConfig config = miniature(wasserstein, names);
      yi2020::Adan trained(config, 12, 3, {}, Rng{1, 0}), stepped(config, 12, 3, {}, Rng{1, 0});
      const auto state = final_weights(stepped).state.at("model");
      Rng rng{state.at("rng.seed"), state.at("rng.offset")};
      const Rng of_seed = rng.split(5);
      for (int epoch = 0; epoch < 2; ++epoch) {
        trained.epoch(x, y);
        const Tensor order = permutation(20, rng);
        for (std::int64_t first = 0; first < 20; first += 8) {
          const Tensor pick = slice(order, 0, first, first + 8);
          const std::int64_t m = pick.dim(0);
          yi2020::Adan::Batch batch{index_select(x, 0, pick), index_select(y, 0, pick), normal({m, 8}, rng), {}, {}};
          const Tensor drawn = index_select(y, 0, integers({m}, 20, rng));
          batch.y_gen = config.batch_labels ? batch.y : drawn;
          // Departures leave what others draw as it is: what they do not use is drawn all the same.
          if (wasserstein) batch.mu = uniform({m, 1}, rng);
          Rng constant = of_seed;
          if (wasserstein && config.constant_mu) batch.mu = uniform({m, 1}, constant);
          if (m == 8 || !config.drop_last) stepped.step(batch);
        }
      }
      const Checkpoint a = final_weights(trained), b = final_weights(stepped);
      for (const auto& entry : a.tensors) {
        CAPTURE(entry.first);
        CHECK(bitwise_equal(entry.second, b.tensors.at(entry.first)));
      }
      CHECK(a.state.at("model").at("adam_E.steps") == (config.drop_last ? 4 : 6));
    }

  yi2020::Adan none(miniature(false, {"drop-last"}), 12, 3, {}, Rng{1, 0});
  CHECK_THROWS_WITH_AS(none.epoch(slice(x, 0, 0, 7), slice(y, 0, 0, 7)),
                       doctest::Contains("7 rows are less than a batch of 8, and drop_last leaves none"), Error);
}

TEST_CASE("as coded: the early stop, at the fifth undecided epoch after the 201st, and after a resumption") {
  Rng data{6, 0};
  const Tensor x = normal({6, 12}, data), y = integers({6}, 3, data);
  AdanConfig config = miniature(false, {"early-stop"});
  config.lr = 0;  // D stays as it is made here
  config.epochs = 300;
  const auto with_bias = [&](yi2020::Adan& model, double bias) {  // D gives every vector the same logit
    nn::Linear& last = model.D.mlp.layers.back();
    nn::set_parameter(last.W, zeros(last.W.shape()));
    nn::set_parameter(last.b, full({1}, bias));
  };
  const auto epochs = [&](yi2020::Adan& model, std::int64_t until) {
    while (!model.stopped() && model.epochs_done < until) model.epoch(x, y);
    return model.epochs_done;
  };
  // σ(0.03) = 0.5075 is near ½, σ(0.05) = 0.5125 is not.
  for (const double bias : {0.0, 0.03}) {
    yi2020::Adan model(config, 12, 3, {}, Rng{1, 0});
    with_bias(model, bias);
    CHECK(epochs(model, 300) == 206);
  }
  yi2020::Adan decided(config, 12, 3, {}, Rng{1, 0});
  with_bias(decided, 0.05);
  CHECK(epochs(decided, 300) == 300);

  // Undecided in 202 and 203, then decided for a while: the next one is no continuation, but those counted still count.
  yi2020::Adan first(config, 12, 3, {}, Rng{1, 0}), second(config, 12, 3, {}, Rng{2, 0});
  with_bias(first, 0);
  epochs(first, 203);
  with_bias(first, 0.05);
  epochs(first, 210);
  Checkpoint saved;
  first.save(saved, "model");
  second.load(saved, "model");
  for (yi2020::Adan* model : {&first, &second}) {
    with_bias(*model, 0);
    CHECK(epochs(*model, 300) == 214);
  }

  // Through the protocol: what an augmenter wants ends with it, and a unit of that many epochs is whole.
  const auto table = protocol::synthetic_table({.speakers = 3, .classes = 3, .utterances = 2, .features = 6}, Rng{4});
  const auto splits = protocol::leave_one_speaker_out(table);
  protocol::TrainingFold fold =
      protocol::training_fold(table, protocol::Scaler::fit(protocol::take(table, splits[0].train).x), splits[0]);
  const auto augmenter = protocol::adan(config)(fold, Rng{1});
  Checkpoint c;
  augmenter->save(c);
  for (const char* name : {"adan.D.2.W", "adan.D.2.b"}) c.tensors[name] = zeros_like(c.tensors.at(name));
  augmenter->load(c);
  CHECK(augmenter->epochs() == 300);
  while (augmenter->epochs_done() < augmenter->epochs()) augmenter->fit_epoch();
  CHECK(augmenter->epochs_done() == 206);
  std::int64_t done = 0;
  const auto outcome =
      protocol::run_unit({table, splits[0], 0, "adan", protocol::adan(config), {}}, {.epoch_done = [&] { ++done; }});
  REQUIRE(outcome.has_value());
  CHECK(outcome->at("epochs").back().at("epoch") == done);
}

TEST_CASE("as coded: what a training with early stop saved is refused by one without, whole, and the reverse") {
  const auto table = protocol::synthetic_table({.speakers = 3, .classes = 3, .utterances = 2, .features = 6}, Rng{4});
  const auto splits = protocol::leave_one_speaker_out(table);
  const auto unit = [&](const Names& names) {
    AdanConfig config = miniature(false, names);
    config.epochs = 3;
    return protocol::Unit{table, splits[0], 0, "adan", protocol::adan(config), {}};
  };
  const std::pair<Names, Names> ways[] = {{{"early-stop"}, {}}, {{}, {"early-stop"}}, {{"untrained-norm"}, {}}};
  for (const auto& way : ways) {
    const TemporaryFolder folder;
    protocol::Session session{.checkpoint = folder / "state"};
    session.stop = [] { return true; };
    REQUIRE_FALSE(protocol::run_unit(unit(way.first), session).has_value());
    const Checkpoint saved = load_checkpoint(folder / "state");
    CHECK_THROWS_WITH_AS(protocol::run_unit(unit(way.second), session),
                         doctest::Contains("state: this training cannot go on from it: load: 'adan' has"), FileError);
    CHECK_THROWS_WITH_AS(protocol::run_unit(unit(way.second), session),
                         doctest::Contains("Repeat the options of the one that saved it, or remove the folder"),
                         FileError);

    yi2020::Adan other(miniature(false, way.second), 6, 3, {}, Rng{9, 0});
    Checkpoint before, after;
    other.save(before, "adan");
    CHECK_THROWS_AS(other.load(saved, "adan"), Error);
    other.save(after, "adan");
    CHECK(before.state == after.state);
    for (const auto& entry : before.tensors) CHECK(bitwise_equal(entry.second, after.tensors.at(entry.first)));
  }
}

TEST_CASE("as coded: with max-scaling a feature's scale is that of its synthetic rows, to the bit") {
  Rng data{7, 0};
  const Tensor x = normal({20, 6}, data), y = integers({20}, 3, data);
  const Tensor factors = from_values<float>({6}, std::vector<float>{1, 4, 0.5, 1024, 1, 0.125});
  const auto sampled = [&](const Tensor& rows, const Names& names) {
    const protocol::TrainingFold fold{{packed(rows), y}, 3};
    AdanConfig config = miniature(false, names);
    const auto augmenter = protocol::adan(config)(fold, Rng{1, 0});
    for (int i = 0; i < 3; ++i) augmenter->fit_epoch();
    Rng rng{2};
    return augmenter->sample(2, rng).x;
  };
  CHECK(bitwise_equal(packed(sampled(x, {"max-scaling"}) * factors), packed(sampled(x * factors, {"max-scaling"}))));
  CHECK_FALSE(bitwise_equal(packed(sampled(x, {}) * factors), packed(sampled(x * factors, {}))));
}

TEST_CASE("as coded: the DNN's layers, penalty and steps") {
  Rng data{8, 0};
  const Tensor x = normal({40, 7}, data), y = integers({40}, 3, data);
  std::vector<Names> choices{{}, {}};
  for (const yi2020::Departure& d : yi2020::departures())
    if (d.dnn) choices.push_back({d.name}), choices[1].emplace_back(d.name);
  CHECK(choices.size() == 8);
  for (const Names& names : choices) {
    const bool all = names.size() > 1;
    const auto has = [&](const char* name) { return std::find(names.begin(), names.end(), name) != names.end(); };
    CAPTURE(fmt::format("{}", names.empty() ? "none" : all ? "all" : names[0]));
    yi2020::DnnConfig config = yi2020::dnn_config();
    config.hidden = {6, 5};
    config.steps = 12;
    config.batch = 64;  // all rows in every step
    config.lr = 1e-2;
    yi2020::DnnClassifier dnn(as_coded(config, names));
    dnn.fit(x, y, 3, Rng{3});

    Rng rng{3};
    const bool apart = has("dnn-tanh") || has("dnn-batch-norm");
    nn::Mlp net({7, 6, 5, 3}, rng, apart ? 1 : 0);
    std::vector<Tensor> gain{variable(ones({6})), variable(ones({5}))},
        bias{variable(zeros({6})), variable(zeros({5}))};
    std::vector<Tensor*> parameters = nn::parameters(net);
    for (std::size_t i = 0; i < 2 && has("dnn-batch-norm"); ++i)
      parameters.push_back(&gain[i]), parameters.push_back(&bias[i]);
    optim::AdamConfig adam_config{.lr = 1e-2, .l2 = has("dnn-l2") ? 0 : 1e-3};
    if (has("dnn-adam")) adam_config.lr = 1e-3, adam_config.eps = 1e-7, adam_config.early_eps = true;
    optim::Adam adam(parameters, adam_config);
    const auto normalised = [&](std::size_t i, const Tensor& h) {
      if (!has("dnn-batch-norm")) return h;
      return (h - mean(h, {0})) / sqrt(var(h, {0}, 0) + 1e-3) * gain[i] + bias[i];
    };
    const auto activated = [&](const Tensor& h) { return has("dnn-tanh") ? tanh(h) : relu(h); };
    const auto dropped = [&](const Tensor& h) { return has("dnn-dropout") ? dropout(h, 0.5, rng) : h; };
    for (int step = 0; step < (has("dnn-epochs") ? 20 : 12); ++step) {
      const Tensor order = permutation(40, rng);
      const auto layer = [&](std::size_t i, const Tensor& h) { return linear(h, net.layers[i].W, net.layers[i].b, 1); };
      Tensor h = dropped(normalised(0, activated(layer(0, index_select(x, 0, order)))));
      h = dropped(activated(normalised(1, layer(1, h))));
      Tensor loss = nn::cross_entropy(layer(2, h), index_select(y, 0, order));
      if (has("dnn-l2")) loss = loss + 0.1 * (sum(square(net.layers[1].W)) + sum(square(net.layers[2].W)));
      adam.step(grad(loss, adam.values()));
    }
    const auto weights = dnn.weights();
    CHECK(weights.size() == (has("dnn-batch-norm") ? 14 : 6));
    for (std::size_t i = 0; i < 3; ++i) {
      CAPTURE(i);
      CHECK(largest_difference(weights.at(fmt::format("{}.W", i)), net.layers[i].W) < 1e-5);
      // A normalisation takes the biases before it away; what Adam makes of their derivatives is rounding.
      if (!(i == 1 && has("dnn-batch-norm")))
        CHECK(largest_difference(weights.at(fmt::format("{}.b", i)), net.layers[i].b) < 1e-5);
    }
    for (std::size_t i = 0; i < 2 && has("dnn-batch-norm"); ++i) {
      CHECK(largest_difference(weights.at(fmt::format("norm{}.gain", i)), gain[i]) < 1e-5);
      if (i == 1) CHECK(largest_difference(weights.at(fmt::format("norm{}.bias", i)), bias[i]) < 1e-5);
    }
    CHECK(bitwise_equal(dnn.logits(x), dnn.logits(x)));  // nothing is dropped any more
  }

  // 40 rows in batches of 16: two full ones and a smaller last one per epoch, none of it waiting.
  yi2020::DnnConfig batches = yi2020::dnn_config();
  batches.hidden = {4};
  batches.batch = 16;
  batches.epochs = 2;
  yi2020::DnnClassifier by_epochs(batches);
  by_epochs.fit(x, y, 3, Rng{3});
  batches.epochs = 0;
  batches.steps = 6;
  yi2020::DnnClassifier by_steps(batches);
  by_steps.fit(x, y, 3, Rng{3});
  CHECK_FALSE(bitwise_equal(by_epochs.weights().at("0.W"), by_steps.weights().at("0.W")));
}

namespace {

struct Experiment {
  protocol::FeatureTable table =
      protocol::synthetic_table({.speakers = 3, .classes = 3, .utterances = 4, .features = 8}, Rng{4});
  protocol::Data data = protocol::make_data(table, protocol::folds_by_speaker(table));
  std::vector<protocol::Split> splits = data.splits;
  report::ExperimentOptions options;
  Names names = departures_named({"all"});

  Experiment() {
    for (AdanConfig* c : {&options.methods.adan, &options.methods.wadan}) {
      c->latent = 6;
      c->noise = 4;
      c->autoencoder_hidden = {12, 12};
      c->hidden = {8, 8};
      c->batch = 16;
      c->epochs = 2;
    }
    options.methods.epochs = 2;  // given: early-stop does not make it 1500
    options.classifiers.dnn.hidden = {8};
    options.classifiers.dnn.steps = 5;
  }
  report::Plan plan() const {
    return {data, {0, 1}, report::methods(options.methods), report::classifiers(options.classifiers), {{.sets = 2}}};
  }
  report::Plan plan_with_departures() const {
    report::Plan p = plan();
    report::add_departures(p, options, names);
    return p;
  }
  protocol::Unit unit(const report::Plan& p, const report::Method& m, const protocol::FeatureTable& t) const {
    return {t,
            splits[1],
            0,
            m.name,
            m.make,
            m.classifiers.empty() ? p.classifiers : m.classifiers,
            m.augments ? p.mixes : std::vector{protocol::Mix{.sets = 0}}};
  }
};

}  // namespace

TEST_CASE("departures: the plan has each alone and all together, and no other") {
  const Experiment e;
  const report::Plan paper = e.plan(), plan = e.plan_with_departures();
  Names methods, classifiers;
  for (const auto& m : plan.methods) methods.push_back(m.name);
  for (const auto& c : plan.classifiers) classifiers.push_back(c.first);
  CHECK(Names(methods.begin(), methods.begin() + 3) == Names{"none", "adan", "wadan"});
  std::size_t expected = paper.methods.size() + 2, expected_classifiers = paper.classifiers.size() + 2;
  for (const yi2020::Departure& d : yi2020::departures()) {
    for (const bool w : {false, true}) {
      const AdanConfig config = w ? e.options.methods.wadan : e.options.methods.adan;
      const bool differs = as_coded(config, {d.name}) != config;
      const std::string name = fmt::format("{}:{}", w ? "wadan" : "adan", d.name);
      CAPTURE(name);
      CHECK(std::count(methods.begin(), methods.end(), name) == differs);
      expected += differs;
    }
    expected_classifiers += (d.dnn != nullptr) + (d.svm != nullptr);
  }
  CHECK(methods.size() == expected);
  CHECK(classifiers.size() == expected_classifiers);
  CHECK(methods.back() == "wadan:all");
  CHECK(plan.methods.back().classifiers.size() == 4);
  CHECK(plan.methods[3].classifiers.size() == 2);
}

TEST_CASE("departures: no variant's training sees the test fold") {
  const Experiment e;
  const report::Plan plan = e.plan_with_departures();
  for (const report::Method& m : plan.methods) {
    CAPTURE(m.name);
    std::size_t seen = 0;
    const auto leaks = protocol::leaking_artefacts(
        e.table, e.splits[1], [&](const protocol::FeatureTable& t, const protocol::Observe& observe) {
          protocol::run_unit(e.unit(plan, m, t), {.observe = [&](const std::string& name, const Tensor& value) {
                               observe(name, value);
                               ++seen;
                             }});
        });
    CHECK(leaks.empty());
    CHECK(seen > 10);
  }
}

TEST_CASE("departures: a variant draws what its method draws") {
  const Experiment e;
  const report::Plan plan = e.plan();
  std::map<std::string, Tensor> seen[2];
  for (const std::size_t i : {0U, 1U}) {
    auto unit = e.unit(plan, plan.methods[1], e.table);
    if (i == 1) unit.augmenter = "adan:nothing", unit.classifiers[1].first = "dnn:nothing";
    protocol::run_unit(
        unit, {.observe = [&](const std::string& name, const Tensor& value) { seen[i][name] = packed(value); }});
  }
  CHECK(bitwise_equal(seen[0].at("adan.E.0.W"), seen[1].at("adan.E.0.W")));
  CHECK(bitwise_equal(seen[0].at("rows.x"), seen[1].at("rows.x")));
  CHECK(bitwise_equal(seen[0].at("dnn on real + 2 sets.0.W"), seen[1].at("dnn:nothing on real + 2 sets.0.W")));
}

TEST_CASE("departures: the configuration tells what is given, so that nothing else is resumed") {
  const auto config = [](const std::vector<std::string>& more) {
    std::vector<std::string> words{"--departures", "svm-kernel,early-stop", "--dry-run"};
    words.insert(words.end(), more.begin(), more.end());
    const Finished run = run_program("yi2020_departures", words);
    REQUIRE(run.exit_code == 0);
    return nlohmann::json::parse(run.out.substr(run.out.find("{\n"))).at("options");
  };
  const auto plain = config({}), given = config({"--svm-c", "1"});  // the paper's version has 1 in any case
  CHECK(plain.at("svm") == given.at("svm"));
  CHECK(plain.at("all").at("svm").at("C") == 10);
  CHECK(given.at("all").at("svm").at("C") == 1);
  CHECK(plain.at("all").at("adan").at("epochs") == 100);  // of the built-in table
}

TEST_CASE("departures: the table by hand, with the intervals of the paired differences") {
  const Experiment e;
  using Right = std::vector<std::int64_t>;  // of each speaker the first so many classes, of 3
  // What the variants of ADAN and the SVM get right, by seed.
  const std::map<std::pair<std::string, std::string>, std::vector<Right>> results{
      {{"adan", "svm"}, {{1, 1, 1}, {1, 1, 1}}},     {{"adan", "svm:svm-kernel"}, {{1, 1, 1}, {2, 2, 2}}},
      {{"adan", "svm:all"}, {{2, 2, 2}, {2, 2, 2}}}, {{"adan:leaky-relu", "svm"}, {{0, 3, 0}, {0, 1, 1}}},
      {{"adan:all", "svm"}, {{3, 3, 3}, {3, 3, 3}}}, {{"adan:all", "svm:all"}, {{1, 1, 1}, {1, 1, 1}}}};
  std::map<std::pair<std::string, std::string>, protocol::Answers> answers;
  const auto table_of = [&](std::size_t seeds) {
    report::Summary summary(e.table, e.splits);
    answers.clear();
    for (const auto& [names, of_seed] : results)
      for (std::size_t seed = 0; seed < seeds; ++seed) {
        answers[names].emplace_back(3, protocol::Confusion(3));
        for (std::size_t s = 0; s < 3; ++s) {
          std::vector<std::int64_t> labels;
          for (const std::int64_t row : e.splits[s].test) {
            const std::int64_t truth = e.table.labels.data<std::int64_t>()[row];
            labels.push_back(truth < of_seed[seed][s] ? truth : (truth + 1) % 3);
            answers[names].back()[s].add(truth, labels.back());
          }
          summary.add({{"augmenter", names.first},
                       {"seed", seed},
                       {"split", e.splits[s].name},
                       {"epochs", nlohmann::json::array()},
                       {"predictions",
                        {{{"classifier", names.second},
                          {"sets", 2},
                          {"real", true},
                          {"labels", labels},
                          {"unconverged", 0}}}}});
        }
      }
    return report::departures_table(summary, {"leaky-relu", "svm-kernel", "alpha"});
  };

  for (const std::size_t seeds : {2U, 1U}) {
    const report::Table t = table_of(seeds);
    const protocol::Bootstrap pair({answers.at({"adan", "svm"}), answers.at({"adan:leaky-relu", "svm"})});
    const protocol::Interval i = pair.difference(1, 0, protocol::Score::uar);
    const auto row = [&](const std::string& name) {
      const auto found = std::find_if(t.rows.begin(), t.rows.end(), [&](const auto& r) { return r[0].text == name; });
      REQUIRE(found != t.rows.end());
      REQUIRE(found->size() == 2);
      return found->at(1);
    };
    CHECK(t.columns[1].title == "ADAN + SVM");
    CHECK(row("as the paper says").text == "33.33 [33.3, 33.3]");
    const report::Table::Cell leaky = row("leaky-relu");
    REQUIRE(leaky.numbers.size() == 3);
    CHECK(leaky.numbers[0] == doctest::Approx(seeds == 2 ? 100.0 * (3 + 2) / 18 - 100.0 / 3 : 0).epsilon(1e-12));
    CHECK(leaky.numbers[1] == 100 * i.low);
    CHECK(leaky.numbers[2] == 100 * i.high);
    CHECK(i.low < -0.1);  // speakers disagree
    CHECK(i.high > 0.1);
    CHECK(row("svm-kernel").text == (seeds == 2 ? "+16.67 [0.0, 33.3]" : "+0.00 [0.0, 0.0]"));
    CHECK(row("alpha").text == "–");
    CHECK(row("all of the model").text == "+66.67 [66.7, 66.7]");
    CHECK(row("all of the classifier").text == "+33.33 [33.3, 33.3]");
    CHECK(row("all").text == "+0.00 [0.0, 0.0]");
    const std::string text = report::as_text(t);
    CHECK(text.find("not corrected for the number of departures") != std::string::npos);
    CHECK((text.find("One seed: what its luck does") != std::string::npos) == (seeds == 1));
    CHECK(checks::latex_fault(report::as_latex(t)) == "");
    CHECK(report::as_csv({t}).starts_with("UAR (%);ADAN + SVM;ADAN + SVM low;ADAN + SVM high\n"));
  }
}
