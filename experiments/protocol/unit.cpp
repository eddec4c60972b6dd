#include "experiments/protocol/unit.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

#include "autograd/ops/index.h"
#include "autograd/ops/shape.h"
#include "experiments/protocol/validation.h"
#include "nn/checkpoint.h"
#include "tensor/error.h"
#include "tensor/memory/pool.h"

namespace emograd::protocol {
namespace {

using nlohmann::json;
using Clock = std::chrono::steady_clock;

constexpr std::int64_t epochs_reported = 100;

/// Trains to the end or to a stop. `log` gets every so many epochs' losses and, of every evaluate_every-th epoch but
/// the last, what `evaluate` gives; it travels with the saved state.
bool train(Augmenter& augmenter, json& log, std::int64_t evaluate_every, const std::function<json()>& evaluate,
           const Session& session) {
  const bool keep = !session.checkpoint.empty();
  if (keep && checkpoint_exists(session.checkpoint)) {
    const Checkpoint saved = load_checkpoint(session.checkpoint);
    try {
      check(saved.state.contains("log"), "load: there is no log");
      augmenter.load(saved);
    } catch (const Error& e) {
      throw FileError(
          fmt::format("{}: this training cannot go on from it: {}. Repeat the options of the one that saved "
                      "it, or remove the folder to start afresh",
                      session.checkpoint.string(), e.what()));
    }
    log = saved.state.at("log");
  }
  const auto save = [&] {
    Checkpoint c;
    augmenter.save(c);
    c.state["log"] = log;
    save_checkpoint(session.checkpoint, c);
  };
  const std::int64_t stride = (augmenter.epochs() + epochs_reported - 1) / epochs_reported;
  auto saved_at = Clock::now();
  while (augmenter.epochs_done() < augmenter.epochs()) {
    const std::map<std::string, double> losses = augmenter.fit_epoch();
    const std::int64_t epoch = augmenter.epochs_done(), total = augmenter.epochs();
    for (const auto& [name, loss] : losses)
      check(std::isfinite(loss),
            "loss {} is {} after epoch {}: the training has diverged; a lower learning rate may help", name, loss,
            epoch);
    if (epoch == 1 || epoch % stride == 0 || epoch == total)
      log["epochs"].push_back({{"epoch", epoch}, {"losses", losses}});
    if (evaluate_every > 0 && epoch % evaluate_every == 0 && epoch < total)
      log["evaluations"].push_back({{"epoch", epoch}, {"predictions", evaluate()}});
    session.epoch_done();
    const bool stop = session.stop();
    const bool due = std::chrono::duration<double>(Clock::now() - saved_at).count() >= session.checkpoint_seconds;
    if (keep && (stop || due)) {
      save();
      saved_at = Clock::now();
    }
    if (stop) return false;
  }
  return true;
}

/// How many sets the mixes need. Error where one of them has no rows, or comes twice.
std::int64_t most_sets(const std::vector<Mix>& mixes) {
  std::int64_t most = 0;
  for (const Mix& mix : mixes) {
    check(mix.sets > 0 || (mix.sets == 0 && mix.real),
          "unit: a mix of {} synthetic sets {} real rows has nothing to learn from; ask for one set at least", mix.sets,
          mix.real ? "and" : "without");
    check(std::count(mixes.begin(), mixes.end(), mix) == 1, "unit: the mix '{}' is asked for twice", to_string(mix));
    most = std::max(most, mix.sets);
  }
  return most;
}

/// All that is drawn for a split descends from this.
Rng split_stream(std::uint64_t seed, const Split& split) { return stream(stream(Rng{seed}, "split"), split.name); }

/// What variants of a method have in common.
std::string family(const std::string& name) { return name.substr(0, name.find(':')); }

json rows_left(const Unit& unit, const Split& split) {
  json left = json::object();
  const std::vector<std::int64_t> labels = labels_of(unit.table, split.train);
  for (std::size_t i = 0; i < labels.size(); ++i)
    if (unit.thinning.contains(labels[i]))
      left[unit.table.classes[static_cast<std::size_t>(labels[i])]].push_back(
          unit.table.ids[static_cast<std::size_t>(split.train[i])]);
  return left;
}

/// What classifiers are concerned with (Unit::classified): rows, in the numbers of the table, and their labels.
std::vector<std::int64_t> classified_rows(const Unit& unit, const std::vector<std::int64_t>& rows) {
  return unit.classified ? rows_in(*unit.classified, rows) : rows;
}
void renumber_classes(const Unit& unit, std::vector<std::int64_t>& labels) {
  if (!unit.classified) return;
  for (std::int64_t& label : labels) label = unit.classified->class_of[static_cast<std::size_t>(label)];
}
std::int64_t classified_classes(const Unit& unit) {
  return unit.classified ? unit.classified->table.class_count() : unit.table.class_count();
}

/// Seconds since it was made, or since the last lap.
class Stopwatch {
 public:
  double lap() {
    const auto before = std::exchange(start_, Clock::now());
    return std::chrono::duration<double>(start_ - before).count();
  }

