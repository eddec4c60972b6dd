#include "tensor/kernels/softmax.h"

#include "tensor/kernels/isa.h"
#include "tensor/parallel.h"
#include "tensor/trace.h"

namespace emograd::kernels {
namespace {

trace::Kernel traced(const char* name, const CrossEntropy& c, double passes) {
  const double n = static_cast<double>(c.rows) * static_cast<double>(c.classes);
  return {name, 4 * n, passes * n * (c.f64 ? 8 : 4)};
}

std::int64_t grain(const CrossEntropy& c) { return 1 + 4096 / c.classes; }

}  // namespace

void cross_entropy(const CrossEntropy& c, void* loss) {
  const auto kernel = traced("cross_entropy", c, 2);
  const auto fn = active_table<SoftmaxTable>().forward[c.f64];
  parallel_for(c.rows, grain(c), [&](std::int64_t begin, std::int64_t end) { fn(c, begin, end, loss); });
}

void cross_entropy_backward(const CrossEntropy& c, const void* g, void* dx, void* dt) {
  const auto kernel = traced("cross_entropy_backward", c, 2 + (dx != nullptr) + (dt != nullptr));
  const auto fn = active_table<SoftmaxTable>().backward[c.f64];
  parallel_for(c.rows, grain(c), [&](std::int64_t begin, std::int64_t end) { fn(c, begin, end, g, dx, dt); });
}

}  // namespace emograd::kernels
