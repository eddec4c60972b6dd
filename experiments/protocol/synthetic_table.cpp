#include "experiments/protocol/synthetic_table.h"

#include <fmt/format.h>

#include "autograd/ops/index.h"
#include "autograd/ops/linalg.h"
#include "autograd/ops/pointwise.h"
#include "autograd/ops/random.h"
#include "autograd/ops/shape.h"

namespace emograd::protocol {

FeatureTable synthetic_table(const SyntheticConfig& c, Rng rng) {
  const std::int64_t rows = c.speakers * c.classes * c.utterances;
  std::vector<std::int64_t> of_class, of_speaker;
  std::vector<std::string> features, ids;
  std::vector<Annotation> annotations;
  for (std::int64_t s = 0; s < c.speakers; ++s)
    for (std::int64_t k = 0; k < c.classes; ++k)
      for (std::int64_t u = 0; u < c.utterances; ++u) {
        of_speaker.push_back(s);
        of_class.push_back(k);
        ids.push_back(fmt::format("synthetic-{:02}-{}-{}", s, k, u));
        annotations.push_back({fmt::format("synthetic {}", k), fmt::format("{:02}", s)});
      }
  for (std::int64_t j = 0; j < c.features; ++j) features.push_back(fmt::format("synthetic_{}", j));
  const Tensor y = from_values<std::int64_t>({rows}, of_class), speaker = from_values<std::int64_t>({rows}, of_speaker);

  const Tensor basis = normal({c.rank, c.features}, rng);
  const Tensor means = normal({c.classes, c.rank}, rng) * c.class_spread;
  const Tensor offsets = normal({c.speakers, c.rank}, rng) * c.speaker_spread;
  const Tensor factors = exp(normal({c.speakers, 1}, rng) * 0.2);
  const Tensor scales = exp(normal({c.features}, rng) * 1.5);  // openSMILE's features differ by orders of magnitude
  const Tensor latent =
      index_select(means, 0, y) + index_select(offsets, 0, speaker) + normal({rows, c.rank}, rng) * c.noise;
  const Tensor x =
      matmul(latent * index_select(factors, 0, speaker), basis) + normal({rows, c.features}, rng) * c.noise;
  return make_table(synthetic_source, packed((x + 3.0) * scales), std::move(features), std::move(ids), annotations);
}

}  // namespace emograd::protocol
