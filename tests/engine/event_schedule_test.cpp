// SPDX-License-Identifier: Apache-2.0
#include "murmur/engine/costs/event_schedule.h"

#include <cmath>
#include <limits>
#include <map>
#include <set>

#include <gtest/gtest.h>

namespace murmur::engine {
namespace {

constexpr double kNever = std::numeric_limits<double>::infinity();

std::shared_ptr<const topology::Topology> graph(const std::string& name, int workers) {
  const topology::TopologyInfo* info = topology::find_topology(name);
  return topology::make_topology(name, workers, OptionValues(info->options), 1).value();
}

Pace slow_first_worker(double factor) {
  Pace pace;
  pace.gradient_s = [=](int worker, std::int64_t k, double) {
    return (worker == 0 ? factor : 1.0) * (1.0 + 0.01 * static_cast<double>((worker + k) % 7));
  };
  pace.meeting_s = [](int, int, std::int64_t, double) { return 0.001; };
  return pace;
}

struct Seen {
  std::map<int, std::vector<std::int64_t>> gradients;  // of each worker, in order
  std::set<std::pair<int, int>> pairs;
};

Seen seen_in(EventSchedule& schedule, std::int64_t steps, int workers) {
  Seen seen;
  for (std::int64_t t = 0; t < steps; ++t) {
    EXPECT_TRUE(schedule.go_to(t));
    std::size_t events = 0;
    for (const EventBatch& batch : schedule.batches()) {
      events += batch.actors.size();
      std::set<int> touched;
      for (const EventBatch::Actor& actor : batch.actors) {
        seen.gradients[actor.worker].push_back(actor.gradient);
        EXPECT_TRUE(touched.insert(actor.worker).second);
        for (const topology::Neighbor& partner : batch.mixing.in(actor.worker)) {
          EXPECT_TRUE(touched.insert(partner.worker).second);
          EXPECT_EQ(partner.weight, 0.5);
          EXPECT_EQ(batch.mixing.weight(partner.worker, actor.worker), 0.5);
          seen.pairs.emplace(actor.worker, partner.worker);
        }
      }
    }
    EXPECT_EQ(events, static_cast<std::size_t>(workers));
  }
  return seen;
}

TEST(EventSchedule, LetEveryWorkerActInItsOwnPace) {
  EventSchedule schedule(graph("ring", 6), slow_first_worker(4), 1);
  const Seen seen = seen_in(schedule, 200, 6);
  const double others = static_cast<double>(seen.gradients.at(1).size());
  EXPECT_NEAR(static_cast<double>(seen.gradients.at(0).size()) / others, 0.25, 0.01);
  for (const auto& [worker, numbers] : seen.gradients) {
    for (std::size_t k = 0; k < numbers.size(); ++k) {
      ASSERT_EQ(numbers[k], static_cast<std::int64_t>(k)) << worker;  // each exactly once
    }
  }
}

TEST(EventSchedule, PairNeighborsOnlyAndAllOfThem) {
  EventSchedule schedule(graph("ring", 6), slow_first_worker(1), 1);
  const Seen seen = seen_in(schedule, 200, 6);
  std::set<std::pair<int, int>> ring;
  for (int i = 0; i < 6; ++i) {
    ring.emplace(i, (i + 1) % 6);
    ring.emplace((i + 1) % 6, i);
  }
  EXPECT_EQ(seen.pairs, ring);
}

TEST(EventSchedule, GoOnWithoutAFailedWorker) {
  Pace pace = slow_first_worker(1);
  pace.gradient_s = [usual = pace.gradient_s](int worker, std::int64_t k, double at) {
    return worker == 2 && at > 10 ? kNever : usual(worker, k, at);
  };
  pace.meeting_s = [](int from, int to, std::int64_t, double at) {
    return (from == 2 || to == 2) && at > 10 ? kNever : 0.001;
  };
  EventSchedule schedule(graph("ring", 6), pace, 1);
  seen_in(schedule, 15, 6);
  Seen after;
  for (std::int64_t t = 15; t < 60; ++t) {
    ASSERT_TRUE(schedule.go_to(t));
    for (const EventBatch& batch : schedule.batches()) {
      EXPECT_FALSE(batch.acts(2));
      EXPECT_TRUE(batch.mixing.in(2).empty());
    }
  }
}

TEST(EventSchedule, FailWhenNoWorkerIsLeft) {
  Pace pace;
  pace.gradient_s = [](int, std::int64_t k, double) { return k < 3 ? 1.0 : kNever; };
  EventSchedule schedule(graph("ring", 4), pace, 1);
  EXPECT_TRUE(schedule.go_to(2));
  const Status status = schedule.go_to(3);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.failure().kind, FailureKind::kPeer);
}

TEST(EventSchedule, AreTheSameInWhateverOrderStepsAreAskedFor) {
  EventSchedule forward(graph("random-matching", 7), slow_first_worker(2), 9);
  EventSchedule jumping(graph("random-matching", 7), slow_first_worker(2), 9);
  ASSERT_TRUE(jumping.go_to(30));
  const double late = jumping.virtual_s();
  for (const std::int64_t step : {0, 5, 30}) {
    ASSERT_TRUE(forward.go_to(step));
    ASSERT_TRUE(jumping.go_to(step));
    ASSERT_EQ(forward.batches().size(), jumping.batches().size());
    for (std::size_t k = 0; k < forward.batches().size(); ++k) {
      EXPECT_EQ(forward.batches()[k].mixing.dense(), jumping.batches()[k].mixing.dense());
    }
  }
  EXPECT_EQ(forward.virtual_s(), late);
  EXPECT_GT(late, 30);
}

}  // namespace
}  // namespace murmur::engine
