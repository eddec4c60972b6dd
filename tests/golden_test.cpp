#include <map>

#include "autograd/grad.h"
#include "autograd/ops/index.h"
#include "autograd/ops/linalg.h"
#include "autograd/ops/pointwise.h"
#include "autograd/ops/reduce.h"
#include "autograd/ops/shape.h"
#include "autograd/ops/softmax.h"
#include "nn/losses.h"
#include "tests/golden.h"
#include "tests/op_checks.h"

using namespace emograd;
using namespace emograd::cases;

namespace {

using Tensors = std::vector<Tensor>;
using Constants = std::function<Tensor(const char*)>;
using Case = std::function<Tensor(const Tensors&, const Constants&)>;

Case of(Tensor (*f)(const Tensor&)) {
  return [f](const Tensors& x, const Constants&) { return f(x[0]); };
}
Case of(Tensor (*f)(const Tensor&, const Tensor&)) {
  return [f](const Tensors& x, const Constants&) { return f(x[0], x[1]); };
}

Tensor normalised(const Tensor& x, const Axes& axes, double eps) {
  const Tensor centred = x - mean(x, axes, true);
  return centred * rsqrt(mean(square(centred), axes, true) + eps);
}

std::map<std::string, Case> pointwise() {
  using T = const Tensor&;
  return {
      {"neg", of([](T x) { return -x; })},
      {"square", of(square)},
      {"exp", of(exp)},
      {"expm1", of(expm1)},
      {"expm1_small", of(expm1)},
      {"sin", of(sin)},
      {"cos", of(cos)},
      {"tanh", of(tanh)},
      {"tanh_far", of(tanh)},
      {"erf", of(erf)},
      {"sigmoid", of(sigmoid)},
      {"sigmoid_far", of(sigmoid)},
      {"log_sigmoid", of([](T x) { return -softplus(-x); })},
      {"log_sigmoid_far", of([](T x) { return -softplus(-x); })},
      {"softplus", of(softplus)},
      {"softplus_far", of(softplus)},
      {"silu", of(silu)},
      {"mish", of([](T x) { return x * tanh(softplus(x)); })},
      {"gelu", of(gelu)},
      {"gelu_far", of(gelu)},
      {"gelu_tanh", of(gelu_tanh)},
      {"log", of(log)},
      {"log1p", of(log1p)},
      {"log1p_small", of(log1p)},
      {"sqrt", of(sqrt)},
      {"rsqrt", of(rsqrt)},
      {"reciprocal", of(reciprocal)},
      {"abs", of(abs)},
      {"relu", of(relu)},
      {"softsign", of([](T x) { return x / (abs(x) + 1.0); })},
      {"elu", of([](T x) { return elu(x); })},
      {"leaky_relu", [](const Tensors& x, const Constants& c) { return leaky_relu(x[0], c("slope").item()); }},
      {"clamp", [](const Tensors& x, const Constants& c) { return clamp(x[0], c("lo").item(), c("hi").item()); }},
      {"pow_3", of([](T x) { return pow(x, 3.0); })},
      {"pow_2p5", of([](T x) { return pow(x, 2.5); })},
      {"pow_m1p5", of([](T x) { return pow(x, -1.5); })},
      {"add", of([](T a, T b) { return a + b; })},
      {"sub", of([](T a, T b) { return a - b; })},
      {"mul", of([](T a, T b) { return a * b; })},
      {"div", of([](T a, T b) { return a / b; })},
      {"pow", of([](T a, T b) { return pow(a, b); })},
      {"hypot", of([](T a, T b) { return sqrt(square(a) + square(b)); })},
      {"logaddexp", of([](T a, T b) {
         return logsumexp(stack({a, b}, 0), {0});
       })},
      {"maximum", of(maximum)},
      {"minimum", of(minimum)},
      {"add_broadcast", of([](T a, T b) { return a + b; })},
      {"mul_broadcast", of([](T a, T b) { return a * b; })},
      {"div_broadcast", of([](T a, T b) { return a / b; })},
      {"lerp", [](const Tensors& x, const Constants&) { return x[0] + x[2] * (x[1] - x[0]); }},
      {"where",
       [](const Tensors& x, const Constants& c) { return where(cast(c("mask"), DType::boolean), x[0], square(x[1])); }},
  };
}

std::map<std::string, Case> reductions() {
  using T = const Tensor&;
  return {
      {"sum", of([](T x) { return sum(x); })},
      {"sum_axis0", of([](T x) { return sum(x, {0}); })},
      {"sum_axis1_keepdim", of([](T x) { return sum(x, {1}, true); })},
      {"sum_axes02", of([](T x) {
         return sum(x, {0, 2});
       })},
      {"mean", of([](T x) { return mean(x); })},
      {"mean_axis1", of([](T x) { return mean(x, {1}); })},
      {"max", of([](T x) { return max(x); })},
      {"max_axis1", of([](T x) { return max(x, {1}); })},
      {"min_axis2", of([](T x) { return min(x, {2}); })},
      {"var", of([](T x) { return var(x); })},
      {"var_axis2", of([](T x) { return var(x, {2}); })},
      {"var_axis0_biased", of([](T x) { return var(x, {0}, 0); })},
      {"std_axis1", of([](T x) { return sqrt(var(x, {1})); })},
      {"norm2", of([](T x) { return norm(x); })},
      {"norm2_axis1", of([](T x) { return norm(x, 2, {1}); })},
      {"norm1_axis2", of([](T x) { return norm(x, 1, {2}); })},
      {"norm3_axis0", of([](T x) { return norm(x, 3, {0}); })},
      {"logsumexp", of([](T x) { return logsumexp(x); })},
      {"logsumexp_axis1", of([](T x) { return logsumexp(x, {1}); })},
      {"softmax_axis0", of([](T x) { return softmax(x, 0); })},
      {"softmax_axis1", of([](T x) { return softmax(x, 1); })},
      {"log_softmax_axis1", of([](T x) { return log_softmax(x, 1); })},
      {"log_softmax_far", of([](T x) { return log_softmax(x, 1); })},
      {"cumsum_axis0", of([](T x) { return cumsum(x, 0); })},
      {"cumsum_axis1", of([](T x) { return cumsum(x, 1); })},
      {"norm_power", of([](T x) { return mean(norm_power(x, 5, {1})); })},
      {"layer_norm", [](const Tensors& x, const Constants&) { return normalised(x[0], {1}, 1e-5) * x[1] + x[2]; }},
      {"batch_norm", [](const Tensors& x, const Constants&) { return normalised(x[0], {0}, 1e-5) * x[1] + x[2]; }},
      {"rms_norm", of([](T x, T gain) { return x * rsqrt(mean(square(x), {1}, true) + 1e-6) * gain; })},
      {"group_norm",
       [](const Tensors& x, const Constants&) {
         return reshape(normalised(reshape(x[0], {2, 2, 6}), {2}, 1e-5), {2, 4, 3}) * unsqueeze(x[1], 1) +
                unsqueeze(x[2], 1);
       }},
      {"cosine_similarity", of([](T a, T b) { return sum(a * b, {1}) / (norm(a, 2, {1}) * norm(b, 2, {1})); })},
  };
}

std::map<std::string, Case> losses() {
  using T = const Tensor&;
  const Case bce = [](const Tensors& x, const Constants& c) { return nn::bce_with_logits(x[0], c("target")); };
  const Case ce = [](const Tensors& x, const Constants& c) { return nn::cross_entropy(x[0], c("target")); };
  return {
      {"cross_entropy", ce},
      {"cross_entropy_soft", ce},
      {"cross_entropy_weighted",
       [](const Tensors& x, const Constants& c) { return nn::cross_entropy(x[0], c("target"), c("weight")); }},
      {"cross_entropy_smooth",
       [](const Tensors& x, const Constants& c) {
         const double s = c("s").item();
         return nn::cross_entropy(x[0], one_hot(c("target"), 5, DType::f64) * (1 - s) + s / 5);
       }},
      {"bce_with_logits", bce},
      {"bce_with_logits_far", bce},
      {"mse", of(nn::mean_squared_error)},
      {"l1", of([](T a, T b) { return mean(abs(a - b)); })},
      {"kl_gauss", of([](T mu, T lv) { return sum(lv + 1.0 - square(mu) - exp(lv)) * (-0.5 / 4); })},
      {"critic_penalty",
       [](const Tensors& x, const Constants&) {
         const auto f = [&](const Tensor& p) { return matmul(tanh(linear(p, x[1], x[2])), unsqueeze(x[3], 1)); };
         return nn::gradient_penalty(f, x[0], 5);  // the golden derivatives include those for the points themselves
       }},
  };
}

std::map<std::string, Case> structured() {
  using T = const Tensor&;
  return {
      {"matmul", of(matmul)},
      {"matmul_batched", of(matmul)},
      {"matmul_broadcast", of(matmul)},
      {"matvec", of([](T a, T b) { return squeeze(matmul(a, unsqueeze(b, 1)), 1); })},
      {"dot", of([](T a, T b) { return sum(a * b); })},
      {"outer", of([](T a, T b) { return matmul(unsqueeze(a, 1), unsqueeze(b, 0)); })},
      {"linear", [](const Tensors& x, const Constants&) { return linear(x[0], x[1], x[2]); }},
      {"attention",
       [](const Tensors& x, const Constants&) {
         return matmul(softmax(matmul(x[0], transpose(x[1])) * (1 / std::sqrt(static_cast<double>(x[0].dim(-1))))),
                       x[2]);
       }},
      {"gather", [](const Tensors& x, const Constants& c) { return gather(x[0], 0, c("index")); }},
      {"index_select", [](const Tensors& x, const Constants& c) { return index_select(x[0], 0, c("index")); }},
      {"scatter_add",
       [](const Tensors& x, const Constants& c) { return x[0] + scatter_add(x[1], 0, c("index"), x[0].dim(0)); }},
      {"index_add",
       [](const Tensors& x, const Constants& c) { return x[0] + index_add(x[1], 0, c("index"), x[0].dim(0)); }},
      {"concat_axis1", of([](T a, T b) {
         return square(cat({a, b}, 1));
       })},
      {"pad", of([](T x) { return square(pad(x, -1, 1, 2)); })},
      {"slice", of([](T x) { return pow(slice(slice(x, 0, 1, x.dim(0)), 1, 0, 5, 2), 3.0); })},
      {"permute", of([](T x) {
         return pow(permute(x, {2, 0, 1}), 3.0);
       })},
      {"flip", of([](T x) { return pow(flip(x, 1), 3.0); })},
      {"glu", of([](T x) {
         const std::int64_t half = x.dim(1) / 2;
         return slice(x, 1, 0, half) * sigmoid(slice(x, 1, half, 2 * half));
       })},
  };
}

/// Relative where the README grants full accuracy; where a derivative is tiny because the function saturates, PyTorch's
/// own digits are lost and only the absolute size is compared.
std::string compare(const Tensor& got, const Tensor& want, double relative, double absolute) {
  if (got.shape() != want.shape()) return fmt::format("shape {} instead of {}", got.shape(), want.shape());
  const Array a = array_of(got), b = array_of(want);
  for (std::size_t i = 0; i < a.v.size(); ++i)
    if (!(std::abs(a.v[i] - b.v[i]) <= relative * std::abs(b.v[i]) + absolute))
      return fmt::format("element {}: {:.17g} instead of {:.17g}", i, a.v[i], b.v[i]);
  return "";
}

void check_family(const std::map<std::string, Case>& cases) {
  for (const auto& entry : cases) {
    const auto& name = entry.first;
    const auto& f = entry.second;
    INFO(name);
    const auto at = [&](const std::string& what) { return golden("ops").at(name + "/" + what); };
    Tensors x, dx_want, hvp_want, v;
    for (int i = 0; golden("ops").count(name + "/x" + std::to_string(i)); ++i) {
      const std::string n = std::to_string(i);
      x.push_back(variable(at("x" + n)));
      dx_want.push_back(at("dx" + n));
      hvp_want.push_back(at("hvp" + n));
      v.push_back(at("v" + n));
    }
    REQUIRE(!x.empty());
    const Tensor y = f(x, [&](const char* constant) { return at(constant); });
    const bool far = contains(name, "_far");
    const bool small = contains(name, "_small");
    CHECK(compare(y, at("y"), name == "gelu_far" ? 1e-9 : 1e-12, far || small ? 0 : 1e-13) == "");
    const auto dx = grad(y, x, {.create_graph = true, .allow_unused = true, .seed = at("g")});
    Tensor level = full({}, 0, DType::f64);
    for (std::size_t i = 0; i < x.size(); ++i) {
      CHECK(compare(dx[i], dx_want[i], 1e-10, 1e-13) == "");
      level = level + sum(dx[i] * v[i]);
    }
    const auto hvp = level.tracked() ? grad(level, x, {.allow_unused = true}) : Tensors{};
    for (std::size_t i = 0; i < x.size(); ++i)
      CHECK(compare(hvp.empty() ? zeros_like(x[i]) : hvp[i], hvp_want[i], 1e-10, 1e-12) == "");
  }
}

}  // namespace

TEST_CASE("golden: pointwise values, gradients and Hessian-vector products are PyTorch's") {
  check_family(pointwise());
}
TEST_CASE("golden: reductions, softmax and normalisation") { check_family(reductions()); }
TEST_CASE("golden: losses") { check_family(losses()); }
TEST_CASE("golden: products, indices and movement") { check_family(structured()); }
