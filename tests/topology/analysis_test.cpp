// SPDX-License-Identifier: Apache-2.0
#include "murmur/topology/analysis.h"

#include <cmath>

#include <gtest/gtest.h>

#include "tests/topology/make.h"

namespace murmur::topology {
namespace {

// The 2-norm of one period restricted to disagreements, by the power method on (PD)^T PD.
double norm_after(const Topology& topology, std::int64_t steps) {
  const DenseMatrix p = product(topology, 0, steps);
  const std::size_t n = p.size();
  std::vector<double> x(n);
  for (std::size_t i = 0; i < n; ++i) {
    x[i] = std::sin(static_cast<double>(i * i + 1));
  }
  double norm = 0;
  for (int round = 0; round < 300; ++round) {
    double mean = 0;
    for (const double v : x) {
      mean += v / static_cast<double>(n);
    }
    std::vector<double> y(n, 0.0);
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j < n; ++j) {
        y[i] += p[i][j] * (x[j] - mean);
      }
    }
    std::vector<double> z(n, 0.0);
    double squares = 0;
    for (std::size_t j = 0; j < n; ++j) {
      for (std::size_t i = 0; i < n; ++i) {
        z[j] += p[i][j] * y[i];
      }
      squares += z[j] * z[j];
    }
    const double length = std::sqrt(squares);
    norm = std::sqrt(length);
    for (std::size_t j = 0; j < n && length > 0; ++j) {
      x[j] = z[j] / length;
    }
  }
  return norm;
}

TEST(Consensus, IsReachedAtTheStepThatIsNamedAndNotBefore) {
  for (const char* name : {"ring", "torus", "star", "hypercube", "exponential", "complete"}) {
    const auto topology = make(name, 16);
    const std::int64_t steps = convergence_of(*topology).steps_to_consensus.value();
    EXPECT_LE(norm_after(*topology, steps), 1 / kConsensusFactor) << name;
    EXPECT_GT(norm_after(*topology, steps - 1), 1 / kConsensusFactor) << name;
  }
}

TEST(Consensus, IsCountedWhereItIsExact) {
  EXPECT_EQ(convergence_of(*make("one-peer-exponential", 32)).steps_to_consensus, 5);
  EXPECT_EQ(convergence_of(*make("complete", 7)).steps_to_consensus, 1);
  EXPECT_EQ(convergence_of(*make("ring", 1)).steps_to_consensus, 0);
  EXPECT_EQ(convergence_of(*make("ring", 2)).steps_to_consensus, 1);
}

TEST(Consensus, IsNeverReachedApart) {
  const Convergence apart = convergence_of(*make("bipartite-one-peer", 4));
  EXPECT_FALSE(apart.steps_to_consensus.has_value());
  EXPECT_NEAR(apart.rate, 1, 1e-14);
  EXPECT_FALSE(is_connected(*make("bipartite-one-peer", 4)));
}

// E[W^T W] = E[W] = a I + b J, with a = 1/2 - 1 / (2 (n - 1)) for even n, 1/2 for odd.
TEST(Rate, OfRandomMatchingsIsThatOfTheirMean) {
  for (const int n : {8, 16, 17, 64}) {
    const double expected = std::sqrt(n % 2 == 0 ? 0.5 - 0.5 / (n - 1) : 0.5);
    const Convergence convergence = convergence_of(*make("random-matching", n));
    EXPECT_FALSE(convergence.spectrum.has_value());
    EXPECT_NEAR(convergence.rate, expected, 0.01) << n;
    EXPECT_EQ(convergence.rate, convergence.rate_per_period);
    EXPECT_EQ(convergence.steps_to_consensus,
              static_cast<std::int64_t>(std::ceil(std::log(1e3) / -std::log(convergence.rate))));
  }
}

