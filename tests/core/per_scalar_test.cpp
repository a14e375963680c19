// SPDX-License-Identifier: Apache-2.0
#include "murmur/core/per_scalar.h"

#include <cstddef>

#include <gtest/gtest.h>

namespace murmur {
namespace {

template <class S>
using SizeFunction = std::size_t (*)();

template <class S>
std::size_t size() {
  return sizeof(S);
}

TEST(PerScalar, GivesTheOneOfTheScalar) {
  const PerScalar<SizeFunction> listed{size<float>, size<double>};
  EXPECT_EQ(listed.get<float>()(), sizeof(float));
  EXPECT_EQ(listed.get<double>()(), sizeof(double));
  const auto made =
      PerScalar<SizeFunction>::from([]<class S>() -> SizeFunction<S> { return size<S>; });
  EXPECT_EQ(made.get<float>()(), sizeof(float));
  EXPECT_EQ(made.get<double>()(), sizeof(double));
}

}  // namespace
}  // namespace murmur
