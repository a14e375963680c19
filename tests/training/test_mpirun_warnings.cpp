// SPDX-License-Identifier: Apache-2.0
// Warnings of a run in several processes: printed once, by the first process, as in one process.
#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/training/small_world.h"

namespace murmur::testing {
namespace {

using nlohmann::json;

class MpiWarnings : public ::testing::TestWithParam<Launcher> {};

TEST_P(MpiWarnings, ComeFromOneProcess) {
  const TrainingDesk desk;
  const Ran ran =
      train_in_world(desk, GetParam(), 2, {"--output", "run", "--set", "evaluation.workers=99"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  const std::vector<std::string> lines = lines_of(ran.err);
  EXPECT_EQ(std::count_if(lines.begin(),
                          lines.end(),
                          [](const std::string& line) {
                            return line.find("warning: evaluation.workers") != std::string::npos;
                          }),
            1)
      << ran.err;
  const json summary = json::parse(read_text(desk.path("run/summary.json")));
  EXPECT_EQ(summary["warnings"].size(), 1U);
}

INSTANTIATE_TEST_SUITE_P(Launchers,
                         MpiWarnings,
                         ::testing::ValuesIn(launchers()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace murmur::testing
