#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "models/yi2020/aae.h"
#include "models/yi2020/adan.h"
#include "models/yi2020/gan.h"
#include "tensor/philox.h"
#include "tensor/tensor.h"

namespace emograd {
struct Checkpoint;
}

namespace emograd::protocol {

struct LabelledRows {
  Tensor x;       // (N, F) f32
  Tensor labels;  // (N,) i64
};

/// What an augmenter may see: the scaled rows of one training fold. They outlive it.
struct TrainingFold {
  LabelledRows rows;
  std::int64_t classes = 0;
  Tensor features = {};  // (F,) i64: which columns of the table these are
};

/// A way to make more training rows out of those there are. One is made per training fold and fitted epoch by epoch, so
/// that whoever runs it can show progress, save and stop in between.
class Augmenter {
 public:
  virtual ~Augmenter() = default;
  /// That it wants: 0 where nothing is fitted, or all of it on construction. It may find out that it wants no more.
  virtual std::int64_t epochs() const { return 0; }
  virtual std::int64_t epochs_done() const { return 0; }
  /// One more epoch; its mean losses by name.
  virtual std::map<std::string, double> fit_epoch() { return {}; }
  /// Synthetic rows worth `sets` training sets: each of the size and the label distribution of the fold, unless the
  /// method itself decides on labels. Fewer sets from the same stream are the first of them, so that amounts can be
  /// compared. No rows: zero rows, F columns.
  virtual LabelledRows sample(std::int64_t sets, Rng&) const = 0;
  /// E(x) of the fold's rows, and as many latent vectors of the kind that sample() decodes; of methods that have such.
  virtual std::optional<yi2020::Latents> latents(Rng&) const { return {}; }
  /// Everything the next epoch and sample depend on; loading it continues bit for bit. Error where another augmenter
  /// saved it; then nothing has been loaded.
  virtual void save(Checkpoint&) {}
  virtual void load(const Checkpoint&) {}
};

/// How an experiment gets one: the fold, and a random stream that is the augmenter's own.
using MakeAugmenter = std::function<std::unique_ptr<Augmenter>(const TrainingFold&, Rng)>;

/// Synthetic rows without training, as a function of the fold alone (baselines.h).
using Draw = std::function<LabelledRows(const TrainingFold&, std::int64_t sets, Rng&)>;
MakeAugmenter untrained(Draw);
/// No synthetic rows.
MakeAugmenter no_augmentation();
/// Models of yi2020, trained on the fold: ADAN or WADAN, GANs or a conditional one, as the config says, and an AAE.
/// A synthetic set has one row for each row of the fold, with its label.
MakeAugmenter adan(const yi2020::AdanConfig&);
MakeAugmenter gan(const yi2020::GanConfig&);
MakeAugmenter aae(const yi2020::AaeConfig&);

/// The fold's rows and `sets` sets of synthetic ones below them.
LabelledRows with_synthetic(const TrainingFold&, const Augmenter&, std::int64_t sets, Rng&);

}  // namespace emograd::protocol
