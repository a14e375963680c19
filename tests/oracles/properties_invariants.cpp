// SPDX-License-Identifier: Apache-2.0
// What holds at every step (P9 to P16): the mean under mixing, the shifted mean sequence of
// quasi-global momentum, the tracker's mean, and independence of names, units and origin.
#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "murmur/core/random.h"
#include "tests/support/oracles.h"

namespace murmur::testing {
namespace {

const std::vector<double> kRates{0.1, 0.1, 0.05, 0.2, 0.02, 0.02, 0.1, 0.01};
constexpr double kDecay = 0.01;

// P9
TEST(Mixing, KeepsTheMeanOfTheSteppedModels) {
  const std::vector<std::string> adapt_then_combine{
      "dsgd", "dsgdm", "dsgdm-n", "qg-dsgdm", "qg-dsgdm-n", "d2", "d2-plus", "dadam", "qg-dadam"};
  for (const auto& [name, topology] : doubly_stochastic_topologies()) {
    const int workers = topology->workers();
    const Quadratic quadratic = random_quadratic(workers);
    for (const std::string& algorithm : adapt_then_combine) {
      const Program<double> program = program_of(algorithm);
      Walk whole = walk_over(quadratic, program, topology, kDecay);
      Walk half = walk_over(quadratic, until_mixing(program), topology, kDecay);
      for (const double rate : kRates) {
        half.take_state_of(whole);
        half.step(rate);
        whole.step(rate);
        const Stack stepped = mean_of(half.models(), workers);
        ASSERT_LT(apart(mean_of(whole.models(), workers), stepped), 1e-13) << algorithm << name;
      }
      ASSERT_GT(apart(whole.models(), half.models()), 1e-6) << algorithm << name;
    }
  }
}

// P9
TEST(QuasiGlobalMomentum, NeverMovesTheMeanWhereThereAreNoGradients) {
  for (const auto& [name, topology] : doubly_stochastic_topologies()) {
    const int workers = topology->workers();
    Table start;
    for (int i = 0; i < workers; ++i) {
      start.push_back({static_cast<double>(i), i % 3 - 0.5});
    }
    for (const std::string form : {"qg-dsgdm", "qg-dsgdm-n"}) {
      Walk walk({.program = program_of(form),
                 .topology = topology,
                 .problem = problem_of("consensus", workers, {{"start", start}}),
                 .rates = {}});
      const Stack before = walk.models();
      walk.steps(constant(0.1, 60));
      EXPECT_LT(apart(mean_of(before, workers), mean_of(walk.models(), workers)), 1e-12) << name;
      EXPECT_LT(spread(walk.models(), workers), 0.5 * spread(before, workers)) << name;
    }
  }
}

// P10: z = mean x - lr b / (1 - B) mean m moves by exactly -lr / (1 - beta) mean g.
TEST(QuasiGlobalMomentum, IsSgdWithTheLongStepOnAShiftedMeanSequence) {
  const double rate = 0.07;
  const double beta = 0.9;
  const double mu = 0.6;
  for (const auto& [name, topology] : doubly_stochastic_topologies()) {
    const int workers = topology->workers();
    const Quadratic quadratic = random_quadratic(workers);
    for (const std::string form : {"qg-dsgdm", "qg-dsgdm-n"}) {
      const double b = form == "qg-dsgdm" ? beta : beta * beta;
      const double shift = rate * b / ((1 - mu) * (1 - b));
      const Program<double> program = program_of(form, {{"momentum", beta}, {"mu", mu}});
      Walk walk = walk_over(quadratic, program, topology, kDecay);
      const auto z = [&] {
        const Stack mean = mean_of(walk.models(), workers);
        return Stack(mean - shift * mean_of(walk.field("momentum"), workers));
      };
      for (int t = 0; t < 40; ++t) {
        const Stack pull = mean_of(quadratic.gradient(walk.models(), kDecay), workers);
        const Stack expected = z() - rate / (1 - beta) * pull;
        walk.step(rate);
        ASSERT_LT(apart(z(), expected), kRounding) << form << " " << name << " step " << t;
      }
    }
  }
}

// P11: before an exact averaging two workers differ by lr times the difference of their gradients,
// times 1 + beta for the Nesterov form: the memory is the same on all workers.
TEST(QuasiGlobalMomentum, SeparatesWorkersByTheirGradientsAloneUnderExactAveraging) {
  const int workers = 4;
  const double beta = 0.9;
  const Quadratic quadratic = random_quadratic(workers);
  const SharedTopology complete = topology_of("complete", workers);
  for (const std::string form : {"qg-dsgdm", "qg-dsgdm-n"}) {
    const double length = form == "qg-dsgdm" ? 1 : 1 + beta;
    Walk whole = walk_over(quadratic, program_of(form), complete, kDecay);
    Walk half = walk_over(quadratic, until_mixing(program_of(form)), complete, kDecay);
    for (const double rate : kRates) {
      const Stack g = quadratic.gradient(whole.models(), kDecay);
      const Stack away = -rate * length * (g - everywhere(mean_of(g, workers), workers));
      half.take_state_of(whole);
      half.step(rate);
      whole.step(rate);
      const Stack models = half.models();
      EXPECT_LT(apart(models - everywhere(mean_of(models, workers), workers), away), kRounding);
    }
  }
}

// P12
TEST(GradientTracking, KeepsTheTrackersMeanAtTheMeanGradient) {
  for (const auto& [name, topology] : doubly_stochastic_topologies()) {
    const int workers = topology->workers();
    const Quadratic quadratic = random_quadratic(workers);
    for (const std::string form : {"dsgd-gt", "dsgdm-gt", "dsgdm-n-gt"}) {
      Walk walk = walk_over(quadratic, program_of(form, {}), topology, kDecay);
      for (const double rate : kRates) {
        const Stack pull = mean_of(quadratic.gradient(walk.models(), kDecay), workers);
        walk.step(0.2 * rate);
        ASSERT_LT(apart(mean_of(walk.field("tracker"), workers), pull), kRounding) << name;
      }
    }
  }
}

// W with the workers renumbered: worker k becomes names[k].
Table renamed(const Table& w, const std::vector<std::size_t>& names) {
  Table all(w.size(), std::vector<double>(w.size()));
  for (std::size_t i = 0; i < w.size(); ++i) {
    for (std::size_t j = 0; j < w.size(); ++j) {
      all[names[i]][names[j]] = w[i][j];
    }
  }
  return all;
}

Stack renamed(const Stack& all, const std::vector<std::size_t>& names) {
  const std::size_t dimension = all.size() / names.size();
  Stack turned(all.size());
  for (std::size_t i = 0; i < names.size(); ++i) {
    for (std::size_t k = 0; k < dimension; ++k) {
      turned[names[i] * dimension + k] = all[i * dimension + k];
    }
  }
  return turned;
}

// P13
TEST(EveryAlgorithm, RenamesItsTrajectoriesWithTheWorkersOnAnyGraph) {
  const Table w{{0.5, 0.2, 0.0, 0.3, 0.0},
                {0.0, 0.5, 0.2, 0.0, 0.3},
                {0.3, 0.0, 0.5, 0.2, 0.0},
                {0.0, 0.3, 0.0, 0.5, 0.2},
                {0.2, 0.0, 0.3, 0.0, 0.5}};
  Table both_ways = w;
  for (std::size_t i = 0; i < w.size(); ++i) {
    for (std::size_t j = 0; j < w.size(); ++j) {
      both_ways[i][j] = (w[i][j] + w[j][i]) / 2;
    }
  }
  const std::vector<std::size_t> names{3, 0, 4, 2, 1};
  const Quadratic quadratic = random_quadratic(5);
  const Quadratic other{5,
                        renamed(quadratic.curvature, names),
                        renamed(quadratic.center, names),
                        renamed(quadratic.start, names)};
  for (const Variant& variant : variants()) {
    const Program<double> program = program_of(variant);
    if (program.is_asynchronous() || engine::fields_of_edges(program) != 0 ||
        program.name == "dsgd-ceca") {
      continue;  // workers act, or send, in the order of their numbers, and trees have roots
    }
    const Table& weights = engine::needs_undirected_graph(program) ? both_ways : w;
    Walk walk = walk_over(quadratic, program, weights_of(weights), kDecay);
    Walk turned = walk_over(other, program, weights_of(renamed(weights, names)), kDecay);
    walk.steps(kRates);
    turned.steps(kRates);
    EXPECT_LT(apart(renamed(walk.models(), names), turned.models()), 1e-11) << variant.label;
    EXPECT_GT(apart(walk.models(), quadratic.start), 1e-2) << variant.label;
  }
}

// P14
TEST(ExactDiffusion, MovesTheMeanByTheRateTimesTheMeanGradientInItsSecondFormAlone) {
  const Quadratic quadratic = random_quadratic(5);
  const SharedTopology ring = topology_of("ring", 5);
  const auto violation = [&](const std::string& form, const std::vector<double>& rates) {
    Walk walk = walk_over(quadratic, program_of(form), ring, kDecay);
    double most = 0;
    for (const double rate : rates) {
      const Stack before = mean_of(walk.models(), 5);
      const Stack pull = mean_of(quadratic.gradient(walk.models(), kDecay), 5);
      walk.step(rate);
      const Stack moved = before - mean_of(walk.models(), 5);
      most = std::max(most, apart(moved, rate * pull));
    }
    return most;
  };
  EXPECT_LT(violation("d2-plus", kRates), 2e-13);
  EXPECT_LT(violation("d2-plus", constant(0.1, 40)), 2e-13);
  EXPECT_LT(violation("d2", constant(0.1, 40)), 2e-13);
  EXPECT_GT(violation("d2", kRates), 1e-3);
}

// Steps do not grow with the loss.
bool normalizes(const std::string& name) {
  return name.find("adam") != std::string::npos || name == "signum";
}

// P15, with a factor that is a power of two, so that rounding does not change
TEST(EveryAlgorithmThatDoesNotNormalize, KeepsItsBitsWhenLossAndRateChangeTheirUnit) {
  const double unit = 4;
  const Quadratic quadratic = random_quadratic(5);
  const Quadratic steeper{5, unit * quadratic.curvature, quadratic.center, quadratic.start};
  const SharedTopology ring = topology_of("ring", 5);
  for (const Variant& variant : variants()) {
    if (normalizes(variant.algorithm->name)) {
      continue;
    }
    const Program<double> program = program_of(variant);
    Walk walk = walk_over(quadratic, program, ring, kDecay);
    Walk scaled = walk_over(steeper, program, ring, unit * kDecay);
    for (const double rate : kRates) {
      walk.step(rate);
      scaled.step(rate / unit);
    }
    for (const Field& field : program.fields) {
      const std::string name(field.name);
      if (field.layout == FieldLayout::kFactors || name == "error") {
        continue;  // empty without a codec
      }
      if (field.kind == FieldKind::kModel || field.units == Units::kModel ||
          name == "public_copy") {
        EXPECT_EQ(apart(scaled.field(name), walk.field(name)), 0) << variant.label << name;
      } else if (field.kind == FieldKind::kMemory && !name.starts_with("in_flight")) {
        EXPECT_EQ(apart(scaled.field(name), unit * walk.field(name)), 0) << variant.label << name;
        EXPECT_GT(apart(walk.field(name), 0 * walk.field(name)), 0) << variant.label << name;
      }
    }
  }
}

// P16
TEST(EveryAlgorithmThatDoesNotNormalize, MovesWithTheOriginWhereThereIsNoDecay) {
  const double shift = 3;
  const Quadratic quadratic = random_quadratic(5);
  const Quadratic moved{5, quadratic.curvature, quadratic.center + shift, quadratic.start + shift};
  const SharedTopology ring = topology_of("ring", 5);
  for (const Variant& variant : variants()) {
    if (normalizes(variant.algorithm->name)) {
      continue;
    }
    const Program<double> program = program_of(variant);
    const auto difference = [&](double decay) {
      Walk walk = walk_over(quadratic, program, ring, decay);
      Walk other = walk_over(moved, program, ring, decay);
      walk.steps(kRates);
      other.steps(kRates);
      return apart(walk.models() + shift, other.models());
    };
    EXPECT_LT(difference(0), kRounding) << variant.label;
    EXPECT_GT(difference(kDecay), 1e-4) << variant.label;
  }
}

}  // namespace
}  // namespace murmur::testing
