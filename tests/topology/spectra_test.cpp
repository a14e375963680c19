// SPDX-License-Identifier: Apache-2.0
// Eigenvalues: the tables of the specifications, closed forms, and the solvers against one another.
#include <algorithm>
#include <cmath>
#include <numbers>

#include <gtest/gtest.h>

#include "murmur/topology/analysis.h"
#include "tests/topology/make.h"

namespace murmur::topology {
namespace {

struct Known {
  const char* name;
  int workers;
  const char* weighting;
  double second;
  double last;
};

// quasi-global-momentum.md 3.4; the last three: heterogeneity-methods.md 5.2.
constexpr Known kTable[] = {
    {"ring", 4, "metropolis", 0.333333, -0.333333},
    {"ring", 8, "metropolis", 0.804738, -0.333333},
    {"ring", 16, "metropolis", 0.949253, -0.333333},
    {"ring", 32, "metropolis", 0.987190, -0.333333},
    {"ring", 48, "metropolis", 0.994297, -0.333333},
    {"ring", 64, "metropolis", 0.996790, -0.333333},
    {"social", 32, "metropolis", 0.917902, -0.434279},
    {"florentine", 15, "metropolis", 0.942559, -0.181241},
    {"karate", 34, "metropolis", 0.968764, -0.079893},
    {"les-miserables", 77, "metropolis", 0.992713, -0.053355},
    {"torus", 16, "metropolis", 0.600000, -0.600000},
    {"torus", 64, "metropolis", 0.882843, -0.600000},
    {"ring-extended", 16, "metropolis", 0.853553, -0.461940},
    {"expander", 7, "loops", 0.704969, -0.620269},
    {"expander", 17, "loops", 0.855257, -0.846182},
    {"margulis", 9, "loops", 0.400000, -0.200000},
    {"margulis", 16, "loops", 0.539345, -0.333333},
    {"margulis", 25, "loops", 0.693022, -0.263207},
    {"margulis", 9, "metropolis", 0.400000, -0.200000},
    {"margulis", 16, "metropolis", 0.571429, -0.245337},
    {"margulis", 25, "metropolis", 0.713948, -0.194993},
};

constexpr double kSixDecimals = 0.51e-6;

TEST(Spectrum, IsThatOfTheSpecification) {
  for (const Known& known : kTable) {
    SCOPED_TRACE(std::string(known.name) + " " + std::to_string(known.workers));
    const auto topology =
        make(known.name, known.workers, {{"weighting", std::string(known.weighting)}});
    const Convergence convergence = convergence_of(*topology);
    ASSERT_TRUE(convergence.spectrum->real);
    EXPECT_NEAR(convergence.spectrum->second(), known.second, kSixDecimals);
    EXPECT_NEAR(convergence.spectrum->last(), known.last, kSixDecimals);
    const double rate = std::max(std::abs(known.second), std::abs(known.last));
    EXPECT_NEAR(convergence.gap(), 1 - rate, kSixDecimals);
    EXPECT_EQ(convergence.gap(), convergence.gap_per_period());
  }
}

TEST(Spectrum, HasTheKnownSmallestEigenvalues) {
  const auto least = [](const char* name, int workers) {
    return smallest_eigenvalue(*make(name, workers)).value();
  };
  EXPECT_NEAR(least("chain", 16), -0.3205, 0.5e-4);
  EXPECT_NEAR(least("binary-tree", 16), -0.2978, 0.5e-4);
  EXPECT_NEAR(least("star", 16), 0.0, 1e-12);
  EXPECT_NEAR(least("ring", 5), -0.206, 0.5e-3);
  for (int workers = 4; workers <= 32; workers += 2) {
    EXPECT_NEAR(least("ring", workers), -1.0 / 3.0, 1e-14) << workers;
  }
}

TEST(Spectrum, OfALazyTopologyIsNotNegative) {
  for (const char* name : {"ring", "social", "expander", "hypercube"}) {
    const int workers = find_topology(name)->typical_workers;
    EXPECT_GE(smallest_eigenvalue(*make(name, workers, {{"lazy", true}})).value(), -1e-14) << name;
  }
}

TEST(Spectrum, OfTheExponentialGraphIsYingsFormula) {
  for (const int workers : {4, 6, 8, 16, 24, 64, 100}) {
    const double hops = std::ceil(std::log2(workers));
    const Convergence convergence = convergence_of(*make("exponential", workers));
    EXPECT_NEAR(convergence.rate, (hops - 1) / (hops + 1), 1e-14) << workers;
  }
}

// 2-norm of the product of one period minus the average; shifts are normal, so it is the largest
// modulus.
TEST(Spectrum, OfOnePeriodOfOnePeerIsThePublishedResidual) {
  EXPECT_NEAR(convergence_of(*make("one-peer-exponential", 6)).rate_per_period, 0.2165, 0.5e-4);
  EXPECT_NEAR(convergence_of(*make("one-peer-exponential", 24)).rate_per_period, 0.2073, 0.5e-4);
}

TEST(Spectrum, OfAHypercubeIsBinomial) {
  const Spectrum spectrum = spectrum_of(make("hypercube", 16)->at(0).dense());
  // (1 + L - 2k) / (L + 1), k differing digits, binomial(4, k) times.
  const std::vector<double> expected{
      1.0, 0.6, 0.6, 0.6, 0.6, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2, -0.2, -0.2, -0.2, -0.2, -0.6};
  ASSERT_EQ(spectrum.values.size(), expected.size());
  for (std::size_t k = 0; k < expected.size(); ++k) {
    EXPECT_NEAR(spectrum.values[k].real(), expected[k], 1e-14);
  }
}

TEST(Spectrum, OfUnbalancedWeightsComesFromTheGeneralSolver) {
  // A directed cycle of three workers with unequal weights has complex eigenvalues: their sum is
  // the trace, their product the determinant.
  const DenseMatrix w{{0.9, 0.1, 0.0}, {0.0, 0.5, 0.5}, {0.3, 0.0, 0.7}};
  const Spectrum spectrum = spectrum_of(w);
  std::complex<double> sum = 0;
  std::complex<double> product = 1;
  for (const auto& value : spectrum.values) {
    sum += value;
    product *= value;
  }
  EXPECT_NEAR(std::abs(spectrum.values[0] - 1.0), 0.0, 1e-14);
  EXPECT_NEAR(sum.real(), 0.9 + 0.5 + 0.7, 1e-14);                        // the trace
  EXPECT_NEAR(product.real(), 0.9 * 0.5 * 0.7 + 0.1 * 0.5 * 0.3, 1e-14);  // the determinant
  EXPECT_FALSE(spectrum.real);
}

TEST(Spectrum, IsTheSameForRowsAndColumnsOfOneGraph) {
  const Spectrum rows = spectrum_of(make("karate", 34, {{"weighting", "uniform"}})->at(0).dense());
  const Spectrum columns =
      spectrum_of(make("karate", 34, {{"weighting", "out-degree"}})->at(0).dense());
  ASSERT_TRUE(rows.real);
  for (std::size_t k = 0; k < rows.values.size(); ++k) {
    EXPECT_NEAR(std::abs(rows.values[k] - columns.values[k]), 0.0, 1e-13);
  }
}

TEST(Product, OfOnePeriodOfOnePeerIsTheExactAverageForPowersOfTwo) {
  for (const int workers : {2, 4, 8, 16, 32, 64}) {
    for (const std::int64_t first_hop : {0, 1, 3}) {
      const auto topology = make("one-peer-exponential", workers, {{"first_hop", first_hop}});
      for (const std::vector<double>& row : product(*topology, 0, topology->period())) {
        for (const double weight : row) {
          EXPECT_EQ(weight, 1.0 / workers);  // halves of halves: exact in binary
        }
      }
    }
  }
}

TEST(Product, OfOnePeriodOfManyPeersIsTheExactAverageForPowersOfTheirNumberPlusOne) {
  const auto topology = make("exponential-peers", 27, {{"peers", std::int64_t{2}}});
  EXPECT_EQ(topology->period(), 3);
  for (const std::vector<double>& row : product(*topology, 0, 3)) {
    for (const double weight : row) {
      EXPECT_NEAR(weight, 1.0 / 27, 1e-16);
    }
  }
}

TEST(Product, TakesTheLaterMatrixFromTheLeft) {
  const Table first{{0.5, 0.5}, {0.0, 1.0}};
  const Table then{{1.0, 0.0}, {0.5, 0.5}};
  const auto topology = make("custom", 2, {{"weights", Tables{first, then}}});
  EXPECT_EQ(product(*topology, 0, 2), (DenseMatrix{{0.5, 0.5}, {0.25, 0.75}}));
  EXPECT_EQ(product(*topology, 1, 2), (DenseMatrix{{0.75, 0.25}, {0.5, 0.5}}));
}

}  // namespace
}  // namespace murmur::topology
