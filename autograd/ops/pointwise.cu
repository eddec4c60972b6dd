#include "autograd/ops/functors.h"
#include "tensor/kernels/map.cuh"

namespace emograd::kernels {
namespace {

template <class... Ops>
void launch_unary(TypeList<Ops...>, cudaStream_t stream, const float* x, float* y, const double* x64, double* y64,
                  std::int64_t n) {
  ((map1_cuda<Ops, float, float><<<256, 256, 0, stream>>>(Ops{}, x, y, n),
    map1_cuda<Ops, double, double><<<256, 256, 0, stream>>>(Ops{}, x64, y64, n)),
   ...);
}

template <class... Ops>
void launch_binary(TypeList<Ops...>, cudaStream_t stream, const float* x, float* y, const double* x64, double* y64,
                   std::int64_t n) {
  ((map2_cuda<Ops, float, float><<<256, 256, 0, stream>>>(Ops{}, x, x, y, n),
    map2_cuda<Ops, double, double><<<256, 256, 0, stream>>>(Ops{}, x64, x64, y64, n)),
   ...);
}

}  // namespace

/// Launches every pointwise kernel once: instantiates them all, and is what a device check runs.
void launch_every_pointwise_kernel(cudaStream_t stream, const float* x, float* y, const double* x64, double* y64,
                                   std::int64_t n) {
  launch_unary(Unary{}, stream, x, y, x64, y64, n);
  launch_binary(Binary{}, stream, x, y, x64, y64, n);
}

}  // namespace emograd::kernels
