// SPDX-License-Identifier: Apache-2.0
// A compiled model in several processes: the bits and scores of one process.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/training/compiled_run.h"
#include "tests/training/residual_run.h"
#include "tests/training/small_world.h"

namespace murmur::testing {
namespace {

class MpiRunCompiled : public ::testing::TestWithParam<Launcher> {};

TEST_P(MpiRunCompiled, HasTheDigestAndTheScoresOfOneProcess) {
  const CompiledDesk desk;
  const Ran one = desk.train(desk.compiled({"--output", "one"}));
  ASSERT_EQ(one.code, 0) << one.err;
  const Ran ran = train_in_world(desk, GetParam(), 3, desk.compiled({"--output", "three"}));
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(last_line(ran), last_line(one));
  EXPECT_EQ(evaluations(desk, "three"), evaluations(desk, "one"));
}

INSTANTIATE_TEST_SUITE_P(Launchers,
                         MpiRunCompiled,
                         ::testing::ValuesIn(launchers()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace murmur::testing
