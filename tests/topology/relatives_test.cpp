// SPDX-License-Identifier: Apache-2.0
// Graphs of the two papers' relatives: exact averages after a period, plans of matchings, trees of
// relays, and the numbers of the specifications.
#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "murmur/topology/analysis.h"
#include "murmur/topology/matchings.h"
#include "murmur/topology/trees.h"
#include "tests/topology/make.h"

namespace murmur::topology {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::shared_ptr<const Topology> base_graph(int workers, std::int64_t peers) {
  return make("base-graph", workers, {{"peers", peers}});
}

// heterogeneity-methods.md 7.3: rounds per period of 2 .. 32 workers with 1 .. 4 peers.
constexpr std::array<std::array<int, 31>, 4> kPeriods{
    {{1, 3, 2, 5, 4, 5, 3, 7, 6, 7, 5, 7, 6, 7, 4, 9, 8, 9, 7, 9, 8, 9, 6, 9, 8, 9, 7, 9, 8, 9, 5},
     {1, 1, 2, 3, 2, 4, 3, 2, 4, 5, 3, 5, 5, 4, 4, 5, 3, 6, 5, 5, 6, 6, 4, 6, 6, 3, 6, 7, 5, 7, 5},
     {1, 1, 1, 3, 2, 3, 2, 2, 4, 4, 2, 4, 4, 4, 2, 5, 3, 5, 4, 4, 5, 5, 3, 5, 5, 3, 4, 5, 5, 5, 3},
     {1, 1, 1, 1, 2, 3, 2, 2, 2, 4, 2, 4, 4, 2, 2, 4,
      3, 4, 2, 4, 4, 4, 3, 2, 5, 3, 4, 5, 3, 5, 3}}};

TEST(BaseGraph, AveragesExactlyAfterItsPeriodWithFewPartners) {
  for (int k = 1; k <= 4; ++k) {
    for (int n = 2; n <= 32; ++n) {
      const auto graph = base_graph(n, k);
      EXPECT_EQ(graph->period(),
                kPeriods[static_cast<std::size_t>(k - 1)][static_cast<std::size_t>(n - 2)])
          << n << " " << k;
      for (std::int64_t step = 0; step < graph->period(); ++step) {
        const MixingMatrix matrix = graph->at(step);
        EXPECT_TRUE(is_symmetric(matrix));
        for (int i = 0; i < n; ++i) {
          EXPECT_LE(matrix.in(i).size(), static_cast<std::size_t>(k)) << n;
        }
      }
      for (const std::vector<double>& row : product(*graph, 0, graph->period())) {
        for (const double weight : row) {
          EXPECT_NEAR(weight, 1.0 / n, 1e-14) << n << " " << k;
        }
      }
    }
  }
}

// Of every round the links as "i-j", ascending, with their weights.
std::vector<std::vector<std::pair<std::string, double>>> rounds_of(const Topology& graph) {
  std::vector<std::vector<std::pair<std::string, double>>> rounds;
  for (std::int64_t step = 0; step < graph.period(); ++step) {
    auto& round = rounds.emplace_back();
    const MixingMatrix matrix = graph.at(step);
    for (int i = 0; i < graph.workers(); ++i) {
      for (const Neighbor& neighbor : matrix.in(i)) {
        if (neighbor.worker > i) {
          round.emplace_back(std::to_string(i) + "-" + std::to_string(neighbor.worker),
                             neighbor.weight);
        }
      }
    }
  }
  return rounds;
}

TEST(BaseGraph, IsThatOfTheWorkedExamples) {
  using Round = std::vector<std::pair<std::string, double>>;
  const double half = 1.0 / 2;
  const double third = 1.0 / 3;
  EXPECT_THAT(rounds_of(*base_graph(3, 1)),
              ElementsAre(Round{{"0-1", half}}, Round{{"1-2", 2.0 / 3}}, Round{{"0-1", half}}));
  const Round pairs{{"0-1", half}, {"2-3", half}};
  const Round across{{"0-2", half}, {"1-3", half}};
  EXPECT_THAT(rounds_of(*base_graph(5, 1)),
              ElementsAre(pairs, across, Round{{"0-1", half}, {"3-4", 4.0 / 5}}, pairs, across));
  EXPECT_THAT(rounds_of(*base_graph(6, 1)),
              ElementsAre(Round{{"0-1", half}, {"3-4", half}},
                          Round{{"1-2", 2.0 / 3}, {"4-5", 2.0 / 3}},
                          Round{{"0-1", half}, {"3-4", half}},
                          Round{{"0-3", half}, {"1-4", half}, {"2-5", half}}));
  const Round three{{"0-1", third}, {"0-2", third}, {"1-2", third}, {"3-4", half}};
  EXPECT_THAT(rounds_of(*base_graph(5, 2)),
              ElementsAre(three, Round{{"1-4", 3.0 / 5}, {"2-3", 3.0 / 5}}, three));
  EXPECT_EQ(
      rounds_of(*base_graph(7, 2))[2],
      (Round{{"0-1", third}, {"0-3", third}, {"1-3", third}, {"2-6", 3.0 / 7}, {"5-6", 3.0 / 7}}));
}

// communication-methods.md 7.4.
TEST(Matcha, HasTheGoldenPlanOfTheRingOfEight) {
  const MixingMatrix ring = make("ring", 8)->at(0);
  const MatchaPlan half = plan_matcha(ring, 0.5);
  ASSERT_EQ(half.matchings.size(), 2U);
  EXPECT_NEAR(half.probabilities[0], 0.5, 1e-6);
  EXPECT_NEAR(half.probabilities[1], 0.5, 1e-6);
  EXPECT_NEAR(half.alpha, 0.60737, 0.5e-5);
  EXPECT_NEAR(half.rho, 0.78391, 0.5e-5);
  const MatchaPlan all = plan_matcha(ring, 1);
  EXPECT_NEAR(all.alpha, 0.43613, 0.5e-5);
  EXPECT_NEAR(all.rho, 0.55431, 0.5e-5);
}

TEST(Matcha, SplitsEveryGraphIntoFewMatchingsAndPlansWithinTheBudget) {
  for (const auto& [name, workers] : {std::pair{"ring", 7},
                                      std::pair{"torus", 16},
                                      std::pair{"complete", 9},
                                      std::pair{"star", 8},
                                      std::pair{"social", 32},
                                      std::pair{"karate", 34},
                                      std::pair{"dyck", 32}}) {
    const MixingMatrix graph = make(name, workers)->at(0);
    const MatchaPlan plan = plan_matcha(graph, 0.4);
    std::size_t most = 0;
    std::int64_t edges = 0;
    double sum = 0;
    for (int i = 0; i < workers; ++i) {
      most = std::max(most, graph.in(i).size());
    }
    EXPECT_LE(plan.matchings.size(), most + 1) << name;
    for (std::size_t j = 0; j < plan.matchings.size(); ++j) {
      std::set<int> seen;
      for (const auto& [a, b] : plan.matchings[j]) {
        EXPECT_TRUE(seen.insert(a).second && seen.insert(b).second) << name;
        EXPECT_GT(graph.weight(a, b), 0) << name;
      }
      edges += 2 * static_cast<std::int64_t>(plan.matchings[j].size());
      sum += plan.probabilities[j];
      EXPECT_GE(plan.probabilities[j], 0);
      EXPECT_LE(plan.probabilities[j], 1);
    }
    EXPECT_EQ(edges, graph.edges()) << name;
    EXPECT_LE(sum, 0.4 * static_cast<double>(plan.matchings.size()) + 1e-9) << name;
    EXPECT_LT(plan.rho, 1) << name;
  }
}

// Two cliques that one edge connects: it is active more often than the budget says.
TEST(Matcha, FavorsTheEdgeThatConnects) {
  MixingMatrix graph(8);
  for (int i = 0; i < 8; ++i) {
    std::vector<Neighbor> in;
    for (int j = 0; j < 8; ++j) {
      if (j != i && (i / 4 == j / 4 || (i + j == 7 && std::min(i, j) == 3))) {
        in.push_back({j, 0.1});
      }
    }
    graph.set_in(i, in);
  }
  const MatchaPlan plan = plan_matcha(graph, 0.3);
  double connecting = 0;
  for (std::size_t j = 0; j < plan.matchings.size(); ++j) {
    const auto& matching = plan.matchings[j];
    if (std::find(matching.begin(), matching.end(), std::pair(3, 4)) != matching.end()) {
      connecting = plan.probabilities[j];
    }
  }
  EXPECT_EQ(connecting, *std::max_element(plan.probabilities.begin(), plan.probabilities.end()));
  EXPECT_GT(connecting, 1.5 * 0.3);
}

TEST(Matcha, DrawsEachMatchingAsOftenAsPlanned) {
  const auto graph = make("matcha", 8, {{"graph", std::string("ring")}, {"budget", 0.5}});
  const MatchaPlan& plan = *matcha_plan(*graph);
  constexpr int kDraws = 20000;
  double messages = 0;
  for (int step = 0; step < kDraws; ++step) {
    const MixingMatrix matrix = graph->at(step);
    EXPECT_TRUE(is_symmetric(matrix));
    messages += static_cast<double>(matrix.edges());
  }
  EXPECT_NEAR(messages / kDraws, plan.expected_messages(), 0.15);  // five deviations
}

TEST(Dyck, IsCubicAndBipartite) {
  const MixingMatrix dyck = make("dyck", 32)->at(0);
  for (int i = 0; i < 32; ++i) {
    EXPECT_EQ(dyck.in(i).size(), 3U);
    for (const Neighbor& neighbor : dyck.in(i)) {
      EXPECT_EQ((i + neighbor.worker) % 2, 1);
    }
  }
  EXPECT_THAT(refusal("dyck", 16), HasSubstr("32 workers, not of 16"));
}

TEST(DoubleBinaryTrees, GiveEveryWorkerTwoNeighborsOnAverage) {
  const auto graph = make("double-binary-trees", 16);
  const std::vector<Tree> trees = trees_of(*graph);
  ASSERT_EQ(trees.size(), 2U);
  EXPECT_EQ(trees[1].root(), 15);
  EXPECT_FALSE(is_cut_down(*graph));
  for (std::size_t i = 0; i < 16; ++i) {
    EXPECT_LE(trees[0].neighbors()[i].size() + trees[1].neighbors()[i].size(), 4U) << i;
  }
}

// heterogeneity-methods.md 1.2: 1 + the mean delay.
TEST(Trees, SlowRelaysDownAsTheSpecificationSays) {
  const auto slowdown = [](const char* name, int workers) {
    return slowdown_of(trees_of(*make(name, workers)).front());
  };
  EXPECT_NEAR(slowdown("chain", 8), 2.75, 1e-12);
  EXPECT_NEAR(slowdown("chain", 16), 5.375, 1e-12);
  EXPECT_NEAR(slowdown("chain", 32), 10.6875, 1e-12);
  EXPECT_NEAR(slowdown("binary-tree", 8), 2.1562, 0.51e-4);
  EXPECT_NEAR(slowdown("binary-tree", 16), 3.3203, 0.51e-4);
  EXPECT_NEAR(slowdown("binary-tree", 32), 4.7832, 0.51e-4);
  EXPECT_NEAR(slowdown("star", 16), 1.8203, 0.51e-4);
}

TEST(Trees, AreBreadthFirstWhereThereAreCycles) {
  const auto ring = make("ring", 5);
  EXPECT_TRUE(is_cut_down(*ring));
  EXPECT_THAT(trees_of(*ring).front().parent, ElementsAre(-1, 0, 1, 4, 0));
  EXPECT_THAT(trees_of(*rooted_at(ring, 2)).front().parent, ElementsAre(1, 2, -1, 2, 3));
  EXPECT_THAT(heard_by(trees_of(*make("chain", 4)).front(), 0), ElementsAre(1, 2, 3));
  EXPECT_THAT(heard_by(trees_of(*make("chain", 4)).front(), 1), ElementsAre(2, 3));
}

TEST(EquiStatic, MixesAlongItsShifts) {
  const MixingMatrix listed =
      make("equi-static", 5, {{"shifts", std::vector<std::int64_t>{1, 3, 1}}})->at(0);
  for (int i = 0; i < 5; ++i) {
    EXPECT_NEAR(listed.self(i), 0.2, 1e-15);
    EXPECT_NEAR(listed.weight(i, (i + 4) % 5), 0.8 * 2 / 3, 1e-15);  // i + 4 sends to i
    EXPECT_NEAR(listed.weight(i, (i + 2) % 5), 0.8 / 3, 1e-15);
  }
  const auto both =
      make("equi-static", 6, {{"shifts", std::vector<std::int64_t>{1, 3}}, {"undirected", true}});
  EXPECT_TRUE(is_symmetric(both->at(0)));
  EXPECT_NEAR(both->at(0).weight(0, 3), 5.0 / 12, 1e-15);
  EXPECT_THAT(refusal("equi-static", 5, {{"shifts", std::vector<std::int64_t>{5}}}),
              HasSubstr("5 is no shift of 5 workers"));
}

}  // namespace
}  // namespace murmur::topology
