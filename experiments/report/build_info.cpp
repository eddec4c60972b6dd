#include "experiments/report/build_info.h"

#include <cblas.h>

#include <string>

#include "autograd/fused.h"
#include "tensor/kernels/gemm.h"
#include "tensor/kernels/isa.h"

namespace emograd::report {

nlohmann::json build_info(std::int64_t features) {
  const kernels::Gemm product{.f64 = false,
                              .batch = 1,
                              .m = 128,
                              .n = 800,
                              .k = features,
                              .a = {nullptr, features, 1, 0},
                              .b = {nullptr, 800, 1, 0},
                              .c = nullptr,
                              .epilogue = {}};
#if defined(__clang__)
  const std::string compiler = "clang " __clang_version__;
#else
  const std::string compiler = "gcc " __VERSION__;
#endif
  return {{"emograd", EMOGRAD_VERSION},
          {"compiler", compiler},
          {"openblas", openblas_get_config()},
          {"isa", kernels::name_of(kernels::active_isa())},
          {"gemm", kernels::gemm_backend(product)},
          {"fused", fused_mode()}};
}

}  // namespace emograd::report
