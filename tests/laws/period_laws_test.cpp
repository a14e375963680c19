// SPDX-License-Identifier: Apache-2.0
// A topology with a period: the workers mix after `period`, 2 `period`, ... steps and are alone at
// the others.
#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "murmur/algorithms/outer/outer.h"
#include "murmur/engine/costs/comm_plan.h"
#include "murmur/topology/pauses.h"
#include "tests/support/resumed.h"
#include "tests/support/worlds.h"

namespace murmur::testing {
namespace {

constexpr int kWorkers = 5;
constexpr std::int64_t kPeriod = 3;
const std::vector<double> kRates{0.1, 0.05, 0.2, 0.1, 0.1, 0.05, 0.1};

template <class S>
RunSpec<S> spec_of(const Program<S>& program, std::shared_ptr<const topology::Topology> graph) {
  return {.program = program,
          .topology = std::move(graph),
          .problem =
              [] {
                return std::make_unique<RandomQuadratic<S>>(
                    kWorkers,
                    typename RandomQuadratic<S>::Kind{},
                    typename RandomQuadratic<S>::Shape{9, 5, 6});
              },
          .rates = kRates,
          .weight_decay = 0.01};
}

template <class S>
std::shared_ptr<const topology::Topology> paused(const Program<S>& program,
                                                 const std::string& name,
                                                 std::int64_t period = kPeriod) {
  return topology::with_pauses(topology_for(program, name, kWorkers), period);
}

class Period : public ::testing::TestWithParam<Variant> {
 protected:
  template <class S>
  Program<S> program() const {
    return GetParam().algorithm->template program<S>(GetParam().options);
  }
};

// Some methods mix at every step, or have a period of their own.
INSTANTIATE_TEST_SUITE_P(Registry,
                         Period,
                         ::testing::ValuesIn(variants_where([](const Program<double>& program) {
                           return !program.needs.every_step;
                         })),
                         [](const auto& info) { return test_name_of(info.param); });

TEST_P(Period, IsTheSameInEveryWorldAndFromEveryCheckpoint) {
  const auto spec = spec_of(program<float>(), paused(program<float>(), "one-peer-exponential"));
  const Rows<float> one = run(spec);
  EXPECT_EQ(one, run(spec, {.threads = 3, .ownership = {}}));
  EXPECT_EQ(one, run(spec, {.threads = 2, .ownership = {2, 3}}));
  EXPECT_EQ(one, run(spec, {.threads = 1, .ownership = {1, 3, 1}, .shares_memory = true}));
  expect_resumes_anywhere(spec, GetParam().label, {.ownership = {2, 3}});
}

// Exact averages go on: what an algorithm sends without a graph is not the topology's.
TEST_P(Period, SendsNothingBetweenTwoMixes) {
  const auto program = this->program<double>();
  const auto spec = spec_of(program, paused(program, "ring"));
  const Solo<double> solo(spec);
  const Solo<double> alone(spec_of(program, paused(program, "ring", 1000)));
  engine::CommPlan plan(program, spec.topology, engine::RowNumbers({51, 0, 0}));
  std::int64_t bytes = 0;
  std::int64_t bytes_alone = 0;
  for (std::size_t t = 0; t < kRates.size(); ++t) {
    ASSERT_TRUE(solo.engine->step(kRates[t]));
    ASSERT_TRUE(alone.engine->step(kRates[t]));
    ASSERT_TRUE(plan.next());
    const std::int64_t sent = solo.engine->counters().bytes_sent - bytes;
    const std::int64_t sent_alone = alone.engine->counters().bytes_sent - bytes_alone;
    bytes += sent;
    bytes_alone += sent_alone;
    const bool mixes = program.mixes() && (t + 1) % kPeriod == 0;
    EXPECT_EQ(sent > sent_alone, mixes) << t;
    EXPECT_EQ(bytes, plan.bytes_sent()) << t;
    EXPECT_EQ(solo.engine->counters().messages, plan.messages()) << t;
  }
}

// One step as on a graph without edges, from the same rows.
TEST_P(Period, LeavesWorkersAloneBetweenTwoMixes) {
  const auto program = this->program<double>();
  const Solo<double> mixing(spec_of(program, paused(program, "ring", 7)));
  const Solo<double> alone(spec_of(program, paused(program, "ring", 1000)));
  for (std::size_t t = 0; t < 6; ++t) {
    ASSERT_TRUE(mixing.engine->step(kRates[t]));
    ASSERT_TRUE(alone.engine->step(kRates[t]));
    EXPECT_EQ(rows_of(*mixing.engine), rows_of(*alone.engine)) << t;
  }
  ASSERT_TRUE(mixing.engine->step(kRates[6]));
  ASSERT_TRUE(alone.engine->step(kRates[6]));
  EXPECT_EQ(rows_of(*mixing.engine) == rows_of(*alone.engine), !program.mixes());
}

Program<double> made(const char* name, bool nesterov) {
  const auto* algorithm = algorithms::find_algorithm(name);
  OptionValues options(algorithm->options);
  if (options.has("momentum")) {
    options.set("momentum", 0.9);
    options.set("nesterov", nesterov);
  }
  return algorithm->program<double>(options);
}

TEST(Periods, OnTheCompleteGraphAreThoseOfAnOuterAverage) {
  const auto* average = algorithms::find_outer_step("average");
  for (const std::int64_t period : {1, 2, 3, 7}) {
    OptionValues options(average->options);
    options.set("period", period);
    for (const auto& [mixing, local, nesterov] :
         {std::tuple{"dsgdm-n", "sgd", true}, std::tuple{"dsgdm", "sgd", false}}) {
      const auto outer = algorithms::with_outer(made(local, nesterov), *average, options, false);
      const Solo<double> solo(
          spec_of(made(mixing, nesterov),
                  topology::with_pauses(topology_of("complete", kWorkers), period)));
      const Solo<double> expected(spec_of(outer, topology_of("ring", kWorkers)));
      for (const double rate : kRates) {
        ASSERT_TRUE(solo.engine->step(rate));
        ASSERT_TRUE(expected.engine->step(rate));
        for (int i = 0; i < kWorkers; ++i) {
          for (std::size_t k = 0; k < solo.engine->row(0, i).size(); ++k) {
            ASSERT_NEAR(solo.engine->row(0, i)[k], expected.engine->row(0, i)[k], 1e-13)
                << mixing << " " << period;
          }
        }
      }
    }
  }
}

// Copies neither change nor pull: a step is that of SGD, from rows that have mixed before.
TEST(Periods, LeavePublicCopiesAlone) {
  for (const char* order : {"mix-first", "gradient-first"}) {
    const auto* algorithm = algorithms::find_algorithm("choco-sgd");
    OptionValues options(algorithm->options);
    options.set("order", std::string(order));
    const auto program = algorithm->program<double>(options);
    const Solo<double> solo(spec_of(program, paused(program, "ring")));
    const auto& problem = dynamic_cast<const RandomQuadratic<double>&>(*solo.problem);
    const std::size_t copy = program.index_of("public_copy");
    for (std::size_t t = 0; t < kRates.size(); ++t) {
      std::vector<double> copies;
      std::vector<double> models;
      for (int i = 0; i < kWorkers; ++i) {
        copies.push_back(solo.engine->row(copy, i)[0]);
        models.push_back(solo.engine->row(0, i)[0]);
      }
      ASSERT_TRUE(solo.engine->step(kRates[t]));
      const bool mixes = (t + 1) % kPeriod == 0;
      for (int i = 0; i < kWorkers; ++i) {
        const auto w = static_cast<std::size_t>(i);
        const double g = problem.curvature(i, 0) * (models[w] - problem.center(i, 0));
        const double alone = models[w] - kRates[t] * (g + 0.01 * models[w]);
        EXPECT_EQ(solo.engine->row(copy, i)[0] == copies[w], !mixes) << order << t;
        EXPECT_TRUE(mixes || std::abs(solo.engine->row(0, i)[0] - alone) < 1e-13) << order << t;
      }
    }
  }
}

TEST(Periods, GoOnByOneMatrixPerMix) {
  for (const topology::TopologyInfo& info : topology::topologies()) {
    const int workers = info.typical_workers == 0 ? kWorkers : info.typical_workers;
    if (info.name == "custom") {
      continue;  // has no default
    }
    OptionValues options(info.options);
    if (info.name == "matcha") {
      options.set("graph", std::string("ring"));
    }
    const auto base = topology::make_topology(info.name, workers, options, 3).value();
    options.set("period", kPeriod);
    const auto graph = topology::make_topology(info.name, workers, options, 3).value();
    EXPECT_EQ(graph->period(), kPeriod * base->period());
    for (std::int64_t step = 0; step < 24; ++step) {
      const auto matrix = graph->at(step).dense();
      const bool mixes = (step + 1) % kPeriod == 0;
      EXPECT_EQ(matrix,
                mixes ? base->at((step + 1) / kPeriod - 1).dense()
                      : topology::MixingMatrix(graph->workers()).dense())
          << info.name << " " << step;
    }
  }
}

}  // namespace
}  // namespace murmur::testing
