#include "experiments/protocol/coverage.h"

#include <algorithm>

#include "tensor/error.h"

namespace emograd::protocol {
namespace {

void check_labels(const LabelledRows& rows, std::int64_t classes) {
  check(rows.x.dim(0) >= 1 && rows.labels.shape() == Shape{rows.x.dim(0)}, "coverage: {} rows with labels {}",
        rows.x.dim(0), rows.labels.shape());
  const std::vector<std::int64_t> values = rows.labels.to_vector<std::int64_t>();
  check(std::all_of(values.begin(), values.end(), [&](std::int64_t k) { return k >= 0 && k < classes; }),
        "coverage: a label is not in 0 … {}", classes - 1);
}

}  // namespace

Coverage coverage(const LabelledRows& real, const LabelledRows& synthetic, std::int64_t classes) {
  check(real.x.rank() == 2 && synthetic.x.rank() == 2 && real.x.dim(1) == synthetic.x.dim(1),
        "coverage: needs rows (N, M) and (N', M), got {} and {}", real.x.shape(), synthetic.x.shape());
  check_labels(real, classes);
  check_labels(synthetic, classes);
  return {matches(real.labels, nearest(real, synthetic), synthetic.labels, classes),
          matches(synthetic.labels, nearest(synthetic, real), real.labels, classes)};
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
