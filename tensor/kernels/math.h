#pragma once

#include <cmath>
#include <cstdint>
#include <type_traits>

/// Marks a function of both sides, host and CUDA device. It is always inlined: this header is compiled for several
/// instruction sets, and an out-of-line copy built for AVX-512 must not be the one the linker keeps for everybody.
#ifdef __CUDACC__
#define HD __host__ __device__ __attribute__((always_inline))
#else
#define HD __attribute__((always_inline))
#endif

/// Scalar mathematics shared by CPU and CUDA kernels.
///
/// The float versions are branch-free polynomials: a plain loop over them vectorises (gcc -O3 -fno-math-errno
/// -fno-trapping-math, from x86-64-v2 up). They are within 2 ulp of the true value unless a function says otherwise,
/// denormals included, and give C's answers (Annex F) at 0, -0, inf and NaN; tests/math_test.cpp holds the bounds.
/// With -ffp-contract=off every vector length and instruction set gives the same bits; with contraction to fma, faster
/// from x86-64-v3 up, the bounds still hold but last bits differ from a machine without fma.
/// The double versions call the platform's libm (host) or CUDA's (device).
///
/// The polynomials are minimax fits (Remez) with coefficients rounded to the working precision one after another, each
/// time refitting the rest. Range reductions follow Cody and Waite, "Software Manual for the Elementary Functions".
namespace emograd::math {
#ifdef EMOGRAD_ISA
inline namespace EMOGRAD_ISA {
#endif

/// The object representation of `v` read as a To. Not std::bit_cast, which could be emitted out of line.
template <class To, class From>
HD constexpr To bit_cast(From v) {
  static_assert(sizeof(To) == sizeof(From));
  return __builtin_bit_cast(To, v);
}

// ---- pieces -------------------------------------------------------------------------------------------------------

namespace detail {

template <class T>
using Bits = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;

/// c ? a : b, without the branch gcc makes of a ternary: it would thread the constants of one clamp through whatever
/// follows (softplus = log1p of exp), and the loop would no longer vectorise.
template <class T>
HD inline T select(bool c, T a, T b) {
#ifdef __CUDA_ARCH__
  return c ? a : b;
#else
  const Bits<T> mask = Bits<T>{0} - static_cast<Bits<T>>(c);
  return bit_cast<T>((bit_cast<Bits<T>>(a) & mask) | (bit_cast<Bits<T>>(b) & ~mask));
#endif
}

template <class T>
HD inline T clamp(T x, T low, T high) {
  x = select(x > high, high, x);
  return select(x < low, low, x);
}

HD constexpr float inf() { return bit_cast<float>(0x7f800000u); }
HD constexpr float nan() { return bit_cast<float>(0x7fc00000u); }

/// 2^n for n in [-126, 127].
HD inline float exp2i(std::int32_t n) { return bit_cast<float>(static_cast<std::uint32_t>(n + 127) << 23); }

/// x = n ln 2 + r with |r| <= ln 2 / 2, for |x| < 2^21. r is x itself when n = 0.
struct Ln2Multiple {
  float r;
  std::int32_t n;
};

HD inline Ln2Multiple reduce_ln2(float x) {
  const float magic = 0x1.8p23f;  // adding it rounds to an integer, left in the low bits of the sum
  const float sum = x * 0x1.715476p0f + magic;
  const float n = sum - magic;
  const float r = (x - n * 0x1.62e4p-1f) - n * 0x1.7f7d1cp-20f;  // n * 0x1.62e4p-1 is exact for |n| < 512
  return {r, static_cast<std::int32_t>(bit_cast<std::uint32_t>(sum) - bit_cast<std::uint32_t>(magic))};
}

/// e^r - 1 for |r| <= ln 2 / 2, relative error of the fit 2^-28.
HD inline float expm1_poly(float r) {
  float p = 0x1.3b8262p-13f;
  p = p * r + 0x1.6d2e4ep-10f;
  p = p * r + 0x1.1155aap-7f;
  p = p * r + 0x1.555502p-5f;
  p = p * r + 0x1.55552cp-3f;
  p = p * r + 0.5f;
  return r + (r * r) * p;
}

/// e^x for x in [-87, 88] or NaN: no denormal results, no overflow.
HD inline float exp_normal(float x) {
  const Ln2Multiple k = reduce_ln2(x);
  return (1.0f + expm1_poly(k.r)) * exp2i(k.n);
}

/// x = m 2^e with m in [sqrt(1/2), sqrt(2)), for 0 < x < inf, denormals included.
struct MantissaExponent {
  float m, e;
};

HD inline MantissaExponent split(float x) {
  const bool denormal = x < 0x1p-126f;
  const std::uint32_t i = bit_cast<std::uint32_t>(select(denormal, x * 0x1p25f, x));
  const std::int32_t e = static_cast<std::int32_t>(i - 0x3f3504f3u) >> 23;  // 0x3f3504f3 is sqrt(1/2)
  return {bit_cast<float>(i - (static_cast<std::uint32_t>(e) << 23)),
          static_cast<float>(e) - select(denormal, 25.0f, 0.0f)};
}

/// log(1 + f) + e ln 2 for 1 + f in [sqrt(1/2), sqrt(2)], relative error of the fit 2^-30.
HD inline float log_poly(float f, float e) {
  float p = 0x1.1369e2p-4f;
  p = p * f - 0x1.dd21a2p-4f;
  p = p * f + 0x1.e6c210p-4f;
  p = p * f - 0x1.fc4deap-4f;
  p = p * f + 0x1.233d7cp-3f;
  p = p * f - 0x1.555b52p-3f;
  p = p * f + 0x1.99a462p-3f;
  p = p * f - 0x1.000008p-2f;
  p = p * f + 0x1.555548p-2f;
  const float f2 = f * f;
  const float tail = (f * f2) * p - 0.5f * f2;
  return e * 0x1.62e4p-1f + (f + (tail + e * 0x1.7f7d1cp-20f));
}

/// log(1 + x) for x in (-1, inf).
HD inline float log1p_finite(float x) {
  const float u = 1.0f + x;
  const MantissaExponent k = split(u);
  // u has lost low bits of x; (1 + x) 2^-e - 1 is computed without them lost. Above 2^24 there is nothing to lose, and
  // 2^-e may not exist.
  const float scale = exp2i(-static_cast<std::int32_t>(k.e));
  const float f = select(x > 0x1p24f, k.m - 1.0f, scale * x + (scale - 1.0f));
  const float y = log_poly(f, k.e);
  return select((x < 0x1p-25f) & (x > -0x1p-25f), x, y);  // also keeps -0
}

/// x = q pi/2 + r with |r| <= pi/4; q modulo 4. The reduction is exact to float precision for |x| <= 1e6.
struct Quadrant {
  float r;
  std::uint32_t q;
};

HD inline Quadrant reduce_pi(float x) {
  const double magic = 0x1.8p52;
  const double xd = static_cast<double>(x);
  const double sum = xd * 0x1.45f306dc9c883p-1 + magic;
  const double n = sum - magic;
  const double r = (xd - n * 0x1.921fb544p0) - n * 0x1.0b4611a626331p-34;  // the first product is exact to |n| < 2^20
  const float limit = 0x1.921fb6p-1f;  // reached only where n itself has no meaning any more
  const float rf = clamp(static_cast<float>(r), -limit, limit);
  return {rf, static_cast<std::uint32_t>(bit_cast<std::uint64_t>(sum))};
}

/// sin(r), cos(r) or their negatives, by quadrant, |r| <= pi/4. Relative errors of the fits 2^-28 and 2^-33.
HD inline float sin_quadrant(float r, std::uint32_t q) {
  const float t = r * r;
  float s = -0x1.9953fep-13f;
  s = s * t + 0x1.110778p-7f;
  s = s * t - 0x1.555546p-3f;
  s = r + (r * t) * s;
  float c = 0x1.99e80cp-16f;
  c = c * t - 0x1.6c0c28p-10f;
  c = c * t + 0x1.55554ap-5f;
  c = (1.0f - 0.5f * t) + (t * t) * c;
  const float y = select((q & 1u) != 0u, c, s);
  return bit_cast<float>(bit_cast<std::uint32_t>(y) ^ ((q & 2u) << 30));
}

}  // namespace detail

// ---- rounding, signs, order ---------------------------------------------------------------------------------------

HD inline float abs(float x) { return ::fabsf(x); }
HD inline double abs(double x) { return ::fabs(x); }

HD inline float floor(float x) { return ::floorf(x); }
HD inline double floor(double x) { return ::floor(x); }

HD inline float ceil(float x) { return ::ceilf(x); }
HD inline double ceil(double x) { return ::ceil(x); }

/// To the nearest integer, halves to even, as NumPy and PyTorch do (C's rint, not C's round).
HD inline float round(float x) { return ::rintf(x); }
HD inline double round(double x) { return ::rint(x); }

template <class T>
HD inline bool isnan(T x) {
  return x != x;
}

/// -1, 0 or 1; NaN for NaN, and -0 stays -0.
template <class T>
HD inline T sign(T x) {
  return detail::select(x > T(0), T(1), detail::select(x < T(0), T(-1), x));
}

/// The larger of both; NaN if either is NaN (C's fmax drops NaN).
template <class T>
HD inline T max(T a, T b) {
  return detail::select((a > b) | (a != a), a, b);
}

/// The smaller of both; NaN if either is NaN.
template <class T>
HD inline T min(T a, T b) {
  return detail::select((a < b) | (a != a), a, b);
}

// ---- roots --------------------------------------------------------------------------------------------------------

HD inline float sqrt(float x) { return ::sqrtf(x); }
HD inline double sqrt(double x) { return ::sqrt(x); }

/// 1 / sqrt(x), with two roundings; rsqrt(-0) = -inf.
HD inline float rsqrt(float x) { return 1.0f / ::sqrtf(x); }
HD inline double rsqrt(double x) { return 1.0 / ::sqrt(x); }

// ---- exponentials and logarithms ----------------------------------------------------------------------------------

HD inline float exp(float x) {
  const detail::Ln2Multiple k = detail::reduce_ln2(detail::clamp(x, -104.0f, 89.0f));
  const std::int32_t half = k.n >> 1;  // 2^n in two factors: n = 128 and denormal results have no single one
  return (1.0f + detail::expm1_poly(k.r)) * detail::exp2i(half) * detail::exp2i(k.n - half);
}
HD inline double exp(double x) { return ::exp(x); }

HD inline float expm1(float x) {
  const detail::Ln2Multiple k = detail::reduce_ln2(detail::clamp(x, -20.0f, 89.0f));
  const float half = detail::exp2i(k.n - 1);  // not 2^n: n may be 128
  const float y = (half * detail::expm1_poly(k.r) + (half - 0.5f)) * 2.0f;
  return detail::select((x < 0x1p-25f) & (x > -0x1p-25f), x, y);  // also keeps -0
}
HD inline double expm1(double x) { return ::expm1(x); }

HD inline float log(float x) {
  const detail::MantissaExponent k = detail::split(x);
  const float y = detail::log_poly(k.m - 1.0f, k.e);
  const float special = detail::select(x < 0.0f, detail::nan(), detail::select(x == 0.0f, -detail::inf(), x));
  return detail::select((x > 0.0f) & (x < detail::inf()), y, special);
}
HD inline double log(double x) { return ::log(x); }

HD inline float log1p(float x) {
  const float y = detail::log1p_finite(x);
  const float special = detail::select(x < -1.0f, detail::nan(), detail::select(x == -1.0f, -detail::inf(), x));
  return detail::select((x > -1.0f) & (x < detail::inf()), y, special);
}
HD inline double log1p(double x) { return ::log1p(x); }

/// x^y with C's special cases. Computed in double: within 0.52 ulp, so correctly rounded but for near ties.
HD inline float pow(float x, float y) {
  const float ax = abs(x);
  const detail::MantissaExponent k = detail::split(ax);
  const double m = static_cast<double>(k.m);
  const double s = (m - 1.0) / (m + 1.0);
  const double t = s * s;
  double l = 0x1.5ce8e6c80031ap-2;  // log2(m) = s P(s^2), relative error 2^-37.8
  l = l * t + 0x1.a58d81487b21ap-2;
  l = l * t + 0x1.27777ff78a8bfp-1;
  l = l * t + 0x1.ec709d12bceb2p-1;
  l = l * t + 0x1.71547652bee00p+1;
  l = static_cast<double>(k.e) + s * l;
  const double axd = static_cast<double>(ax);
  const double infinity = static_cast<double>(detail::inf());
  l = detail::select(axd < infinity, l, axd);
  l = detail::select(axd == 0.0, -infinity, l);

  const double yd = static_cast<double>(y);
  const double yl = detail::select((axd == 1.0) & (yd == yd), 0.0, yd * l);  // (-1)^inf = 1
  const double z = detail::clamp(yl, -200.0, 200.0);
  const double magic = 0x1.8p52;
  const double sum = z + magic;
  const double r = z - (sum - magic);
  double p = 0x1.c0471a7b811f0p-17;  // 2^r, |r| <= 1/2, relative error 2^-32
  p = p * r + 0x1.443fb5fd6faa0p-13;
  p = p * r + 0x1.5dc05817354cfp-10;
  p = p * r + 0x1.3b2a1bd5863a7p-7;
  p = p * r + 0x1.c6b055109517ep-5;
  p = p * r + 0x1.ebfbe04588a27p-3;
  p = p * r + 0x1.62e4300ba719ep-1;
  p = p * r + 1.0;
  const double scale = bit_cast<double>((bit_cast<std::uint64_t>(sum) + 1023u) << 52);
  float v = static_cast<float>(p * scale);

  const bool whole = floor(y) == y;
  const bool odd = whole & (floor(0.5f * y) * 2.0f != y);
  const bool negative = bit_cast<std::int32_t>(x) < 0;
  v = detail::select(negative & odd, -v, v);
  v = detail::select((x < 0.0f) & (ax < detail::inf()) & !whole, detail::nan(), v);
  return detail::select((x == 1.0f) | (y == 0.0f), 1.0f, v);
}
HD inline double pow(double x, double y) { return ::pow(x, y); }

// ---- trigonometric ------------------------------------------------------------------------------------------------

/// Within 2 ulp for |x| <= 1e6. Beyond, the absolute error grows as |x| 2^-52, and past 2^51 only |sin x| <= 1 holds.
HD inline float sin(float x) {
  const detail::Quadrant k = detail::reduce_pi(x);
  const float y = detail::sin_quadrant(k.r, k.q);
  return detail::select(abs(x) < 0x1p-12f, x, y);  // keeps -0
}
HD inline double sin(double x) { return ::sin(x); }

/// As sin.
HD inline float cos(float x) {
  const detail::Quadrant k = detail::reduce_pi(x);
  return detail::sin_quadrant(k.r, k.q + 1u);
}
HD inline double cos(double x) { return ::cos(x); }

// ---- activations --------------------------------------------------------------------------------------------------

HD inline float tanh(float x) {
  const float a = abs(x);
  const float t = a * a;
  float p = -0x1.750ce4p-8f;  // |x| < 0.625: tanh(x) = x + x^3 P(x^2), relative error 2^-27.7
  p = p * t + 0x1.51f8cep-6f;
  p = p * t - 0x1.b835a4p-5f;
  p = p * t + 0x1.1106f6p-3f;
  p = p * t - 0x1.555532p-2f;
  const float small = x + (x * t) * p;
  // Otherwise 1 - 2 / (e^2a + 1), the fraction divided through by the 2^n of e^2a = 2^n (1 + q).
  const detail::Ln2Multiple k = detail::reduce_ln2(2.0f * detail::select(a > 10.0f, 10.0f, a));  // tanh(10) rounds to 1
  const float c = detail::exp2i(-k.n);
  const float large = 1.0f - 2.0f * c / (1.0f + (c + detail::expm1_poly(k.r)));
  return detail::select(a < 0.625f, detail::select(a < 0x1p-12f, x, small), ::copysignf(large, x));
}
HD inline double tanh(double x) { return ::tanh(x); }

/// 1 / (1 + e^-x).
HD inline float sigmoid(float x) {
  const float c = detail::clamp(x, -104.0f, 30.0f);  // sigmoid(30) rounds to 1
  // With e^-x = 2^n (1 + q), divided through by 2^n: 2^-n / (1 + 2^-n + q). 2^-n in two factors, for denormal results.
  const detail::Ln2Multiple k = detail::reduce_ln2(-c);
  const std::int32_t half = k.n >> 1;
  const float a = detail::exp2i(-half);
  const float b = detail::exp2i(half - k.n);
  const float ab = a * b;
  const float tiny = detail::select(ab < 0x1p-12f, ab, 0.0f);  // would be lost in 1 + ab
  return a / ((1.0f + (ab - tiny)) + (detail::expm1_poly(k.r) + tiny)) * b;
}
HD inline double sigmoid(double x) {
  const double e = ::exp(-::fabs(x));
  return (x < 0.0 ? e : 1.0) / (1.0 + e);
}

/// log(1 + e^x).
HD inline float softplus(float x) {
  const float e = exp(-abs(x));
  const bool upper = e > 0x1.a8279ap-2f;  // 1 + e > sqrt(2): log(1 + e) = log((1 + e) / 2) + log(2)
  const float f = detail::select(upper, 0.5f * e - 0.5f, e);
  return detail::select(x > 0.0f, x, 0.0f) + detail::log_poly(f, detail::select(upper, 1.0f, 0.0f));
}
HD inline double softplus(double x) { return (x > 0.0 ? x : 0.0) + ::log1p(::exp(-::fabs(x))); }

/// 2/sqrt(pi) times the integral of e^(-t^2) from 0 to x.
HD inline float erf(float x) {
  const float a = abs(x);
  const float t = a * a;
  float p = 0x1.4771fep-14f;  // |x| < 1: erf(x) = x + x P(x^2), relative error 2^-29
  p = p * t - 0x1.a3515ep-11f;
  p = p * t + 0x1.53f224p-8f;
  p = p * t - 0x1.b7f71ap-6f;
  p = p * t + 0x1.ce2ce6p-4f;
  p = p * t - 0x1.81273ep-2f;
  p = p * t + 0x1.06eba8p-3f;
  const float small = x + x * p;
  const float b = detail::select(a > 4.0f, 4.0f, a);  // erf(4) rounds to 1
  float q = -0x1.87274ap-13f;                         // otherwise erf(x) = 1 - e^-Q(x), relative error 2^-29
  q = q * b + 0x1.828854p-9f;
  q = q * b - 0x1.65e260p-6f;
  q = q * b + 0x1.a65f6cp-4f;
  q = q * b + 0x1.46b922p-1f;
  q = q * b + 0x1.208978p+0f;
  q = q * b + 0x1.63e0dep-12f;
  const float large = ::copysignf(1.0f - detail::exp_normal(-q), x);
  return detail::select(a < 1.0f, small, large);
}
HD inline double erf(double x) { return ::erf(x); }

#ifdef EMOGRAD_ISA
}  // inline namespace EMOGRAD_ISA
#endif
}  // namespace emograd::math
