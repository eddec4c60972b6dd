// Products of sizes at the limits of what the kernels pack at a time, which the op matrix's small ones do not reach.
#include <doctest/doctest.h>

#include <cstdint>
#include <vector>

#include "autograd/ops/linalg.h"
#include "autograd/ops/shape.h"
#include "tensor/parallel.h"

using namespace emograd;

namespace {

/// Small whole numbers: every product and every sum of them is exact, in any order.
template <class T>
std::vector<T> whole_numbers(std::int64_t count, std::int64_t step) {
  std::vector<T> v(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < v.size(); ++i) v[i] = static_cast<T>(static_cast<std::int64_t>(i) * step % 1009 % 7 - 3);
  return v;
}

template <class T>
void check_product(std::int64_t m, std::int64_t k, std::int64_t n) {
  CAPTURE(m);
  CAPTURE(k);
  CAPTURE(n);
  const std::vector<T> a = whole_numbers<T>(m * k, 5), b = whole_numbers<T>(k * n, 11);
  std::vector<T> expected(static_cast<std::size_t>(m * n), 0);
  for (std::int64_t i = 0; i < m; ++i)
    for (std::int64_t p = 0; p < k; ++p)
      for (std::int64_t j = 0; j < n; ++j)
        expected[static_cast<std::size_t>(i * n + j)] +=
            a[static_cast<std::size_t>(i * k + p)] * b[static_cast<std::size_t>(p * n + j)];
  const Tensor x = from_values<T>({m, k}, a), w = from_values<T>({k, n}, b);
  const Tensor x_by_columns = transpose(packed(transpose(x))), w_by_columns = transpose(packed(transpose(w)));
  const int before = thread_count();
  for (const int threads : {1, 2, 3}) {
    CAPTURE(threads);
    set_thread_count(threads);
    CHECK(matmul(x, w).template to_vector<T>() == expected);
    CHECK(matmul(x, w_by_columns).template to_vector<T>() == expected);
    CHECK(matmul(x_by_columns, w).template to_vector<T>() == expected);
  }
  set_thread_count(before);
}

}  // namespace

TEST_CASE("gemm: exact at sizes that fill the room for packed rows but for a few") {
  // The last rows of a block are packed as if they were as many as the others.
  check_product<float>(464, 4368, 33);
  check_product<float>(449, 255, 33);
  check_product<float>(573, 800, 65);
  check_product<float>(1140, 100, 20);
  check_product<double>(458, 1000, 17);
  check_product<double>(495, 800, 17);
  check_product<double>(451, 4368, 9);
}

TEST_CASE("gemm: exact at sizes that fill the room for packed columns, and at none") {
  for (const std::int64_t n : {255, 256, 257, 512, 513}) check_product<float>(29, 256, n);
  for (const std::int64_t n : {1023, 1025}) check_product<float>(15, 64, n);
  check_product<float>(900, 1, 300);
  check_product<double>(31, 129, 129);
}
