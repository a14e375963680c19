// SPDX-License-Identifier: Apache-2.0
// Invariants of push-sum on any graph whose columns sum to one, also with messages in flight (I2 to
// I4, I7 of the specification of slow momentum).
#include <algorithm>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "murmur/topology/analysis.h"
#include "tests/support/outer.h"

namespace murmur::testing {
namespace {

const NamedOptions kShares{{"weighting", std::string("out-degree")}};

struct Graph {
  std::string name;
  int workers;
  bool doubly;  // rows sum to one as well, at every step
  SharedTopology topology;
};

std::vector<Graph> graphs() {
  return {{"star", 5, false, topology_of("star", 5, kShares)},
          {"chain", 4, false, topology_of("chain", 4, kShares)},
          {"binary-tree", 7, false, topology_of("binary-tree", 7, kShares)},
          {"ring", 5, true, topology_of("ring", 5, kShares)},
          {"one-peer-exponential", 6, true, topology_of("one-peer-exponential", 6, {})},
          {"exponential", 8, true, topology_of("exponential", 8, {})}};
}

std::vector<Program<double>> pushing() {
  return {program_of("sgp"),
          program_of("sgp", {{"momentum", 0.9}}),
          program_of("osgp"),
          program_of("osgp", {{"staleness", std::int64_t{3}}})};
}

// Numerators held by workers and in flight, summed over workers.
Stack mass(const Walk& walk, int workers) {
  Stack all = walk.field("numerator");
  for (const Field& field : walk.engine().program().fields) {
    if (field.name.starts_with("in_flight")) {
      all += walk.field(std::string(field.name));
    }
  }
  return static_cast<double>(workers) * mean_of(all, workers);
}

// The workers' weights, and the sum of all weights including those in flight.
std::pair<std::vector<double>, double> weights(const Walk& walk, int workers) {
  const std::vector<double>& all = walk.engine().counters().push_weights;
  if (all.empty()) {
    return {std::vector<double>(static_cast<std::size_t>(workers), 1.0), workers};
  }
  return {{all.begin(), all.begin() + workers}, std::accumulate(all.begin(), all.end(), 0.0)};
}

// I2: a step subtracts lr times the sum of its directions from the mass, and nothing else changes
// it.
TEST(PushSum, LosesNoMassOnAnyGraphAlsoInFlight) {
  for (const Graph& graph : graphs()) {
    const Quadratic quadratic = random_quadratic(graph.workers);
    for (const Program<double>& program : pushing()) {
      Walk walk = walk_over(quadratic, program, graph.topology);
      const bool plain = program.fields.back().name != "momentum" && program.slots() == 0;
      for (const double rate : kStepRates) {
        const Stack before = mass(walk, graph.workers);
        const Stack pull = static_cast<double>(graph.workers) *
                           mean_of(quadratic.gradient(walk.models()), graph.workers);
        walk.step(rate);
        if (plain) {
          EXPECT_LT(apart(mass(walk, graph.workers), before - rate * pull), kRounding)
              << graph.name;
        }
        EXPECT_NEAR(weights(walk, graph.workers).second, graph.workers, kRounding) << graph.name;
      }
      const Stack before = mass(walk, graph.workers);
      walk.steps(constant(0, 9));
      EXPECT_LT(apart(mass(walk, graph.workers), before), kRounding)
          << graph.name << " " << program.name;
    }
  }
}

// I3
TEST(PushSum, KeepsWeightsPositiveAndAtOneWhereRowsSumToOneToo) {
  for (const Graph& graph : graphs()) {
    for (const Program<double>& program : pushing()) {
      Walk walk = walk_over(random_quadratic(graph.workers), program, graph.topology);
      bool all_one = true;
      for (const double rate : kStepRates) {
        walk.step(rate);
        for (const double weight : weights(walk, graph.workers).first) {
          EXPECT_GT(weight, 0) << graph.name;
          all_one = all_one && weight == 1;
        }
      }
      if (program.slots() == 0) {
        EXPECT_EQ(all_one, graph.doubly) << graph.name;
      }
    }
  }
}

// I4: the product of the first L matrices of the one-peer graph.
TEST(PushSum, AgreesExactlyAfterLogarithmicallyManyStepsOnPowersOfTwo) {
  const auto error = [](int workers) {
    const SharedTopology graph = topology_of("one-peer-exponential", workers, {});
    double worst = 0;
    for (int source = 0; source < workers; ++source) {
      Stack x(0.0, static_cast<std::size_t>(workers));
      x[static_cast<std::size_t>(source)] = 1;
      for (std::int64_t step = 0; step < graph->period(); ++step) {
        x = mix(graph->at(step).dense(), x);
      }
      worst = std::max(worst, apart(x, Stack(1.0 / workers, x.size())));
    }
    return worst;
  };
  for (const int workers : {2, 4, 8, 16, 32}) {
    EXPECT_EQ(error(workers), 0) << workers;
  }
  EXPECT_NEAR(error(3), 0.167, 0.0005);
  EXPECT_NEAR(error(6), 0.083, 0.0005);
  EXPECT_NEAR(error(12), 0.042, 0.0005);
}

// I7: the exact average is that of the numerators, messages in flight included; the average of the
// de-biased models is a different one.
TEST(PushSum, AveragesItsNumeratorsExactly) {
  for (const Graph& graph : graphs()) {
    const Quadratic quadratic = random_quadratic(graph.workers);
    for (const Program<double>& program : pushing()) {
      Walk alone = walk_over(quadratic, program, graph.topology);
      Walk outer =
          walk_over(quadratic, with_outer_of("average", every(5), program), graph.topology);
      alone.steps(constant(0.1, 5));
      outer.steps(constant(0.1, 5));
      const Stack mean = mass(alone, graph.workers) / static_cast<double>(graph.workers);
      EXPECT_LT(apart(outer.models(), everywhere(mean, graph.workers)), kRounding) << graph.name;
      EXPECT_TRUE(outer.engine().counters().push_weights.empty()) << graph.name;
      if (!graph.doubly) {
        EXPECT_GT(apart(mean_of(alone.models(), graph.workers), mean), 1e-4) << graph.name;
      }
    }
  }
}

}  // namespace
}  // namespace murmur::testing
