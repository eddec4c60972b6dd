#include "audio/front_ends/frames.h"

#include <cmath>
#include <numbers>
#include <numeric>

#include "tensor/error.h"

namespace emograd::audio {

Tensor reflected(const Tensor& samples, std::int64_t n) {
  check(samples.rank() == 1, "reflected: shape {}; needs samples (s)", samples.shape());
  const std::int64_t size = samples.numel();
  check(n >= 0 && size > n, "reflected: {} samples mirrored at the ends of {}; needs more than are mirrored", n, size);
  Tensor out = empty({size + 2 * n}, DType::f64);
  const double* x = samples.data<double>();
  double* y = out.mutable_data<double>();
  for (std::int64_t i = -n; i < size + n; ++i) *y++ = x[i < 0 ? -i : i < size ? i : 2 * (size - 1) - i];
  return out;
}

Tensor frames(const Tensor& samples, std::int64_t length, std::int64_t hop) {
  check(samples.rank() == 1, "frames: shape {}; needs samples (s)", samples.shape());
  check(length >= 1 && hop >= 1, "frames: length {}, hop {}; needs at least 1 sample each", length, hop);
  check(samples.numel() >= length, "frames: {} samples; one frame needs {}", samples.numel(), length);
  const Tensor x = packed(samples);
  return packed(x.view_as({(x.numel() - length) / hop + 1, length}, {hop, 1}, x.offset()));
}

namespace {

/// A new tensor of the same shape, every row filled by row(x, y, length).
template <class F>
Tensor by_row(const char* name, const Tensor& rows, F row) {
  check(rows.rank() == 2 && rows.dim(1) > 0, "{}: shape {}; needs rows (n, length)", name, rows.shape());
  const std::int64_t length = rows.dim(1);
  Tensor out = empty(rows.shape(), DType::f64);
  const double* x = rows.data<double>();
  double* y = out.mutable_data<double>();
  for (std::int64_t j = 0; j < rows.dim(0); ++j) row(x + j * length, y + j * length, length);
  return out;
}

}  // namespace

Tensor without_mean(const Tensor& rows) {
  return by_row("without_mean", rows, [](const double* x, double* y, std::int64_t length) {
    const double mean = std::accumulate(x, x + length, 0.0) / static_cast<double>(length);
    for (std::int64_t i = 0; i < length; ++i) y[i] = x[i] - mean;
  });
}

Tensor pre_emphasised(const Tensor& rows, double a) {
  return by_row("pre_emphasised", rows, [a](const double* x, double* y, std::int64_t length) {
    for (std::int64_t i = 0; i < length; ++i) y[i] = x[i] - a * x[i > 0 ? i - 1 : 0];
  });
}

Tensor windowed(const Tensor& rows, const Tensor& window) {
  check(rows.rank() == 2 && window.shape() == Shape{rows.dim(1)}, "windowed: rows {} and window {}; needs one length",
        rows.shape(), window.shape());
  return by_row("windowed", rows, [w = window.data<double>()](const double* x, double* y, std::int64_t length) {
    for (std::int64_t i = 0; i < length; ++i) y[i] = x[i] * w[i];
  });
}

Tensor hann(std::int64_t length, Hann kind) {
  check(length >= 2, "hann: length {}; needs at least 2", length);
  const auto period = static_cast<double>(kind == Hann::periodic ? length : length - 1);
  Tensor out = empty({length}, DType::f64);
  for (std::int64_t i = 0; i < length; ++i)
    out.mutable_data<double>()[i] = 0.5 - 0.5 * std::cos(2 * std::numbers::pi * static_cast<double>(i) / period);
  return out;
}

}  // namespace emograd::audio
