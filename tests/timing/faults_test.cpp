// SPDX-License-Identifier: Apache-2.0
// Failures, slow workers and links, lost messages.
#include <cmath>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/timing/clusters.h"

namespace murmur::timing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr double kNever = std::numeric_limits<double>::infinity();

TEST(Fault, SlowsDownFromItsTimeOnUntilAnotherOneEndsIt) {
  Cluster cluster = cluster_of({2});
  cluster.faults = {{.at_s = 3, .worker = 0, .slowdown = 4},
                    {.at_s = 7, .worker = 0, .slowdown = 1}};
  VirtualClock clock(cluster, 1, 1);
  clock.compute();
  EXPECT_DOUBLE_EQ(clock.now_s(), 2);
  clock.compute();  // 1 s until 3, the other one takes 4 s
  EXPECT_DOUBLE_EQ(clock.now_s(), 7);
  clock.compute();
  EXPECT_DOUBLE_EQ(clock.now_s(), 9);
}

TEST(Fault, OfTwoAtOneTimeTheLaterInTheFileCounts) {
  Cluster cluster = cluster_of({2});
  cluster.faults = {{.at_s = 0, .worker = 0, .slowdown = 4},
                    {.at_s = 0, .worker = 0, .slowdown = 3}};
  VirtualClock clock(cluster, 1, 1);
  clock.compute();
  EXPECT_DOUBLE_EQ(clock.now_s(), 6);
}

TEST(Fault, SlowsALinkDownInOneDirection) {
  Cluster cluster = cluster_of({0});
  cluster.faults = {{.at_s = 1, .from = 0, .to = 1, .slowdown = 3}};
  VirtualClock clock(cluster, 2, 1);
  ASSERT_TRUE(clock.exchange(complete(2), 2));
  EXPECT_DOUBLE_EQ(clock.ready_s(1), 4);  // one byte in a second as before, one in three
  EXPECT_DOUBLE_EQ(clock.ready_s(0), 4);  // its own message has left only then
}

TEST(Fault, IsNamedByTheWorkerThatWaits) {
  Cluster cluster = cluster_of({2});
  cluster.faults = {{.at_s = 3, .worker = 2, .gone = true}};
  VirtualClock clock(cluster, 4, 1);
  clock.compute();
  ASSERT_TRUE(clock.exchange(ring(4), 0));
  clock.compute();
  const Status stuck = clock.exchange(ring(4), 0);
  ASSERT_FALSE(stuck);
  EXPECT_EQ(stuck.failure().kind, FailureKind::kPeer);
  EXPECT_THAT(stuck.failure().message,
              AllOf(HasSubstr("worker 1 waits since 4 s"),
                    HasSubstr("for worker 2, which is gone since 3 s")));
}

TEST(Fault, AnAverageWaitsForEveryone) {
  Cluster cluster = cluster_of({2});
  cluster.faults = {{.at_s = 90, .worker = 0, .gone = true},
                    {.at_s = 3, .worker = 2, .gone = true}};
  VirtualClock clock(cluster, 4, 1);
  clock.compute();
  ASSERT_TRUE(clock.average(0));
  clock.compute();
  const Status stuck = clock.average(0);
  ASSERT_FALSE(stuck);
  EXPECT_THAT(stuck.failure().message,
              AllOf(HasSubstr("worker 3 waits since 4 s"), HasSubstr("for worker 2")));
}

TEST(Fault, AnAverageTakesAsMuchLongerAsItsWorstLink) {
  Cluster cluster = cluster_of({0});
  cluster.bandwidth_gbit = {kByteASecond, kByteASecond / 2, kByteASecond / 2};
  cluster.faults = {{.at_s = 0, .from = 0, .to = 1, .slowdown = 3},
                    {.at_s = 5, .worker = 2, .gone = true},
                    {.at_s = 12, .worker = 2, .slowdown = 1}};
  VirtualClock clock(cluster, 3, 1);
  // 4 rounds of one byte at half a byte a second: 24 s over the slow link, 8 + 7 s from worker 2.
  ASSERT_TRUE(clock.average(3));
  EXPECT_DOUBLE_EQ(clock.now_s(), 24);
  cluster.faults.erase(cluster.faults.begin());
  VirtualClock healthy(cluster, 3, 1);
  ASSERT_TRUE(healthy.average(3));
  EXPECT_DOUBLE_EQ(healthy.now_s(), 15);
}

TEST(Fault, ALinkThatIsGoneIsNamed) {
  Cluster cluster = cluster_of({1});
  cluster.faults = {{.at_s = 0, .from = 1, .to = 2, .gone = true}};
  VirtualClock clock(cluster, 3, 1);
  clock.compute();
  ASSERT_TRUE(clock.exchange({3, {{0, 1}, {1, 0}}}, 1));
  const Status stuck = clock.exchange({3, {{1, 0}, {1, 2}}}, 1);
  ASSERT_FALSE(stuck);
  EXPECT_THAT(
      stuck.failure().message,
      HasSubstr("worker 2 waits since 1 s of virtual time for worker 1, whose link 1 -> 2 is "
                "gone since 0 s"));
}