 private:
  Clock::time_point start_ = Clock::now();
};

/// What follows an augmenter's training: the same at its end and, with evaluate_every, before.
struct Evaluation {
  const Unit& unit;
  const Observe& observe;
  Rng rng;  // the unit's
  const TrainingFold& fold;
  const std::vector<std::int64_t>& train;  // the fold's rows, of the table
  Tensor test, validation;                 // scaled; undefined where the split has no validation rows
  std::int64_t sets = most_sets(unit.mixes);

  /// The classifiers' training rows, and how many of them there are with the real ones alone, with one synthetic set, …
  struct Rows {
    LabelledRows all;
    std::vector<std::int64_t> up_to;
  };

  /// The fold's rows, and below them all synthetic ones; of both what is classified.
  Rows rows(const Augmenter& augmenter) const {
    Rng sampling = stream(rng, "sample " + family(unit.augmenter));
    LabelledRows all = with_synthetic(fold, augmenter, sets, sampling);
    const std::int64_t real = fold.rows.x.dim(0), made = all.x.dim(0) - real;
    check(made == sets * real, "unit: {} synthetic sets of {} rows were asked of '{}', which made {} rows", sets, real,
          unit.augmenter, made);
    std::vector<std::int64_t> kept, up_to, labels = all.labels.to_vector<std::int64_t>();
    for (std::int64_t set = 0, row = 0; set <= sets; ++set) {
      for (; row < (set + 1) * real; ++row)
        if (is_classified(row, labels[static_cast<std::size_t>(row)])) kept.push_back(row);
      up_to.push_back(std::ssize(kept));
    }
    if (!unit.classified) return {std::move(all), std::move(up_to)};
    const Tensor index = from_values<std::int64_t>({std::ssize(kept)}, kept);
    labels = index_select(all.labels, 0, index).to_vector<std::int64_t>();
    renumber_classes(unit, labels);
    return {{index_select(all.x, 0, index), from_values<std::int64_t>({std::ssize(labels)}, labels)}, std::move(up_to)};
  }

  /// Of all rows those of the mix: no copies, and the first sets whatever the mix.
  static LabelledRows part(const Rows& rows, const Mix& mix) {
    const std::int64_t first = mix.real ? 0 : rows.up_to.front(), last = rows.up_to[static_cast<std::size_t>(mix.sets)];
    return {slice(rows.all.x, 0, first, last), slice(rows.all.labels, 0, first, last)};
  }

  /// The predictions of every classifier on every mix. Artefacts are shown under names that begin with `when`.
  json predictions(const Rows& rows, const std::string& when) const {
    observe(when + "rows.x", rows.all.x);
    observe(when + "rows.labels", rows.all.labels);
    json list = json::array();
    const auto gram = std::make_shared<yi2020::Gram>(rows.all.x);
    for (const Mix& mix : unit.mixes) {
      const LabelledRows training = part(rows, mix);
      for (const auto& [name, make] : unit.classifiers) {
        const std::unique_ptr<yi2020::Classifier> classifier = make();
        classifier->share(gram);
        // The same stream whatever augmenter, mix and epoch: classifiers start alike, and only their rows tell them
        // apart.
        classifier->fit(training.x, training.labels, classified_classes(unit), stream(rng, family(name)));
        const std::string learnt = fmt::format("{}{} on {}", when, name, to_string(mix));
        for (const auto& [weight, value] : classifier->weights()) observe(learnt + "." + weight, value);
        list.push_back({{"classifier", name},
                        {"sets", mix.sets},
                        {"real", mix.real},
                        {"labels", classifier->predict(test).to_vector<std::int64_t>()},
                        {"unconverged", classifier->unconverged()}});
        if (!validation.defined()) continue;
        const Tensor labels = classifier->predict(validation);
        observe(learnt + ".validation", labels);
        list.back()["validation"] = labels.to_vector<std::int64_t>();
      }
    }
    return list;
  }

