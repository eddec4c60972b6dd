#include "tensor/tensor.h"

#include <sstream>

#include "autograd/ops/shape.h"
#include "tests/op_checks.h"

using namespace emograd;
using namespace emograd::cases;

TEST_CASE("tensor: makers") {
  CHECK(zeros({2, 3}).to_vector<double>() == std::vector<double>(6, 0.0));
  CHECK(full({2}, 2.5, DType::f64).to_vector<double>() == std::vector<double>{2.5, 2.5});
  CHECK(ones({2}, DType::i64).to_vector<std::int64_t>() == std::vector<std::int64_t>{1, 1});
  CHECK(arange(4).to_vector<float>() == std::vector<float>{0, 1, 2, 3});
  CHECK(arange(0).numel() == 0);
  const Tensor rows = tensor({{1, 2, 3}, {4, 5, 6}}, DType::f64);
  CHECK(rows.shape() == Shape{2, 3});
  CHECK(rows.dim(-1) == 3);
  const std::vector<double> values = {1, 2, 3, 4};
  CHECK(from_values<double>({2, 2}, values).data<double>()[3] == 4);
  CHECK(full({}, 7).item() == 7);
  CHECK(zeros_like(rows).dtype() == DType::f64);
  CHECK(ones_like(rows).shape() == rows.shape());
}

TEST_CASE("tensor: views share storage, copies of the handle share everything") {
  const Tensor x = arange(6, DType::f64);
  const Tensor y = transpose(reshape(x, {2, 3}));
  CHECK(y.storage().get() == x.storage().get());
  CHECK_FALSE(y.is_contiguous());
  CHECK(y.to_vector<double>() == std::vector<double>{0, 3, 1, 4, 2, 5});
  CHECK(packed(y).storage().get() != x.storage().get());
  CHECK(packed(x).storage().get() == x.storage().get());
  const Tensor row = slice(reshape(x, {2, 3}), 0, 1, 2);
  CHECK(row.offset() == 3);
  CHECK(row.data<double>()[0] == 3);
}

TEST_CASE("tensor: bitwise_equal tells NaN, zeros, shapes and types apart") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK(bitwise_equal(tensor({nan}), tensor({nan})));
  CHECK_FALSE(bitwise_equal(tensor({0.0}), tensor({-0.0})));
  CHECK_FALSE(bitwise_equal(tensor({1}), tensor({1}, DType::f64)));
  CHECK_FALSE(bitwise_equal(tensor({1}), full({}, 1)));
  CHECK_FALSE(bitwise_equal(tensor({1, 2}), tensor({1, 3})));
}

TEST_CASE("tensor: errors say what is wrong and what to do") {
  const Tensor x = reshape(arange(6, DType::f64), {2, 3});
  CHECK(contains(complaint([&] { x.data<float>(); }), "holds f64, not f32"));
  CHECK(contains(complaint([&] { transpose(x).data<double>(); }), "call contiguous(x)"));
  CHECK(contains(complaint([&] { Tensor().data<float>(); }), "undefined"));
  CHECK(contains(complaint([&] { x.item(); }), "(2, 3)"));
  CHECK_THROWS_AS(Tensor().item(), Error);
  CHECK(contains(complaint([&] { x.dim(2); }), "(2, 3)"));
  const std::vector<double> three = {1, 2, 3};
  CHECK(contains(complaint([&] { from_values<double>({2, 2}, three); }), "(2, 2) holds 4 elements, 3 values"));
  CHECK(contains(complaint([] { tensor({{1, 2}, {3}}); }), "rows differ in length"));
  CHECK(contains(complaint([] { empty({2}, DType::f32, Device::cuda); }), "CUDA"));
  CHECK_THROWS_AS(arange(-1), Error);
}

TEST_CASE("tensor: printing") {
  CHECK(to_string(Tensor()) == "undefined tensor");
  CHECK(to_string(full({}, 2.5)) == "2.5 f32()");
  CHECK(to_string(tensor({{1, 2}, {3, 4}}, DType::f64)) == "[[1, 2],\n [3, 4]] f64(2, 2)");
  CHECK(to_string(zeros({0}, DType::i64)) == "[] i64(0,)");
  CHECK(to_string(arange(20)) == "[0, 1, 2, …, 17, 18, 19] f32(20,)");
  CHECK(to_string(arange(8)) == "[0, 1, 2, 3, 4, 5, 6, 7] f32(8,)");
  std::ostringstream out;
  out << transpose(tensor({{1, 2}, {3, 4}}));
  CHECK(out.str() == "[[1, 3],\n [2, 4]] f32(2, 2)");
  const std::string big = to_string(reshape(arange(200), {20, 10}));
  CHECK(contains(big, "[0, 1, 2, …, 7, 8, 9]"));
  CHECK(contains(big, "[190, 191, 192, …, 197, 198, 199]]"));
}
