// SPDX-License-Identifier: Apache-2.0
// Random topologies: their invariants, their averages, and that the graph of a seed never changes.
#include <cmath>
#include <set>

#include <gtest/gtest.h>

#include "murmur/topology/analysis.h"
#include "tests/topology/make.h"

namespace murmur::topology {
namespace {

int degree(const MixingMatrix& matrix, int worker) {
  return static_cast<int>(matrix.in(worker).size());
}

// For every worker the first other worker from which it receives, itself where there is none.
std::vector<int> partners(const MixingMatrix& matrix) {
  std::vector<int> list;
  for (int i = 0; i < matrix.workers(); ++i) {
    list.push_back(matrix.in(i).empty() ? i : matrix.in(i).front().worker);
  }
  return list;
}

TEST(RandomMatching, IsPerfectOrLeavesOneAlone) {
  for (int n = 2; n <= 17; ++n) {
    const auto topology = make("random-matching", n);
    for (std::int64_t step = 0; step < 50; ++step) {
      const MixingMatrix matrix = topology->at(step);
      EXPECT_EQ(matrix.edges(), n - n % 2);
      for (int i = 0; i < n; ++i) {
        EXPECT_LE(degree(matrix, i), 1);
        EXPECT_EQ(matrix.self(i), degree(matrix, i) == 1 ? 0.5 : 1.0);
      }
    }
  }
}

TEST(RandomMatching, FindsEveryPairEquallyOften) {
  constexpr int kSteps = 5000;
  const auto topology = make("random-matching", 6);
  std::vector<std::vector<int>> counts(6, std::vector<int>(6, 0));
  for (std::int64_t step = 0; step < kSteps; ++step) {
    const std::vector<int> other = partners(topology->at(step));
    for (std::size_t i = 0; i < other.size(); ++i) {
      ++counts[i][static_cast<std::size_t>(other[i])];
    }
  }
  const double expected = kSteps / 5.0;
  const double deviation = std::sqrt(kSteps * 0.2 * 0.8);
  for (std::size_t i = 0; i < 6; ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      EXPECT_NEAR(counts[i][j], expected, 4 * deviation);
    }
  }
}

TEST(RandomMatching, OfTwoIsAlwaysTheSame) {
  EXPECT_EQ(make("random-matching", 2)->period(), 1);
}

TEST(RandomRing, IsARingInAnotherOrder) {
  const auto topology = make("random-ring", 11);
  EXPECT_EQ(topology->period(), 0);
  const Spectrum plain = spectrum_of(make("ring", 11)->at(0).dense());
  std::set<std::vector<std::vector<double>>> seen;
  for (std::int64_t step = 0; step < 30; ++step) {
    const MixingMatrix matrix = topology->at(step);
    seen.insert(matrix.dense());
    const Spectrum spectrum = spectrum_of(matrix.dense());
    for (std::size_t k = 0; k < 11; ++k) {
      EXPECT_NEAR(std::abs(spectrum.values[k] - plain.values[k]), 0.0, 1e-13);
    }
  }
  EXPECT_EQ(seen.size(), 30U);
}

TEST(RandomRegular, HasTheDegreeItWasAskedFor) {
  for (int n = 2; n <= 24; ++n) {
    for (std::int64_t d = 1; d < n; ++d) {
      const bool exists = n * d % 2 == 0 && (d > 1 || n == 2);
      const auto made = try_make("random-regular", n, {{"degree", d}});
      ASSERT_EQ(static_cast<bool>(made), exists) << n << " " << d;
      if (exists) {
        EXPECT_TRUE(is_connected(*made.value()));
        for (int i = 0; i < n; ++i) {
          EXPECT_EQ(degree(made.value()->at(0), i), d);
        }
      }
    }
  }
}

// One in 550 graphs of 8 workers with degree 3 consists of two separate ones of 4.
TEST(RandomRegular, IsConnectedForEverySeed) {
  for (std::uint64_t seed = 0; seed < 3000; ++seed) {
    ASSERT_TRUE(is_connected(*make("random-regular", 8, {{"degree", std::int64_t{3}}}, seed)));
  }
}

TEST(RandomRegular, IsDrawnForAThousandWorkers) {
  for (const std::int64_t d : {2, 3, 10}) {
    const MixingMatrix matrix = make("random-regular", 1024, {{"degree", d}})->at(0);
    EXPECT_EQ(matrix.edges(), 1024 * d);
  }
}

TEST(ErdosRenyi, HasAsManyEdgesAsTheProbabilitySays) {
  constexpr int kGraphs = 200;
  constexpr double kProbability = 0.35;
  double edges = 0;
  for (std::uint64_t seed = 0; seed < kGraphs; ++seed) {
    const auto topology = make("erdos-renyi", 20, {{"probability", kProbability}}, seed);
    edges += static_cast<double>(topology->at(0).edges()) / 2;
  }
  const double pairs = 190.0 * kGraphs;
  EXPECT_NEAR(
      edges, kProbability * pairs, 4 * std::sqrt(pairs * kProbability * (1 - kProbability)));
}

TEST(ErdosRenyi, OfCertaintyIsComplete) {
  EXPECT_EQ(make("erdos-renyi", 9, {{"probability", 1.0}})->at(0).dense(),
            make("complete", 9)->at(0).dense());
}

TEST(ErdosRenyi, LinksEveryPairEquallyOften) {
  constexpr int kGraphs = 2000;
  std::vector<int> counts(10, 0);
  for (std::uint64_t seed = 0; seed < kGraphs; ++seed) {
    const MixingMatrix matrix = make("erdos-renyi", 5, {{"probability", 0.9}}, seed)->at(0);
    std::size_t pair = 0;
    for (int i = 0; i < 5; ++i) {
      for (int j = 0; j < i; ++j) {
        counts[pair++] += matrix.weight(i, j) != 0 ? 1 : 0;
      }
    }
  }
  for (const int count : counts) {
    EXPECT_NEAR(count, 0.9 * kGraphs, 4 * std::sqrt(kGraphs * 0.09));
  }
}

// Existing runs must stay reproducible: a change here changes the graphs of a seed.
TEST(Seeds, MeanTheSameGraphsForever) {
  EXPECT_EQ(partners(make("random-matching", 8, {}, 1)->at(0)),
            (std::vector<int>{2, 3, 0, 1, 7, 6, 5, 4}));
  EXPECT_EQ(partners(make("random-matching", 8, {}, 1)->at(12345)),
            (std::vector<int>{5, 6, 4, 7, 2, 0, 1, 3}));
  EXPECT_EQ(partners(make("random-ring", 8, {}, 7)->at(3)),
            (std::vector<int>{1, 0, 1, 4, 3, 2, 0, 4}));
  EXPECT_EQ(partners(make("random-regular", 10, {}, 1)->at(0)),
            (std::vector<int>{2, 3, 0, 1, 0, 0, 0, 3, 1, 4}));
  EXPECT_EQ(partners(make("erdos-renyi", 10, {}, 1)->at(0)),
            (std::vector<int>{2, 3, 0, 1, 0, 1, 0, 5, 2, 3}));
}

}  // namespace
}  // namespace murmur::topology
