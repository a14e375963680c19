// SPDX-License-Identifier: Apache-2.0
// When one method is another (P1 to P8): at momentum 0, in the first step, at mu 0, on the complete
// graph, for one worker, on the same data, at period 1. Rates change unless the claim needs a
// constant one.
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/oracles.h"

namespace murmur::testing {
namespace {

const std::vector<double> kRates{0.1, 0.1, 0.05, 0.2, 0.02, 0.02, 0.1, 0.1, 0.01, 0.1};
constexpr double kDecay = 0.01;

Stack after(const Quadratic& quadratic,
            Program<double> program,
            const SharedTopology& topology,
            const std::vector<double>& rates = kRates) {
  Walk walk = walk_over(quadratic, std::move(program), topology, kDecay);
  walk.steps(rates);
  return walk.models();
}

// P1
TEST(QuasiGlobalMomentum, IsPlainDecentralizedSgdAtMomentumZeroWhateverMu) {
  for (const auto& [name, topology] : doubly_stochastic_topologies()) {
    const Quadratic quadratic = random_quadratic(topology->workers());
    const Stack plain = after(quadratic, program_of("dsgd"), topology);
    for (const double mu : {0.0, 0.5, 0.9}) {
      for (const std::string form : {"qg-dsgdm", "qg-dsgdm-n"}) {
        const Program<double> program = program_of(form, {{"momentum", 0.0}, {"mu", mu}});
        EXPECT_EQ(apart(after(quadratic, program, topology), plain), 0) << name << form << mu;
      }
    }
  }
}

// P2
TEST(QuasiGlobalMomentum, TakesTheFirstStepOfLocalMomentum) {
  const double beta = 0.9;
  for (const auto& [name, shared] : doubly_stochastic_topologies()) {
    const SharedTopology topology = shared;
    const Quadratic quadratic = random_quadratic(topology->workers());
    const auto first = [&](const std::string& algorithm, double rate) {
      return after(quadratic, program_of(algorithm), topology, {rate});
    };
    EXPECT_EQ(apart(first("qg-dsgdm", 0.1), first("dsgd", 0.1)), 0) << name;
    EXPECT_EQ(apart(first("dsgdm", 0.1), first("dsgd", 0.1)), 0) << name;
    EXPECT_EQ(apart(first("qg-dsgdm-n", 0.1), first("dsgdm-n", 0.1)), 0) << name;
    const Stack longer = first("dsgd", 0.1 * (1 + beta));
    EXPECT_LT(apart(first("qg-dsgdm-n", 0.1), longer), kRounding) << name;
  }
}

// P3: x' = W (x + beta (lr / previous lr) (x - previous x) - lr g)
TEST(QuasiGlobalMomentum, IsGossipedHeavyBallAtMuZero) {
  const double beta = 0.8;
  for (const auto& [name, topology] : doubly_stochastic_topologies()) {
    const Quadratic quadratic = random_quadratic(topology->workers());
    Stack x = quadratic.start;
    Stack before = quadratic.start;
    double rate_before = kRates.front();
    for (std::size_t t = 0; t < kRates.size(); ++t) {
      const Stack pushed = x + beta * (kRates[t] / rate_before) * (x - before) -
                           kRates[t] * quadratic.gradient(x, kDecay);
      before = x;
      x = mix(topology->at(static_cast<std::int64_t>(t)).dense(), pushed);
      rate_before = kRates[t];
    }
    const Program<double> program = program_of("qg-dsgdm", {{"momentum", beta}, {"mu", 0.0}});
    EXPECT_LT(apart(after(quadratic, program, topology), x), kRounding) << name;
  }
}

// P4
TEST(QuasiGlobalMomentum, IsCentralizedHeavyBallOnTheCompleteGraphAtMuZero) {
  const double beta = 0.9;
  for (const int workers : {2, 3, 4, 7}) {
    const Quadratic quadratic = random_quadratic(workers);
    Stack x = of_worker(quadratic.start, workers, 0);
    Stack m(x.size());
    for (const double rate : kRates) {
      m = beta * m + mean_of(quadratic.gradient(everywhere(x, workers), kDecay), workers);
      x -= rate * m;
    }
    const SharedTopology complete = topology_of("complete", workers);
    const Program<double> program = program_of("qg-dsgdm", {{"momentum", beta}, {"mu", 0.0}});
    const Program<double> central = program_of("allreduce-sgd", {{"momentum", beta}});
    EXPECT_LT(apart(after(quadratic, program, complete), everywhere(x, workers)), kRounding);
    EXPECT_LT(apart(after(quadratic, central, complete), everywhere(x, workers)), kRounding);
  }
}

// Quasi-hyperbolic momentum (Ma and Yarats): h = B h + (1 - B) g, x -= alpha ((1 - nu) g + nu h),
// with B = mu + (1 - mu) b, nu = b / B, alpha = lr / (1 - beta); b = beta, squared for Nesterov.
struct QuasiHyperbolic {
  double beta = 0;
  double mu = 0;
  bool nesterov = false;

