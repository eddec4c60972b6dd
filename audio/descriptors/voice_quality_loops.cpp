// Compiled once per instruction level.
#include "audio/descriptors/voice_quality_loops.h"

#include <cstdint>

#include "audio/descriptors/registers.h"
#include "tensor/kernels/isa.h"

namespace emograd::audio {
inline namespace EMOGRAD_ISA {
namespace {

/// A number of each of a few neighbouring lags, as many as a register takes. Two registers at a time hide how long an
/// addition takes; one of 64 bytes takes long enough.
typedef double Lags __attribute__((vector_size(register_bytes)));
typedef double Unaligned __attribute__((vector_size(register_bytes), aligned(8), may_alias));
typedef std::int64_t Marks __attribute__((vector_size(register_bytes)));
constexpr std::size_t lanes = register_bytes / sizeof(double), parts = register_bytes == 64 ? 1 : 2,
                      block = lanes * parts;
static_assert(lags_together % block == 0);

void correlate(const double* __restrict x, std::size_t first, std::size_t lags, double* __restrict r) {
  // Sums of the second stretches. Those of the first ones are one sum, as it was at successive lags.
  for (std::size_t i = 0; i < lags; ++i) r[i] = 0;
  for (std::size_t n = 0; n < first; ++n)
    for (std::size_t i = 0; i < lags; ++i) r[i] += x[first + i + n];
  for (std::size_t n = first; n + 1 < first + lags; ++n)
    for (std::size_t i = n - first + 1; i < lags; ++i) r[i] += x[first + i + n];
  double before = 0;
  for (std::size_t n = 0; n < first; ++n) before += x[n];

  for (std::size_t i = 0; i < lags; i += block) {
    const std::size_t shortest = first + i;
    Lags mean_u[parts], mean_v[parts], uv[parts]{}, uu[parts]{}, vv[parts]{};
    Marks extra[parts];  // by how much a lag is longer than the shortest
    for (std::size_t p = 0; p < parts; ++p)
      for (std::size_t l = 0; l < lanes; ++l) {
        const std::size_t k = p * lanes + l;
        const auto q = static_cast<double>(shortest + k);
        mean_u[p][l] = before / q, mean_v[p][l] = r[i + k] / q;
        before += x[shortest + k];
        extra[p][l] = static_cast<std::int64_t>(k);
      }
    for (std::size_t n = 0; n < shortest; ++n)
      for (std::size_t p = 0; p < parts; ++p) {
        const Lags v = *reinterpret_cast<const Unaligned*>(x + shortest + n + p * lanes);
        const Lags du = x[n] - mean_u[p], dv = v - mean_v[p];
        uv[p] += du * dv, uu[p] += du * du, vv[p] += dv * dv;
      }
    for (std::size_t n = 0; n + 1 < block; ++n)
      for (std::size_t p = 0; p < parts; ++p) {
        const Marks within = extra[p] > static_cast<std::int64_t>(n);
        const Lags v = *reinterpret_cast<const Unaligned*>(x + 2 * shortest + n + p * lanes);
        const Lags du = x[shortest + n] - mean_u[p], dv = v - mean_v[p];
        uv[p] = within ? uv[p] + du * dv : uv[p];
        uu[p] = within ? uu[p] + du * du : uu[p];
        vv[p] = within ? vv[p] + dv * dv : vv[p];
      }
    for (std::size_t p = 0; p < parts; ++p)
      for (std::size_t l = 0; l < lanes; ++l)
        r[i + p * lanes + l] = uv[p][l] / (__builtin_sqrt(uu[p][l]) * __builtin_sqrt(vv[p][l]));
  }
}

}  // namespace
}  // namespace EMOGRAD_ISA
}  // namespace emograd::audio

template <>
const emograd::audio::PeriodTable&
emograd::kernels::table_at<emograd::audio::PeriodTable, emograd::kernels::Isa::EMOGRAD_ISA>() {
  static constexpr audio::PeriodTable table{&audio::correlate};
  return table;
}
