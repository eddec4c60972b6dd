#include "autograd/fused.h"

#include <cstdlib>
#include <string_view>
#include <utility>

namespace emograd {
namespace {

bool default_mode() {
  static const bool on = [] {
    const char* text = std::getenv("EMOGRAD_FUSED");
    check(!text || std::string_view(text) == "0" || std::string_view(text) == "1",
          "EMOGRAD_FUSED={}: use 0 (every fused kernel off) or 1", text ? text : "");
    return !text || text[0] == '1';
  }();
  return on;
}

thread_local int mode = -1;  // −1: the default

}  // namespace

bool fused_mode() { return mode < 0 ? default_mode() : mode == 1; }
FusedMode::FusedMode(bool on) : before_(fused_mode()) { mode = on; }
FusedMode::~FusedMode() { mode = before_; }

Tensor alias(const Tensor& x) {
  return record("alias", x.detach(), {x}, [](const Tensor& g) { return g; });
}

}  // namespace emograd
