// SPDX-License-Identifier: Apache-2.0
// Loss and gradients that the original of a model has, in double precision, where number k of
// tensor i is 0.3 sin(k + 3 i + 1).
#pragma once

#include <cmath>

#include <gtest/gtest.h>

#include "tests/learning/small_problems.h"

namespace murmur::learning::testing {

inline Row<double> waves(const Layout& layout) {
  Row<double> row(layout.row_size());
  for (std::size_t i = 0; i < layout.tensors().size(); ++i) {
    const TensorSlot& slot = layout.tensors()[i];
    for (std::size_t k = 0; k < slot.size; ++k) {
      row[slot.offset + k] = 0.3 * std::sin(static_cast<double>(k + 3 * i + 1));
    }
  }
  return row;
}

struct Golden {
  double loss = 0;
  // Sums of the magnitudes of the gradients of the tensors 0, 3 and the last one.
  double first = 0;
  double fourth = 0;
  double last = 0;
};

inline void expect_golden(const SupervisedSettings& settings, const Golden& golden) {
  const auto problem = make<double>(settings);
  const Layout& layout = problem->layout();
  Row<double> x = waves(layout);
  Row<double> g(layout.row_size());
  EXPECT_NEAR(problem->score(x.data(), 0, 0).of(problems::kLoss).mean(), golden.loss, 1e-13);
  EXPECT_NEAR(gradient(*problem, 0, 0, x, g), golden.loss, 1e-13);
  const auto magnitude = [&](std::size_t tensor) {
    const TensorSlot& slot = layout.tensors()[tensor];
    double sum = 0;
    for (std::size_t k = slot.offset; k < slot.offset + slot.size; ++k) {
      sum += std::abs(g[k]);
    }
    return sum;
  };
  EXPECT_NEAR(magnitude(0), golden.first, 1e-12);
  EXPECT_NEAR(magnitude(3), golden.fourth, 1e-12);
  EXPECT_NEAR(magnitude(layout.tensors().size() - 1), golden.last, 1e-12);
}

}  // namespace murmur::learning::testing
