#include "tensor/error.h"

namespace emograd {

void fail(const std::string& message) { throw Error(message); }

}  // namespace emograd
