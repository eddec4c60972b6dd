#include "autograd/fused.h"

#include <cstdlib>
#include <string_view>

namespace emograd {
namespace {

bool mode_from_environment() {
  const char* text = std::getenv("EMOGRAD_FUSED");
  check(!text || std::string_view(text) == "0" || std::string_view(text) == "1",
        "EMOGRAD_FUSED={}: use 0 (every fused kernel off) or 1", text ? text : "");
  return !text || text[0] == '1';
}

thread_local bool mode = mode_from_environment();

}  // namespace

bool fused_mode() { return mode; }
FusedMode::FusedMode(bool on) : Restore(mode, on) {}

Tensor alias(const Tensor& x) {
  return record("alias", x.detach(), {x}, [](const Tensor& g) { return g; });
}

}  // namespace emograd
