// SPDX-License-Identifier: Apache-2.0
// Consensus averaging with quasi-global momentum, without gradients (P18, P20). With p = lr m the
// rate disappears:
//
//   x' = W (x - b p),  p' = mu p + (1 - mu) (x - x'),  b = beta (squared for Nesterov)
//
// so models follow x'' = (1 + b (1 - mu)) W x' + mu x' - B W x with B = mu + (1 - mu) b, and the
// mode of an eigenvalue L of W goes with the roots of z^2 - (L (1 + b (1 - mu)) + mu) z + L B.
#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "murmur/topology/analysis.h"
#include "tests/support/oracles.h"

namespace murmur::testing {
namespace {

double larger_root(double linear, double constant) {  // of z^2 - linear z + constant
  const std::complex<double> root = std::sqrt(std::complex<double>(linear * linear - 4 * constant));
  return std::max(std::abs((linear + root) / 2.0), std::abs((linear - root) / 2.0));
}

double mode_rate(double eigenvalue, double b, double mu) {
  return larger_root(eigenvalue * (1 + b * (1 - mu)) + mu, eigenvalue * (mu + (1 - mu) * b));
}

std::vector<double> eigenvalues_but_one(const std::string& name, int workers) {
  const SharedTopology topology = topology_of(name, workers, {});
  std::vector<double> values;
  for (const std::complex<double>& value : topology::spectrum_of(topology->at(0).dense()).values) {
    values.push_back(value.real());
  }
  values.erase(values.begin());  // the eigenvalue 1
  return values;
}

double rate_over(const std::vector<double>& eigenvalues, double b, double mu) {
  double most = 0;
  for (const double value : eigenvalues) {
    most = std::max(most, mode_rate(value, b, mu));
  }
  return most;
}

Walk consensus(const std::string& name, int workers, Program<double> program) {
  Table start;
  for (int i = 0; i < workers; ++i) {
    start.push_back({static_cast<double>(i)});
  }
  return Walk({.program = std::move(program),
               .topology = topology_of(name, workers, {}),
               .problem = problem_of("consensus", workers, {{"start", start}}),
               .rates = {}});
}

Program<double> quasi_global(double beta, double mu, bool nesterov = false) {
  return program_of(nesterov ? "qg-dsgdm-n" : "qg-dsgdm", {{"momentum", beta}, {"mu", mu}});
}

double error_of(const Walk& walk) {
  const Stack all = walk.models();
  const Stack away =
      all - everywhere(mean_of(all, static_cast<int>(all.size())), static_cast<int>(all.size()));
  return (away * away).sum() / static_cast<double>(all.size());
}

TEST(Consensus, FollowsTheTwoTermRecurrenceAtAnyRate) {
  const std::vector<std::pair<std::string, int>> graphs{{"ring", 16}, {"social", 32}, {"torus", 9}};
  for (const auto& [name, workers] : graphs) {
    const Table w = topology_of(name, workers, {})->at(0).dense();
    for (const bool nesterov : {false, true}) {
      const double beta = 0.7;
      const double mu = 0.8;
      const double b = nesterov ? beta * beta : beta;
      Walk walk = consensus(name, workers, quasi_global(beta, mu, nesterov));
      Stack x = walk.models();
      Stack next = mix(w, x);
      walk.step(0.01);
      EXPECT_LT(apart(walk.models(), next), kRounding);
      for (int t = 0; t < 50; ++t) {
        const Stack then =
            (1 + b * (1 - mu)) * mix(w, next) + mu * next - (mu + (1 - mu) * b) * mix(w, x);
        x = next;
        next = then;
        walk.step(0.01);
        ASSERT_LT(apart(walk.models(), next), kRounding * workers) << name << " step " << t;
      }
    }
  }
}

struct Rates {
  std::string name;
  int workers;
  double plain;
  double quasi_global;           // beta = mu = 0.9
  double quasi_global_nesterov;  // beta = mu = 0.9
  double without_memory;         // mu = 0, beta = 0.9
  double best_beta;              // with mu = 0
  double best_rate;
};

const std::vector<Rates> kRates{
    {"ring", 8, 0.804738, 0.902370, 0.902139, 0.949342, 0.363, 0.642624},
    {"ring", 16, 0.949253, 0.969412, 0.964996, 0.949342, 0.628, 0.803269},
    {"ring", 32, 0.987190, 0.988594, 0.984090, 0.949342, 0.796, 0.895097},
    {"ring", 48, 0.994297, 0.992146, 0.987626, 0.949342, 0.860, 0.928681},
    {"ring", 64, 0.996790, 0.993389, 0.988863, 0.949342, 0.893, 0.945744},
    {"ring", 128, 0.999197, 0.994588, 0.994353, 0.991354, 0.945, 0.972306},
    {"social", 32, 0.917902, 0.953270, 0.948927, 1.161605, 0.433, 0.844993}};
constexpr double kSixDecimals = 0.51e-6;

TEST(Consensus, HasTheRatesOfTheModesOfTheGraph) {
  for (const Rates& known : kRates) {
    SCOPED_TRACE(known.name + " " + std::to_string(known.workers));
    const std::vector<double> all = eigenvalues_but_one(known.name, known.workers);
    EXPECT_NEAR(rate_over(all, 0, 0), known.plain, kSixDecimals);
    EXPECT_NEAR(rate_over(all, 0.9, 0.9), known.quasi_global, kSixDecimals);
    EXPECT_NEAR(rate_over(all, 0.81, 0.9), known.quasi_global_nesterov, kSixDecimals);
    EXPECT_NEAR(rate_over(all, 0.9, 0), known.without_memory, kSixDecimals);
    EXPECT_NEAR(rate_over(all, known.best_beta, 0), known.best_rate, 2 * kSixDecimals);
    for (int k = 0; k < 1000; ++k) {
      EXPECT_GE(rate_over(all, k * 1e-3, 0), known.best_rate - 2 * kSixDecimals) << k;
    }
  }
}

// The slowest mode of a ring of n is cos(2 pi i / n). Its coefficient a_t in the models rotates and
// shrinks in a plane, so a_{t+1} a_{t-1} - a_t^2 shrinks by the squared rate in every step.
TEST(Consensus, ShrinksAtTheRateOfItsSlowestModeOnTheRing) {
  for (const Rates& known : kRates) {
    if (known.name != "ring" || known.workers < 16 || known.workers > 64) {
      continue;  // another mode is the slowest: a fast mode of the graph, slowed by the memory
    }
    Stack mode(static_cast<std::size_t>(known.workers));
    for (std::size_t i = 0; i < mode.size(); ++i) {
      mode[i] = std::cos(2 * std::numbers::pi * static_cast<double>(i) / known.workers);
    }
    const auto turning = [&](bool nesterov) {
      Walk walk = consensus("ring", known.workers, quasi_global(0.9, 0.9, nesterov));
      std::vector<double> area;
      double before = 0;
      double now = (mode * walk.models()).sum();
      for (int t = 0; t < 30; ++t) {
        walk.step(0.1);
        const double next = (mode * walk.models()).sum();
        if (t > 0) {
          area.push_back(next * before - now * now);
        }
        before = now;
        now = next;
      }
      return area;
    };
    const std::vector<double> plain = turning(false);
    const std::vector<double> nesterov = turning(true);
    for (std::size_t t = 1; t < plain.size(); ++t) {
      EXPECT_NEAR(std::sqrt(plain[t] / plain[t - 1]), known.quasi_global, 2e-6);
      EXPECT_NEAR(std::sqrt(nesterov[t] / nesterov[t - 1]), known.quasi_global_nesterov, 2e-6);
    }
  }
}

TEST(Consensus, ShrinksAtTheRateOfTheGraphWithoutMomentum) {
  for (const Rates& known : kRates) {
    if (known.workers > 32) {
      continue;  // the other modes have not decayed in time
    }
    const int steps = known.workers == 8 ? 30 : 250;
    Walk walk = consensus(known.name, known.workers, program_of("dsgd"));
    walk.steps(constant(0.1, steps));
    const double before = error_of(walk);
    walk.steps(constant(0.1, 10));
    EXPECT_NEAR(std::pow(error_of(walk) / before, 0.05), known.plain, 1e-6) << known.workers;
  }
}

// The bound on the negative side: L > -(1 + mu) / (1 + mu + 2 b (1 - mu)).
TEST(Consensus, DivergesWithoutMemoryOnTheSocialGraphAlone) {
  const auto bound = [](double b, double mu) { return -(1 + mu) / (1 + mu + 2 * b * (1 - mu)); };
  EXPECT_NEAR(bound(0.9, 0.9), -0.9135, 0.5e-4);
  EXPECT_NEAR(bound(0.9, 0), -0.357, 0.5e-3);
  for (const double mu : {0.0, 0.5, 0.9}) {
    EXPECT_LT(mode_rate(bound(0.9, mu) + 1e-6, 0.9, mu), 1);
    EXPECT_GT(mode_rate(bound(0.9, mu) - 1e-6, 0.9, mu), 1);
  }
  Walk social = consensus("social", 32, quasi_global(0.9, 0));
  social.steps(constant(1, 200));
  const double before = error_of(social);
  social.steps(constant(1, 50));
  EXPECT_NEAR(std::pow(error_of(social) / before, 0.5 / 50), 1.161605, kSixDecimals);

  Walk remembering = consensus("social", 32, quasi_global(0.9, 0.9));
  Walk ring = consensus("ring", 32, quasi_global(0.9, 0));
  const double start = error_of(remembering);
  remembering.steps(constant(1, 250));
  ring.steps(constant(1, 250));
  EXPECT_LT(error_of(remembering), 1e-3 * start);
  EXPECT_LT(error_of(ring), 1e-3 * start);
}

struct Point {
  int workers;
  int step;
  double plain;
  double quasi_global;    // beta = mu = 0.9
  double without_memory;  // mu = 0, beta = 0.9
};

// x_i = i on the ring; mean square distance to the mean.
const std::vector<Point> kTrajectories{{16, 0, 21.25, 21.25, 21.25},
                                       {16, 1, 14.805555556, 14.805555556, 14.805555556},
                                       {16, 2, 12.311728395, 12.126039506, 10.742839506},
                                       {16, 10, 4.6802831309, 2.7413455725, 0.49651802984},
                                       {16, 50, 7.1894784676e-2, 5.3753473891e-1, 5.1272167257e-4},
                                       {16, 100, 3.9345603068e-4, 2.1175264358e-2, 4.0002013381e-6},
                                       {64, 2, 301.49691358, 300.57415802, 293.42135802},
                                       {64, 10, 254.97120609, 239.32795334, 175.94192263},
                                       {64, 100, 113.18693414, 5.6296289748, 1.1474363012e-2},
                                       {64, 1000, 0.33463016426, 1.8632429074e-4, 0}};

TEST(Consensus, FollowsTheKnownTrajectoriesOnTheRing) {
  for (const Point& known : kTrajectories) {
    const auto error = [&](Program<double> program) {
      Walk walk = consensus("ring", known.workers, std::move(program));
      walk.steps(constant(0.1, known.step));
      return error_of(walk);
    };
    const double digits = 6e-11;
    SCOPED_TRACE(std::to_string(known.workers) + " " + std::to_string(known.step));
    EXPECT_NEAR(error(program_of("dsgd")), known.plain, digits * 10 * known.plain);
    const double remembering = error(quasi_global(0.9, 0.9));
    EXPECT_NEAR(remembering, known.quasi_global, digits * 10 * known.quasi_global);
    const double forgetting = error(quasi_global(0.9, 0));
    EXPECT_NEAR(forgetting, known.without_memory, digits * 10 * known.without_memory + 1e-23);
  }
}

// P20, through the engine
TEST(Consensus, IsExactAfterOnePeriodOfOnePeerForPowersOfTwoAndNotAfterOneOfPairs) {
  for (const int workers : {2, 4, 8, 16, 32}) {
    const auto after_one_period = [&](const std::string& name) {
      const auto period = topology_of(name, workers, {})->period();
      Walk walk = consensus(name, workers, program_of("dsgd"));
      walk.steps(constant(0.1, static_cast<int>(period)));
      return spread(walk.models(), workers);
    };
    EXPECT_EQ(after_one_period("one-peer-exponential"), 0) << workers;
    if (workers >= 8) {
      EXPECT_GT(after_one_period("bipartite-one-peer"), 0.1) << workers;
    }
  }
  for (const int workers : {3, 6, 12}) {
    Walk walk = consensus("one-peer-exponential", workers, program_of("dsgd"));
    walk.steps(constant(0.1, 4));
    EXPECT_GT(spread(walk.models(), workers), 0.01) << workers;
  }
}

}  // namespace
}  // namespace murmur::testing
