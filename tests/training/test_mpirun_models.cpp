// SPDX-License-Identifier: Apache-2.0
// A model with buffers in several processes: the bits and scores of one process.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/training/residual_run.h"
#include "tests/training/small_world.h"

namespace murmur::testing {
namespace {

class MpiRunModels : public ::testing::TestWithParam<Launcher> {};

TEST_P(MpiRunModels, HaveTheDigestAndTheScoresOfOneProcess) {
  const TrainingDesk desk;
  const Ran one = desk.train(residual({"--output", "one"}));
  ASSERT_EQ(one.code, 0) << one.err;
  for (const int processes : {3, 4}) {
    const std::string folder = "world " + std::to_string(processes);
    const Ran ran = train_in_world(desk, GetParam(), processes, residual({"--output", folder}));
    ASSERT_EQ(ran.code, 0) << ran.err;
    EXPECT_EQ(last_line(ran), last_line(one));
    EXPECT_EQ(evaluations(desk, folder), evaluations(desk, "one"));
  }
}

INSTANTIATE_TEST_SUITE_P(Launchers,
                         MpiRunModels,
                         ::testing::ValuesIn(launchers()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace murmur::testing
