#include "audio/front_ends/features.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "tensor/error.h"
#include "tensor/kernels/gemm.h"

namespace emograd::audio {

Tensor projected(const Tensor& rows, const Tensor& matrix) {
  check(rows.rank() == 2 && matrix.rank() == 2 && rows.dim(1) == matrix.dim(1),
        "projected: rows {} and matrix {}; needs (n, k) and (m, k)", rows.shape(), matrix.shape());
  const std::int64_t n = rows.dim(0), k = rows.dim(1), m = matrix.dim(0);
  Tensor out = empty({n, m}, DType::f64);
  kernels::gemm({.f64 = true,
                 .batch = 1,
                 .m = n,
                 .n = m,
                 .k = k,
                 .a = {rows.data<double>(), k, 1, 0},
                 .b = {matrix.data<double>(), 1, k, 0},
                 .c = out.mutable_data<double>(),
                 .epilogue = {}});
  return out;
}

Tensor logarithms(const Tensor& x, double floor) {
  check(floor > 0, "logarithms: floor {}; needs a positive one", floor);
  Tensor out = empty(x.shape(), DType::f64);
  std::transform(x.data<double>(), x.data<double>() + x.numel(), out.mutable_data<double>(),
                 [floor](double v) { return std::log(std::max(v, floor)); });
  return out;
}

Tensor log_mel(const Tensor& spectra, const Tensor& filters, double floor) {
  return logarithms(projected(spectra, filters), floor);
}

Tensor dct_matrix(std::int64_t coefficients, std::int64_t bands) {
  check(coefficients >= 1 && coefficients <= bands,
        "dct_matrix: {} coefficients of {} bands; needs 1 to as many as bands", coefficients, bands);
  const auto all = static_cast<double>(bands);
  Tensor out = empty({coefficients, bands}, DType::f64);
  double* y = out.mutable_data<double>();
  for (std::int64_t i = 0; i < coefficients; ++i)
    for (std::int64_t m = 0; m < bands; ++m)
      *y++ = std::sqrt((i == 0 ? 1 : 2) / all) *
             std::cos(std::numbers::pi * static_cast<double>(i) * (static_cast<double>(m) + 0.5) / all);
  return out;
}

Tensor mfcc(const Tensor& log_mel, std::int64_t coefficients) {
  check(log_mel.rank() == 2, "mfcc: shape {}; needs (frames, bands)", log_mel.shape());
  return projected(log_mel, dct_matrix(coefficients, log_mel.dim(1)));
}

Tensor cmvn(const Tensor& rows, double eps) {
  check(rows.rank() == 2 && rows.dim(0) > 0, "cmvn: shape {}; needs (frames, columns) and a frame", rows.shape());
  const std::int64_t n = rows.dim(0), columns = rows.dim(1);
  Tensor out = empty(rows.shape(), DType::f64);
  const double* x = rows.data<double>();
  double* y = out.mutable_data<double>();
  for (std::int64_t c = 0; c < columns; ++c) {
    double sum = 0, squares = 0;  // the sum from the first value on: 0, exactly, where nothing varies
    for (std::int64_t j = 0; j < n; ++j) sum += x[j * columns + c] - x[c];
    const double mean = x[c] + sum / static_cast<double>(n);
    for (std::int64_t j = 0; j < n; ++j) squares += (x[j * columns + c] - mean) * (x[j * columns + c] - mean);
    const double deviation = std::sqrt(squares / static_cast<double>(n) + eps);
    for (std::int64_t j = 0; j < n; ++j)
      y[j * columns + c] = deviation > 0 ? (x[j * columns + c] - mean) / deviation : 0;
  }
  return out;
}

}  // namespace emograd::audio
