#include "experiments/protocol/augmenter.h"

#include "autograd/grad.h"
#include "autograd/ops/random.h"
#include "autograd/ops/shape.h"

namespace emograd::protocol {
namespace {

LabelledRows no_rows(const TrainingFold& fold) {
  return {slice(fold.rows.x, 0, 0, 0), slice(fold.rows.labels, 0, 0, 0)};
}

class Untrained : public Augmenter {
 public:
  Untrained(const TrainingFold& fold, Draw draw) : fold_(fold), draw_(std::move(draw)) {}
  LabelledRows sample(std::int64_t sets, Rng& rng) const override {
    return sets == 0 ? no_rows(fold_) : draw_(fold_, sets, rng);
  }

 private:
  const TrainingFold& fold_;
  Draw draw_;
};

class Adan : public Augmenter {
 public:
  Adan(const yi2020::AdanConfig& config, const TrainingFold& fold, Rng rng)
      : fold_(fold),
        model_(config, fold.rows.x.dim(1), fold.classes,
               config.class_weights ? yi2020::class_weights(fold.rows.labels, fold.classes) : Tensor(), rng) {}

  std::int64_t epochs() const override { return model_.config.epochs; }
  std::int64_t epochs_done() const override { return model_.epochs_done; }
  std::map<std::string, double> fit_epoch() override {
    const auto l = model_.epoch(fold_.rows.x, fold_.rows.labels);
    return {{"C", l.C}, {"D", l.D}, {"R", l.R}, {"E", l.E}, {"G", l.G}};
  }
  LabelledRows sample(std::int64_t sets, Rng& rng) const override {
    const std::vector<Tensor> labels(static_cast<std::size_t>(sets), fold_.rows.labels);
    if (labels.empty()) return no_rows(fold_);
    const Tensor all = cat(labels, 0);
    return {model_.sample(all, rng), all};
  }
  std::optional<Latent> latent(Rng& rng) const override {
    const NoGrad off;
    const Tensor& labels = fold_.rows.labels;
    return Latent{model_.encode(fold_.rows.x),
                  model_.generate(normal({labels.dim(0), model_.config.noise}, rng), labels)};
  }
  void save(Checkpoint& c) override { model_.save(c, "adan"); }
  void load(const Checkpoint& c) override { model_.load(c, "adan"); }

 private:
  const TrainingFold& fold_;
  yi2020::Adan model_;
};

}  // namespace

MakeAugmenter untrained(Draw draw) {
  return [draw](const TrainingFold& fold, Rng) { return std::make_unique<Untrained>(fold, draw); };
}

MakeAugmenter no_augmentation() {
  return untrained([](const TrainingFold& fold, std::int64_t, Rng&) { return no_rows(fold); });
}

MakeAugmenter adan(const yi2020::AdanConfig& config) {
  return [config](const TrainingFold& fold, Rng rng) { return std::make_unique<Adan>(config, fold, rng); };
}

LabelledRows with_synthetic(const TrainingFold& fold, const Augmenter& augmenter, std::int64_t sets, Rng& rng) {
  const LabelledRows more = augmenter.sample(sets, rng);
  if (more.x.dim(0) == 0) return fold.rows;
  return {cat({fold.rows.x, more.x}, 0), cat({fold.rows.labels, more.labels}, 0)};
}

}  // namespace emograd::protocol
