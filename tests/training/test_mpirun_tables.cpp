// SPDX-License-Identifier: Apache-2.0
// [gradient], [[algorithm.group]] and [participation] in several processes.
#include <filesystem>

#include <gtest/gtest.h>

#include "tests/training/method_settings.h"
#include "tests/training/small_world.h"

namespace murmur::testing {
namespace {

class MethodTablesInWorlds : public ::testing::TestWithParam<Launcher> {};

INSTANTIATE_TEST_SUITE_P(Launchers,
                         MethodTablesInWorlds,
                         ::testing::ValuesIn(launchers()),
                         [](const auto& info) { return info.param.name; });

TEST_P(MethodTablesInWorlds, GiveTheSameResult) {
  const TrainingDesk desk;
  for (const Settings& settings : {kRounds, kMixing}) {
    const Ran one = desk.train(flags(settings, "one"));
    ASSERT_EQ(one.code, 0) << one.err;
    const Ran world = train_in_world(desk, GetParam(), 3, flags(settings, "world"));
    ASSERT_EQ(world.code, 0) << world.err;
    EXPECT_EQ(last_line(world), last_line(one));
    std::filesystem::remove_all(desk.path("one"));
    std::filesystem::remove_all(desk.path("world"));
  }
}

}  // namespace
}  // namespace murmur::testing