TEST(Rate, OfAPeriodIsThatOfItsSteps) {
  const Convergence convergence = convergence_of(*make("bipartite-one-peer", 8));
  EXPECT_NEAR(convergence.rate_per_period, 0.5, 1e-14);
  EXPECT_NEAR(convergence.rate, std::sqrt(0.5), 1e-14);
  EXPECT_NEAR(convergence.gap_per_period(), 0.5, 1e-14);
}

TEST(Rate, IsAboveOneWhereWeightsDriveWorkersApart) {
  const Tables weights{{{1.5, -0.5}, {-0.5, 1.5}}};  // eigenvalues 2 and 1
  const Convergence convergence = convergence_of(*make("custom", 2, {{"weights", weights}}));
  EXPECT_NEAR(convergence.spectrum->values[0].real(), 1, 1e-14);
  EXPECT_NEAR(convergence.rate, 2, 1e-14);
  EXPECT_FALSE(convergence.steps_to_consensus.has_value());
}

TEST(Connectivity, NeedsWaysInBothDirections) {
  const Table one_way{{1.0, 0.0}, {0.5, 0.5}};
  const Table other_way{{0.5, 0.5}, {0.0, 1.0}};
  EXPECT_FALSE(is_connected(*make("custom", 2, {{"weights", Tables{one_way}}})));
  EXPECT_TRUE(is_connected(*make("custom", 2, {{"weights", Tables{one_way, other_way}}})));
}

TEST(Messages, AreTheDirectedEdgesOfAStep) {
  EXPECT_EQ(messages_per_step(*make("ring", 16)), 32);
  EXPECT_EQ(messages_per_step(*make("one-peer-exponential", 16)), 16);
  EXPECT_EQ(messages_per_step(*make("random-matching", 17)), 16);
  EXPECT_EQ(messages_per_step(*make("two-peer-exponential", 8)), (16 + 16 + 8) / 3.0);
  EXPECT_EQ(messages_per_step(*make("ring", 1)), 0);
}

TEST(Degrees, AreOfAnyStep) {
  const Degrees star = degrees_of(*make("star", 9));
  EXPECT_EQ(star.in_least, 1);
  EXPECT_EQ(star.in_most, 8);
  EXPECT_EQ(star.out_most, 8);
  const Table one_sends{{1, 0, 0}, {0.5, 0.5, 0}, {0.5, 0, 0.5}};
  const Degrees degrees = degrees_of(*make("custom", 3, {{"weights", Tables{one_sends}}}));
  EXPECT_EQ(degrees.in_least, 0);
  EXPECT_EQ(degrees.in_most, 1);
  EXPECT_EQ(degrees.out_least, 0);
  EXPECT_EQ(degrees.out_most, 2);
  const Degrees peers = degrees_of(*make("two-peer-exponential", 8));
  EXPECT_EQ(peers.in_least, 1);
  EXPECT_EQ(peers.out_most, 2);
}

TEST(SmallestEigenvalue, IsOfSymmetricWeightsAlone) {
  EXPECT_FALSE(smallest_eigenvalue(*make("exponential", 8)).has_value());
  EXPECT_FALSE(smallest_eigenvalue(*make("star", 8, {{"weighting", "uniform"}})).has_value());
  EXPECT_NEAR(smallest_eigenvalue(*make("random-matching", 8)).value(), 0, 1e-14);
}

TEST(SumDefect, NamesStepWorkerAndSum) {
  const Tables weights{{{1, 0}, {0, 1}}, {{0.5, 0.5}, {0.25, 0.75}}};
  const auto topology = make("custom", 2, {{"weights", weights}});
  EXPECT_FALSE(find_sum_defect(*topology, Side::kRows).has_value());
  const SumDefect defect = find_sum_defect(*topology, Side::kColumns).value();
  EXPECT_EQ(defect.step, 1);
  EXPECT_EQ(defect.worker, 0);
  EXPECT_EQ(defect.sum, 0.75);
}

}  // namespace
}  // namespace murmur::topology
