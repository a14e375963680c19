// SPDX-License-Identifier: Apache-2.0
// Schedules computed by hand.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "murmur/timing/virtual_clock.h"
#include "tests/timing/clusters.h"

namespace murmur::timing {
namespace {

using ::testing::DoubleNear;
using ::testing::Pointwise;

constexpr double kRounding = 1e-12;

void expect_ready(const VirtualClock& clock, const std::vector<double>& expected) {
  EXPECT_THAT(ready_of(clock), Pointwise(DoubleNear(kRounding), expected));
}

TEST(VirtualClock, AddsUpGradients) {
  VirtualClock clock(cluster_of({1, 2, 3}), 3, 1);
  clock.compute();
  clock.compute();
  expect_ready(clock, {2, 4, 6});
  EXPECT_DOUBLE_EQ(clock.now_s(), 6);
}

TEST(VirtualClock, AddsUpPassesOfWhichTheLastMayOverlap) {
  Cluster cluster = cluster_of({1, 2});
  cluster.overlap = 1;
  for (const bool early : {true, false}) {
    VirtualClock clock(cluster, 2, 1);
    clock.compute(3, early);
    expect_ready(clock, {3, 6});
    ASSERT_TRUE(clock.exchange({2, {{0, 1}, {1, 0}}}, 1));
    // Worker 1 sends from 4 on, or from 6 on.
    expect_ready(clock, early ? std::vector<double>{6, 6} : std::vector<double>{7, 7});
  }
}

TEST(VirtualClock, AveragesSomeWorkersByAServer) {
  Cluster cluster = cluster_of({1, 5, 3});
  cluster.latency_s = {0.5};
  VirtualClock clock(cluster, 3, 1);
  const std::vector<int> drawn{0, 2};
  clock.compute(1, true, &drawn);
  expect_ready(clock, {1, 0, 3});
  ASSERT_TRUE(clock.average_of(drawn, 2));
  expect_ready(clock, {8, 8, 8});  // worker 2 sends until 5, the mean leaves at 5.5
}

TEST(VirtualClock, AMessageTakesItsBytesAndALatency) {
  Cluster cluster = cluster_of({1});
  cluster.latency_s = {0.5};
  VirtualClock clock(cluster, 2, 1);
  clock.compute();
  ASSERT_TRUE(clock.exchange({2, {{0, 1}}}, 3));
  expect_ready(clock, {4, 4.5});  // the sender is free when its message has left
}

TEST(VirtualClock, MessagesLeaveOneAfterTheOtherRoundTheCircle) {
  VirtualClock clock(cluster_of({0}), 3, 1);
  ASSERT_TRUE(clock.exchange({3, {{1, 0}, {1, 2}}}, 2));
  expect_ready(clock, {4, 4, 2});
}

TEST(VirtualClock, OnARingAndACompleteGraphMessagesDoNotCollide) {
  for (const Edges& edges : {ring(6), complete(6), circle(6)}) {
    VirtualClock clock(cluster_of({1}), 6, 1);
    clock.compute();
    ASSERT_TRUE(clock.exchange(edges, 2));
    const double degree = static_cast<double>(edges.all().size()) / 6;
    expect_ready(clock, std::vector<double>(6, 1 + 2 * degree));
  }
}

TEST(VirtualClock, AReceiverTakesInOneAfterTheOther) {
  // Both messages arrive at 2; receiving the second one takes until 4.
  VirtualClock clock(cluster_of({0}), 3, 1);
  ASSERT_TRUE(clock.exchange({3, {{0, 2}, {1, 2}}}, 2));
  expect_ready(clock, {2, 2, 4});
}

TEST(VirtualClock, TakesInWhatArrivesFirst) {
  // Worker 1's message arrives at 1 + 2 = 3, worker 0's at 2 + 2 = 4 and waits one second behind
  // it.
  VirtualClock clock(cluster_of({2, 1, 0}), 3, 1);
  clock.compute();
  ASSERT_TRUE(clock.exchange({3, {{0, 2}, {1, 2}}}, 2));
  expect_ready(clock, {4, 3, 5});
}

TEST(VirtualClock, AnInterfaceIsFullDuplex) {
  VirtualClock clock(cluster_of({1}), 2, 1);
  clock.compute();
  ASSERT_TRUE(clock.exchange(complete(2), 4));
  expect_ready(clock, {5, 5});
}

TEST(VirtualClock, TheSlowestOfSenderReceiverAndLinkSetsThePace) {
  Cluster cluster = cluster_of({0});
  cluster.bandwidth_gbit = {kByteASecond, kByteASecond / 2, kByteASecond};
  cluster.links = {{.from = 2, .to = 0, .bandwidth_gbit = kByteASecond / 10}};
  VirtualClock clock(cluster, 3, 1);
  ASSERT_TRUE(clock.exchange({3, {{0, 1}}}, 1));
  expect_ready(clock, {2, 2, 0});
  ASSERT_TRUE(clock.exchange({3, {{2, 0}}}, 1));
  expect_ready(clock, {12 - 2, 2, 10});
}

TEST(VirtualClock, ALinkMayHaveItsOwnLatencyElseTheLargerOfItsEndsCounts) {
  Cluster cluster = cluster_of({0});
  cluster.latency_s = {1, 3};
  cluster.links = {{.from = 1, .to = 0, .latency_s = 0.5}};
  VirtualClock clock(cluster, 2, 1);
  ASSERT_TRUE(clock.exchange(complete(2), 1));
  expect_ready(clock, {1.5, 4});
}

TEST(VirtualClock, OverlappingMessagesLeaveEarlyAndArriveNoSoonerThanTheStepEnds) {
  Cluster cluster = cluster_of({4});
  cluster.overlap = 0.5;
  VirtualClock shorter(cluster, 2, 1);
  shorter.compute();
  ASSERT_TRUE(shorter.exchange(complete(2), 1));
  expect_ready(shorter, {4, 4});
  VirtualClock longer(cluster, 2, 1);
  longer.compute();
  ASSERT_TRUE(longer.exchange(complete(2), 5));  // from 2 to 7
  expect_ready(longer, {7, 7});
}

TEST(VirtualClock, AMessageThatLeavesEarlyIsWholeWhenItsStepIs) {
  Cluster cluster = cluster_of({4, 0});
  cluster.overlap = 0.5;
  VirtualClock clock(cluster, 2, 1);
  clock.compute();
  ASSERT_TRUE(clock.exchange({2, {{0, 1}}}, 1));
  expect_ready(clock, {4, 4});
}

TEST(VirtualClock, AWorkerThatHasWaitedSendsNothingEarly) {
  Cluster cluster = cluster_of({8});
  cluster.overlap = 1;
  cluster.latency_s = {3};
  VirtualClock clock(cluster, 2, 1);
  clock.compute();
  ASSERT_TRUE(clock.exchange({2, {{0, 1}}}, 1));
  expect_ready(clock, {8, 11});
  ASSERT_TRUE(clock.exchange({2, {{1, 0}}}, 5));  // from 11 to 16
  expect_ready(clock, {19, 16});
}

TEST(VirtualClock, AnInterfaceSendsInTheOrderOfTheProgram) {
  VirtualClock clock(cluster_of({1}), 3, 1);
  clock.send({3, {{0, 1}}}, 5, 0);
  ASSERT_TRUE(clock.exchange({3, {{0, 2}}}, 5));
  expect_ready(clock, {10, 0, 10});
}

TEST(VirtualClock, AMessageIsAwaitedOnlyWhenItIsDue) {
  VirtualClock clock(cluster_of({3}), 2, 1);
  clock.send(complete(2), 5, 0);
  clock.compute();
  expect_ready(clock, {3, 3});
  ASSERT_TRUE(clock.arrive(0));
  expect_ready(clock, {5, 5});
  ASSERT_TRUE(clock.arrive(0));  // nothing is in flight any more
  expect_ready(clock, {5, 5});
}

TEST(VirtualClock, WhatIsSentWaitsForWhatWasSentBefore) {
  VirtualClock clock(cluster_of({1}), 2, 1);
  clock.send(complete(2), 5, 0);  // leaves from 0 to 5
  clock.compute();
  clock.send(complete(2), 5, 1);  // from 5 to 10, though ready at 1
  ASSERT_TRUE(clock.arrive(1));
  expect_ready(clock, {10, 10});
}

TEST(VirtualClock, AnAverageIsARingThatStartsWhenTheLastIsReady) {
  Cluster cluster = cluster_of({1, 2, 3, 4});
  cluster.latency_s = {0.25};
  VirtualClock clock(cluster, 4, 1);
  clock.compute();
  ASSERT_TRUE(clock.average(8));
  const double end = 4 + 2 * 3 * (8.0 / 4 + 0.25);
  expect_ready(clock, {end, end, end, end});
}

TEST(VirtualClock, AverageOfGroupsIsARingEach) {
  VirtualClock clock(cluster_of({1, 2, 3, 4, 5}), 5, 1);
  clock.compute();
  ASSERT_TRUE(clock.average(6, 2));
  expect_ready(clock, {2 + 6, 2 + 6, 4 + 6, 4 + 6, 5});
}

TEST(VirtualClock, AnAverageMayOverlapWithTheGradient) {
  Cluster cluster = cluster_of({8});
  cluster.overlap = 0.75;
  VirtualClock clock(cluster, 2, 1);
  clock.compute();
  ASSERT_TRUE(clock.average(10));  // 2 rounds of 5 bytes, from 2 to 12
  expect_ready(clock, {12, 12});
  ASSERT_TRUE(clock.average(1));  // the overlap is used up
  expect_ready(clock, {13, 13});
}

TEST(VirtualClock, SaysHowLongOneAveragingAndOneGradientTake) {
  Cluster cluster = cluster_of({3});
  cluster.latency_s = {0.5};
  cluster.faults = {{.at_s = 10, .worker = 1, .slowdown = 2}};
  const VirtualClock clock(cluster, 2, 1);
  EXPECT_DOUBLE_EQ(clock.meeting_s(0, 1, 5, 4, 7), 4.5);
  EXPECT_DOUBLE_EQ(clock.duration_s(1, 0, 0), 3);
  EXPECT_DOUBLE_EQ(clock.duration_s(1, 0, 8), 4);  // two seconds as before, one at half the pace
  EXPECT_DOUBLE_EQ(clock.duration_s(1, 0, 20), 6);
}

TEST(VirtualClock, IsAloneWithOneWorker) {
  VirtualClock clock(cluster_of({1}), 1, 1);
  clock.compute();
  ASSERT_TRUE(clock.exchange({1, {}}, 100));
  ASSERT_TRUE(clock.average(100));
  expect_ready(clock, {1});
}

}  // namespace
}  // namespace murmur::timing
