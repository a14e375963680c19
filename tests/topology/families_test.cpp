// SPDX-License-Identifier: Apache-2.0
// Which worker receives from which, against rules that are written again here, and known numbers.
#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <set>

#include <gtest/gtest.h>

#include "tests/topology/make.h"

namespace murmur::topology {
namespace {

using Edges = std::set<std::pair<int, int>>;  // from, to

Edges edges_of(const MixingMatrix& matrix) {
  Edges edges;
  for (int i = 0; i < matrix.workers(); ++i) {
    for (const Neighbor& neighbor : matrix.in(i)) {
      edges.emplace(neighbor.worker, i);
    }
  }
  return edges;
}

// All pairs for which `linked` holds, in both directions.
Edges links(int workers, const std::function<bool(int, int)>& linked) {
  Edges edges;
  for (int i = 0; i < workers; ++i) {
    for (int j = 0; j < workers; ++j) {
      if (i != j && (linked(i, j) || linked(j, i))) {
        edges.emplace(i, j);
      }
    }
  }
  return edges;
}

Edges hops(int workers, const std::set<int>& distances) {
  Edges edges;
  for (int i = 0; i < workers; ++i) {
    for (const int distance : distances) {
      if (distance % workers != 0) {
        edges.emplace(i, (i + distance) % workers);
      }
    }
  }
  return edges;
}

TEST(Ring, LinksNeighbors) {
  for (const int n : {2, 3, 4, 9}) {
    EXPECT_EQ(edges_of(make("ring", n)->at(0)),
              links(n, [n](int i, int j) { return j == (i + 1) % n; }));
  }
}

TEST(RingExtended, LinksTheOpposite) {
  for (const int n : {2, 4, 6, 16}) {
    EXPECT_EQ(edges_of(make("ring-extended", n)->at(0)),
              links(n, [n](int i, int j) { return j == (i + 1) % n || j == i + n / 2; }));
  }
  EXPECT_EQ(make("ring-extended", 4)->at(0).dense(), make("complete", 4)->at(0).dense());
}

TEST(Chain, LinksTheNext) {
  EXPECT_EQ(edges_of(make("chain", 7)->at(0)), links(7, [](int i, int j) { return j == i + 1; }));
}

TEST(Star, HasWorkerZeroInTheMiddle) {
  EXPECT_EQ(edges_of(make("star", 7)->at(0)), links(7, [](int i, int) { return i == 0; }));
}

TEST(Complete, WeighsEveryoneAlike) {
  for (const int n : {2, 8, 16}) {
    for (const std::vector<double>& row : make("complete", n)->at(0).dense()) {
      for (const double weight : row) {
        EXPECT_EQ(weight, 1.0 / n);
      }
    }
  }
}

TEST(Grid, IsNumberedRowByRow) {
  const auto linked = [](int i, int j) {
    const int across = std::abs(i % 4 - j % 4);
    const int down = std::abs(i / 4 - j / 4);
    return across + down == 1;
  };
  EXPECT_EQ(edges_of(make("grid", 12)->at(0)), links(12, linked));
  EXPECT_EQ(edges_of(make("grid", 12, {{"rows", std::int64_t{3}}})->at(0)), links(12, linked));
}

TEST(Torus, IsTheMostSquareOneWithoutRows) {
  const auto of_columns = [](int rows, int columns) {
    return [=](int i, int j) {
      return (i / columns == j / columns && j % columns == (i % columns + 1) % columns) ||
             (i % columns == j % columns && j / columns == (i / columns + 1) % rows);
    };
  };
  EXPECT_EQ(edges_of(make("torus", 12)->at(0)), links(12, of_columns(3, 4)));
  EXPECT_EQ(edges_of(make("torus", 16)->at(0)), links(16, of_columns(4, 4)));
  EXPECT_EQ(edges_of(make("torus", 12, {{"rows", std::int64_t{6}}})->at(0)),
            links(12, of_columns(6, 2)));
  EXPECT_EQ(edges_of(make("torus", 7)->at(0)), edges_of(make("ring", 7)->at(0)));
}

TEST(Torus, CountsCoincidingEdgesOnce) {
  for (const std::vector<double>& row : make("torus", 4)->at(0).dense()) {
    EXPECT_EQ(std::count(row.begin(), row.end(), 1.0 / 3), 2);
  }
}

TEST(Hypercube, LinksNumbersThatDifferInOneDigit) {
  EXPECT_EQ(edges_of(make("hypercube", 16)->at(0)),
            links(16, [](int i, int j) { return __builtin_popcount(unsigned(i ^ j)) == 1; }));
}

TEST(BinaryTree, HasTheShapeOfRelaySum) {
  EXPECT_EQ(
      edges_of(make("binary-tree", 6)->at(0)),
      (Edges{{0, 1}, {1, 0}, {1, 2}, {2, 1}, {1, 3}, {3, 1}, {2, 4}, {4, 2}, {2, 5}, {5, 2}}));
}

TEST(Exponential, SendsToPowersOfTwo) {
  EXPECT_EQ(edges_of(make("exponential", 8)->at(0)), hops(8, {1, 2, 4}));
  EXPECT_EQ(edges_of(make("exponential", 9)->at(0)), hops(9, {1, 2, 4, 8}));
  EXPECT_EQ(make("exponential", 8)->at(0).weight(3, 1), 0.25);
  EXPECT_EQ(make("exponential", 8)->at(0).weight(1, 3), 0.0);
}

TEST(OnePeerExponential, GoesThroughTheHops) {
  const auto topology = make("one-peer-exponential", 12);
  EXPECT_EQ(topology->period(), 4);  // floor(log2(11)) + 1
  for (const auto& [step, hop] :
       std::map<int, int>{{0, 1}, {1, 2}, {2, 4}, {3, 8}, {4, 1}, {7, 8}}) {
    EXPECT_EQ(edges_of(topology->at(step)), hops(12, {hop}));
  }
  const auto published = make("one-peer-exponential", 12, {{"first_hop", std::int64_t{1}}});
  EXPECT_EQ(edges_of(published->at(0)), hops(12, {2}));
  EXPECT_EQ(edges_of(published->at(3)), hops(12, {1}));
  EXPECT_EQ(published->at(0).weight(2, 0), 0.5);
  EXPECT_EQ(published->at(0).self(2), 0.5);
  EXPECT_EQ(make("one-peer-exponential", 2)->period(), 1);
  EXPECT_EQ(make("one-peer-exponential", 3)->period(), 2);
}

TEST(TwoPeerExponential, TakesTwoHopsAtATime) {
  const auto topology = make("two-peer-exponential", 8);
  EXPECT_EQ(topology->period(), 3);
  EXPECT_EQ(edges_of(topology->at(0)), hops(8, {1, 2}));
  EXPECT_EQ(edges_of(topology->at(1)), hops(8, {2, 4}));
  EXPECT_EQ(edges_of(topology->at(2)), hops(8, {4}));  // a hop of 8 leads back to itself
  EXPECT_EQ(topology->at(0).self(0), 1.0 / 3);
  EXPECT_EQ(topology->at(2).self(0), 0.5);
}

TEST(ExponentialPeers, GoesThroughPowersOfPeersPlusOne) {
  const auto topology = make("exponential-peers", 30, {{"peers", std::int64_t{3}}});
  EXPECT_EQ(topology->period(), 3);  // 4^0, 4^1, 4^2
  EXPECT_EQ(edges_of(topology->at(0)), hops(30, {1, 2, 3}));
  EXPECT_EQ(edges_of(topology->at(1)), hops(30, {4, 8, 12}));
  EXPECT_EQ(edges_of(topology->at(2)), hops(30, {16, 32, 48}));
  EXPECT_EQ(topology->at(2).self(7), 0.25);
  const auto all_peers = make("exponential-peers", 5, {{"peers", std::int64_t{1000000}}});
  EXPECT_EQ(edges_of(all_peers->at(0)), hops(5, {1, 2, 3, 4}));
}

TEST(ExponentialPeers, WithOnePeerIsTheOnePeerGraph) {
  for (int n = 1; n <= 20; ++n) {
    const auto one = make("one-peer-exponential", n);
    const auto peers = make("exponential-peers", n, {{"peers", std::int64_t{1}}});
    ASSERT_EQ(one->period(), peers->period());
    for (std::int64_t step = 0; step < one->period(); ++step) {
      EXPECT_EQ(one->at(step).dense(), peers->at(step).dense());
    }
  }
}

TEST(BipartiteOnePeer, PairsOddWithEven) {
  const auto topology = make("bipartite-one-peer", 8);
  EXPECT_EQ(topology->period(), 2);  // floor(log2(7))
  EXPECT_EQ(edges_of(topology->at(0)),
            links(8, [](int i, int j) { return i % 2 == 1 && j == (i + 1) % 8; }));
  EXPECT_EQ(edges_of(topology->at(1)),
            links(8, [](int i, int j) { return i % 2 == 1 && j == (i + 3) % 8; }));
  EXPECT_EQ(make("bipartite-one-peer", 16)->period(), 3);
  EXPECT_EQ(make("bipartite-one-peer", 2)->at(0).self(1), 0.5);
  const auto later = make("bipartite-one-peer", 8, {{"first_hop", std::int64_t{1}}});
  EXPECT_EQ(edges_of(later->at(0)), edges_of(topology->at(1)));
}

TEST(Margulis, CountsEveryLinkOnce) {
  // By hand for m = 3: worker (0, 0) maps to itself and to (1, 0), (0, 1); (2, 0) and (0, 2) map to
  // it.
  const MixingMatrix matrix = make("margulis", 9)->at(0);
  EXPECT_EQ(edges_of(matrix).size(), 36U);
  EXPECT_EQ(edges_of(make("margulis", 16)->at(0)).size(), 80U);
  EXPECT_GT(matrix.weight(0, 3), 0);
  EXPECT_GT(matrix.weight(0, 1), 0);
}

TEST(Expander, GivesThirds) {
  const MixingMatrix matrix = make("expander", 7)->at(0);
  EXPECT_EQ(edges_of(matrix),
            links(7, [](int i, int j) { return j == (i + 1) % 7 || (i * j) % 7 == 1; }));
  for (const std::vector<double>& row : matrix.dense()) {
    EXPECT_EQ(std::count(row.begin(), row.end(), 0.0), 4);
    EXPECT_NEAR(*std::max_element(row.begin(), row.end()), 1.0 / 3, 1e-16);
  }
}

TEST(Social, IsDavisSouthernWomen) {
  const MixingMatrix matrix = make("social", 32)->at(0);
  const std::vector<int> degrees{8, 7, 8, 7, 4, 4, 4, 3, 4,  4,  4,  6, 7, 8, 5, 2,
                                 2, 2, 3, 3, 6, 4, 8, 8, 10, 14, 12, 5, 4, 6, 3, 3};
  const std::vector<double> own{.1897, .2452, .2099, .2452, .4551, .5683, .6202, .7453,
                                .6544, .6226, .5469, .2850, .2655, .1655, .3662, .8564,
                                .7231, .7231, .6389, .6528, .2421, .4528, .1111, .1111,
                                .0909, .0667, .0769, .2877, .3222, .1925, .6210, .6210};
  EXPECT_EQ(matrix.edges(), 2 * 89);
  for (int i = 0; i < 32; ++i) {
    const auto place = static_cast<std::size_t>(i);
    EXPECT_EQ(matrix.in(i).size(), static_cast<std::size_t>(degrees[place]));
    EXPECT_NEAR(matrix.self(i), own[place], 0.51e-4);
    for (const Neighbor& neighbor : matrix.in(i)) {
      EXPECT_NE(i < 18, neighbor.worker < 18);  // women meet at events
    }
  }
}

TEST(SocialNetworks, HaveTheirNumberOfLinks) {
  EXPECT_EQ(make("florentine", 15)->at(0).edges(), 2 * 20);
  EXPECT_EQ(make("karate", 34)->at(0).edges(), 2 * 78);
  EXPECT_EQ(make("les-miserables", 77)->at(0).edges(), 2 * 254);
  EXPECT_EQ(make("florentine", 15)->at(0).in(1).size(), 6U);        // Medici
  EXPECT_EQ(make("karate", 34)->at(0).in(33).size(), 17U);          // the officer
  EXPECT_EQ(make("les-miserables", 77)->at(0).in(10).size(), 36U);  // Valjean
}

}  // namespace
}  // namespace murmur::topology
