// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <limits>
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "murmur/engine/costs/event_schedule.h"

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

Seen seen_in(Turns& turns, std::int64_t steps, int workers) {
  Seen seen;
  for (std::int64_t t = 0; t < steps; ++t) {
    EXPECT_TRUE(turns.go_to(t));
    std::size_t events = 0;
    for (const Turn& turn : turns.turns()) {
      events += turn.actors.size();
      std::set<int> touched;
      for (const Turn::Actor& actor : turn.actors) {
        seen.gradients[actor.worker].push_back(actor.gradient);
        EXPECT_TRUE(touched.insert(actor.worker).second);
        for (const topology::Neighbor& partner : turn.mixing.in(actor.worker)) {
          EXPECT_TRUE(touched.insert(partner.worker).second);
          EXPECT_EQ(partner.weight, 0.5);
          EXPECT_EQ(turn.mixing.weight(partner.worker, actor.worker), 0.5);
          seen.pairs.emplace(actor.worker, partner.worker);
        }
      }
    }
    EXPECT_EQ(events, static_cast<std::size_t>(workers));
  }
  return seen;
}

TEST(Turns, LetEveryWorkerActInItsOwnPace) {
  Turns turns(graph("ring", 6), slow_first_worker(4), 1);
  const Seen seen = seen_in(turns, 200, 6);
  const double others = static_cast<double>(seen.gradients.at(1).size());
  EXPECT_NEAR(static_cast<double>(seen.gradients.at(0).size()) / others, 0.25, 0.01);
  for (const auto& [worker, numbers] : seen.gradients) {
    for (std::size_t k = 0; k < numbers.size(); ++k) {
      ASSERT_EQ(numbers[k], static_cast<std::int64_t>(k)) << worker;  // none twice, none left out
    }
  }
}

TEST(Turns, PairNeighborsOnlyAndAllOfThem) {
  Turns turns(graph("ring", 6), slow_first_worker(1), 1);
  const Seen seen = seen_in(turns, 200, 6);
  std::set<std::pair<int, int>> ring;
  for (int i = 0; i < 6; ++i) {
    ring.emplace(i, (i + 1) % 6);
    ring.emplace((i + 1) % 6, i);
  }
  EXPECT_EQ(seen.pairs, ring);
}

TEST(Turns, GoOnWithoutWhoIsGone) {
  Pace pace = slow_first_worker(1);
  pace.gradient_s = [usual = pace.gradient_s](int worker, std::int64_t k, double at) {
    return worker == 2 && at > 10 ? kNever : usual(worker, k, at);
  };
  pace.meeting_s = [](int from, int to, std::int64_t, double at) {
    return (from == 2 || to == 2) && at > 10 ? kNever : 0.001;
  };
  Turns turns(graph("ring", 6), pace, 1);
  seen_in(turns, 15, 6);
  Seen after;
  for (std::int64_t t = 15; t < 60; ++t) {
    ASSERT_TRUE(turns.go_to(t));
    for (const Turn& turn : turns.turns()) {
      EXPECT_FALSE(turn.acts(2));
      EXPECT_TRUE(turn.mixing.in(2).empty());
    }
  }
}

TEST(Turns, FailWhenNobodyIsLeft) {
  Pace pace;
  pace.gradient_s = [](int, std::int64_t k, double) { return k < 3 ? 1.0 : kNever; };
  Turns turns(graph("ring", 4), pace, 1);
  EXPECT_TRUE(turns.go_to(2));
  const Status status = turns.go_to(3);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.failure().kind, FailureKind::kPeer);
}

TEST(Turns, AreTheSameInWhateverOrderStepsAreAskedFor) {
  Turns forward(graph("random-matching", 7), slow_first_worker(2), 9);
  Turns jumping(graph("random-matching", 7), slow_first_worker(2), 9);
  ASSERT_TRUE(jumping.go_to(30));
  const double late = jumping.virtual_s();
  for (const std::int64_t step : {0, 5, 30}) {
    ASSERT_TRUE(forward.go_to(step));
    ASSERT_TRUE(jumping.go_to(step));
    ASSERT_EQ(forward.turns().size(), jumping.turns().size());
    for (std::size_t k = 0; k < forward.turns().size(); ++k) {
      EXPECT_EQ(forward.turns()[k].mixing.dense(), jumping.turns()[k].mixing.dense());
    }
  }
  EXPECT_EQ(forward.virtual_s(), late);
  EXPECT_GT(late, 30);
}

}  // namespace
}  // namespace murmur::engine
