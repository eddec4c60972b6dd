#include "experiments/protocol/coverage.h"

#include <algorithm>
#include <cmath>

#include "autograd/grad.h"
#include "autograd/ops/linalg.h"
#include "autograd/ops/pointwise.h"
#include "autograd/ops/reduce.h"
#include "autograd/ops/shape.h"
#include "tensor/error.h"

namespace emograd::protocol {
namespace {

constexpr std::int64_t block = 512;  // rows whose distances are in memory at a time

/// Of every row of x (N, M) the index of the nearest of y (N', M), f64.
std::vector<std::int64_t> nearest(const Tensor& x, const Tensor& y) {
  const Tensor squares = sum(square(y), {1}), y_t = transpose(y);
  std::vector<std::int64_t> index;
  for (std::int64_t i = 0; i < x.dim(0); i += block) {
    // ‖y‖² − 2 x·y orders the rows y as their distances from x do.
    const Tensor closeness = 2 * matmul(slice(x, 0, i, i + block), y_t) - squares;
    const std::vector<std::int64_t> of_block = argmax(closeness, 1).to_vector<std::int64_t>();
    index.insert(index.end(), of_block.begin(), of_block.end());
  }
  return index;
}

std::vector<Matched> matches(const Tensor& x, const std::vector<std::int64_t>& labels, const Tensor& y,
                             const std::vector<std::int64_t>& labels_of_y, std::int64_t classes) {
  std::vector<Matched> out(static_cast<std::size_t>(classes));
  const std::vector<std::int64_t> partner = nearest(x, y);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    Matched& of_class = out[static_cast<std::size_t>(labels[i])];
    ++of_class.rows;
    of_class.matched += labels_of_y[static_cast<std::size_t>(partner[i])] == labels[i];
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
  const NoGrad off;
  // Distances do not change, and lose fewer digits to large norms.
  const Tensor wide = cast(real.x, DType::f64), centre = mean(wide, {0}, true);
  const Tensor x = packed(wide - centre), y = packed(cast(synthetic.x, DType::f64) - centre);
  check(std::isfinite(sum(square(x)).item() + sum(square(y)).item()), "coverage: a value of the rows is not finite");
  return {matches(x, of_real, y, of_synthetic, classes), matches(y, of_synthetic, x, of_real, classes)};
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
