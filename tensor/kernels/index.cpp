#include "tensor/kernels/index.h"

#include <cstring>

#include "tensor/parallel.h"
#include "tensor/trace.h"

namespace emograd::kernels {
namespace {

trace::Kernel traced(const char* name, const Rows& r, double passes) {
  const double n = static_cast<double>(r.outer) * static_cast<double>(r.count) * static_cast<double>(r.inner);
  return {name, 0, passes * n * static_cast<double>(size_of(r.dtype))};
}

template <class F>
void dispatch_word(DType t, F&& f) {
  if (t == DType::f32) f.template operator()<float>();
  else if (t == DType::f64) f.template operator()<double>();
  else if (t == DType::i64) f.template operator()<std::int64_t>();
  else f.template operator()<unsigned char>();
}

constexpr std::int64_t grain = 32768;  // elements worth a thread

}  // namespace

void take_rows(const Rows& r, const void* in, void* out) {
  const auto kernel = traced("take_rows", r, 2);
  const auto row = static_cast<std::size_t>(r.inner) * size_of(r.dtype);
  const auto* from = static_cast<const std::byte*>(in);
  auto* to = static_cast<std::byte*>(out);
  parallel_for(r.outer * r.count, 1 + grain / (r.inner + 1), [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t at = begin; at < end; ++at) {
      const std::int64_t source = at / r.count * r.extent + r.index[at % r.count];
      std::memcpy(to + static_cast<std::size_t>(at) * row, from + static_cast<std::size_t>(source) * row, row);
    }
  });
}

void add_rows(const Rows& r, const void* in, void* out) {
  const auto kernel = traced("add_rows", r, 3);
  dispatch_word(r.dtype, [&]<class T>() {
    parallel_for(r.inner, 1 + grain / (r.outer * r.count + 1), [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t o = 0; o < r.outer; ++o)
        for (std::int64_t i = 0; i < r.count; ++i) {
          const T* x = static_cast<const T*>(in) + (o * r.count + i) * r.inner;
          T* y = static_cast<T*>(out) + (o * r.extent + r.index[i]) * r.inner;
          for (std::int64_t n = begin; n < end; ++n) y[n] = static_cast<T>(y[n] + x[n]);
        }
    });
  });
}

void gather(const Rows& r, const void* in, void* out) {
  const auto kernel = traced("gather", r, 2);
  dispatch_word(r.dtype, [&]<class T>() {
    parallel_for(r.outer * r.count, 1 + grain / (r.inner + 1), [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t at = begin; at < end; ++at) {
        const std::int64_t* index = r.index + at * r.inner;
        const T* x = static_cast<const T*>(in) + at / r.count * r.extent * r.inner;
        T* y = static_cast<T*>(out) + at * r.inner;
        for (std::int64_t n = 0; n < r.inner; ++n) y[n] = x[index[n] * r.inner + n];
      }
    });
  });
}

void scatter_add(const Rows& r, const void* in, void* out) {
  const auto kernel = traced("scatter_add", r, 3);
  dispatch_word(r.dtype, [&]<class T>() {
    parallel_for(r.outer, 1 + grain / (r.count * r.inner + 1), [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t at = begin * r.count; at < end * r.count; ++at) {
        const std::int64_t* index = r.index + at * r.inner;
        const T* x = static_cast<const T*>(in) + at * r.inner;
        T* y = static_cast<T*>(out) + at / r.count * r.extent * r.inner;
        for (std::int64_t n = 0; n < r.inner; ++n)
          y[index[n] * r.inner + n] = static_cast<T>(y[index[n] * r.inner + n] + x[n]);
      }
    });
  });
}

}  // namespace emograd::kernels