TEST(Fault, DelaysNoWorkerThatReceivesNothingFromIt) {
  Cluster cluster = cluster_of({2});
  cluster.faults = {{.at_s = 3, .worker = 0, .gone = true}};
  VirtualClock clock(cluster, 3, 1);
  for (int t = 0; t < 3; ++t) {
    clock.compute();
    ASSERT_TRUE(clock.exchange({3, {{1, 2}, {2, 1}}}, 0));
  }
  EXPECT_EQ(clock.ready_s(0), kNever);
  EXPECT_DOUBLE_EQ(clock.now_s(), 6);
}

TEST(Fault, AWorkerThatComesBackIsWaitedFor) {
  Cluster cluster = cluster_of({2});
  cluster.faults = {{.at_s = 1, .worker = 0, .gone = true},
                    {.at_s = 11, .worker = 0, .slowdown = 1}};
  VirtualClock clock(cluster, 2, 1);
  clock.compute();
  EXPECT_DOUBLE_EQ(clock.ready_s(0), 12);
  ASSERT_TRUE(clock.exchange(complete(2), 1));
  EXPECT_DOUBLE_EQ(clock.now_s(), 13);
}

TEST(Fault, WhatNeverArrivesIsMissedWhenItIsDue) {
  Cluster cluster = cluster_of({1});
  cluster.faults = {{.at_s = 0, .worker = 1, .gone = true}};
  VirtualClock clock(cluster, 2, 1);
  clock.send(complete(2), 1, 0);
  clock.compute();
  const Status stuck = clock.arrive(0);
  ASSERT_FALSE(stuck);
  EXPECT_THAT(stuck.failure().message, HasSubstr("worker 0 waits since 1 s"));
}

// A message of one second that is lost L times arrives after 1 + L (1 + 9) seconds.
Cluster that_loses_half() {
  Cluster cluster = cluster_of({0});
  cluster.loss = 0.5;
  cluster.retry_s = 9;
  return cluster;
}

// The number of losses that explains the seconds which seconds_more(t) returns beyond the messages
// themselves, for all t below `count`.
template <class Seconds>
double losses_in(int count, const Seconds& seconds_more) {
  double lost = 0;
  for (int t = 0; t < count; ++t) {
    const double again = seconds_more(t) / 10;
    EXPECT_NEAR(again, std::round(again), 1e-6);
    lost += again;
  }
  return lost;
}

TEST(Loss, SendsAgainAfterAWhile) {
  VirtualClock clock(that_loses_half(), 2, 7);
  constexpr int kMessages = 4000;
  const double lost = losses_in(kMessages, [&](int) {
    const double before = clock.now_s();
    EXPECT_TRUE(clock.exchange({2, {{0, 1}}}, 1));
    return clock.now_s() - before - 1;
  });
  // One loss per message on average, standard deviation sqrt(2 / 4000).
  EXPECT_NEAR(lost / kMessages, 1, 5 * std::sqrt(2.0 / kMessages));
}

TEST(Loss, DelaysMeetingsByTheWorseOfTwoMessages) {
  // The larger of two numbers of losses at p = 1/2 has mean 5/3 and variance 8/3.
  const VirtualClock clock(that_loses_half(), 3, 7);
  constexpr int kMeetings = 4000;
  const double lost =
      losses_in(kMeetings, [&](int k) { return clock.meeting_s(2, 1, k, 1, 100) - 1; });
  EXPECT_NEAR(lost / kMeetings, 5.0 / 3, 5 * std::sqrt(8.0 / 3 / kMeetings));
}

TEST(Loss, DelaysWhatGoesFromWorkerToWorker) {
  VirtualClock clock(that_loses_half(), 2, 7);
  constexpr int kRounds = 2000;
  const double lost = losses_in(kRounds, [&](int t) {
    const double before = clock.now_s();
    EXPECT_TRUE(clock.send_sequentially(1));
    // The second worker waits for one message, which waited for the previous one.
    return clock.now_s() - before - (t == 0 ? 1 : 2);
  });
  EXPECT_NEAR(lost / (2 * kRounds), 1, 5 * std::sqrt(2.0 / (2 * kRounds)));
}

TEST(Loss, InAnAverageDelaysAsOftenAsTheWorstOfItsMessages) {
  // The largest number of losses among n messages: its mean is sum_k 1 - (1 - p^k)^n over k >= 1.
  constexpr int kWorkers = 5;
  constexpr double kLoss = 0.3;
  Cluster cluster = cluster_of({0});
  cluster.loss = kLoss;
  VirtualClock clock(cluster, kWorkers, 7);
  constexpr int kAverages = 1000;
  for (int t = 0; t < kAverages; ++t) {
    ASSERT_TRUE(clock.average(kWorkers));  // rounds of one second
  }
  const double rounds = 2.0 * (kWorkers - 1) * kAverages;
  double expected = 0;
  for (int k = 1; k < 60; ++k) {
    expected += 1 - std::pow(1 - std::pow(kLoss, k), kWorkers);
  }
  EXPECT_NEAR(clock.now_s() / rounds - 1, expected, 5 * 1.3 / std::sqrt(rounds));
}

}  // namespace
}  // namespace murmur::timing
