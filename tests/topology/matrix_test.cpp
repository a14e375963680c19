// SPDX-License-Identifier: Apache-2.0
// The parts below the registrations: sparse rows, graphs, and the effect of violating their
// contracts.
#include <gtest/gtest.h>

#include "murmur/topology/graph.h"
#include "murmur/topology/weighting.h"
#include "tests/topology/make.h"

namespace murmur::topology {
namespace {

TEST(MixingMatrix, SortsItsNeighborsAndDropsZeros) {
  MixingMatrix matrix(4);
  matrix.set_in(2, {{3, 0.25}, {1, 0.0}, {0, 0.5}});
  matrix.set_self(2, 0.25);
  ASSERT_EQ(matrix.in(2).size(), 2U);
  EXPECT_EQ(matrix.in(2)[0].worker, 0);
  EXPECT_EQ(matrix.in(2)[1].worker, 3);
  EXPECT_EQ(matrix.weight(2, 0), 0.5);
  EXPECT_EQ(matrix.weight(2, 1), 0.0);
  EXPECT_EQ(matrix.weight(2, 2), 0.25);
  EXPECT_EQ(matrix.weight(0, 2), 0.0);
  EXPECT_EQ(matrix.out_degree(0), 1);
  EXPECT_EQ(matrix.out_degree(2), 0);
  EXPECT_EQ(matrix.edges(), 2);
  EXPECT_EQ(matrix.dense()[2], (std::vector<double>{0.5, 0.0, 0.25, 0.25}));
}

TEST(MixingMatrix, BeginsAsTheIdentity) {
  EXPECT_EQ(MixingMatrix(2).dense(), (std::vector<std::vector<double>>{{1, 0}, {0, 1}}));
}

TEST(MixingMatrixDeathTest, RefusesItselfAndTwins) {
  MixingMatrix matrix(3);
  EXPECT_DEATH(matrix.set_in(1, {{1, 0.5}}), "worker 1 cannot have neighbor 1");
  EXPECT_DEATH(matrix.set_in(1, {{3, 0.5}}), "neighbor 3 among 3");
  EXPECT_DEATH(matrix.set_in(1, {{0, 0.5}, {0, 0.25}}), "there twice");
}

TEST(Graph, CountsCoincidingEdgesOnceAndRemembersLoops) {
  Graph graph(3);
  graph.link(0, 1);
  graph.link(1, 0);
  graph.send(2, 2);
  EXPECT_EQ(graph.in(0), std::vector<int>{1});
  EXPECT_EQ(graph.in(1), std::vector<int>{0});
  EXPECT_EQ(graph.in_degree(2), 0);
  EXPECT_TRUE(graph.loop(2));
  EXPECT_FALSE(graph.loop(0));
  EXPECT_EQ(graph.out_degrees(), (std::vector<int>{1, 1, 0}));
}

TEST(Graph, IsReadFromLinks) {
  const Graph graph = parse_links(5, "0: 1 2 | 2: 3 4");
  EXPECT_EQ(graph.in(2), (std::vector<int>{0, 3, 4}));
  EXPECT_EQ(graph.in(4), std::vector<int>{2});
  EXPECT_TRUE(is_strongly_connected(graph));
  EXPECT_FALSE(is_strongly_connected(parse_links(5, "0: 1 2 | 3: 4")));
}

TEST(Loops, CountAWorkerOnlyWhereItIsLinkedToItself) {
  Graph graph(3);
  graph.link(0, 1);
  graph.link(1, 2);
  graph.send(0, 0);
  const MixingMatrix matrix = weigh(graph, Weighting::kLoops);
  EXPECT_EQ(matrix.dense(),
            (std::vector<std::vector<double>>{{0.5, 0.5, 0}, {0.5, 0, 0.5}, {0, 0.5, 0.5}}));
}

TEST(At, TakesNoMoreThanTheEdgesOfAThousandWorkers) {
  // Sparse rows only: no row of a large ring or of a step of hops is longer than its degree.
  for (const char* name : {"ring", "one-peer-exponential", "random-matching", "random-ring"}) {
    const MixingMatrix matrix = make(name, 1024)->at(7);
    for (int i = 0; i < 1024; ++i) {
      EXPECT_LE(matrix.in(i).size(), 2U);
      EXPECT_LE(matrix.in(i).capacity(), 4U);
    }
  }
}

}  // namespace
}  // namespace murmur::topology
