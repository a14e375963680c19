// SPDX-License-Identifier: Apache-2.0
// Elastic averaging and averaging in groups against a base that is run alone and moved by hand;
// what they conserve, and the fixed point of elastic averaging.
#include <algorithm>
#include <string>

#include <gtest/gtest.h>

#include "tests/support/outer.h"

namespace murmur::testing {
namespace {

constexpr std::int64_t kPeriod = 3;
constexpr double kDecay = 0.01;

Program<double> easgd(const std::string& order, double rho, Program<double> base) {
  return with_outer_of("easgd", every(kPeriod, {{"rho", rho}, {"order", order}}), std::move(base));
}

bool can_be_walked_by_hand(const Program<double>& program) {
  return program.slots() == 0;  // an average drains messages in flight
}

// One elastic step, simultaneous or round-robin.
struct ByHand {
  std::string order;
  double rho;
  int workers;
  Stack center;

  Stack pulled(const Stack& x) {
    Stack next = x;
    const std::size_t d = center.size();
    Stack met = center;
    for (int i = 0; i < workers; ++i) {
      const std::slice own(static_cast<std::size_t>(i) * d, d, 1);
      const Stack force = rho * (Stack(x[own]) - (order == "round-robin" ? center : met));
      next[own] = Stack(x[own]) - force;
      center += force;
    }
    return next;
  }
};

TEST(Easgd, PullsWorkersAndCenterTowardsEachOtherOnAnyBase) {
  for (const std::string order : {"simultaneous", "round-robin"}) {
    for (const int workers : kWorkerCounts) {
      const Quadratic quadratic = random_quadratic(workers);
      const double rho = 0.7 / (workers + 1);
      for (const Variant& base : bases()) {
        if (!can_be_walked_by_hand(program_of(base))) {
          continue;
        }
        Walk alone =
            walk_over(quadratic, program_of(base), topology_of("ring", workers, {}), kDecay);
        Walk elastic = walk_over(quadratic,
                                 easgd(order, rho, program_of(base)),
                                 topology_of("ring", workers, {}),
                                 kDecay);
        ByHand hand{order, rho, workers, of_worker(quadratic.start, workers, 0)};
        for (std::size_t t = 0; t < kStepRates.size(); ++t) {
          alone.step(kStepRates[t]);
          elastic.step(kStepRates[t]);
          if ((t + 1) % kPeriod == 0) {
            displace(alone, hand.pulled(alone.models()) - alone.models());
          }
        }
        EXPECT_LT(apart(elastic.models(), alone.models()), 10 * kRounding)
            << base.label << " " << workers << " " << order;
        EXPECT_LT(apart(elastic.field("anchor"), hand.center), 10 * kRounding) << base.label;
      }
    }
  }
}

// At rate 0 nothing else moves.
TEST(Easgd, ConservesWhatWorkersAndCenterHoldTogether) {
  for (const std::string order : {"simultaneous", "round-robin"}) {
    const Quadratic quadratic = random_quadratic(5);
    Walk walk =
        walk_over(quadratic, easgd(order, 0.2, program_of("sgd")), topology_of("ring", 5, {}), 0);
    walk.steps(constant(0.1, 7));
    const Stack before = 5.0 * mean_of(walk.models(), 5) + walk.field("anchor");
    const double spread_before = spread(walk.models(), 5);
    walk.steps(constant(0, 3));
    EXPECT_LT(apart(before, 5.0 * mean_of(walk.models(), 5) + walk.field("anchor")), kRounding);
    EXPECT_LT(spread(walk.models(), 5), 0.9 * spread_before) << order;
  }
}

TEST(Easgd, DefaultsToMovingTheCenterByNineTenths) {
  const Quadratic quadratic = random_quadratic(4);
  Walk by_default = walk_over(quadratic,
                              with_outer_of("easgd", every(kPeriod), program_of("sgd")),
                              topology_of("ring", 4, {}));
  Walk explicit_force = walk_over(
      quadratic, easgd("simultaneous", 0.9 / 4, program_of("sgd")), topology_of("ring", 4, {}));
  by_default.steps(kStepRates);
  explicit_force.steps(kStepRates);
  EXPECT_EQ(apart(by_default.models(), explicit_force.models()), 0);
}

// At rest the forces on the center cancel, so the workers' gradients do as well.
TEST(Easgd, RestsWhereGradientsCancelAndTheCenterIsTheMean) {
  constexpr int kWorkers = 4;
  const Quadratic quadratic = random_quadratic(kWorkers);
  Walk walk = walk_over(quadratic,
                        with_outer_of("easgd", every(1, {{"rho", 0.1}}), program_of("sgd")),
                        topology_of("ring", kWorkers, {}));
  walk.steps(constant(0.1, 2000));
  const Stack gradient = mean_of(quadratic.gradient(walk.models()), kWorkers);
  EXPECT_LT(std::abs(gradient).max(), kRounding);
  EXPECT_LT(apart(walk.field("anchor"), mean_of(walk.models(), kWorkers)), kRounding);
  EXPECT_GT(spread(walk.models(), kWorkers), 0.01);
}

Program<double> in_levels(const std::vector<algorithms::Level>& levels, Program<double> base) {
  const algorithms::OuterStep* average = algorithms::find_outer_step("average");
  OptionValues values(average->options);
  values.set("period", levels.back().period);
  return algorithms::with_outer(std::move(base), *average, values, false, levels);
}

Stack group_means(const Stack& x, int workers, int group) {
  Stack means = x;
  const std::size_t d = x.size() / static_cast<std::size_t>(workers);
  for (int begin = 0; begin < workers; begin += group) {
    const int size = std::min(group, workers - begin);
    const std::slice own(
        static_cast<std::size_t>(begin) * d, static_cast<std::size_t>(size) * d, 1);
    means[own] = everywhere(mean_of(Stack(x[own]), size), size);
  }
  return means;
}

TEST(HierarchicalAveraging, TakesTheLargestPeriodThatDividesTheStep) {
  constexpr int kWorkers = 5;
  const Quadratic quadratic = random_quadratic(kWorkers);
  for (const Variant& base : bases()) {
    if (!can_be_walked_by_hand(program_of(base))) {
      continue;
    }
    Walk alone = walk_over(quadratic, program_of(base), topology_of("ring", kWorkers, {}), kDecay);
    Walk levels = walk_over(quadratic,
                            in_levels({{1, 2}, {2, 3}, {4, 0}}, program_of(base)),
                            topology_of("ring", kWorkers, {}),
                            kDecay);
    for (std::size_t t = 0; t < kStepRates.size(); ++t) {
      alone.step(kStepRates[t]);
      levels.step(kStepRates[t]);
      const int group = (t + 1) % 4 == 0 ? kWorkers : (t + 1) % 2 == 0 ? 3 : 2;
      displace(alone, group_means(alone.models(), kWorkers, group) - alone.models());
    }
    EXPECT_LT(apart(levels.models(), alone.models()), 10 * kRounding) << base.label;
  }
}

// Star: shares are unequal, so push-sum weights differ when groups average.
TEST(HierarchicalAveraging, ConservesThePushSumMass) {
  constexpr int kWorkers = 6;
  const Quadratic quadratic = random_quadratic(kWorkers);
  for (const char* base : {"sgp", "osgp"}) {
    Walk walk =
        walk_over(quadratic,
                  in_levels({{1, 2}, {4, 3}}, program_of(base)),
                  topology_of("star", kWorkers, {{"weighting", std::string("out-degree")}}));
    walk.steps(constant(0.1, 5));
    const auto mass = [&] {
      Stack all = walk.field("numerator");
      for (const Field& field : walk.engine().program().fields) {
        all += field.name.starts_with("in_flight") ? walk.field(std::string(field.name))
                                                   : Stack(0.0, all.size());
      }
      return mean_of(all, kWorkers);
    };
    const Stack before = mass();
    walk.steps(constant(0, 40));
    EXPECT_LT(apart(before, mass()), kRounding) << base;
    EXPECT_LT(apart(walk.models(), everywhere(before, kWorkers)), 1e-6) << base;
  }
}

}  // namespace
}  // namespace murmur::testing
