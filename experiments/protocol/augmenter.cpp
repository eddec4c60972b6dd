#include "experiments/protocol/augmenter.h"

#include "autograd/ops/pointwise.h"
#include "autograd/ops/reduce.h"
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

class Trained : public Augmenter {
 public:
  /// `name` is the model's in checkpoints. With `max_scaling` it sees each feature divided by its largest magnitude.
  Trained(const TrainingFold& fold, std::string name, std::unique_ptr<yi2020::AdversarialModel> model,
          bool max_scaling = false)
      : fold_(fold),
        largest_(max_scaling ? max(abs(fold.rows.x), {0}) : Tensor()),
        x_(max_scaling ? fold.rows.x / largest_ : fold.rows.x),
        name_(std::move(name)),
        model_(std::move(model)) {}

  std::int64_t epochs() const override { return model_->stopped() ? model_->epochs_done : model_->training().epochs; }
  std::int64_t epochs_done() const override { return model_->epochs_done; }
  std::map<std::string, double> fit_epoch() override { return model_->epoch(x_, fold_.rows.labels); }
  LabelledRows sample(std::int64_t sets, Rng& rng) const override {
    const std::vector<Tensor> labels(static_cast<std::size_t>(sets), fold_.rows.labels);
    if (labels.empty()) return no_rows(fold_);
    const Tensor all = cat(labels, 0);
    const Tensor x = model_->sample(all, rng);
    return {largest_.defined() ? x * largest_ : x, all};
  }
  std::optional<yi2020::Latents> latents(Rng& rng) const override {
    return model_->latents(x_, fold_.rows.labels, rng);
  }
  void save(Checkpoint& c) override { model_->save(c, name_); }
  void load(const Checkpoint& c) override { model_->load(c, name_); }

 private:
  const TrainingFold& fold_;
  const Tensor largest_, x_;
  std::string name_;
  std::unique_ptr<yi2020::AdversarialModel> model_;
};

/// For models that are made from a config, the numbers of features and classes, and a stream.
template <class Model, class Config>
MakeAugmenter trained(const char* name, const Config& config) {
  return [=](const TrainingFold& fold, Rng rng) {
    return std::make_unique<Trained>(fold, name,
                                     std::make_unique<Model>(config, fold.rows.x.dim(1), fold.classes, rng));
  };
}

}  // namespace

MakeAugmenter untrained(Draw draw) {
  return [draw](const TrainingFold& fold, Rng) { return std::make_unique<Untrained>(fold, draw); };
}

MakeAugmenter no_augmentation() {
  return untrained([](const TrainingFold& fold, std::int64_t, Rng&) { return no_rows(fold); });
}

MakeAugmenter adan(const yi2020::AdanConfig& config) {
  return [config](const TrainingFold& fold, Rng rng) {
    const Tensor weights = config.class_weights ? yi2020::class_weights(fold.rows.labels, fold.classes) : Tensor();
    return std::make_unique<Trained>(
        fold, "adan", std::make_unique<yi2020::Adan>(config, fold.rows.x.dim(1), fold.classes, weights, rng),
        config.max_scaling);
  };
}

MakeAugmenter gan(const yi2020::GanConfig& config) { return trained<yi2020::Gan>("gan", config); }
MakeAugmenter aae(const yi2020::AaeConfig& config) { return trained<yi2020::Aae>("aae", config); }

LabelledRows with_synthetic(const TrainingFold& fold, const Augmenter& augmenter, std::int64_t sets, Rng& rng) {
  const LabelledRows more = augmenter.sample(sets, rng);
  if (more.x.dim(0) == 0) return fold.rows;
  return {cat({fold.rows.x, more.x}, 0), cat({fold.rows.labels, more.labels}, 0)};
}

}  // namespace emograd::protocol