  // Performs one step per rate from x; `gradient` maps a vector to its gradient.
  template <class Gradient>
  Stack run(Stack x, const Gradient& gradient, const std::vector<double>& rates) const {
    const double b = nesterov ? beta * beta : beta;
    const double weight = mu + (1 - mu) * b;
    const double nu = b / weight;
    Stack h(x.size());
    for (const double rate : rates) {
      const Stack g = gradient(x);
      h = weight * h + (1 - weight) * g;
      x -= rate / (1 - beta) * ((1 - nu) * g + nu * h);
    }
    return x;
  }

  Program<double> program() const {
    return program_of(nesterov ? "qg-dsgdm-n" : "qg-dsgdm", {{"momentum", beta}, {"mu", mu}});
  }
};

const std::vector<QuasiHyperbolic> kForms{
    {0.9, 0.9, false}, {0.9, 0.9, true}, {0.9, 0.0, false}, {0.5, 0.8, false}, {0.7, 0.3, true}};

// P5
TEST(QuasiGlobalMomentum, IsQuasiHyperbolicMomentumOfTheMeanOnTheCompleteGraph) {
  for (const int workers : {2, 3, 5}) {
    const Quadratic quadratic = random_quadratic(workers);
    const auto mean_gradient = [&](const Stack& x) {
      return mean_of(quadratic.gradient(everywhere(x, workers), kDecay), workers);
    };
    for (const QuasiHyperbolic& form : kForms) {
      Walk walk = walk_over(quadratic, form.program(), topology_of("complete", workers), kDecay);
      for (const double rate : kRates) {
        walk.step(rate);
        EXPECT_LT(spread(walk.models(), workers), kRounding);
        EXPECT_LT(spread(walk.field("momentum"), workers), kRounding);
      }
      const Stack x = form.run(of_worker(quadratic.start, workers, 0), mean_gradient, kRates);
      EXPECT_LT(apart(walk.models(), everywhere(x, workers)), kRounding);
    }
  }
}

// P6, and 4.1
TEST(QuasiGlobalMomentum, IsQuasiHyperbolicMomentumOfEachWorkerWithoutCommunication) {
  const Quadratic three = random_quadratic(3);
  const SharedTopology silent = weights_of({{1, 0, 0}, {0, 1, 0}, {0, 0, 1}});
  const Quadratic one = random_quadratic(1);
  const SharedTopology alone = topology_of("ring", 1);
  for (const QuasiHyperbolic& form : kForms) {
    const auto gradient = [&](const Quadratic& quadratic) {
      return [&](const Stack& x) { return quadratic.gradient(x, kDecay); };
    };
    EXPECT_LT(
        apart(after(three, form.program(), silent), form.run(three.start, gradient(three), kRates)),
        kRounding);
    EXPECT_LT(apart(after(one, form.program(), alone), form.run(one.start, gradient(one), kRates)),
              kRounding);
  }
  const Program<double> at_mu_zero = program_of("qg-dsgdm", {{"mu", 0.0}});
  const Program<double> sgd = program_of("sgd", {{"momentum", 0.9}});
  EXPECT_LT(apart(after(three, at_mu_zero, silent), after(three, sgd, silent)), kRounding);
}

// P7, for weights whose rows sum to one and whose columns do not
TEST(EveryMixingAlgorithm, KeepsAlikeWorkersEqualToOneAloneWhereverRowsSumToOne) {
  const SharedTopology rows = weights_of({{0.5, 0.5, 0.0}, {0.25, 0.5, 0.25}, {0.125, 0.0, 0.875}});
  const Quadratic one = random_quadratic(1);
  const Quadratic alike{
      3, everywhere(one.curvature, 3), everywhere(one.center, 3), everywhere(one.start, 3)};
  int tried = 0;
  for (const Variant& variant : variants()) {
    const Program<double> program = program_of(variant);
    if (!program.mixes() || program.numerator() || program.is_asynchronous() ||
        engine::needs_undirected_graph(program)) {
      // Push-sum needs columns that sum to one, a pair shares half of each other's steps, and these
      // weights go one way.
      continue;
    }
    ++tried;
    const Stack alone = after(one, program, topology_of("ring", 1));
    EXPECT_EQ(apart(after(alike, program, rows), everywhere(alone, 3)), 0) << variant.label;
  }
  EXPECT_GE(tried, 12);
}

// P8: the listing with a less frequent refresh, plain or Nesterov; first: at steps 0, tau, 2 tau,
// ...
Stack rarely_refreshed(
    const Quadratic& quadratic, const Table& w, bool nesterov, int period, bool first) {
  const double beta = 0.9;
  const double mu = 0.8;
  Stack x = quadratic.start;
  Stack memory(x.size());
  Stack collected(x.size());
  for (std::size_t t = 0; t < kRates.size(); ++t) {
    const Stack g = quadratic.gradient(x, kDecay);
    const Stack m = beta * memory + g;
    const Stack u = nesterov ? Stack(g + beta * m) : m;
    const Stack next = mix(w, x - kRates[t] * u);
    collected += (x - next) / kRates[t];
    if ((t + (first ? 0 : 1)) % static_cast<std::size_t>(period) == 0) {
      memory = mu * memory + (1 - mu) * collected / static_cast<double>(period);
      collected = 0;
    }
    x = next;
  }
  return x;
}

TEST(QuasiGlobalMomentum, RefreshesItsMemoryOncePerPeriodAndAtPeriodOneInEveryStep) {
  const SharedTopology ring = topology_of("ring", 5);
  const Quadratic quadratic = random_quadratic(5);
  for (const int period : {1, 2, 3, 4}) {
    for (const std::string phase : {"first", "last"}) {
      for (const std::string form : {"qg-dsgdm", "qg-dsgdm-n"}) {
        const Stack expected = rarely_refreshed(
            quadratic, ring->at(0).dense(), form == "qg-dsgdm-n", period, phase == "first");
        const Program<double> program = program_of(
            form, {{"mu", 0.8}, {"buffer_period", std::int64_t{period}}, {"buffer_phase", phase}});
        EXPECT_LT(apart(after(quadratic, program, ring), expected), kRounding)
            << form << " " << period << " " << phase;
      }
    }
  }
}

// P8
TEST(ExactDiffusion, IsTheSameInBothFormsWhileTheRateIsConstant) {
  const Quadratic quadratic = random_quadratic(5);
  const SharedTopology ring = topology_of("ring", 5);
  const std::vector<double> rates = constant(0.1, 50);
  const Stack plain = after(quadratic, program_of("d2"), ring, rates);
  EXPECT_LT(apart(after(quadratic, program_of("d2-plus"), ring, rates), plain), kRounding);
  const std::vector<double> changing{0.1, 0.1, 0.01};
  EXPECT_GT(apart(after(quadratic, program_of("d2"), ring, changing),
                  after(quadratic, program_of("d2-plus"), ring, changing)),
            1e-3);
}

// P8
TEST(GradientTracking, IsSgdForOneWorker) {
  const Quadratic one = random_quadratic(1);
  const SharedTopology alone = topology_of("ring", 1);
  const auto sgd = [](double momentum, bool nesterov) {
    return program_of("sgd", {{"momentum", momentum}, {"nesterov", nesterov}});
  };
  const std::vector<std::pair<std::string, Program<double>>> pairs{
      {"dsgd-gt", sgd(0, false)}, {"dsgdm-gt", sgd(0.9, false)}, {"dsgdm-n-gt", sgd(0.9, true)}};
  for (const auto& [tracking, plain] : pairs) {
    EXPECT_LT(apart(after(one, program_of(tracking), alone), after(one, plain, alone)), kRounding)
        << tracking;
  }
}

// P8
TEST(SlowMo, IsExactAveragingAtPeriodOneWithoutMomentum) {
  const Quadratic quadratic = random_quadratic(5);
  const SharedTopology ring = topology_of("ring", 5);
  const Program<double> slow = with_outer_of(
      "slowmo", {{"period", std::int64_t{1}}, {"momentum", 0.0}}, program_of("dsgdm-n"));
  Walk walk = walk_over(quadratic, slow, ring, kDecay);
  Stack x = quadratic.start;
  Stack m(x.size());
  for (const double rate : kRates) {
    walk.step(rate);
    const Stack g = quadratic.gradient(x, kDecay);
    m = 0.9 * m + g;
    x = everywhere(mean_of(mix(ring->at(0).dense(), x - rate * (g + 0.9 * m)), 5), 5);
    EXPECT_LT(apart(walk.models(), x), kRounding);
  }
}

}  // namespace
}  // namespace murmur::testing