 private:
  /// Of the fold's rows and the synthetic ones below them.
  bool is_classified(std::int64_t row, std::int64_t label) const {
    if (!unit.classified) return true;
    if (row < std::ssize(train))
      return unit.classified->row_of[static_cast<std::size_t>(train[static_cast<std::size_t>(row)])] >= 0;
    return unit.classified->class_of[static_cast<std::size_t>(label)] >= 0;
  }
};

}  // namespace

std::string to_string(const Mix& mix) {
  if (mix.sets == 0) return "real";
  return fmt::format("{}{} set{}", mix.real ? "real + " : "", mix.sets, mix.sets == 1 ? "" : "s");
}

Rng stream(Rng rng, std::string_view purpose) { return rng.split(XXH64(purpose.data(), purpose.size(), 0)); }

Split thinned_split(const FeatureTable& table, const Split& split, const Thinning& thinning, std::uint64_t seed) {
  return thinned(table, split, thinning, stream(split_stream(seed, split), "thin"));
}

LabelledRows take(const FeatureTable& table, const std::vector<std::int64_t>& rows) {
  const Tensor index = from_values<std::int64_t>({static_cast<std::int64_t>(rows.size())}, rows);
  return {index_select(table.x, 0, index), index_select(table.labels, 0, index)};
}

TrainingFold training_fold(const FeatureTable& table, const Scaler& scaler, const Split& split) {
  LabelledRows rows = take(table, split.train);
  rows.x = scaler(rows.x);
  return {std::move(rows), table.class_count(), scaler.kept};
}

std::optional<json> run_unit(const Unit& unit, const Session& session) {
  const Observe observe = session.observe ? session.observe : Observe([](const std::string&, const Tensor&) {});
  const Rng rng = split_stream(unit.seed, unit.split);
  pool::flush();  // what an earlier unit left behind: blocks of other sizes than this one begins with

  const Split split = thinned_split(unit.table, unit.split, unit.thinning, unit.seed);
  if (unit.classified) check_classified(*unit.classified, split);
  const Scaler scaler = fit_scaler(unit.scaling, take(unit.table, split.train).x, unit.table.x);
  observe("scaler.kept", scaler.kept);
  observe("scaler.mean", scaler.mean);
  observe("scaler.rate", scaler.rate);
  const TrainingFold fold = training_fold(unit.table, scaler, split);
  const auto scaled = [&](const std::vector<std::int64_t>& rows) {
    return rows.empty() ? Tensor() : scaler(take(unit.table, rows).x);
  };
  const std::vector<std::int64_t> validation = classified_rows(unit, unit.split.validation);
  const Evaluation evaluation{
      unit, observe, rng, fold, split.train, scaled(classified_rows(unit, unit.split.test)), scaled(validation)};

  json log{{"epochs", json::array()}, {"evaluations", json::array()}};
  Evaluation::Rows rows;
  json measured;
  std::int64_t last = 0;
  Stopwatch watch;
  double evaluating = 0, training = 0, measuring = 0;
  {
    // Only the classifiers need memory after this block.
    const std::unique_ptr<Augmenter> augmenter =
        unit.make_augmenter(fold, stream(rng, "train " + family(unit.augmenter)));
    const auto evaluate = [&] {
      Stopwatch own;
      json list =
          evaluation.predictions(evaluation.rows(*augmenter), fmt::format("epoch {}: ", augmenter->epochs_done()));
      evaluating += own.lap();
      return list;
    };
    if (!train(*augmenter, log, unit.evaluate_every, evaluate, session)) return {};
    training = watch.lap() - evaluating;
    last = augmenter->epochs_done();
    if (session.observe) {
      Checkpoint state;
      augmenter->save(state);
      for (const auto& [name, value] : state.tensors) observe(name, value);
    }
    if (unit.measure) {
      measured = unit.measure(fold, *augmenter, stream(rng, "measure " + family(unit.augmenter)));
      const std::string text = measured.dump();
      observe("measured",
              from_values<std::int64_t>({std::ssize(text)}, std::vector<std::int64_t>(text.begin(), text.end())));
    }
    measuring = watch.lap();
    rows = evaluation.rows(*augmenter);
  }
  pool::flush();  // the augmenter's blocks: the classifiers' are of other sizes
  const json predictions = evaluation.predictions(rows, "");
  session.spent("training", training);
  session.spent("classifiers", evaluating + watch.lap());
  if (unit.measure) session.spent("measuring", measuring);
  json outcome{{"augmenter", unit.augmenter},
               {"seed", unit.seed},
               {"split", unit.split.name},
               {"epochs", std::move(log["epochs"])},
               {"predictions", predictions}};
  if (const std::string leak = leak_of(unit.scaling); !leak.empty()) outcome["leak"] = leak;
  if (unit.measure) outcome["measured"] = std::move(measured);
  if (!unit.thinning.empty()) outcome["left"] = rows_left(unit, split);
  if (unit.evaluate_every == 0) return outcome;

  json& evaluations = outcome["evaluations"] = std::move(log["evaluations"]);
  evaluations.push_back({{"epoch", last}, {"predictions", predictions}});
  if (unit.split.validation.empty()) return outcome;
  std::vector<std::int64_t> truth = labels_of(unit.table, validation);
  renumber_classes(unit, truth);
  const std::vector<std::int64_t> chosen = best_epochs(evaluations, "validation", truth, classified_classes(unit));
  observe("chosen epochs", from_values<std::int64_t>({std::ssize(chosen)}, chosen));
  for (std::size_t i = 0; i < chosen.size(); ++i)
    outcome["chosen"].push_back({{"classifier", predictions[i].at("classifier")},
                                 {"sets", predictions[i].at("sets")},
                                 {"real", predictions[i].at("real")},
                                 {"epoch", chosen[i]}});
  return outcome;
}

}  // namespace emograd::protocol
