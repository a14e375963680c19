// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "murmur/core/random.h"
#include "murmur/learning/libraries.h"
#include "murmur/learning/matmul.h"
#include "murmur/learning/torch.h"

namespace murmur::learning {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

template <class S>
std::vector<S> random_matrix(std::int64_t size, std::int64_t number) {
  std::vector<S> values(static_cast<std::size_t>(size));
  const Random random(1, Stream::kTest, number);
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = static_cast<S>(random.normal(i));
  }
  return values;
}

// C by its definition, in double.
template <class S>
std::vector<double> naive(const Product& p, const std::vector<S>& a, const std::vector<S>& b) {
  std::vector<double> c;
  for (std::int64_t i = 0; i < p.rows; ++i) {
    for (std::int64_t j = 0; j < p.columns; ++j) {
      double sum = 0;
      for (std::int64_t k = 0; k < p.inner; ++k) {
        const std::int64_t at = p.transpose_a ? k * p.rows + i : i * p.inner + k;
        const std::int64_t bt = p.transpose_b ? j * p.inner + k : k * p.columns + j;
        sum += static_cast<double>(a[static_cast<std::size_t>(at)]) *
               static_cast<double>(b[static_cast<std::size_t>(bt)]);
      }
      c.push_back(sum);
    }
  }
  return c;
}

template <class S>
void expect_products(Matmul<S> matmul, double tolerance) {
  constexpr std::int64_t kSizes[][3] = {
      {1, 1, 1}, {3, 5, 7}, {10, 32, 128}, {17, 1, 65}, {33, 40, 2}};
  for (const auto& [rows, columns, inner] : kSizes) {
    for (int transposed = 0; transposed < 4; ++transposed) {
      const Product p{.rows = rows,
                      .columns = columns,
                      .inner = inner,
                      .transpose_a = (transposed & 1) != 0,
                      .transpose_b = (transposed & 2) != 0};
      const auto a = random_matrix<S>(rows * inner, 1);
      const auto b = random_matrix<S>(inner * columns, 2);
      // The previous content does not matter, not even NaN.
      std::vector<S> c(static_cast<std::size_t>(rows * columns), S(std::nan("")));
      matmul(p, a.data(), b.data(), c.data());
      const auto expected = naive(p, a, b);
      for (std::size_t i = 0; i < c.size(); ++i) {
        ASSERT_NEAR(c[i], expected[i], tolerance * static_cast<double>(inner)) << transposed;
      }
    }
  }
}

TEST(Matmul, IsTheProductInEveryLibrary) {
  expect_products<float>(torch_matmul<float>(), 1e-6);
  expect_products<double>(torch_matmul<double>(), 1e-15);
  if (const auto onednn = onednn_matmul()) {
    expect_products<float>(onednn.value(), 1e-6);
  }
}

TEST(Matmul, IsChosenByNameAndSaysSo) {
  EXPECT_THAT(matmul_library("torch").value(), StartsWith("torch " + torch_version()));
  EXPECT_EQ(find_matmul<float>("torch").value(), torch_matmul<float>());
  EXPECT_EQ(find_matmul<double>("auto").value(), torch_matmul<double>());
  EXPECT_EQ(static_cast<bool>(find_matmul<float>("onednn")), static_cast<bool>(onednn_matmul()));
  const auto chosen = find_matmul<float>("auto").value();
  const std::string name = matmul_library("auto").value();
  EXPECT_THAT(name, StartsWith(chosen == torch_matmul<float>() ? "torch " : "onednn "));
  EXPECT_THAT(matmul_library("mkl").failure().message, HasSubstr("'onednn' and 'torch'"));
}

}  // namespace
}  // namespace murmur::learning
