#include "experiments/protocol/coverage.h"

#include <algorithm>

#include "experiments/protocol/nearest.h"
#include "tensor/error.h"

namespace emograd::protocol {
namespace {

std::vector<Matched> matches(const LabelledRows& x, const std::vector<std::int64_t>& labels, const LabelledRows& y,
                             const std::vector<std::int64_t>& labels_of_y, std::int64_t classes) {
  std::vector<Matched> out(static_cast<std::size_t>(classes));
  const std::vector<Nearest> partner = nearest(x, y);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    Matched& of_class = out[static_cast<std::size_t>(labels[i])];
    ++of_class.rows;
    of_class.matched += labels_of_y[static_cast<std::size_t>(partner[i].row)] == labels[i];
  }
  return out;
}

std::vector<std::int64_t> checked_labels(const LabelledRows& rows, std::int64_t classes) {
  check(rows.x.dim(0) >= 1 && rows.labels.shape() == Shape{rows.x.dim(0)}, "coverage: {} rows with labels {}",
        rows.x.dim(0), rows.labels.shape());
  std::vector<std::int64_t> values = rows.labels.to_vector<std::int64_t>();
  check(std::all_of(values.begin(), values.end(), [&](std::int64_t k) { return k >= 0 && k < classes; }),
        "coverage: a label is not in 0 … {}", classes - 1);
  return values;
}

}  // namespace

Coverage coverage(const LabelledRows& real, const LabelledRows& synthetic, std::int64_t classes) {
  check(real.x.rank() == 2 && synthetic.x.rank() == 2 && real.x.dim(1) == synthetic.x.dim(1),
        "coverage: needs rows (N, M) and (N', M), got {} and {}", real.x.shape(), synthetic.x.shape());
  const std::vector<std::int64_t> of_real = checked_labels(real, classes),
                                  of_synthetic = checked_labels(synthetic, classes);
  return {matches(real, of_real, synthetic, of_synthetic, classes),
          matches(synthetic, of_synthetic, real, of_real, classes)};
}

nlohmann::json latent_coverage(const TrainingFold& fold, const Augmenter& augmenter, Rng rng) {
  nlohmann::json out = nlohmann::json::object();
  const auto latent = augmenter.latents(rng);
  if (!latent) return out;
  const Coverage c = coverage({latent->real, latent->labels}, {latent->generated, latent->labels}, fold.classes);
  for (const Matched& of_class : c.real) out["real"].push_back({of_class.rows, of_class.matched});
  for (const Matched& of_class : c.synthetic) out["synthetic"].push_back({of_class.rows, of_class.matched});
  return out;
}

}  // namespace emograd::protocol
