#include "audio/fft.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numbers>

#include "tensor/error.h"

namespace emograd::audio {
namespace {

template <class T>
using Complex = std::complex<T>;

template <class T>
constexpr T quarter_pi = static_cast<T>(std::numbers::pi / 4);

template <class T>
T cosine(T angle) {
  return static_cast<T>(std::cos(static_cast<double>(angle)));
}
template <class T>
T sine(T angle) {
  return static_cast<T>(std::sin(static_cast<double>(angle)));
}

/// x times c + i·s, as two products and one sum each.
template <class T>
Complex<T> turned(Complex<T> x, T c, T s) {
  return {c * x.real() - s * x.imag(), c * x.imag() + s * x.real()};
}
template <class T>
Complex<T> times_i(Complex<T> x) {
  return {-x.imag(), x.real()};
}
/// x times r·(1 + i), the turn by an eighth.
template <class T>
Complex<T> eighth(Complex<T> x, T r) {
  return {r * (x.real() - x.imag()), r * (x.imag() + x.real())};
}

}  // namespace

template <class T>
RealFft<T>::RealFft(std::int64_t samples)
    : half_(samples / 2), z_(static_cast<std::size_t>(std::max<std::int64_t>(half_, 0))) {
  check(samples >= 2 && std::has_single_bit(static_cast<std::uint64_t>(samples)),
        "RealFft: {} samples; needs a power of two, at least 2", samples);
  // Angles are whole multiples of one rounded step, and so are their triples: θ = round(step·t),
  // round(round(3·step)·t).
  const auto turn = [](T step, std::int64_t t) -> Turn {
    const auto n = static_cast<T>(t);
    const T triple = 3 * step;
    return {cosine(step * n), sine(step * n), cosine(triple * n), sine(triple * n)};
  };
  const auto mirrored = [](const Turn& w) -> Turn { return {w.s1, w.c1, -w.s3, -w.c3}; };  // of π/2 − θ
  for (std::int64_t size = half_; size >= 1; size /= 4) {
    const std::int64_t quarter = size / 4, eighth_size = size / 8;
    Stage stage{size, std::vector<Turn>(static_cast<std::size_t>(quarter)),
                std::vector<Turn>(static_cast<std::size_t>(quarter))};
    const auto at = [](std::vector<Turn>& turns, std::int64_t t) -> Turn& {
      return turns[static_cast<std::size_t>(t)];
    };
    const T step = quarter_pi<T> / static_cast<T>(std::max<std::int64_t>(eighth_size, 1));   // 2π/size
    const T half_step = quarter_pi<T> / static_cast<T>(std::max<std::int64_t>(quarter, 1));  // π/size
    const bool first = size == half_ && size > 16;
    for (std::int64_t t = 1; t < eighth_size; ++t) at(stage.plain, t) = turn(step, t);
    if (first) {  // odd ones lie between even ones: (e^{iα} + e^{iβ})/(2 cos((β − α)/2))
      const auto between = [](T angle) { return static_cast<T>(0.5 / std::cos(static_cast<double>(angle))); };
      const T csc1 = between(step), csc3 = between(step * 3);
      const T r = cosine(quarter_pi<T>);
      Turn low{1, 0, 1, 0};
      for (std::int64_t t = 1; t < eighth_size; t += 2) {
        const Turn high = t + 1 < eighth_size ? at(stage.plain, t + 1) : Turn{r, r, -r, r};
        at(stage.plain, t) = {csc1 * (low.c1 + high.c1), csc1 * (low.s1 + high.s1), csc3 * (low.c3 + high.c3),
                              csc3 * (low.s3 + high.s3)};
        low = high;
      }
    }
    if (size == 16) {  // cos 3π/8 = sin π/8
      Turn& w = at(stage.plain, 1);
      w.c3 = w.s1, w.s3 = w.c1;
    }
    for (std::int64_t t = eighth_size + 1; t < quarter; ++t)
      at(stage.plain, t) = mirrored(at(stage.plain, quarter - t));

    for (std::int64_t t = 1; t < quarter; ++t) at(stage.shifted, t) = turn(half_step, t);
    if (quarter > 1) {  // π/8: again cos 3π/8 = sin π/8
      Turn& w = at(stage.shifted, quarter / 2);
      w.c3 = w.s1, w.s3 = w.c1;
    }
    if (size == 16) {  // 3π/16 is what the triple of π/16 was rounded to
      const Turn w = at(stage.shifted, 1);
      at(stage.shifted, 3) = {w.c3, w.s3, -w.s1, w.c1};
    }
    stages_.push_back(std::move(stage));
  }

  // Quarters 0, 1, 2, 3 of a stage hold the outputs 4k, 4k + 2, 4k + 1, 4k + 3: bits in reverse.
  const int bits = std::countr_zero(static_cast<std::uint64_t>(half_));
  for (std::int64_t k = 0; k < half_; ++k) {
    std::int64_t reversed = 0;
    for (int b = 0; b < bits; ++b) reversed |= (k >> b & 1) << (bits - 1 - b);
    position_.push_back(static_cast<std::int32_t>(reversed));
  }

  const std::int64_t middle = half_ / 4;
  split_.resize(static_cast<std::size_t>(half_ / 2 + 1));
  const T step = quarter_pi<T> / static_cast<T>(std::max<std::int64_t>(middle, 1));
  for (std::int64_t k = 1; k < middle; ++k) {
    const T angle = step * static_cast<T>(k);
    split_[static_cast<std::size_t>(k)] = static_cast<T>(0.5 * std::cos(static_cast<double>(angle)));
    split_[static_cast<std::size_t>(half_ / 2 - k)] = static_cast<T>(0.5 * std::sin(static_cast<double>(angle)));
  }
  split_[static_cast<std::size_t>(middle)] = T{0.5} * cosine(quarter_pi<T>);
}

/// Radix 4: with q = size/4, X[4k + r] is DFT number r of size q of the turned sums of x[t], x[t + q], x[t + 2q],
/// x[t + 3q]. The turn of number 2 by e^{2πi·2t/size} is left to that DFT: it is the shifted one.
template <class T>
void RealFft<T>::plain(Complex<T>* z, std::size_t stage) const {
  const std::int64_t size = stages_[stage].size, q = size / 4;
  if (size == 2) {
    const Complex<T> a = z[0], b = z[1];
    z[0] = a + b, z[1] = a - b;
  }
  if (size < 4) return;
  const Turn* turns = stages_[stage].plain.data();
  static const T r = cosine(quarter_pi<T>);
  const auto butterfly = [&](std::int64_t t, auto turn1, auto turn3) {
    const Complex<T> a = z[t], b = z[t + q], c = z[t + 2 * q], d = z[t + 3 * q];
    const Complex<T> even = a + c, odd = b + d, even_rest = a - c, odd_rest = times_i(b - d);
    z[t] = even + odd;
    z[t + q] = even - odd;
    z[t + 2 * q] = turn1(even_rest + odd_rest);
    z[t + 3 * q] = turn3(even_rest - odd_rest);
  };
  const auto by_table = [&](std::int64_t t) {
    const Turn& w = turns[t];
    butterfly(
        t, [&](Complex<T> x) { return turned(x, w.c1, w.s1); }, [&](Complex<T> x) { return turned(x, w.c3, w.s3); });
  };
  const auto as_it_is = [](Complex<T> x) { return x; };
  butterfly(0, as_it_is, as_it_is);
  for (std::int64_t t = 1; t < size / 8; ++t) by_table(t);
  if (size >= 8) {  // t/size = 1/8
    butterfly(
        size / 8, [&](Complex<T> x) { return eighth(x, r); }, [&](Complex<T> x) { return times_i(eighth(x, r)); });
  }
  for (std::int64_t t = size / 8 + 1; t < q; ++t) by_table(t);
  plain(z, stage + 1);
  shifted(z + q, stage + 1);
  plain(z + 2 * q, stage + 1);
  plain(z + 3 * q, stage + 1);
}

/// Likewise for the frequencies k + ½: x[t + q] comes with i^½, x[t + 2q] with i, x[t + 3q] with i^{3/2}.
template <class T>
void RealFft<T>::shifted(Complex<T>* z, std::size_t stage) const {
  const std::int64_t size = stages_[stage].size, q = size / 4;
  if (size == 2) {
    const Complex<T> a = z[0], b = times_i(z[1]);
    z[0] = a + b, z[1] = a - b;
  }
  if (size < 4) return;
  const Turn* turns = stages_[stage].shifted.data();
  static const T r = cosine(quarter_pi<T>);
  {
    const Complex<T> a = z[0], b = z[q], c = times_i(z[2 * q]), d = times_i(z[3 * q]);
    const Complex<T> odd = eighth(b + d, r), odd_rest = times_i(eighth(b - d, r));
    z[0] = (a + c) + odd;
    z[q] = (a + c) - odd;
    z[2 * q] = (a - c) + odd_rest;
    z[3 * q] = (a - c) - odd_rest;
  }
  for (std::int64_t t = 1; t < q; ++t) {
    const Turn &w = turns[t], &v = turns[q - t];  // the angle of x[t + q] is π/2 less that of t' = q − t
    const Complex<T> a = z[t], b = z[t + q], c = times_i(z[t + 2 * q]), d = times_i(z[t + 3 * q]);
    const Complex<T> even = turned(a + c, w.c1, w.s1), odd = turned(b + d, v.s1, v.c1);
    const Complex<T> even_rest = turned(a - c, w.c3, w.s3), odd_rest = turned(b - d, -v.s3, -v.c3);
    z[t] = even + odd;
    z[t + q] = even - odd;
    z[t + 2 * q] = even_rest + odd_rest;
    z[t + 3 * q] = even_rest - odd_rest;
  }
  plain(z, stage + 1);
  shifted(z + q, stage + 1);
  plain(z + 2 * q, stage + 1);
  shifted(z + 3 * q, stage + 1);
}

template <class T>
void RealFft<T>::operator()(std::span<const T> x, std::span<Complex<T>> X) {
  check(static_cast<std::int64_t>(x.size()) == samples() && static_cast<std::int64_t>(X.size()) == bins(),
        "RealFft: {} samples and {} bins given, needs {} and {}", x.size(), X.size(), samples(), bins());
  for (std::size_t t = 0; t < z_.size(); ++t) z_[t] = {x[2 * t], x[2 * t + 1]};
  plain(z_.data(), 0);
  for (std::size_t k = 0; k < z_.size(); ++k) X[k] = z_[static_cast<std::size_t>(position_[k])];

  // With Z = DFT of even + i·odd samples: X[k] = Z[k] − (½ + ½ i·e^{iπk/half})·(Z[k] − conj Z[half − k]).
  const auto half = static_cast<std::size_t>(half_);
  auto* const parts = reinterpret_cast<T*>(X.data());  // real, imaginary, real, …
  for (std::size_t k = 1; k < half / 2; ++k) {
    const T wr = T{0.5} - split_[half / 2 - k], wi = split_[k];
    T *a = parts + 2 * k, *b = parts + 2 * (half - k);
    const T xr = a[0] - b[0], xi = a[1] + b[1];
    const T yr = wr * xr - wi * xi, yi = wr * xi + wi * xr;
    a[0] -= yr, a[1] -= yi;
    b[0] += yr, b[1] -= yi;
  }
  const Complex<T> dc = X[0];
  X[0] = {dc.real() + dc.imag(), 0};
  X[half] = {dc.real() - dc.imag(), 0};
}

/// By way of Hartley's transform (Bracewell, The Hartley Transform, 1986), which is its own inverse: it is the sum of
/// Fourier's real and imaginary part, so that one transform forwards does for either.
template <class T>
void RealFft<T>::inverse(std::span<Complex<T>> X, std::span<T> x) {
  check(static_cast<std::int64_t>(x.size()) == samples() && static_cast<std::int64_t>(X.size()) == bins(),
        "RealFft: {} samples and {} bins given, needs {} and {}", x.size(), X.size(), samples(), bins());
  const std::size_t all = x.size();
  const auto scale = 1 / static_cast<T>(all);  // a power of two: exact
  const auto unfold = [&](T factor) {
    x[0] = factor * X[0].real(), x[all / 2] = factor * X[all / 2].real();
    for (std::size_t k = 1; k < all / 2; ++k) {
      x[k] = factor * (X[k].real() + X[k].imag());
      x[all - k] = factor * (X[k].real() - X[k].imag());
    }
  };
  unfold(1);
  (*this)(x, X);
  unfold(scale);
}

template class RealFft<float>;
template class RealFft<double>;

}  // namespace emograd::audio
