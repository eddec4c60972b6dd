#pragma once

#include <cuda_runtime.h>

#include <cstdint>

/// The pointwise loops of map.h on a CUDA device: the same functors, the same arithmetic. Contiguous inputs; a
/// grid-stride loop, so that any grid covers any size.
namespace emograd::kernels {

template <class Op, class T, class R>
__global__ void map1_cuda(Op op, const T* x, R* y, std::int64_t n) {
  for (std::int64_t i = std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x; i < n;
       i += std::int64_t{gridDim.x} * blockDim.x)
    y[i] = op.f(x[i]);
}

template <class Op, class T, class R>
__global__ void map2_cuda(Op op, const T* a, const T* b, R* y, std::int64_t n) {
  for (std::int64_t i = std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x; i < n;
       i += std::int64_t{gridDim.x} * blockDim.x)
    y[i] = op.f(a[i], b[i]);
}

}  // namespace emograd::kernels
