// SPDX-License-Identifier: Apache-2.0
// The processes of a run, as threads of this one.
#include <functional>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "murmur/comm/in_process/in_process_fabric.h"
#include "murmur/run/processes/world.h"

namespace murmur::run {
namespace {

// Calls task(world of the process) for every process, each on its own thread.
void run_in_all(int processes,
                const comm::Launch& launch,
                const std::function<void(World&)>& task) {
  comm::InProcessFabric fabric(processes);
  std::vector<std::thread> threads;
  for (int p = 0; p < processes; ++p) {
    threads.emplace_back([&, p] {
      World world(launch, fabric.transport(p));
      task(world);
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
}

TEST(World, CountsThoseThatShareMemoryWhereTheLauncherDoesNotTell) {
  std::vector<int> before(3);
  std::vector<int> after(3);
  run_in_all(3, {}, [&](World& world) {
    const auto p = static_cast<std::size_t>(world.process());
    before[p] = world.local_processes();
    world.share_memory();
    after[p] = world.local_processes();
  });
  EXPECT_THAT(before, ::testing::Each(1));
  EXPECT_THAT(after, ::testing::Each(3));
}

TEST(World, BelievesALauncherThatTellsOfMore) {
  comm::Launch launch;
  launch.local_processes = 5;
  run_in_all(2, launch, [](World& world) {
    world.share_memory();
    EXPECT_EQ(world.local_processes(), 5);
  });
}

TEST(World, SaysTheSameWhereMemoryIsShared) {
  run_in_all(3, {}, [](World& world) {
    world.share_memory();
    EXPECT_EQ(world.broadcast(world.is_first() ? "first" : "other"), "first");
    world.agree(std::nullopt);
  });
}

}  // namespace
}  // namespace murmur::run
