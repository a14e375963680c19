// SPDX-License-Identifier: Apache-2.0
// The fixed points of the methods, and whether they converge to them (P17, P19). At rest
// quasi-global memory is 0, so QG-DSGDm rests where DSGD rests at the same rate and its Nesterov
// form where DSGD rests at (1 + beta) times the rate, while local momentum rests where DSGD would
// at rate / (1 - beta).
#include <algorithm>
#include <cmath>
#include <complex>
#include <string>
#include <vector>

#include <Eigen/Dense>
#include <gtest/gtest.h>

#include "murmur/topology/analysis.h"
#include "tests/support/oracles.h"

namespace murmur::testing {
namespace {

constexpr double kDecay = 0.01;
constexpr double kRate = 0.05;

// Where DSGD rests: coordinate by coordinate, (I - W (I - rate (A + lambda))) x = rate W A b.
Stack rest_of_dsgd(const Quadratic& quadratic, const Table& w, double rate) {
  const auto workers = static_cast<Eigen::Index>(quadratic.workers);
  const auto dimension = static_cast<Eigen::Index>(quadratic.dimension());
  Eigen::MatrixXd weights(workers, workers);
  for (Eigen::Index i = 0; i < workers; ++i) {
    for (Eigen::Index j = 0; j < workers; ++j) {
      weights(i, j) = w[static_cast<std::size_t>(i)][static_cast<std::size_t>(j)];
    }
  }
  Stack rest(quadratic.center.size());
  for (Eigen::Index k = 0; k < dimension; ++k) {
    Eigen::VectorXd keep(workers);
    Eigen::VectorXd pull(workers);
    for (Eigen::Index i = 0; i < workers; ++i) {
      const auto c = static_cast<std::size_t>(i * dimension + k);
      keep(i) = 1 - rate * (quadratic.curvature[c] + kDecay);
      pull(i) = rate * quadratic.curvature[c] * quadratic.center[c];
    }
    const Eigen::MatrixXd system =
        Eigen::MatrixXd::Identity(workers, workers) - weights * keep.asDiagonal();
    const Eigen::VectorXd x = system.partialPivLu().solve(weights * pull);
    for (Eigen::Index i = 0; i < workers; ++i) {
      rest[static_cast<std::size_t>(i * dimension + k)] = x(i);
    }
  }
  return rest;
}

Stack optimum(const Quadratic& quadratic) {
  return mean_of(quadratic.curvature * quadratic.center, quadratic.workers) /
         (mean_of(quadratic.curvature, quadratic.workers) + kDecay);
}

Stack resting(const Quadratic& quadratic,
              const std::string& algorithm,
              const SharedTopology& topology) {
  Walk walk = walk_over(quadratic, program_of(algorithm), topology, kDecay);
  walk.steps(constant(kRate, 6000));
  return walk.models();
}

// P17
TEST(QuasiGlobalMomentum, RestsWherePlainSgdOfTheSameRateRests) {
  const std::vector<std::pair<std::string, double>> rates{{"dsgd", kRate},
                                                          {"qg-dsgdm", kRate},
                                                          {"qg-dsgdm-n", 1.9 * kRate},
                                                          {"dsgdm", 10 * kRate},
                                                          {"dsgdm-n", 10 * kRate}};
  const std::vector<std::pair<std::string, Quadratic>> cases{{"ring", golden_quadratic()},
                                                             {"ring", random_quadratic(7)},
                                                             {"social", random_quadratic(32)}};
  for (const auto& [name, quadratic] : cases) {
    const SharedTopology topology = topology_of(name, quadratic.workers, {});
    for (const auto& [algorithm, rate] : rates) {
      const Stack rest = rest_of_dsgd(quadratic, topology->at(0).dense(), rate);
      EXPECT_LT(apart(resting(quadratic, algorithm, topology), rest), 1e-13) << algorithm << name;
    }
  }
}

// P17: largest distance of a worker's coordinate to the optimum, and the workers' root mean square
// distance to their mean.
TEST(QuasiGlobalMomentum, HasTheKnownBiasAndTrackingHasNone) {
  struct Known {
    std::string algorithm;
    double bias;
    double disagreement;
  };
  const std::vector<Known> known{{"dsgd", 0.069, 0.0454},
                                 {"qg-dsgdm", 0.069, 0.0454},
                                 {"qg-dsgdm-n", 0.127, 0.0835},
                                 {"dsgdm", 0.544, 0.349},
                                 {"dsgdm-n", 0.544, 0.349}};
  const Quadratic quadratic = golden_quadratic();
  const SharedTopology ring = topology_of("ring", 4);
  const Stack best = everywhere(optimum(quadratic), 4);
  for (const Known& k : known) {
    const Stack rest = resting(quadratic, k.algorithm, ring);
    const Stack away = rest - everywhere(mean_of(rest, 4), 4);
    EXPECT_NEAR(apart(rest, best), k.bias, 0.5e-3) << k.algorithm;
    EXPECT_NEAR(std::sqrt((away * away).sum() / 4), k.disagreement, 0.5e-3) << k.algorithm;
  }
  for (const std::string exact : {"dsgd-gt", "dsgdm-gt", "dsgdm-n-gt", "d2", "d2-plus"}) {
    EXPECT_LT(apart(resting(quadratic, exact, ring), best), 1e-11) << exact;
  }
}

// P19: modes of D2 for curvature a and eigenvalue L: z^2 - L (2 - lr a) z + L (1 - lr a).
double d2_rate(double eigenvalue, double pull) {
  const double linear = eigenvalue * (2 - pull);
  const std::complex<double> root =
      std::sqrt(std::complex<double>(linear * linear - 4 * eigenvalue * (1 - pull)));
  return std::max(std::abs((linear + root) / 2.0), std::abs((linear - root) / 2.0));
}

// Every worker has the same curvature, so the modes are those of W.
Quadratic even_quadratic(int workers, double curvature) {
  Quadratic quadratic = random_quadratic(workers, 2);
  quadratic.curvature = curvature;
  return quadratic;
}

double growth_of_d2(const Quadratic& quadratic, const SharedTopology& topology, double rate) {
  Walk walk = walk_over(quadratic, program_of("d2"), topology);
  walk.steps(constant(rate, 100));
  const double before = spread(walk.models(), quadratic.workers);
  walk.steps(constant(rate, 40));
  return std::pow(spread(walk.models(), quadratic.workers) / before, 1.0 / 40);
}

TEST(ExactDiffusion, DivergesOnTheSocialGraphUnlessItIsLazy) {
  const SharedTopology social = topology_of("social", 32);
  const double last = topology::spectrum_of(social->at(0).dense()).values.back().real();
  EXPECT_NEAR(last, -0.434279, 0.51e-6);
  EXPECT_NEAR(d2_rate(last, 0), 1.2235, 0.5e-4);
  EXPECT_NEAR(d2_rate(last, 0.1), 1.1616, 0.5e-4);
  EXPECT_NEAR(growth_of_d2(even_quadratic(32, 1), social, 0.1), d2_rate(last, 0.1), 1e-6);
  EXPECT_NEAR(growth_of_d2(even_quadratic(32, 1), social, 1e-9), d2_rate(last, 0), 1e-6);

  const SharedTopology lazy = topology_of("social", 32, {{"lazy", true}});
  Walk walk = walk_over(even_quadratic(32, 1), program_of("d2"), lazy);
  walk.steps(constant(0.1, 2000));
  const Stack best = mean_of(even_quadratic(32, 1).center, 32);
  EXPECT_LT(apart(walk.models(), everywhere(best, 32)), 1e-10);
}

// The boundary is -1/3, attained by even rings: one root is -1 without curvature and of smaller
// modulus with it.
TEST(ExactDiffusion, StandsOnItsBoundaryOnAnEvenRing) {
  EXPECT_NEAR(d2_rate(-1.0 / 3, 0), 1, 1e-15);
  EXPECT_LT(d2_rate(-1.0 / 3, 0.1), 1);
  EXPECT_GT(d2_rate(-1.0 / 3, -0.1), 1);
  EXPECT_LT(d2_rate(-1.0 / 3 + 1e-6, 0), 1);
  EXPECT_GT(d2_rate(-1.0 / 3 - 1e-6, 0), 1);

  // Half of the alternating part of the start never decays: x_t = (-1)^t / 2 + (1/3)^t / 2.
  Walk walk({.program = program_of("d2"),
             .topology = topology_of("ring", 6),
             .problem = problem_of(
                 "consensus", 6, {{"start", Table{{1.0}, {-1.0}, {1.0}, {-1.0}, {1.0}, {-1.0}}}}),
             .rates = {}});
  walk.steps(constant(0.1, 101));
  EXPECT_LT(apart(walk.models(), {-0.5, 0.5, -0.5, 0.5, -0.5, 0.5}), 1e-12);
  const double odd = growth_of_d2(even_quadratic(4, -1), topology_of("ring", 4), 0.1);
  EXPECT_GT(odd, 1);
}

}  // namespace
}  // namespace murmur::testing
