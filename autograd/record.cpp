#include "autograd/record.h"

namespace emograd {

void refuse_tracked(const char* name, Inputs inputs) {
  if (any_tracked(inputs))
    throw GradError(
        fmt::format("{}: has no derivative, but an input is tracked; pass x.detach(), or compute under NoGrad", name));
}

}  // namespace emograd
