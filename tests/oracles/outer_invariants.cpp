// SPDX-License-Identifier: Apache-2.0
// What holds after every outer step (I1, I5, I6, I8, E15, E16 of the specification of slow
// momentum), and why an outer step also moves a base's model-like memory: without that, D2 fails.
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/outer.h"

namespace murmur::testing {
namespace {

constexpr double kDecay = 0.01;
constexpr std::int64_t kPeriod = 3;

// All that set every worker to one point; elastic averaging pulls the workers towards it instead.
std::vector<std::string> replacing_steps() {
  std::vector<std::string> names;
  for (const algorithms::OuterStep& outer : algorithms::outer_steps()) {
    if (!outer.pulls) {
      names.push_back(outer.name);
    }
  }
  return names;
}

// I1: bit for bit
TEST(OuterSteps, LeaveAllWorkersWithOneModelOnAnyBase) {
  for (const int workers : kWorkerCounts) {
    const Quadratic quadratic = random_quadratic(workers);
    for (const Variant& base : bases()) {
      for (const std::string& outer : replacing_steps()) {
        Walk walk = walk_over(quadratic,
                              with_outer_of(outer, every(kPeriod), program_of(base)),
                              topology_of("ring", workers),
                              kDecay);
        for (std::size_t t = 0; t < 6; ++t) {
          walk.step(kStepRates[t]);
          const Stack all = walk.models();
          const Stack first = everywhere(of_worker(all, workers, 0), workers);
          if ((t + 1) % kPeriod == 0) {
            ASSERT_EQ(apart(all, first), 0) << outer << " on " << base.label << " " << workers;
          } else if (workers > 1 && base.algorithm->name == "sgd") {
            ASSERT_GT(apart(all, first), 1e-3);
          }
        }
      }
    }
  }
}

// Byte for byte: 2 (n - 1) models per period, on any base that keeps its memory; that is what Local
// SGD itself sends.
TEST(OuterSteps, CostOneExactAveragePerPeriod) {
  constexpr int kWorkers = 5;
  constexpr std::int64_t kSteps = 12;
  const Quadratic quadratic = random_quadratic(kWorkers);
  const auto sent = [&](Program<double> program) {
    Walk walk = walk_over(quadratic, std::move(program), topology_of("ring", kWorkers));
    walk.steps(constant(0.1, kSteps));
    return walk.engine().counters().bytes_sent;
  };
  const auto model = static_cast<std::int64_t>(quadratic.dimension() * sizeof(double));
  const std::int64_t averages = kSteps / kPeriod * 2 * (kWorkers - 1) * model;
  for (const Variant& base : bases()) {
    if (program_of(base).slots() > 0) {
      continue;  // draining resets the weights, which are not sent for a while
    }
    for (const std::string& outer : replacing_steps()) {
      EXPECT_EQ(sent(with_outer_of(outer, every(kPeriod), program_of(base))),
                sent(program_of(base)) + averages)
          << outer << " on " << base.label;
    }
  }
  EXPECT_EQ(sent(with_outer_of("slowmo", every(kPeriod), program_of("sgd"))),
            sent(with_outer_of("average", every(kPeriod), program_of("sgd"))));
}

// I5: y = x + beta / (1 - beta) (x - x of the previous round) moves by alpha / (1 - beta) times the
// displacement, at a constant rate.
TEST(SlowMo, IsAPlainOuterStepOfLongerReachOnAShiftedSequence) {
  const double alpha = 0.8;
  const double beta = 0.6;
  for (const int workers : kWorkerCounts) {
    const NamedOptions options = every(kPeriod, {{"learning_rate", alpha}, {"momentum", beta}});
    for (const std::string base : {"sgd", "dsgdm-n", "adam"}) {
      Walk walk = walk_over(random_quadratic(workers),
                            with_outer_of("slowmo", options, program_of(base)),
                            topology_of("ring", workers),
                            kDecay);
      Stack before = of_worker(walk.models(), workers, 0);
      Stack now = before;
      for (int round = 0; round < 8; ++round) {
        const Stack y = now + beta / (1 - beta) * (now - before);
        walk.steps(constant(0.1, kPeriod));
        const Stack moved = now - walk.field("mean");
        before = now;
        now = of_worker(walk.models(), workers, 0);
        const Stack then = now + beta / (1 - beta) * (now - before);
        EXPECT_LT(apart(then, y - alpha / (1 - beta) * moved), kRounding) << base << workers;
      }
    }
  }
}

// I6: far from the centers of `distance`, in one dimension, every gradient is -1.
TEST(SlowMo, GathersAConstantMotionUpToOneOverOneMinusBeta) {
  const double alpha = 0.8;
  const double beta = 0.6;
  const double rate = 0.1;
  Walk walk(
      {.program = with_outer_of("slowmo",
                                every(kPeriod, {{"learning_rate", alpha}, {"momentum", beta}}),
                                program_of("sgd")),
       .topology = topology_of("ring", 3),
       .problem = problem_of(
           "distance", 3, {{"center", Table{{1e6}, {2e6}, {3e6}}}, {"start", Table{{0.0}}}}),
       .rates = {}});
  walk.steps(constant(rate, 60 * kPeriod));
  const double before = walk.models()[0];
  EXPECT_NEAR(walk.field("slow_momentum")[0], -kPeriod / (1 - beta), 1e-9);
  walk.steps(constant(rate, kPeriod));
  EXPECT_NEAR(walk.models()[0] - before, alpha * rate * kPeriod / (1 - beta), 1e-9);
}

// The base's part of a composed round, to inspect the input of the outer step.
Program<double> without_outer_stages(Program<double> program, const Program<double>& base) {
  program.round.resize(base.round.size());
  return program;
}

// I8: the slow momentum of the mean is the mean of each worker's own.
TEST(SlowMo, AveragesTheWorkersMotions) {
  const double beta = 0.5;
  for (const int workers : kWorkerCounts) {
    const Program<double> base = program_of("sgd", {{"momentum", 0.9}, {"nesterov", true}});
    const Program<double> program =
        with_outer_of("slowmo", every(kPeriod, {{"momentum", beta}}), base);
    const SharedTopology ring = topology_of("ring", workers);
    const Quadratic quadratic = random_quadratic(workers);
    Walk walk = walk_over(quadratic, program, ring, kDecay);
    Walk inner = walk_over(quadratic, without_outer_stages(program, base), ring, kDecay);
    for (std::size_t t = 0; t < kRoundRates.size(); ++t) {
      const Stack u = walk.field("slow_momentum");
      const Stack anchor = walk.field("anchor");
      inner.take_state_of(walk);
      inner.step(kRoundRates[t]);
      walk.step(kRoundRates[t]);
      if ((t + 1) % kPeriod == 0) {
        const Stack each = (everywhere(anchor, workers) - inner.models()) / kRoundRates[t];
        EXPECT_LT(apart(walk.field("slow_momentum"), beta * u + mean_of(each, workers)),
                  100 * kRounding);
      }
    }
  }
}

// E15: the sum of equal numbers over a power of two is exact.
TEST(OuterSteps, KeepAlikeWorkersEqualToOneAloneOnAnyBase) {
  const Quadratic one = random_quadratic(1);
  for (const int workers : kWorkerCounts) {
    const Quadratic alike{workers,
                          everywhere(one.curvature, workers),
                          everywhere(one.center, workers),
                          everywhere(one.start, workers)};
    for (const Variant& base : bases()) {
      const std::size_t in_flight = program_of(base).slots();
      if (in_flight > 1 || program_of(base).is_asynchronous()) {
        continue;  // one worker receives no messages, and these carry models of other steps
      }
      // Shares in flight are products, which are rounded before they are added, as cross-gradients.
      const bool exact =
          (workers & (workers - 1)) == 0 && in_flight == 0 && base.algorithm->name != "ngc";
      for (const std::string& outer : replacing_steps()) {
        const auto after = [&](const Quadratic& quadratic) {
          Walk walk = walk_over(quadratic,
                                with_outer_of(outer, every(kPeriod), program_of(base)),
                                topology_of("ring", quadratic.workers),
                                kDecay);
          walk.steps(kStepRates);
          return walk.models();
        };
        EXPECT_LE(apart(after(alike), everywhere(after(one), workers)), exact ? 0 : 100 * kRounding)
            << outer << " on " << base.label << " " << workers;
      }
    }
  }
}

// E16: with one curvature the rules are linear, so the mean of the workers evolves as a worker
// does.
TEST(OuterSteps, LeaveTheMeanWorkerOnItsOwnWayWhereAllCurvaturesAreOne) {
  for (const int workers : kWorkerCounts) {
    Quadratic quadratic = random_quadratic(workers);
    quadratic.curvature = everywhere(of_worker(quadratic.curvature, workers, 0), workers);
    const Quadratic mean{1,
                         of_worker(quadratic.curvature, workers, 0),
                         mean_of(quadratic.center, workers),
                         of_worker(quadratic.start, workers, 0)};
    for (const std::string& outer : replacing_steps()) {
      for (const std::string base : {"sgd", "dsgdm", "qg-dsgdm-n", "d2", "d2-plus", "dsgd-gt"}) {
        const Program<double> program = with_outer_of(outer, every(kPeriod), program_of(base));
        Walk all = walk_over(quadratic, program, topology_of("ring", workers), kDecay);
        Walk alone = walk_over(mean, program, topology_of("ring", 1), kDecay);
        for (const double rate : kStepRates) {
          all.step(0.3 * rate);
          alone.step(0.3 * rate);
          ASSERT_LT(apart(mean_of(all.models(), workers), alone.models()), 100 * kRounding)
              << outer << " on " << base << " " << workers;
        }
      }
    }
  }
}

// The stages of a composed D2 that move its previous model with the outer step.
bool follows(const Program<double>& program, const Stage<double>& stage) {
  const std::size_t previous = program.index_of("previous_x");
  const auto* const local = stage.as<LocalStage<double>>();
  return stage.due && local != nullptr && (local->kernel.writes & field_bit(previous)) != 0;
}

void forget(double* const* fields,
            const double* /*gradient*/,
            std::size_t count,
            const Round<double>& /*round*/,
            const void* /*options*/) {
  std::fill_n(fields[2], count, 0.0);  // target, x, follower
}

enum class Memory { kFollows, kStays, kIsZeroed };

// Distance to the optimum after `rounds` of D2 under an outer step.
double d2_after(int rounds, const std::string& outer, const NamedOptions& options, Memory memory) {
  Program<double> program = with_outer_of(outer, every(4, options), program_of("d2"));
  const auto following = [&](const Stage<double>& stage) { return follows(program, stage); };
  EXPECT_EQ(std::count_if(program.round.begin(), program.round.end(), following), 1);
  const auto stage = std::find_if(program.round.begin(), program.round.end(), following);
  if (memory == Memory::kStays) {
    program.round.erase(stage);
  } else if (memory == Memory::kIsZeroed) {
    stage->kernel()->apply = forget;
  }
  const Quadratic quadratic = random_quadratic(5);
  Walk walk = walk_over(quadratic, program, topology_of("ring", 5));
  walk.steps(constant(0.1, 4 * rounds));
  const Stack best =
      mean_of(quadratic.curvature * quadratic.center, 5) / mean_of(quadratic.curvature, 5);
  return apart(walk.models(), everywhere(best, 5));
}

// Where the rule moves the mean (an average alone does not), D2 would mistake the displacement for
// the motion of its last step, and with a previous model of 0 the whole model.
TEST(ExactDiffusion, ConvergesUnderAnOuterStepOnlyIfItsPreviousModelIsTakenAlong) {
  const std::vector<std::pair<std::string, NamedOptions>> outers{
      {"average", {}},
      {"slowmo", {{"momentum", 0.5}}},
      {"lookahead", {{"learning_rate", 0.5}}},
      {"nesterov", {{"momentum", 0.5}}}};
  for (const auto& [outer, options] : outers) {
    EXPECT_LT(d2_after(300, outer, options, Memory::kFollows), 1e-9) << outer;
    EXPECT_FALSE(d2_after(300, outer, options, Memory::kIsZeroed) < 1e100) << outer;
    if (outer != "average") {
      EXPECT_FALSE(d2_after(300, outer, options, Memory::kStays) < 1) << outer;
    }
  }
}

}  // namespace
}  // namespace murmur::testing
