#include "nn/module.h"

#include "autograd/node.h"

namespace emograd::nn {

std::vector<Tensor> values(const std::vector<Tensor*>& parameters) {
  std::vector<Tensor> out;
  out.reserve(parameters.size());
  for (const Tensor* p : parameters) out.push_back(*p);
  return out;
}

void set_parameter(Tensor& parameter, const Tensor& value) { parameter = variable(packed(value.detach())); }

}  // namespace emograd::nn
