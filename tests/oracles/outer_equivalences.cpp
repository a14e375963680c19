// SPDX-License-Identifier: Apache-2.0
// When one outer step is another, or no outer step at all (E1 to E12, E15, E16 of the specification
// of slow momentum), for 1, 2, 3, 4, 5 and 8 workers and under changing rates.
#include <functional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/outer.h"

namespace murmur::testing {
namespace {

constexpr double kDecay = 0.01;
constexpr std::int64_t kPeriod = 3;

Stack after(const Quadratic& quadratic, Program<double> program, const std::vector<double>& rates) {
  Walk walk =
      walk_over(quadratic, std::move(program), topology_of("ring", quadratic.workers), kDecay);
  walk.steps(rates);
  return walk.models();
}

Program<double> slowmo(double alpha, double beta, Program<double> base, std::int64_t period) {
  return with_outer_of(
      "slowmo", every(period, {{"learning_rate", alpha}, {"momentum", beta}}), std::move(base));
}

Program<double> sgd(double momentum, bool nesterov) {
  return program_of("sgd", {{"momentum", momentum}, {"nesterov", nesterov}});
}

bool has_messages_in_flight(const Program<double>& program) {
  return program.slots() > 0;
}

// E1, both parts: SlowMo without momentum is averaging, and averaging is the base alone with all
// models set to their mean after every round.
TEST(SlowMo, IsTheBaseAndAnAverageWithoutMomentumOnAnyBase) {
  for (const int workers : kWorkerCounts) {
    const Quadratic quadratic = random_quadratic(workers);
    for (const Variant& base : bases()) {
      const Program<double> slow = slowmo(1, 0, program_of(base), kPeriod);
      const Program<double> average = with_outer_of("average", every(kPeriod), program_of(base));
      const Stack expected = after(quadratic, average, kStepRates);
      EXPECT_LT(apart(after(quadratic, slow, kStepRates), expected), 10 * kRounding)
          << base.label << " " << workers;
    }
  }
}

TEST(Averaging, IsTheBaseAloneWithItsModelsPutOnTheirMean) {
  for (const int workers : kWorkerCounts) {
    const Quadratic quadratic = random_quadratic(workers);
    for (const Variant& base : bases()) {
      if (has_messages_in_flight(program_of(base))) {
        continue;  // an average drains messages in flight
      }
      Walk walk = walk_over(quadratic, program_of(base), topology_of("ring", workers), kDecay);
      for (std::size_t t = 0; t < kStepRates.size(); ++t) {
        walk.step(kStepRates[t]);
        if ((t + 1) % kPeriod == 0) {
          const Stack mean = everywhere(mean_of(walk.models(), workers), workers);
          displace(walk, mean - walk.models());
        }
      }
      const Program<double> average = with_outer_of("average", every(kPeriod), program_of(base));
      EXPECT_LT(apart(after(quadratic, average, kStepRates), walk.models()), 10 * kRounding)
          << base.label << " " << workers;
    }
  }
}

// E2, E3
TEST(SlowMo, IsLargeBatchHeavyBallAtPeriodOneAlsoWhenTheRateChanges) {
  for (const int workers : kWorkerCounts) {
    const Quadratic quadratic = random_quadratic(workers);
    for (const double beta : {0.0, 0.5, 0.9}) {
      const Stack central =
          after(quadratic, program_of("allreduce-sgd", {{"momentum", beta}}), kStepRates);
      EXPECT_LT(apart(after(quadratic, slowmo(1, beta, sgd(0, false), 1), kStepRates), central),
                kRounding);
      Stack x = of_worker(quadratic.start, workers, 0);
      Stack u(x.size());
      for (const double rate : kStepRates) {
        u = beta * u + mean_of(quadratic.gradient(everywhere(x, workers), kDecay), workers);
        x -= rate * u;
      }
      EXPECT_LT(apart(central, everywhere(x, workers)), kRounding);
    }
  }
}

// E4
TEST(SlowMo, IsLookaheadWithoutMomentumForOneWorker) {
  const Quadratic quadratic = random_quadratic(1);
  for (const Variant& base : bases()) {
    if (has_messages_in_flight(program_of(base))) {
      continue;
    }
    for (const double alpha : {0.3, 0.8, 1.0}) {
      Walk walk = walk_over(quadratic, program_of(base), topology_of("ring", 1), kDecay);
      Stack anchor = quadratic.start;
      for (std::size_t t = 0; t < kRoundRates.size(); ++t) {
        walk.step(kRoundRates[t]);
        if ((t + 1) % kPeriod == 0) {
          anchor = (1 - alpha) * anchor + alpha * walk.models();
          displace(walk, anchor - walk.models());
        }
      }
      const Program<double> lookahead =
          with_outer_of("lookahead", every(kPeriod, {{"learning_rate", alpha}}), program_of(base));
      EXPECT_LT(apart(after(quadratic, lookahead, kRoundRates), anchor), 10 * kRounding)
          << base.label;
      const Program<double> slow = slowmo(alpha, 0, program_of(base), kPeriod);
      EXPECT_LT(apart(after(quadratic, slow, kRoundRates), anchor), 10 * kRounding) << base.label;
    }
  }
}

const std::vector<Program<double>>& some_bases() {
  static const std::vector<Program<double>> all{sgd(0, false),
                                                sgd(0.9, true),
                                                program_of("adam"),
                                                program_of("dsgdm-n"),
                                                program_of("qg-dsgdm-n"),
                                                program_of("d2"),
                                                program_of("dsgd-gt"),
                                                program_of("sgp")};
  return all;
}

// E5, E6, E7, E8, and how they differ when the rate changes
TEST(SlowMo, IsBlockMomentumAndOuterHeavyBallAtAConstantRate) {
  const double beta = 0.6;
  const double alpha = 0.7;
  const NamedOptions both{{"learning_rate", alpha}, {"momentum", beta}};
  NamedOptions looking_ahead = both;
  looking_ahead.emplace_back("nesterov", true);
  for (const int workers : kWorkerCounts) {
    const Quadratic quadratic = random_quadratic(workers);
    for (const Program<double>& base : some_bases()) {
      const auto end_of =
          [&](const std::string& outer, const NamedOptions& options, double rate_at_end) {
            std::vector<double> rates = constant(0.05, 12);
            rates.resize(15, rate_at_end);
            return after(quadratic, with_outer_of(outer, every(kPeriod, options), base), rates);
          };
      const Stack slow = end_of("slowmo", both, 0.05);
      EXPECT_LT(apart(end_of("bmuf", both, 0.05), slow), 10 * kRounding) << base.name;
      EXPECT_LT(apart(end_of("heavy-ball", both, 0.05), slow), 10 * kRounding) << base.name;
      const NamedOptions longer{{"learning_rate", (1 + beta) * alpha}, {"momentum", beta}};
      EXPECT_LT(apart(end_of("bmuf", looking_ahead, 0.05), end_of("slowmo", longer, 0.05)),
                100 * kRounding)
          << base.name;
      EXPECT_GT(apart(end_of("bmuf", both, 0.005), end_of("slowmo", both, 0.005)), 1e-3);
      EXPECT_GT(apart(end_of("heavy-ball", both, 0.005), end_of("slowmo", both, 0.005)), 1e-3);
    }
  }
}

// Local SGD of the workers by plain loops; at the end of each round a rule computes the next anchor
// from the anchor, the mean, and the rates of this and the previous round.
using Rule =
    std::function<Stack(const Stack& anchor, const Stack& mean, double rate, double before)>;
Stack by_hand(const Quadratic& quadratic, const Rule& rule, const std::vector<double>& rates) {
  Stack anchor = of_worker(quadratic.start, quadratic.workers, 0);
  Stack x = quadratic.start;
  double before = rates.front();
  for (std::size_t t = 0; t < rates.size(); ++t) {
    x -= rates[t] * quadratic.gradient(x, kDecay);
    if ((t + 1) % kPeriod == 0) {
      anchor = rule(anchor, mean_of(x, quadratic.workers), rates[t], before);
      x = everywhere(anchor, quadratic.workers);
      before = rates[t];
    }
  }
  return x;
}

// E9
TEST(SlowMo, IsOuterHeavyBallWhoseMemoryIsRescaledWithTheRate) {
  for (const int workers : kWorkerCounts) {
    const Quadratic quadratic = random_quadratic(workers);
    for (const auto& rates : {kRoundRates, kStepRates}) {
      Stack v(quadratic.dimension());
      const Rule rescaled =
          [&](const Stack& anchor, const Stack& mean, double rate, double before) {
            v = 0.5 * (rate / before) * v + (anchor - mean);
            return Stack(anchor - 0.8 * v);
          };
      const Stack expected = by_hand(quadratic, rescaled, rates);
      EXPECT_LT(apart(after(quadratic, slowmo(0.8, 0.5, sgd(0, false), kPeriod), rates), expected),
                kRounding);
    }
  }
}

// Nesterov block momentum as defined by Chen and Huo: workers begin with w_g = w + beta v, then v =
// beta v + zeta (mean - w_g), w = w + v.
TEST(OuterNesterov, IsTheNesterovBlockMomentumOfItsPaper) {
  const double beta = 0.7;
  const double zeta = 0.6;
  for (const int workers : kWorkerCounts) {
    const Quadratic quadratic = random_quadratic(workers);
    Stack v(quadratic.dimension());
    Stack w = of_worker(quadratic.start, workers, 0);
    const Rule chen_huo = [&](const Stack& begun_with, const Stack& mean, double, double) {
      v = beta * v + zeta * (mean - begun_with);
      w += v;
      return Stack(w + beta * v);
    };
    const Stack expected = by_hand(quadratic, chen_huo, kRoundRates);
    const Program<double> nesterov = with_outer_of(
        "nesterov", every(kPeriod, {{"momentum", beta}, {"learning_rate", zeta}}), sgd(0, false));
    EXPECT_LT(apart(after(quadratic, nesterov, kRoundRates), expected), kRounding);
  }
}

// E10
TEST(OuterSteps, StayAtTheStartWithAnOuterRateOfZero) {
  for (const std::string outer : {"slowmo", "lookahead", "heavy-ball", "nesterov", "bmuf"}) {
    for (const int workers : kWorkerCounts) {
      const Quadratic quadratic = random_quadratic(workers);
      for (const Program<double>& base : some_bases()) {
        Walk walk = walk_over(quadratic,
                              with_outer_of(outer, every(kPeriod, {{"learning_rate", 0.0}}), base),
                              topology_of("ring", workers));
        walk.steps({0.1, 0.05});
        EXPECT_GT(apart(walk.models(), quadratic.start), 1e-3) << outer << base.name;
        walk.step(0.2);
        EXPECT_EQ(apart(walk.models(), quadratic.start), 0) << outer << base.name;
      }
    }
  }
}

// E11
TEST(Averaging, AtPeriodOneIsAveragingOfGradientsForLinearBasesAndNotForAdam) {
  for (const int workers : kWorkerCounts) {
    const Quadratic quadratic = random_quadratic(workers);
    for (const std::string buffers : {"maintain", "average"}) {
      const auto averaged = [&](Program<double> base) {
        return after(quadratic,
                     with_outer_of("average", every(1, {{"buffers", buffers}}), base),
                     kStepRates);
      };
      for (const bool nesterov : {false, true}) {
        const NamedOptions options{{"momentum", 0.9}, {"nesterov", nesterov}};
        const Stack central = after(quadratic, program_of("allreduce-sgd", options), kStepRates);
        EXPECT_LT(apart(averaged(program_of("sgd", options)), central), kRounding) << buffers;
      }
      const Stack central = after(quadratic, program_of("allreduce-adam"), kStepRates);
      const double difference = apart(averaged(program_of("adam")), central);
      EXPECT_TRUE(workers == 1 ? difference < kRounding : difference > 1e-3) << difference;
    }
  }
}

// E12
TEST(Averaging, AtPeriodOneTurnsANesterovBaseThatIsResetIntoALongerStep) {
  for (const int workers : kWorkerCounts) {
    const Quadratic quadratic = random_quadratic(workers);
    std::vector<double> longer = kStepRates;
    for (double& rate : longer) {
      rate *= 1.9;
    }
    const NamedOptions reset{{"buffers", std::string("reset")}};
    const Program<double> program = with_outer_of("average", every(1, reset), sgd(0.9, true));
    const Stack expected = after(quadratic, program_of("allreduce-sgd"), longer);
    EXPECT_LT(apart(after(quadratic, program, kStepRates), expected), kRounding);
  }
}

}  // namespace
}  // namespace murmur::testing
