// SPDX-License-Identifier: Apache-2.0
// What holds for every schedule.
#include <algorithm>
#include <cmath>
#include <functional>

#include <gtest/gtest.h>

#include "murmur/core/random.h"
#include "murmur/timing/step_times.h"
#include "tests/timing/clusters.h"

namespace murmur::timing {
namespace {

constexpr int kWorkers = 6;
constexpr double kRounding = 1e-9;

// A few rounds with every kind of operation.
std::vector<double> run_rounds(const Cluster& cluster, const Edges& edges, std::uint64_t seed = 3) {
  VirtualClock clock(cluster, kWorkers, seed);
  for (int t = 0; t < 5; ++t) {
    clock.compute();
    EXPECT_TRUE(clock.exchange(edges, 2));
    clock.send(edges, 3, 0);
    clock.compute();
    EXPECT_TRUE(clock.arrive(0));
    EXPECT_TRUE(t % 2 == 0 ? clock.average(4) : clock.average(4, 3));
  }
  return ready_of(clock);
}

Cluster random_cluster(std::int64_t number) {
  const Random random(11, Stream::kTest, 0, number);
  Cluster cluster;
  for (std::uint64_t i = 0; i < kWorkers; ++i) {
    cluster.step.seconds.push_back(10 * random.uniform(3 * i));
    cluster.bandwidth_gbit.push_back(kByteASecond * (0.1 + random.uniform(3 * i + 1)));
    cluster.latency_s.push_back(random.uniform(3 * i + 2));
  }
  cluster.overlap = random.uniform(100);
  return cluster;
}

void for_random_clusters(const std::function<void(const Cluster&, const Edges&)>& law) {
  for (int number = 0; number < 40; ++number) {
    for (const Edges& edges : {ring(kWorkers), complete(kWorkers), circle(kWorkers)}) {
      law(random_cluster(number), edges);
    }
  }
}

TEST(Laws, ANetworkThatCostsNothingLeavesTheWaitingAlone) {
  Cluster cluster = cluster_of({1, 2, 3, 4, 5, 6});
  cluster.bandwidth_gbit = {};
  VirtualClock alone(cluster, kWorkers, 1);
  VirtualClock together(cluster, kWorkers, 1);
  for (int t = 0; t < 7; ++t) {
    alone.compute();
    together.compute();
    ASSERT_TRUE(together.exchange(complete(kWorkers), 1e9));
    ASSERT_TRUE(together.average(1e9));
  }
  EXPECT_EQ(ready_of(alone), (std::vector<double>{7, 14, 21, 28, 35, 42}));
  EXPECT_EQ(ready_of(together), std::vector<double>(kWorkers, 42));
}

TEST(Laws, EqualWorkersOnASymmetricGraphStayEqual) {
  Cluster cluster = cluster_of({1});
  cluster.latency_s = {0.25};
  for (const Edges& edges : {ring(kWorkers), complete(kWorkers), circle(kWorkers)}) {
    const std::vector<double> ready = run_rounds(cluster, edges);
    for (const double other : ready) {
      EXPECT_NEAR(other, ready.front(), kRounding);
    }
  }
}

TEST(Laws, AFasterNetworkIsNeverSlower) {
  for_random_clusters([](const Cluster& cluster, const Edges& edges) {
    Cluster faster = cluster;
    for (double& gbit : faster.bandwidth_gbit) {
      gbit *= 1.5;
    }
    Cluster nearer = cluster;
    for (double& latency : nearer.latency_s) {
      latency *= 0.5;
    }
    const std::vector<double> slow = run_rounds(cluster, edges);
    const std::vector<double> fast = run_rounds(faster, edges);
    const std::vector<double> near = run_rounds(nearer, edges);
    for (std::size_t i = 0; i < slow.size(); ++i) {
      EXPECT_LE(fast[i], slow[i] + kRounding);
      EXPECT_LE(near[i], slow[i] + kRounding);
    }
  });
}

TEST(Laws, OverlapHelpsAndNeverBeatsTheGradientsAlone) {
  for_random_clusters([](const Cluster& cluster, const Edges& edges) {
    const auto last = [&](double overlap) {
      Cluster changed = cluster;
      changed.overlap = overlap;
      const std::vector<double> ready = run_rounds(changed, edges);
      return *std::max_element(ready.begin(), ready.end());
    };
    const double slowest =
        *std::max_element(cluster.step.seconds.begin(), cluster.step.seconds.end());
    EXPECT_LE(last(1), last(0.5) + kRounding);
    EXPECT_LE(last(0.5), last(0) + kRounding);
    EXPECT_GE(last(1), 10 * slowest - kRounding);  // run_rounds() takes ten gradients
  });
}

TEST(Laws, TheSameSeedGivesTheSameTimes) {
  Cluster cluster = random_cluster(1);
  cluster.step = {.distribution = "lognormal", .mean = 1, .std = 0.5};
  cluster.loss = 0.2;
  EXPECT_EQ(run_rounds(cluster, ring(kWorkers), 5), run_rounds(cluster, ring(kWorkers), 5));
  EXPECT_NE(run_rounds(cluster, ring(kWorkers), 5), run_rounds(cluster, ring(kWorkers), 6));
}

TEST(StepTimes, HaveTheMeanAndTheDeviationThatWereAskedFor) {
  constexpr int kDraws = 20000;
  for (const char* name : {"normal", "lognormal", "exponential", "uniform"}) {
    const bool exponential = std::string(name) == "exponential";
    const StepTimes times({.distribution = name, .mean = 2, .std = exponential ? 2 : 0.6}, 9);
    double sum = 0;
    double squares = 0;
    for (int k = 0; k < kDraws; ++k) {
      const double value = times.of(k % 7, k / 7);
      EXPECT_GE(value, 0);
      sum += value;
      squares += value * value;
    }
    const double mean = sum / kDraws;
    const double std = std::sqrt(squares / kDraws - mean * mean);
    EXPECT_NEAR(mean, 2, 0.03 * (exponential ? 2 : 1)) << name;
    EXPECT_NEAR(std, exponential ? 2 : 0.6, exponential ? 0.1 : 0.03) << name;
  }
}

TEST(StepTimes, OfATraceBeginAnewAtItsEnd) {
  const StepTimes each({.trace = {{1, 2}, {3, 4, 5}}}, 1);
  EXPECT_EQ(each.of(0, 2), 1);
  EXPECT_EQ(each.of(1, 2), 5);
  EXPECT_EQ(each.of(1, 3), 3);
  const StepTimes all({.trace = {{1, 2}}}, 1);
  EXPECT_EQ(all.of(17, 3), 2);
}

}  // namespace
}  // namespace murmur::timing
