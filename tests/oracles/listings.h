// SPDX-License-Identifier: Apache-2.0
// Runs the engine beside a method that is written as its paper has it: on noisy quadratics, with
// rates that change and pass through 0.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "murmur/codecs/compression.h"
#include "tests/oracles/noisy_quadratic.h"
#include "tests/support/oracles.h"

namespace murmur::testing::listings {

inline constexpr int kSteps = 40;
inline constexpr double kAgreement = 1e-9;

inline double rate_of(int step) {
  const std::vector<double> rates{0.05, 0.05, 0.02, 0.0, 0.05, 0.0, 0.0, 0.04, 0.05, 0.01};
  return rates[static_cast<std::size_t>(step) % rates.size()];
}

// One step of a method written as its paper has it: x in and out.
using Step = std::function<void(Stack& x, double lr, int step)>;

struct Scene {
  NoisyQuadratic objective = NoisyQuadratic(6);
  SharedTopology graph = topology_of("ring", 6);
  std::shared_ptr<const codecs::Compression<double>> codec = nullptr;

  Stack g(const Stack& x, int step) const { return objective.gradient(x, step); }
  Stack h(const Stack& x, int step) const { return objective.data_gradient(x, step); }
  // The m-th mix.
  Stack mixed(const Stack& v, std::int64_t m) const { return mix(graph->at(m).dense(), v); }
};

inline void expect_agreement(const std::string& name,
                             const NamedOptions& options,
                             const Scene& scene,
                             const Step& naive) {
  const NoisyQuadratic& objective = scene.objective;
  Walk walk({.program = program_of(name, options),
             .topology = scene.graph,
             .problem = [&] { return std::make_unique<NoisyProblem>(objective); },
             .rates = {},
             .weight_decay = NoisyQuadratic::kDecay,
             .compression = scene.codec});
  const int workers = objective.workers();
  Stack x = objective.start();
  for (int step = 0; step < kSteps; ++step) {
    walk.step(rate_of(step));
    naive(x, rate_of(step), step);
    ASSERT_LT(apart(walk.models(), x), kAgreement) << name << " step " << step;
  }
  EXPECT_GT(apart(x, objective.start()), 0.1) << name;
  EXPECT_EQ(walk.engine().workers(), workers);
}

struct Momentum {
  double beta = 0;
  bool nesterov = false;

  NamedOptions options() const { return {{"momentum", beta}, {"nesterov", nesterov}}; }
  // The direction; m is updated.
  Stack direction(Stack& m, const Stack& g) const {
    m = beta * m + g;
    return nesterov ? Stack(g + beta * m) : m;
  }
};

inline const std::vector<Momentum>& momenta() {
  static const std::vector<Momentum> kMomenta{{0, false}, {0.8, false}, {0.8, true}};
  return kMomenta;
}

inline NamedOptions joined(NamedOptions options, const NamedOptions& more) {
  options.insert(options.end(), more.begin(), more.end());
  return options;
}

}  // namespace murmur::testing::listings
