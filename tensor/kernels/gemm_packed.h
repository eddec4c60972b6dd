#pragma once

#include "tensor/kernels/gemm.h"

namespace emograd::kernels {

/// Whether kernels run at the level that gemm_packed is written for (v4: AVX-512).
bool gemm_packed_runs_here();

/// gemm() by the packed AVX-512 kernel, f32 or f64.
void gemm_packed(const Gemm& product);

}  // namespace emograd::kernels
