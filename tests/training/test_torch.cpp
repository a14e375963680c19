// SPDX-License-Identifier: Apache-2.0
// Torch takes longer to load than many a run takes, so a run that does not use it does not load it.
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/training/small_run.h"
#include "tests/training/started.h"

namespace murmur::testing {
namespace {

using nlohmann::json;

TEST(Torch, IsLoadedWhereItMultiplies) {
  const TrainingDesk desk;
  for (const std::string wish : {"auto", "torch"}) {
    Started run(desk,
                {"train",
                 "small.toml",
                 "-v",
                 "--output",
                 wish,
                 "--set",
                 "matmul=" + wish,
                 "--set",
                 "schedule.steps=1000000",
                 "--set",
                 "evaluation.every_steps=1"});
    ASSERT_TRUE(run.wait_for_lines(2));
    const std::string maps = read_text("/proc/" + std::to_string(run.process()) + "/maps");
    run.send(SIGTERM);
    EXPECT_EQ(run.end(), 143);
    const json summary = json::parse(read_text(desk.path(wish + "/summary.json")));
    const std::string library = summary["versions"]["matmul"];
    EXPECT_EQ(maps.find("libtorch") != std::string::npos, library.starts_with("torch ")) << library;
    EXPECT_NE(summary["versions"]["torch"], "none");
  }
}

}  // namespace
}  // namespace murmur::testing
