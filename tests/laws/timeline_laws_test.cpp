// SPDX-License-Identifier: Apache-2.0
// Rounds that are only planned have the costs of performed ones, and take the time that follows
// from these costs.
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "murmur/algorithms/outer/outer.h"
#include "murmur/engine/costs/timeline.h"
#include "murmur/engine/exchange/rows.h"
#include "tests/support/outer_variants.h"
#include "tests/support/worlds.h"

namespace murmur::testing {
namespace {

constexpr int kSteps = 9;

template <class S>
std::unique_ptr<problems::Problem<S>> small_problem(int workers) {
  return std::make_unique<RandomQuadratic<S>>(
      workers, typename RandomQuadratic<S>::Kind{}, typename RandomQuadratic<S>::Shape{3, 4, 5});
}

// Push-sum's shares on a circle, which leave all weights at 1, and on a star, which do not.
std::shared_ptr<const topology::Topology> circle_and_star(int workers) {
  OptionValues options(topology::find_topology("star")->options);
  options.set("weighting", std::string("out-degree"));
  const auto star = topology::make_topology("star", workers, options, 1).value();
  Table circle = star->at(0).dense();
  for (std::size_t i = 0; i < circle.size(); ++i) {
    circle[i].assign(circle.size(), 0);
  }
  for (std::size_t i = 0; i < circle.size(); ++i) {
    circle[i][i] = circle[(i + 1) % circle.size()][i] = 0.5;
  }
  OptionValues custom(topology::find_topology("custom")->options);
  custom.set("weights", Tables{circle, star->at(0).dense()});
  return topology::make_topology("custom", workers, custom, 1).value();
}

// Column-stochastic where the program uses push-sum, so that weights are sent.
std::vector<std::shared_ptr<const topology::Topology>> graphs_for(const Program<float>& program) {
  if (program.needs_static_graph()) {
    return {topology_of("ring", 5), topology_of("star", 5)};
  }
  std::vector<std::shared_ptr<const topology::Topology>> graphs{
      topology_of("ring", 5),
      topology_for(program, "one-peer-exponential", 5),
      topology_of("random-matching", 5)};
  if (program.numerator()) {
    graphs.push_back(circle_and_star(5));
  }
  return graphs;
}

void expect_equal_counts(const Program<float>& program) {
  for (const auto& graph : graphs_for(program)) {
    const Solo<float> solo(RunSpec<float>{.program = program,
                                          .topology = graph,
                                          .problem = [] { return small_problem<float>(5); },
                                          .rates = {}});
    const Layout& layout = solo.engine->layout();
    const engine::RowNumbers numbers(static_cast<std::int64_t>(layout.parameters()));
    engine::CommPlan plan(program, graph, numbers.with_bits(engine::bytes_of_bits(layout)));
    std::size_t coordinates = solo.engine->layout().row_size();  // the single thread's gradient
    const std::vector<std::size_t> counts = engine::row_counts(program, 5);
    for (std::size_t f = 0; f < counts.size(); ++f) {
      coordinates += counts[f] * solo.engine->layout(program.fields[f]).row_size();
    }
    coordinates += static_cast<std::size_t>(engine::rows_per_worker(program) * 5) *
                   solo.engine->layout().row_size();
    EXPECT_EQ(solo.engine->state_bytes(), coordinates * sizeof(float));
    std::int64_t most_edges = 0;
    for (int t = 0; t < kSteps; ++t) {
      ASSERT_TRUE(solo.engine->step(0.01));
      most_edges = std::max(most_edges, graph->at(t).edges());
      const auto per_edge = static_cast<std::size_t>(engine::rows_per_edge(program) * most_edges);
      EXPECT_EQ(solo.engine->state_bytes(),
                (coordinates + per_edge * solo.engine->layout().row_size()) * sizeof(float));
      ASSERT_TRUE(plan.next());
      ASSERT_EQ(plan.bytes_sent(), solo.engine->counters().bytes_sent) << "step " << t;
      ASSERT_EQ(plan.messages(), solo.engine->counters().messages) << "step " << t;
    }
  }
}

class EveryCommunicationPlan : public ::testing::TestWithParam<Variant> {};

INSTANTIATE_TEST_SUITE_P(
    Registry, EveryCommunicationPlan, ::testing::ValuesIn(variants()), [](const auto& info) {
      std::string name = info.param.label;
      std::replace_if(
          name.begin(), name.end(), [](char c) { return std::isalnum(c) == 0; }, '_');
      return name;
    });

TEST_P(EveryCommunicationPlan, CountsWhatTheEngineCounts) {
  const Program<float> base = GetParam().algorithm->program<float>(GetParam().options);
  expect_equal_counts(base);
  for (const OuterVariant& variant : outer_variants_of(base)) {
    expect_equal_counts(with_outer_of(variant, GetParam()));
    ASSERT_FALSE(HasFatalFailure()) << variant.label;
  }
}

// ResNet-50 on 32 machines with 10 Gbit/s: a message of 25557032 floats takes D seconds.
constexpr std::int64_t kParameters = 25557032;
constexpr double kMessage = kParameters * 4.0 * 8 / 10e9;
constexpr double kGradient = 0.271;

OptionValues options_of(const std::vector<OptionInfo>& infos, std::int64_t period) {
  OptionValues options(infos);
  options.set("period", period);
  return options;
}

double seconds_per_step(const std::string& algorithm, std::int64_t outer_period, int steps) {
  const algorithms::Algorithm* entry = algorithms::find_algorithm(algorithm);
  Program<float> program = entry->program<float>(OptionValues(entry->options));
  if (outer_period > 0) {
    const algorithms::OuterStep* slowmo = algorithms::find_outer_step("slowmo");
    program = algorithms::with_outer(
        std::move(program), *slowmo, options_of(slowmo->options, outer_period), false);
  }
  const timing::Cluster cluster{.step = {.seconds = {kGradient}}, .bandwidth_gbit = {10}};
  engine::Timeline timeline(
      engine::CommPlan(program, topology_of("one-peer-exponential", 32), kParameters),
      timing::VirtualClock(cluster, 32, 1));
  for (int t = 0; t < steps; ++t) {
    EXPECT_TRUE(timeline.step());
  }
  return timeline.virtual_s() / steps;
}

TEST(Timeline, OfTheStandardMethodsIsWhatTheirMessagesCost) {
  const double average = 2 * 31.0 / 32 * kMessage;
  EXPECT_NEAR(seconds_per_step("sgd", 0, 96), kGradient, 1e-9);
  EXPECT_NEAR(seconds_per_step("allreduce-sgd", 0, 96), kGradient + average, 1e-9);
  EXPECT_NEAR(seconds_per_step("sgp", 0, 96), kGradient + kMessage, 1e-9);
  EXPECT_NEAR(seconds_per_step("osgp", 0, 96), kGradient, 1e-9);
  EXPECT_NEAR(seconds_per_step("sgd", 12, 96), kGradient + average / 12, 1e-9);
  EXPECT_NEAR(seconds_per_step("osgp", 48, 96), kGradient + average / 48, 1e-9);
}

TEST(Timeline, ACenterGoesFromWorkerToWorkerRoundTheCircle) {
  // A float takes 4 s from each of 3 workers to the next, and from the last to the first.
  const algorithms::OuterStep* elastic = algorithms::find_outer_step("easgd");
  OptionValues options = options_of(elastic->options, 1);
  options.set("order", std::string("round-robin"));
  const algorithms::Algorithm* sgd = algorithms::find_algorithm("sgd");
  const Program<float> program = algorithms::with_outer(
      sgd->program<float>(OptionValues(sgd->options)), *elastic, options, false);
  const timing::Cluster cluster{.step = {.seconds = {1}}, .bandwidth_gbit = {8e-9}};
  engine::Timeline timeline(engine::CommPlan(program, topology_of("ring", 3), 1),
                            timing::VirtualClock(cluster, 3, 1));
  ASSERT_TRUE(timeline.step());
  EXPECT_DOUBLE_EQ(timeline.virtual_s(), 1 + 4 + 4);
  ASSERT_TRUE(timeline.step());
  EXPECT_DOUBLE_EQ(timeline.virtual_s(), 1 + 3 * 4 + 4 + 4);
}

TEST(Timeline, AnExactAverageWaitsForWhatIsInFlight) {
  // A gradient takes 1 s, a message of two floats and a weight 12 s plus a latency of 5 s. Sent at
  // 0 and at 12; the second one arrives at 29, then two rounds of 4 + 5 s follow.
  const algorithms::Algorithm* osgp = algorithms::find_algorithm("osgp");
  OptionValues options(osgp->options);
  options.set("staleness", std::int64_t{2});
  const algorithms::OuterStep* average = algorithms::find_outer_step("average");
  const Program<float> program = algorithms::with_outer(
      osgp->program<float>(options), *average, options_of(average->options, 2), false);
  const timing::Cluster cluster{
      .step = {.seconds = {1}}, .bandwidth_gbit = {8e-9}, .latency_s = {5}};
  engine::Timeline timeline(engine::CommPlan(program, topology_of("one-peer-exponential", 2), 2),
                            timing::VirtualClock(cluster, 2, 1));
  ASSERT_TRUE(timeline.step());
  ASSERT_TRUE(timeline.step());
  EXPECT_DOUBLE_EQ(timeline.virtual_s(), 47);
}

}  // namespace
}  // namespace murmur::testing
