#include "audio/descriptors/smoothing.h"

#include <algorithm>

namespace emograd::audio {
namespace {

/// x at n, where it goes on before its beginning and, unless it is read for a single frame, behind its end.
float extended(std::span<const float> x, std::int64_t n, bool single) {
  const auto size = static_cast<std::int64_t>(x.size());
  if (single && n >= size) return 0;
  return x[static_cast<std::size_t>(std::clamp<std::int64_t>(n, 0, size - 1))];
}

}  // namespace

std::vector<float> smoothed(std::span<const float> x) {
  std::vector<float> s(x.size());
  for (std::size_t n = 0; n < x.size(); ++n)
    s[n] = ((x[n] + x[n > 0 ? n - 1 : 0]) + x[std::min(n + 1, x.size() - 1)]) / 3.0F;
  return s;
}

std::vector<float> smoothed_without_zeros(std::span<const float> x) {
  std::vector<float> s(x.size());
  for (std::size_t n = 0; n < x.size(); ++n) {
    if (x[n] == 0) continue;
    float sum = x[n], count = 1;
    for (const float neighbour : {x[n > 0 ? n - 1 : 0], x[std::min(n + 1, x.size() - 1)]})
      if (neighbour != 0) sum += neighbour, count += 1;
    s[n] = sum / count;
  }
  return s;
}

std::vector<float> deltas(std::span<const float> x, std::int64_t count) {
  std::vector<float> d;
  for (std::int64_t n = 0; n < count; ++n) {
    const auto at = [&](std::int64_t i) { return extended(x, n + i, count == 1); };
    d.push_back(((at(1) - at(-1)) + 2.0F * (at(2) - at(-2))) / 10.0F);
  }
  return d;
}

std::vector<std::vector<float>> deltas_without_zeros(const std::vector<std::vector<float>>& x, std::int64_t count,
                                                     Definition definition) {
  std::vector<std::vector<float>> d(x.size());
  float norm = 10;
  for (std::int64_t n = 0; n < count; ++n)
    for (std::size_t c = 0; c < x.size(); ++c) {
      float sum = 0;
      if (definition == Definition::textbook) norm = 0;
      for (std::int64_t i = 1; i <= 2; ++i) {
        const float after = extended(x[c], n + i, count == 1), before = extended(x[c], n - i, count == 1);
        if (after == 0 || before == 0) continue;
        const auto weight = static_cast<float>(i);
        sum += weight * (after - before);
        norm += definition == Definition::textbook ? 2 * weight * weight : weight * weight;
      }
      d[c].push_back(norm == 0 ? 0 : sum / norm);
    }
  return d;
}

}  // namespace emograd::audio
