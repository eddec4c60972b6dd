#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>

namespace emograd::report {

/// What, besides options and data, decides the last bits of a result: versions of emograd, the compiler and OpenBLAS,
/// the instruction level of the kernels, the code behind matmul (for a product with `features` inner extents), and
/// whether fused kernels are used. Nothing that identifies a machine or a person.
nlohmann::json build_info(std::int64_t features);

}  // namespace emograd::report
