#include "tensor/kernels/isa.h"

#include <cstdlib>
#include <string_view>

#include "tensor/error.h"

namespace emograd::kernels {
namespace {

Isa best_isa() {
#if defined(__x86_64__)
  __builtin_cpu_init();
  const bool v3 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2");
  const bool v4 = v3 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                  __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
                  __builtin_cpu_supports("avx512cd");
  return v4 ? Isa::v4 : v3 ? Isa::v3 : Isa::v2;
#else
  return Isa::v2;
#endif
}

Isa choose_isa() {
  const Isa best = best_isa();
  const char* text = std::getenv("EMOGRAD_ISA");
  if (!text || !*text) return best;
  for (const Isa level : {Isa::v2, Isa::v3, Isa::v4})
    if (std::string_view(text) == name_of(level)) {
      check(level <= best, "EMOGRAD_ISA={}: this processor has no more than {}", text, name_of(best));
      return level;
    }
  fail(fmt::format("EMOGRAD_ISA={}: unknown level; use v2, v3 or v4, or unset it", text));
}

}  // namespace

Isa active_isa() {
  static const Isa isa = choose_isa();
  return isa;
}

const char* name_of(Isa isa) { return isa == Isa::v4 ? "v4" : isa == Isa::v3 ? "v3" : "v2"; }

}  // namespace emograd::kernels
