// SPDX-License-Identifier: Apache-2.0
// Known answers of push-sum, and when it equals another method: without gradients on unequal
// shares, on the one-peer exponential graph, and as DSGD where columns and rows sum to one.
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/oracles.h"

namespace murmur::testing {
namespace {

// Worker 0 sends to the next two at every step, the others to one, 2^(k mod 2) further.
const Tables kUnequalShares{{{1.0 / 3, 0.0, 0.0, 0.5},
                             {1.0 / 3, 0.5, 0.0, 0.0},
                             {1.0 / 3, 0.5, 0.5, 0.0},
                             {0.0, 0.0, 0.5, 0.5}},
                            {{1.0 / 3, 0.0, 0.5, 0.0},
                             {1.0 / 3, 0.5, 0.0, 0.5},
                             {1.0 / 3, 0.0, 0.5, 0.0},
                             {0.0, 0.5, 0.0, 0.5}}};

Stack weights_of(const Walk& walk) {
  const std::vector<double>& weights = walk.engine().counters().push_weights;
  return Stack(weights.data(), static_cast<std::size_t>(walk.engine().local().size()));
}

TEST(PushSum, FindsTheMeanThroughUnequalShares) {
  Walk walk({.program = program_of("sgp"),
             .topology = topology_of("custom", 4, {{"weights", kUnequalShares}}),
             .problem = problem_of("consensus", 4, {{"start", Table{{0.0}, {1.0}, {2.0}, {3.0}}}}),
             .rates = {}});
  walk.step(0.1);
  EXPECT_LT(apart(walk.field("numerator"), {1.5, .5, 1.5, 2.5}), 1e-15);
  EXPECT_LT(apart(weights_of(walk), {5.0 / 6, 5.0 / 6, 4.0 / 3, 1}), 1e-15);
  EXPECT_LT(apart(walk.models(), {1.8, .6, 1.125, 2.5}), 1e-15);
  walk.step(0.1);
  EXPECT_LT(apart(walk.field("numerator"), {1.25, 2, 1.25, 1.5}), 1e-15);
  EXPECT_LT(apart(weights_of(walk), {.944444, 1.194444, .944444, .916667}), 0.51e-6);
  EXPECT_LT(apart(walk.models(), {1.323529, 1.674419, 1.323529, 1.636364}), 0.51e-6);
  walk.steps({0.1, 0.1});
  EXPECT_LT(apart(walk.models(), {1.484159, 1.513743, 1.484159, 1.515075}), 0.51e-6);
  walk.steps(constant(0.1, 60));
  EXPECT_LT(apart(walk.models(), {1.5, 1.5, 1.5, 1.5}), 1e-14);
  EXPECT_NEAR(walk.field("numerator").sum(), 6, 1e-13);
  EXPECT_NEAR(weights_of(walk).sum(), 4, 1e-13);
}

// f_i(x) = 1/2 (x - i)^2, all at 0, rate 0.1
Walk four_pulls(Program<double> program, const std::string& topology) {
  const Quadratic quadratic{4, Stack(1.0, 4), {0, 1, 2, 3}, Stack(0.0, 4)};
  return walk_over(quadratic, std::move(program), topology_of(topology, 4));
}

TEST(PushSum, StepsThenGossipsOnTheOnePeerGraph) {
  const std::vector<Stack> known{
      {.15, .05, .15, .25}, {.235, .335, .235, .335}, {.4065, .3065, .4065, .5065}};
  Walk walk = four_pulls(program_of("sgp"), "one-peer-exponential");
  for (const Stack& models : known) {
    walk.step(0.1);
    EXPECT_LT(apart(walk.models(), models), 1e-15);
  }
}

TEST(DecentralizedSgd, HasTwoOrdersThatAreNotTheSame) {
  Walk adapt = four_pulls(program_of("dsgd"), "ring");
  Walk combine =
      four_pulls(program_of("dsgd", {{"order", std::string("combine-then-adapt")}}), "ring");
  adapt.steps({0.1, 0.1});
  combine.steps({0.1, 0.1});
  EXPECT_LT(apart(adapt.models(), {.253333, .23, .34, .316667}), 0.51e-6);
  EXPECT_LT(apart(combine.models(), {.133333, .19, .38, .436667}), 0.51e-6);
}

TEST(PushSum, IsDecentralizedSgdWhereColumnsAndRowsSumToOne) {
  const std::vector<double> rates{0.1, 0.1, 0.05, 0.2, 0.02, 0.1};
  for (const auto& [name, topology] : doubly_stochastic_topologies()) {
    const Quadratic quadratic = random_quadratic(topology->workers());
    const auto after = [&, topology = topology](Program<double> program) {
      Walk walk = walk_over(quadratic, std::move(program), topology, 0.01);
      walk.steps(rates);
      return walk.models();
    };
    const NamedOptions nesterov{{"momentum", 0.9}, {"nesterov", true}};
    EXPECT_LT(apart(after(program_of("sgp")), after(program_of("dsgd"))), kRounding) << name;
    EXPECT_LT(apart(after(program_of("sgp", nesterov)), after(program_of("dsgdm-n"))), kRounding);
    const Stack combined =
        after(program_of("dsgd", {{"order", std::string("combine-then-adapt")}}));
    EXPECT_LT(apart(after(program_of("osgp")), combined), kRounding) << name;
  }
}

TEST(PushSum, OfTwoWorkersIsLocalSgdOfPeriodOne) {
  const Quadratic quadratic = random_quadratic(2);
  Walk push = walk_over(quadratic, program_of("sgp"), topology_of("one-peer-exponential", 2));
  Walk local = walk_over(quadratic,
                         with_outer_of("average", {{"period", std::int64_t{1}}}, program_of("sgd")),
                         topology_of("ring", 2));
  for (const double rate : {0.1, 0.05, 0.2, 0.1}) {
    push.step(rate);
    local.step(rate);
    EXPECT_LT(apart(push.models(), local.models()), kRounding);
  }
}

}  // namespace
}  // namespace murmur::testing
