// SPDX-License-Identifier: Apache-2.0
#include "murmur/threads/pool.h"

#include <atomic>
#include <cstdint>
#include <limits>
#include <numeric>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace murmur::threads {
namespace {

class PoolOf : public testing::TestWithParam<int> {};

TEST_P(PoolOf, CallsEveryIndexOnce) {
  Pool pool(GetParam());
  for (const std::size_t count : {0U, 1U, 2U, 3U, 17U, 1000U}) {
    std::vector<std::atomic<int>> calls(count);
    pool.run(count, [&](std::size_t index, int) { calls.at(index).fetch_add(1); });
    for (const std::atomic<int>& call : calls) {
      EXPECT_EQ(call.load(), 1) << count;
    }
  }
}

TEST_P(PoolOf, GivesEachThreadItsOwnNumber) {
  Pool pool(GetParam());
  ASSERT_EQ(pool.threads(), GetParam());
  std::vector<std::thread::id> owners(static_cast<std::size_t>(GetParam()));
  owners[0] = std::this_thread::get_id();
  std::atomic<int> strangers{0};
  for (int round = 0; round < 200; ++round) {
    pool.run(64, [&](std::size_t, int thread) {
      std::thread::id& owner = owners.at(static_cast<std::size_t>(thread));
      if (owner == std::thread::id()) {
        owner = std::this_thread::get_id();
      }
      strangers += owner == std::this_thread::get_id() ? 0 : 1;
    });
  }
  EXPECT_EQ(strangers.load(), 0);
}

#if defined(__SSE2__)
TEST_P(PoolOf, FlushesDenormalNumbersInTasksOnly) {
  const auto half_of_the_smallest = [] {
    const volatile float smallest = std::numeric_limits<float>::min();
    return smallest / 2;
  };
  Pool pool(GetParam());
  std::vector<float> halves(100, 1.0F);
  pool.run(halves.size(), [&](std::size_t index, int) { halves[index] = half_of_the_smallest(); });
  EXPECT_EQ(halves, std::vector<float>(100, 0.0F));
  EXPECT_GT(half_of_the_smallest(), 0.0F);
}
#endif

TEST_P(PoolOf, ShowsTheCallerWhatTheTasksWrote) {
  Pool pool(GetParam());
  std::vector<std::uint64_t> values(100, 0);
  for (int round = 0; round < 500; ++round) {
    pool.run(values.size(), [&](std::size_t index, int) { values[index] += index; });
  }
  for (std::size_t index = 0; index < values.size(); ++index) {
    EXPECT_EQ(values[index], 500 * index);
  }
}

TEST_P(PoolOf, ThrowsTheExceptionOfTheLowestIndexAfterAllHaveEnded) {
  Pool pool(GetParam());
  for (int round = 0; round < 50; ++round) {
    std::atomic<int> calls{0};
    std::string message;
    try {
      pool.run(40, [&](std::size_t index, int) {
        calls.fetch_add(1);
        if (index % 10 == 7) {
          throw std::runtime_error(std::to_string(index));
        }
      });
    } catch (const std::runtime_error& error) {
      message = error.what();
    }
    EXPECT_EQ(message, "7");
    EXPECT_EQ(calls.load(), 40);
  }
}

TEST_P(PoolOf, WorksOnAfterAnException) {
  Pool pool(GetParam());
  EXPECT_THROW(pool.run(8, [](std::size_t, int) { throw std::logic_error("no"); }),
               std::logic_error);
  std::atomic<int> calls{0};
  EXPECT_NO_THROW(pool.run(8, [&](std::size_t, int) { calls.fetch_add(1); }));
  EXPECT_EQ(calls.load(), 8);
}

TEST_P(PoolOf, RunsOnStartOnceOnEveryThreadButTheCallers) {
  std::vector<std::atomic<int>> starts(static_cast<std::size_t>(GetParam()));
  std::atomic<int> on_caller{0};
  const std::thread::id caller = std::this_thread::get_id();
  const Pool pool(GetParam(), [&](int thread) {
    starts.at(static_cast<std::size_t>(thread)).fetch_add(1);
    on_caller += std::this_thread::get_id() == caller ? 1 : 0;
  });
  EXPECT_EQ(on_caller.load(), 0);
  EXPECT_EQ(starts[0].load(), 0);
  for (std::size_t thread = 1; thread < starts.size(); ++thread) {
    EXPECT_EQ(starts[thread].load(), 1);
  }
}

INSTANTIATE_TEST_SUITE_P(Threads, PoolOf, testing::Values(1, 2, 3, 8));

TEST(Pool, UsesAllItsThreadsWhenEachWaitsForTheOthers) {
  constexpr int kThreads = 4;
  Pool pool(kThreads);
  for (int round = 0; round < 20; ++round) {
    std::atomic<int> present{0};
    std::vector<int> threads(kThreads);
    // No task ends before all have begun: with a missing thread this would hang.
    pool.run(kThreads, [&](std::size_t index, int thread) {
      threads[index] = thread;
      present.fetch_add(1);
      while (present.load() < kThreads) {
        std::this_thread::yield();
      }
    });
    EXPECT_EQ(std::set<int>(threads.begin(), threads.end()).size(), std::size_t{kThreads});
  }
}

TEST(Pool, HandsOutTasksToWhoeverIsFree) {
  Pool pool(2);
  std::atomic<int> others{0};
  // The first task ends only when the other thread has done all the rest.
  pool.run(10, [&](std::size_t index, int) {
    if (index > 0) {
      others.fetch_add(1);
    }
    while (index == 0 && others.load() < 9) {
      std::this_thread::yield();
    }
  });
  EXPECT_EQ(others.load(), 9);
}

TEST(Pool, CarriesAnExceptionOfOnStartToItsMaker) {
  const auto make = [] {
    const Pool pool(3, [](int thread) {
      if (thread == 2) {
        throw std::runtime_error("no device");
      }
    });
  };
  EXPECT_THROW(make(), std::runtime_error);
}

TEST(PoolDeathTest, RefusesToRunFromWithinATask) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(
      {
        Pool pool(2);
        pool.run(1, [&](std::size_t, int) { pool.run(1, [](std::size_t, int) {}); });
      },
      "one set of tasks at a time");
}

}  // namespace
}  // namespace murmur::threads
