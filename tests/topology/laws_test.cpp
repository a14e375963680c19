// SPDX-License-Identifier: Apache-2.0
// What holds for every registered topology, in every weighting, for every number of workers for
// which it exists.
#include <algorithm>
#include <cmath>
#include <set>

#include <gtest/gtest.h>

#include "murmur/topology/analysis.h"
#include "tests/topology/make.h"

namespace murmur::topology {
namespace {

constexpr double kRounding = 1e-15;

template <class F>
void for_each_step(const F& check) {
  for (const Case& c : all_cases()) {
    SCOPED_TRACE(c.words());
    for (std::int64_t step = 0; step < steps_of(*c.topology); ++step) {
      check(c, c.topology->at(step), step);
    }
  }
}

bool same(const MixingMatrix& a, const MixingMatrix& b) {
  return a.dense() == b.dense();
}

double largest_defect(const MixingMatrix& matrix, bool rows) {
  const DenseMatrix w = matrix.dense();
  double largest = 0;
  for (std::size_t i = 0; i < w.size(); ++i) {
    double sum = 0;
    for (std::size_t j = 0; j < w.size(); ++j) {
      sum += rows ? w[i][j] : w[j][i];
    }
    largest = std::max(largest, std::abs(sum - 1));
  }
  return largest;
}

TEST(Topologies, AreAllTried) {
  std::set<std::string> tried;
  for (const Case& c : all_cases()) {
    tried.insert(c.info->name);
  }
  EXPECT_EQ(tried.size(), topologies().size());
  EXPECT_GE(tried.size(), 25U);
}

TEST(Topologies, AreFoundByTheirNamesAlone) {
  for (const TopologyInfo& info : topologies()) {
    EXPECT_EQ(find_topology(info.name), &info);
    EXPECT_FALSE(info.summary.empty()) << info.name;
  }
  EXPECT_EQ(find_topology("moebius"), nullptr);
}

TEST(Weights, SumToOneInEveryRowButForOutDegree) {
  for_each_step([](const Case& c, const MixingMatrix& matrix, std::int64_t) {
    if (c.weighting != "out-degree") {
      EXPECT_LE(largest_defect(matrix, true), kRounding);
    }
  });
}

TEST(Weights, SumToOneInEveryColumnForOutDegree) {
  for_each_step([](const Case& c, const MixingMatrix& matrix, std::int64_t) {
    if (c.weighting == "out-degree") {
      EXPECT_LE(largest_defect(matrix, false), kRounding);
    }
  });
}

// Undirected: by symmetry. Directed: in every registered family a worker has as many receivers as
// senders.
TEST(Weights, AreDoublyStochasticWherePromised) {
  for_each_step([](const Case& c, const MixingMatrix& matrix, std::int64_t) {
    if (c.weighting == "metropolis" || c.weighting == "max-degree" || c.weighting == "loops" ||
        c.info->directed) {
      EXPECT_LE(largest_defect(matrix, true), kRounding);
      EXPECT_LE(largest_defect(matrix, false), kRounding);
    }
  });
}

TEST(Weights, AreSymmetricOnUndirectedGraphs) {
  for_each_step([](const Case& c, const MixingMatrix& matrix, std::int64_t) {
    const bool by_neighbor = c.weighting == "uniform" || c.weighting == "out-degree";
    if (!c.info->directed && !by_neighbor) {
      EXPECT_TRUE(is_symmetric(matrix));
    }
  });
}

// MATCHA's alpha may be above one over the degree.
TEST(Weights, AreNeverNegative) {
  for_each_step([](const Case& c, const MixingMatrix& matrix, std::int64_t) {
    for (int i = 0; i < matrix.workers(); ++i) {
      EXPECT_TRUE(matrix.self(i) >= 0.0 || c.info->name == "matcha");
      for (const Neighbor& neighbor : matrix.in(i)) {
        EXPECT_GT(neighbor.weight, 0.0);
      }
    }
  });
}

TEST(Weights, OfAnEdgeFollowFromTheDegrees) {
  for_each_step([](const Case& c, const MixingMatrix& matrix, std::int64_t) {
    if (c.lazy || c.weighting.empty() || c.weighting == "loops") {
      return;
    }
    std::vector<int> in;
    std::vector<int> out;
    for (int i = 0; i < matrix.workers(); ++i) {
      in.push_back(static_cast<int>(matrix.in(i).size()));
      out.push_back(matrix.out_degree(i));
    }
    const int most = std::max(*std::max_element(in.begin(), in.end()),
                              *std::max_element(out.begin(), out.end()));
    for (int i = 0; i < matrix.workers(); ++i) {
      const auto to = static_cast<std::size_t>(i);
      for (const Neighbor& neighbor : matrix.in(i)) {
        const auto from = static_cast<std::size_t>(neighbor.worker);
        const std::map<std::string, int> shares{{"metropolis", 1 + std::max(in[to], in[from])},
                                                {"uniform", 1 + in[to]},
                                                {"max-degree", 1 + most},
                                                {"out-degree", 1 + out[from]}};
        EXPECT_EQ(neighbor.weight, 1.0 / shares.at(c.weighting));
      }
    }
  });
}

TEST(Lazy, IsHalfOfTheIdentityAndHalfOfTheWeights) {
  const std::vector<Case>& cases = all_cases();
  std::size_t tried = 0;
  for (std::size_t k = 0; k + 1 < cases.size(); ++k) {
    if (cases[k].lazy || !cases[k + 1].lazy) {
      continue;
    }
    ++tried;
    SCOPED_TRACE(cases[k].words());
    DenseMatrix expected = cases[k].topology->at(1).dense();
    for (std::size_t i = 0; i < expected.size(); ++i) {
      for (std::size_t j = 0; j < expected.size(); ++j) {
        expected[i][j] = (expected[i][j] + (i == j ? 1.0 : 0.0)) / 2;
      }
    }
    EXPECT_EQ(cases[k + 1].topology->at(1).dense(), expected);
  }
  const auto may_be_lazy = std::count_if(cases.begin(), cases.end(), [](const Case& c) {
    return std::any_of(c.info->options.begin(), c.info->options.end(), [](const OptionInfo& o) {
      return o.name == "lazy";
    });
  });
  EXPECT_EQ(2 * tried, static_cast<std::size_t>(may_be_lazy));
}

TEST(Matrices, RepeatAfterThePeriodAndNotBefore) {
  for (const Case& c : all_cases()) {
    SCOPED_TRACE(c.words());
    EXPECT_EQ(c.topology->workers(), c.workers);
    const std::int64_t period = c.topology->period();
    for (std::int64_t step = 0; step < period; ++step) {
      EXPECT_TRUE(same(c.topology->at(step), c.topology->at(step + 7 * period)));
    }
    if (period > 1 && c.info->name != "two-peer-exponential") {
      EXPECT_FALSE(same(c.topology->at(0), c.topology->at(1)));
    }
  }
}

TEST(Matrices, AreFunctionsOfSeedAndStep) {
  for (const Case& c : all_cases()) {
    SCOPED_TRACE(c.words());
    Changes changes;
    if (c.lazy) {
      changes["lazy"] = true;
    }
    if (!c.weighting.empty()) {
      changes["weighting"] = c.weighting;
    }
    const auto again = make(c.info->name, c.workers, changes);
    for (const std::int64_t step : {9, 3, 3, 0}) {  // out of order, and twice
      EXPECT_TRUE(same(again->at(step), c.topology->at(step)));
    }
  }
}

TEST(Matrices, DependOnTheSeedWhereRandom) {
  for (const TopologyInfo& info : topologies()) {
    const int workers = info.typical_workers == 0 ? 16 : info.typical_workers;
    const auto one = make(info.name, workers, {}, 1);
    const auto two = make(info.name, workers, {}, 2);
    EXPECT_EQ(same(one->at(0), two->at(0)), !info.random) << info.name;
  }
}

TEST(Graphs, VaryWhereTheTableSaysSo) {
  for (const TopologyInfo& info : topologies()) {
    if (info.name != "custom") {
      EXPECT_EQ(make(info.name, info.typical_workers)->period() != 1, info.varies) << info.name;
    }
  }
}

// As published, bipartite-one-peer of 4 has one matching only, and shifts that are drawn may have a
// common factor with the number of workers.
TEST(Graphs, AreConnectedOverAPeriod) {
  for (const Case& c : all_cases()) {
    if (c.info->name == "equi-static") {
      continue;
    }
    const bool known = c.info->name == "bipartite-one-peer" && c.workers == 4;
    EXPECT_EQ(is_connected(*c.topology), !known) << c.words();
  }
}

TEST(Graphs, GoBothWaysUnlessDirected) {
  for_each_step([](const Case& c, const MixingMatrix& matrix, std::int64_t) {
    if (c.info->directed) {
      return;
    }
    for (int i = 0; i < matrix.workers(); ++i) {
      for (const Neighbor& neighbor : matrix.in(i)) {
        EXPECT_NE(matrix.weight(neighbor.worker, i), 0.0);
      }
    }
  });
}

TEST(Graphs, OfOneWorkerAreThatWorkerAlone) {
  int tried = 0;
  for (const Case& c : all_cases()) {
    if (c.workers == 1) {
      ++tried;
      EXPECT_EQ(c.topology->at(5).dense(), DenseMatrix{{1.0}}) << c.words();
      EXPECT_EQ(c.topology->period(), 1) << c.words();
    }
  }
  EXPECT_GT(tried, 20);
}

// Every family accepts a single worker, except for fixed graphs.
TEST(Graphs, ExistForOneWorkerUnlessTheyAreOneGraph) {
  for (const TopologyInfo& info : topologies()) {
    const bool fixed = info.paper.find("(1941)") != std::string::npos ||
                       info.name == "florentine" || info.name == "karate" || info.name == "dyck" ||
                       info.name == "les-miserables";
    EXPECT_EQ(refusal(info.name, 1).empty(), !fixed) << info.name;
  }
}

}  // namespace
}  // namespace murmur::topology
