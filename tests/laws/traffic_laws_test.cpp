// SPDX-License-Identifier: Apache-2.0
// The engine counts what traffic_forms.h states, step by step, for every registered name.
#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/laws/traffic_forms.h"
#include "tests/support/outer_variants.h"
#include "tests/support/worlds.h"

namespace murmur::testing {
namespace {

constexpr int kWorkers = 5;
constexpr std::int64_t kSteps = 7;
constexpr std::int64_t kParameters = 3 * 4 + 5;

struct Graph {
  std::shared_ptr<const topology::Topology> topology;
  std::int64_t edges = 0;       // in one step
  bool weights_differ = false;  // of push-sum, from the first step on
};

Graph ring() {
  return {topology_of("ring", kWorkers), 2 * kWorkers, false};
}

std::vector<Graph> graphs() {
  OptionValues options(topology::find_topology("star")->options);
  options.set("weighting", std::string("out-degree"));
  return {
      ring(),
      {topology_of("one-peer-exponential", kWorkers), kWorkers, false},
      {topology_of("complete", kWorkers), kWorkers * (kWorkers - 1), false},
      {topology::make_topology("star", kWorkers, options, 1).value(), 2 * (kWorkers - 1), true}};
}

template <class S>
Solo<S> solo_of(const Program<S>& program, const Graph& graph) {
  return Solo<S>(RunSpec<S>{.program = program,
                            .topology = graph.topology,
                            .problem =
                                [] {
                                  return std::make_unique<RandomQuadratic<S>>(
                                      kWorkers,
                                      typename RandomQuadratic<S>::Kind{},
                                      typename RandomQuadratic<S>::Shape{3, 4, 5});
                                },
                            .rates = {}});
}

Scene scene_of(const Graph& graph, std::int64_t scalar, std::int64_t step) {
  return {.workers = kWorkers,
          .edges = graph.edges,
          .model = kParameters * scalar,
          .scalar = scalar,
          .bits = 2 + 1,  // of 3 x 4 and of 5 entries
          .weights_differ = graph.weights_differ,
          .step = step};
}

const TrafficForm* form_of(const std::string& algorithm) {
  const auto* found = std::find_if(std::begin(kTrafficForms),
                                   std::end(kTrafficForms),
                                   [&](const TrafficForm& form) { return form.name == algorithm; });
  return found == std::end(kTrafficForms) ? nullptr : found;
}

const OuterForm& form_of(const algorithms::OuterStep& outer) {
  return *std::find_if(std::begin(kOuterForms), std::end(kOuterForms), [&](const OuterForm& form) {
    return form.name == outer.name;
  });
}

TEST(Traffic, IsSaidByHandForEveryRegisteredName) {
  std::multiset<std::string_view> listed;
  std::multiset<std::string_view> registered;
  for (const TrafficForm& form : kTrafficForms) {
    listed.insert(form.name);
  }
  for (const algorithms::Algorithm& algorithm : algorithms::algorithms()) {
    registered.insert(algorithm.name);
  }
  EXPECT_EQ(listed, registered);
  listed.clear();
  registered.clear();
  for (const OuterForm& form : kOuterForms) {
    listed.insert(form.name);
  }
  for (const algorithms::OuterStep& outer : algorithms::outer_steps()) {
    registered.insert(outer.name);
  }
  EXPECT_EQ(listed, registered);
}

std::vector<Variant> variants_with_form() {
  std::vector<Variant> all = variants();
  std::erase_if(all, [](const Variant& v) { return form_of(v.algorithm->name) == nullptr; });
  return all;
}

class TrafficOf : public ::testing::TestWithParam<Variant> {
 protected:
  Sent base(const Scene& scene) const {
    return form_of(GetParam().algorithm->name)->sends(scene, GetParam().options);
  }
  template <class S>
  void expect_the_form(const Graph& graph) const {
    const Program<S> program = GetParam().algorithm->program<S>(GetParam().options);
    const bool changes = graph.topology->period() != 1;
    if (changes && (program.needs_static_graph() || engine::needs_undirected_graph(program))) {
      return;
    }
    const Solo<S> solo = solo_of(program, graph);
    Sent sent;
    for (std::int64_t t = 0; t < kSteps; ++t) {
      ASSERT_TRUE(solo.engine->step(0.01));
      sent = sent + base(scene_of(graph, sizeof(S), t));
      ASSERT_EQ(solo.engine->counters().bytes_sent, sent.bytes) << t;
      ASSERT_EQ(solo.engine->counters().messages, sent.messages) << t;
    }
  }
};

INSTANTIATE_TEST_SUITE_P(Registry,
                         TrafficOf,
                         ::testing::ValuesIn(variants_with_form()),
                         [](const auto& info) { return test_name_of(info.param); });

TEST_P(TrafficOf, AnAlgorithmIsItsClosedForm) {
  for (const Graph& graph : graphs()) {
    expect_the_form<float>(graph);
    expect_the_form<double>(graph);
    ASSERT_FALSE(HasFatalFailure()) << graph.topology->workers() << " " << graph.edges;
  }
}

// Groups of this size, one ring each; the last may be smaller.
Sent group_all_reduces(const Scene& all, int group, const OptionValues& options) {
  Sent sent;
  for (std::int64_t left = all.workers; left > 0; left -= group) {
    Scene scene = all;
    scene.workers = std::min<std::int64_t>(left, group);
    sent = sent + all_reduce(scene, options);
  }
  return sent;
}

// What an outer variant of period 3 (or levels of 1, 2, 4) adds to its base at a step.
Sent outer_sends(const OuterVariant& variant, const Scene& scene, int momenta) {
  const std::int64_t performed = scene.step + 1;
  const bool averages = variant.options.text("buffers") == "average";
  const std::int64_t copies = averages ? 1 + momenta : 1;
  if (!variant.levels.empty()) {  // {1, 2}, {2, 3}, {4, all}: the largest that divides
    const int group = performed % 4 == 0 ? kWorkers : (performed % 2 == 0 ? 3 : 2);
    return copies * group_all_reduces(scene, group, variant.options);
  }
  if (!variant.options.flag("exact_average") ||
      performed % variant.options.integer("period") != 0) {
    return {};
  }
  return form_of(*variant.outer).sends(scene, variant.options) +
         (copies - 1) * all_reduce(scene, variant.options);
}

TEST_P(TrafficOf, AnOuterStepIsItsClosedForm) {
  const Program<float> program = GetParam().algorithm->program<float>(GetParam().options);
  const int momenta = form_of(GetParam().algorithm->name)->momenta(GetParam().options);
  for (const OuterVariant& variant : outer_variants_of(program)) {
    const Solo<float> solo = solo_of(with_outer_of(variant, GetParam()), ring());
    Sent sent;
    for (std::int64_t t = 0; t < kSteps; ++t) {
      ASSERT_TRUE(solo.engine->step(0.01));
      const Scene scene = scene_of(ring(), sizeof(float), t);
      sent = sent + base(scene);
      if (!program.keeps_one_model()) {
        sent = sent + outer_sends(variant, scene, momenta);
      }
      ASSERT_EQ(solo.engine->counters().bytes_sent, sent.bytes) << variant.label << " " << t;
      ASSERT_EQ(solo.engine->counters().messages, sent.messages) << variant.label << " " << t;
    }
  }
}

}  // namespace
}  // namespace murmur::testing
