// SPDX-License-Identifier: Apache-2.0
// The relatives of the two papers' methods against naive loops over their formulas (listings.h).
#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/oracles/listings.h"

namespace murmur::testing {
namespace {

using namespace listings;

TEST(Qhm, IsItsListing) {
  const Scene scene;
  const double beta = 0.9;
  const double nu = 0.6;
  Stack m(scene.objective.size());
  expect_agreement(
      "qhm", {{"momentum", beta}, {"nu", nu}}, scene, [&](Stack& x, double lr, int step) {
        const Stack g = scene.g(x, step);
        m = beta * m + (1 - beta) * g;
        x -= lr * ((1 - nu) * g + nu * m);
      });
}

TEST(QhAdam, IsItsListingWithRunningWeights) {
  const Scene scene;
  const double b1 = 0.9;
  const double b2 = 0.99;
  const double nu1 = 0.7;
  const double nu2 = 0.8;
  Stack m(scene.objective.size());
  Stack v(scene.objective.size());
  double k1 = 0;
  double k2 = 0;
  expect_agreement("qhadam",
                   {{"betas", std::vector<double>{b1, b2}}, {"nus", std::vector<double>{nu1, nu2}}},
                   scene,
                   [&](Stack& x, double lr, int step) {
                     const Stack g = scene.g(x, step);
                     k1 = 1 + b1 * k1;
                     k2 = 1 + b2 * k2;
                     m += (g - m) / k1;
                     v += (g * g - v) / k2;
                     x -= lr * ((1 - nu1) * g + nu1 * m) /
                          (std::sqrt((1 - nu2) * g * g + nu2 * v) + 1e-8);
                   });
}

Stack signs(const Stack& v) {
  Stack s(v.size());
  for (std::size_t c = 0; c < v.size(); ++c) {
    s[c] = v[c] < 0 ? -1 : 1;
  }
  return s;
}

// Of six workers three may disagree with three: a tie is +1.
TEST(Signum, FollowsTheMajorityOrEachWorkersOwnSigns) {
  const Scene scene;
  const int workers = scene.objective.workers();
  for (const bool vote : {true, false}) {
    Stack v(scene.objective.size());
    Stack all = scene.objective.start();
    int ties = 0;
    Walk walk({.program = program_of("signum", {{"momentum", 0.5}, {"vote", vote}}),
               .topology = scene.graph,
               .problem = [&] { return std::make_unique<NoisyProblem>(scene.objective); },
               .rates = {},
               .weight_decay = NoisyQuadratic::kDecay});
    for (int step = 0; step < kSteps; ++step) {
      walk.step(rate_of(step));
      v = 0.5 * v + 0.5 * scene.h(all, step);
      Stack s = signs(v);
      if (vote) {
        const Stack sum = static_cast<double>(workers) * mean_of(s, workers);
        ties += std::any_of(std::begin(sum), std::end(sum), [](double t) { return t == 0; });
        s = signs(everywhere(sum, workers));
      }
      all -= rate_of(step) * (s + NoisyQuadratic::kDecay * all);
      ASSERT_LT(apart(walk.models(), all), kAgreement) << step;
    }
    EXPECT_EQ(ties > 0, vote);
  }
}

TEST(DecentLaM, IsItsListing) {
  const Scene scene;
  const double beta = 0.7;
  Stack m(scene.objective.size());
  expect_agreement("decentlam", {{"momentum", beta}}, scene, [&](Stack& x, double lr, int step) {
    const Stack z = scene.mixed(x - lr * scene.g(x, step), step);
    if (lr == 0) {
      x = z;
      return;
    }
    m = beta * m + (x - z) / lr;
    x -= lr * m;
  });
}

TEST(MomentumTracking, IsItsListingFromBothStarts) {
  for (const std::string graph : {"ring", "one-peer-exponential"}) {
    for (const std::string start : {"average", "zero"}) {
      for (const Momentum& momentum : momenta()) {
        Scene scene;
        scene.graph = topology_of(graph, 6);
        Stack m(scene.objective.size());
        Stack c(scene.objective.size());
        expect_agreement("momentum-tracking",
                         joined(momentum.options(), {{"start", start}}),
                         scene,
                         [&](Stack& x, double lr, int step) {
                           if (step == 0 && start == "average") {
                             const Stack h = scene.h(x, step);
                             m = c = (h - everywhere(mean_of(h, 6), 6)) / (1 - momentum.beta);
                           }
                           const Stack d = momentum.direction(m, scene.g(x, step));
                           x = scene.mixed(x, step) - lr * (d - c);
                           c = scene.mixed(c - d, step) + d;
                         });
      }
    }
  }
}

TEST(Gut, IsItsListingAlsoBehindRatesOfZero) {
  const double mu = 0.4;
  for (const std::string name : {"gut", "qg-gutm"}) {
    for (const Momentum& momentum : momenta()) {
      const Scene scene;
      const double beta = momentum.beta;
      const double b = momentum.nesterov ? beta + beta * beta : beta;
      Stack m(scene.objective.size());
      Stack v(m), g_old(m), p_old(m);
      bool first = true;
      expect_agreement(name,
                       joined(momentum.options(), {{"mu", mu}}),
                       scene,
                       [&](Stack& x, double lr, int step) {
                         const Stack pull = scene.mixed(x, step) - x;
                         if (lr == 0) {
                           x += pull;
                           return;
                         }
                         const Stack g = scene.g(x + pull, step);
                         Stack y = g - pull / lr;
                         if (!first) {
                           y += mu * (scene.mixed(v, step) - g_old - b * p_old);
                         }
                         v = momentum.direction(m, y);
                         x -= lr * v;
                         g_old = g;
                         p_old = pull / lr;
                         first = false;
                       });
    }
  }
}

TEST(Edm, IsItsListing) {
  const Scene scene;
  const double beta = 0.6;
  Stack m(scene.objective.size());
  Stack d(m);
  expect_agreement("edm", {{"momentum", beta}}, scene, [&](Stack& x, double lr, int step) {
    const Stack before = x;
    if (lr == 0) {
      x = scene.mixed(x, step);
      return;
    }
    const Stack m_old = m;
    m = beta * m + (1 - beta) * scene.g(x, step);
    x = scene.mixed(x - lr * (d + m - m_old), step);
    d = (before - x) / lr;
  });
}

// Rounds of three steps over a graph that changes: one matrix per round.
TEST(KGt, IsItsListingOverRoundsOfAnyLength) {
  for (const int period : {1, 2, 3}) {
    for (const double round_rate : {1.0, 0.7}) {
      Scene scene;
      scene.graph = topology_of("one-peer-exponential", 6);
      Stack c(scene.objective.size());
      Stack anchor = scene.objective.start();
      double sum = 0;
      expect_agreement("k-gt",
                       {{"period", std::int64_t{period}}, {"round_rate", round_rate}},
                       scene,
                       [&](Stack& x, double lr, int step) {
                         x -= lr * (scene.g(x, step) + c);
                         sum += lr;
                         if ((step + 1) % period != 0) {
                           return;
                         }
                         const std::int64_t round = step / period;
                         const Stack z = sum == 0 ? Stack(0 * x) : Stack((anchor - x) / sum);
                         c += scene.mixed(z, round) - z;
                         x = anchor = scene.mixed(anchor - round_rate * sum * z, round);
                         sum = 0;
                       });
    }
  }
}

TEST(Led, IsItsListingOverRoundsOfAnyLength) {
  for (const int period : {1, 2, 3}) {
    const Scene scene;
    Stack c(scene.objective.size());
    double sum = 0;
    expect_agreement(
        "led", {{"period", std::int64_t{period}}}, scene, [&](Stack& x, double lr, int step) {
          x -= lr * (scene.g(x, step) + c);
          sum += lr;
          if ((step + 1) % period != 0) {
            return;
          }
          const Stack last = x;
          x = scene.mixed(x, step / period);
          c += sum == 0 ? Stack(0 * x) : Stack((last - x) / sum);
          sum = 0;
        });
  }
}

}  // namespace
}  // namespace murmur::testing
