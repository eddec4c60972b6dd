// Compiled once per instruction level.
#include "tensor/kernels/random_loops.h"

#include "tensor/kernels/isa.h"
#include "tensor/philox.h"

namespace emograd::kernels {
inline namespace EMOGRAD_ISA {
namespace {

constexpr std::int64_t tile = 64;  // Philox blocks computed together, so that the rounds run across vector lanes

template <class T>
struct Uniform {
  static T at(const std::uint32_t* draws, std::int64_t i, T) {
    if constexpr (sizeof(T) == 4) return static_cast<T>(static_cast<std::int32_t>(draws[i] >> 8)) * 0x1p-24f;
    else return static_cast<T>(draws[i]) * 0x1p-32;
  }
};

template <class T>
struct Normal {
  static T at(const std::uint32_t* draws, std::int64_t i, T) {
    // u in (0, 1], so that the logarithm is finite; the even draw of a pair gives the radius of both.
    constexpr T scale = sizeof(T) == 4 ? static_cast<T>(0x1p-24) : static_cast<T>(0x1p-32);
    const auto unit = [](std::uint32_t v) {
      return static_cast<T>(static_cast<std::int64_t>(sizeof(T) == 4 ? v >> 8 : v));
    };
    const T radius = math::sqrt(T(-2) * math::log((unit(draws[i & ~std::int64_t{1}]) + T(1)) * scale));
    const T angle = static_cast<T>(6.283185307179586) * (unit(draws[i | 1]) * scale);
    return radius * (i & 1 ? math::sin(angle) : math::cos(angle));
  }
};

template <class T>
struct Dropout {
  static T at(const std::uint32_t* draws, std::int64_t i, T p) {
    return Uniform<T>::at(draws, i, p) < p ? T(0) : T(1) / (T(1) - p);
  }
};

template <template <class> class D, class T>
void fill(std::uint64_t seed, std::uint64_t offset, std::int64_t n, double p, const void* in, void* out) {
  const T* x = static_cast<const T*>(in);
  T* y = static_cast<T*>(out);
  std::uint32_t draws[4 * tile];
  const std::uint64_t last = offset + static_cast<std::uint64_t>(n);
  for (std::uint64_t block = offset / 4; block * 4 < last; block += tile) {
    for (std::uint64_t b = 0; b < tile; ++b) {
      const Philox::Block r = Philox::at(seed, block + b);
      for (std::uint64_t lane = 0; lane < 4; ++lane) draws[4 * b + lane] = r.v[lane];
    }
    const std::uint64_t first = block * 4 < offset ? offset - block * 4 : 0;
    const std::uint64_t stop = last - block * 4 < 4 * tile ? last - block * 4 : 4 * tile;
    const auto at = static_cast<std::int64_t>(block * 4) - static_cast<std::int64_t>(offset);
    for (auto i = static_cast<std::int64_t>(first); i < static_cast<std::int64_t>(stop); ++i) {
      const T v = D<T>::at(draws, i, static_cast<T>(p));
      y[at + i] = x ? v * x[at + i] : v;
    }
  }
}

}  // namespace
}  // namespace EMOGRAD_ISA

template <>
const RandomTable& table_at<RandomTable, Isa::EMOGRAD_ISA>() {
  static constexpr RandomTable table{{{&fill<Uniform, float>, &fill<Uniform, double>},
                                      {&fill<Normal, float>, &fill<Normal, double>},
                                      {&fill<Dropout, float>, &fill<Dropout, double>}}};
  return table;
}

}  // namespace emograd::kernels
