// SPDX-License-Identifier: Apache-2.0
// Cross-gradients against a naive copy of their listing.
#include <gtest/gtest.h>

#include "tests/support/oracles.h"

namespace murmur::testing {
namespace {

constexpr int kWorkers = 5;
constexpr std::size_t kDimension = 3;
constexpr double kDecay = 0.02;

struct Case {
  double share = 0;
  double gossip = 1;
  bool nesterov = true;
};

// What worker i's batch says at any point.
Stack gradient(const Quadratic& f, int worker, const Stack& x) {
  return of_worker(f.curvature, kWorkers, worker) * (x - of_worker(f.center, kWorkers, worker));
}

Stack naive(const Quadratic& f, const Case& c, const std::vector<double>& rates) {
  constexpr double kBeta = 0.9;
  const auto graph = topology_of("star", kWorkers, {});
  Stack x = f.start;
  Stack m(0.0, x.size());
  for (std::size_t t = 0; t < rates.size(); ++t) {
    const topology::MixingMatrix w = graph->at(static_cast<std::int64_t>(t));
    Stack next = x;
    for (int i = 0; i < kWorkers; ++i) {
      const Stack own = of_worker(x, kWorkers, i);
      Stack z = own;
      Stack g(0.0, kDimension);
      for (int j = 0; j < kWorkers; ++j) {
        if (j != i && w.weight(i, j) != 0) {
          const Stack other = of_worker(x, kWorkers, j);
          z += c.gossip * w.weight(i, j) * (other - own);
          g += w.weight(i, j) *
               ((1 - c.share) * gradient(f, i, other) + c.share * gradient(f, j, own));
        }
      }
      g += w.self(i) * gradient(f, i, z) + kDecay * z;
      const std::slice here(static_cast<std::size_t>(i) * kDimension, kDimension, 1);
      const Stack momentum = kBeta * Stack(m[here]) + g;
      m[here] = momentum;
      next[here] = z - rates[t] * (c.nesterov ? Stack(g + kBeta * momentum) : momentum);
    }
    x = next;
  }
  return x;
}

TEST(CrossGradients, AreThoseOfTheListing) {
  const Quadratic f = random_quadratic(kWorkers, kDimension);
  const std::vector<double> rates{0.05, 0.05, 0.01, 0.08, 0.05, 0.0, 0.05, 0.02};
  for (const Case& c : {Case{}, Case{0.3, 0.4, false}, Case{1, 0.7, true}, Case{0, 0.5, false}}) {
    Walk walk = walk_over(
        f,
        program_of("ngc",
                   {{"data_share", c.share}, {"gossip_step", c.gossip}, {"nesterov", c.nesterov}}),
        topology_of("star", kWorkers, {}),
        kDecay);
    walk.steps(rates);
    EXPECT_LT(apart(walk.models(), naive(f, c, rates)), kRounding) << c.share;
  }
}

// With the same objective everywhere and equal starts all gradients of a step are equal.
TEST(CrossGradients, OfEqualWorkersAreNesterovMomentum) {
  Quadratic f = random_quadratic(kWorkers, kDimension);
  for (Stack* const all : {&f.curvature, &f.center, &f.start}) {
    *all = everywhere(of_worker(*all, kWorkers, 0), kWorkers);
  }
  const auto models = [&](const std::string& algorithm, const NamedOptions& options) {
    Walk walk = walk_over(f, program_of(algorithm, options), topology_of("ring", kWorkers, {}));
    walk.steps(constant(0.05, 6));
    return walk.models();
  };
  const Stack local = models("dsgdm-n", {{"momentum", 0.9}});
  EXPECT_LT(apart(models("ngc", {}), local), kRounding);
  EXPECT_LT(apart(models("ngc", {{"data_share", 0.5}}), local), kRounding);
}

}  // namespace
}  // namespace murmur::testing
