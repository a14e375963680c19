// SPDX-License-Identifier: Apache-2.0
// Rounds in which some workers sit out, under every base and outer step that may have them.
#include <algorithm>
#include <cmath>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "murmur/engine/costs/comm_plan.h"
#include "tests/support/example_batches.h"
#include "tests/support/outer_variants.h"
#include "tests/support/resumed.h"
#include "tests/support/worlds.h"

namespace murmur::testing {
namespace {

using engine::Participation;
using engine::ParticipationSettings;

constexpr int kWorkers = 5;
constexpr std::int64_t kPeriod = 3;
const std::vector<double> kRates{0.1, 0.1, 0.05, 0.2, 0.1, 0.1, 0.05, 0.1};

std::shared_ptr<const Participation> part(double share, std::vector<double> weights = {}) {
  return std::make_shared<const Participation>(ParticipationSettings{.workers = kWorkers,
                                                                     .share = share,
                                                                     .weights = std::move(weights),
                                                                     .period = kPeriod,
                                                                     .seed = 3});
}

// Bases whose workers need no other between two outer steps, under steps that take a mean.
struct Method {
  std::string label;
  Program<float> program;
};
std::vector<Method> methods() {
  std::vector<Method> all;
  for (const Variant& base : variants_where([](const Program<double>& program) {
         return program.name == "sgd" || program.name == "adam" || program.name == "adamw" ||
                program.name == "qhm" || program.name == "qhadam" ||
                (program.name == "signum" && !program.keeps_one_model());
       })) {
    for (const OuterVariant& outer : outer_variants(false)) {
      const bool takes_mean = outer.options.flag("exact_average") && outer.levels.empty() &&
                              !algorithms::visits_sequentially(outer.options);
      if (takes_mean) {
        all.push_back({base.label + " " + outer.label, with_outer_of(outer, base)});
      }
    }
  }
  return all;
}

RunSpec<float> spec_of(const Program<float>& program,
                       std::shared_ptr<const Participation> participation) {
  return {.program = program,
          .topology = topology_of("ring", kWorkers),
          .problem = [] { return std::make_unique<ExampleBatches<float>>(kWorkers, 1); },
          .rates = kRates,
          .weight_decay = 0.01,
          .participation = std::move(participation)};
}

TEST(Participation, OfAllWithEqualWeightsChangesNoBit) {
  for (const Method& method : methods()) {
    const Rows<float> plain = run(spec_of(method.program, nullptr));
    EXPECT_EQ(plain, run(spec_of(method.program, part(1)))) << method.label;
    const std::vector<double> equal(kWorkers, 0.25);
    EXPECT_EQ(plain, run(spec_of(method.program, part(1, equal)))) << method.label;
    EXPECT_NE(plain, run(spec_of(method.program, part(0.5)))) << method.label;
  }
}

TEST(Participation, IsTheSameInEveryWorld) {
  for (const Method& method : methods()) {
    const auto spec = spec_of(method.program, part(0.5, {1, 2, 3, 4, 0.5}));
    const Rows<float> one = run(spec);
    EXPECT_EQ(one, run(spec, {.threads = 3, .ownership = {}})) << method.label;
    EXPECT_EQ(one, run(spec, {.threads = 2, .ownership = {2, 3}})) << method.label;
    EXPECT_EQ(one, run(spec, {.threads = 1, .ownership = {1, 3, 1}, .shares_memory = true}))
        << method.label;
    EXPECT_EQ(one, run(spec, {.threads = 1, .ownership = {1, 1, 1, 1, 1}})) << method.label;
  }
}

// The mean of a step is begun while gradients are taken, which some workers do not take.
TEST(Participation, IsTheSameInBuckets) {
  const auto* algorithm = algorithms::find_algorithm("sgd");
  const auto* average = algorithms::find_outer_step("average");
  OptionValues options(average->options);
  options.set("period", kPeriod);
  auto spec = spec_of(
      algorithms::with_outer(
          algorithm->program<float>(OptionValues(algorithm->options)), *average, options, false),
      part(0.4));
  spec.problem = [] {
    return std::make_unique<ExampleBatches<float>>(
        kWorkers, 1, ExampleBatches<float>::Shape{200, 200, 34'000});
  };
  EXPECT_EQ(run(spec), run(spec, {.threads = 2, .ownership = {2, 3}}));
  EXPECT_EQ(run(spec), run(spec, {.threads = 2, .ownership = {1, 4}, .shares_memory = true}));
}

TEST(Participation, GoesOnFromACheckpoint) {
  for (const Method& method : methods()) {
    expect_resumes_anywhere(
        spec_of(method.program, part(0.5)), method.label, {.ownership = {2, 3}}, 2);
  }
}

std::vector<float> row_of(const Solo<float>& solo, std::size_t field, int worker) {
  const auto row = solo.engine->row(field, worker);
  return {row.begin(), row.end()};
}

TEST(Participation, LeavesWhoIsNotDrawnAlone) {
  const auto participation = part(0.5);
  for (const Method& method : methods()) {
    const Solo<float> solo(spec_of(method.program, participation));
    const std::vector<Field>& fields = solo.engine->program().fields;
    std::vector<std::int64_t> begun(kWorkers, 0);
    for (std::int64_t step = 0; step < 8; ++step) {
      const engine::Participants who = participation->at(step);
      ASSERT_EQ(who.drawn.size(), 3U);  // floor(2.5 + 1/2)
      const bool ends = (step + 1) % kPeriod == 0;
      Rows<float> before;
      for (int worker = 0; worker < kWorkers; ++worker) {
        for (std::size_t f = 0; f < fields.size(); ++f) {
          before.push_back(fields[f].kind == FieldKind::kScratch ? std::vector<float>()
                                                                 : row_of(solo, f, worker));
        }
      }
      ASSERT_TRUE(solo.engine->step(0.1));
      for (int worker = 0; worker < kWorkers; ++worker) {
        const auto w = static_cast<std::size_t>(worker);
        begun[w] += who.contains(worker) ? 1 : 0;
        EXPECT_EQ(solo.engine->loss_weights()[w], who.contains(worker) ? 1 : 0);
        for (std::size_t f = 0; f < fields.size() && !ends; ++f) {
          if (fields[f].kind != FieldKind::kScratch && !fields[f].shared && !who.contains(worker)) {
            EXPECT_EQ(row_of(solo, f, worker), before[w * fields.size() + f]) << method.label;
          }
        }
        EXPECT_EQ(who.contains(worker) && !ends,
                  !ends && row_of(solo, 0, worker) != before[w * fields.size()]);
      }
      EXPECT_EQ(solo.engine->counters().batches, begun);
    }
  }
}

// The weighted mean of those drawn, in double, is what all hold after an averaging step.
TEST(Participation, TakesTheWeightedMeanOfThoseDrawn) {
  const auto* algorithm = algorithms::find_algorithm("sgd");
  const Program<double> base = algorithm->program<double>(OptionValues(algorithm->options));
  const auto* average = algorithms::find_outer_step("average");
  OptionValues options(average->options);
  options.set("period", kPeriod);
  const std::vector<double> weights{1, 2, 0.25, 4, 3};
  const auto participation = part(0.5, weights);
  const auto spec_with = [&](const Program<double>& program) {
    return RunSpec<double>{
        .program = program,
        .topology = topology_of("ring", kWorkers),
        .problem = [] { return std::make_unique<ExampleBatches<double>>(kWorkers, 2); },
        .rates = {},
        .participation = participation};
  };
  const Solo<double> averaged(spec_with(algorithms::with_outer(base, *average, options, false)));
  const Solo<double> alone(spec_with(base));
  for (std::int64_t step = 0; step < kPeriod; ++step) {
    ASSERT_TRUE(averaged.engine->step(0.1));
    ASSERT_TRUE(alone.engine->step(0.1));
  }
  const engine::Participants who = participation->at(0);
  for (std::size_t k = 0; k < alone.engine->layout().row_size(); ++k) {
    double sum = 0;
    double total = 0;
    for (const int worker : who.drawn) {
      sum += weights[static_cast<std::size_t>(worker)] * alone.engine->model(worker)[k];
      total += weights[static_cast<std::size_t>(worker)];
    }
    for (int worker = 0; worker < kWorkers; ++worker) {
      ASSERT_NEAR(averaged.engine->model(worker)[k], sum / total, 1e-14);
    }
  }
}

// Adam's first step moves every coordinate by the rate: also of a worker that is drawn late.
TEST(Participation, CountsTheAgeOfEachWorker) {
  const auto* adam = algorithms::find_algorithm("adam");
  const auto* average = algorithms::find_outer_step("average");
  OptionValues options(average->options);
  options.set("period", kPeriod);
  const auto participation = part(0.2);
  const Solo<float> solo(
      spec_of(algorithms::with_outer(
                  adam->program<float>(OptionValues(adam->options)), *average, options, false),
              participation));
  std::set<int> seen;
  for (std::int64_t step = 0; step < 30 * kPeriod; ++step) {
    const int worker = participation->at(step).drawn.front();
    const std::vector<float> before = row_of(solo, 0, worker);
    ASSERT_TRUE(solo.engine->step(0.01));
    if (step % kPeriod == 0 && seen.insert(worker).second) {
      EXPECT_NEAR(std::abs(solo.engine->model(worker)[0] - before[0]), 0.01, 1e-4) << worker;
    }
  }
  EXPECT_EQ(seen.size(), 5U);
}

TEST(Participation, SendsOneModelDownAndOneUpPerWorkerDrawn) {
  for (const Method& method : methods()) {
    const auto participation = part(0.5);
    const auto spec = spec_of(method.program, participation);
    const Solo<float> solo(spec);
    const auto parameters = static_cast<std::int64_t>(solo.engine->layout().parameters());
    engine::CommPlan plan(method.program, spec.topology, parameters, nullptr, {{}, participation});
    std::int64_t averages = 0;
    for (std::int64_t step = 0; step < 8; ++step) {
      ASSERT_TRUE(solo.engine->step(0.1));
      ASSERT_TRUE(plan.next());
      for (const Stage<float>& stage : method.program.round) {
        averages += stage.is<AverageStage>() && stage.due_at(step) ? 1 : 0;
      }
      EXPECT_EQ(solo.engine->counters().bytes_sent, averages * 2 * 3 * parameters * 4);
      EXPECT_EQ(solo.engine->counters().messages, averages * 2 * 3);
      EXPECT_EQ(solo.engine->counters().bytes_sent, plan.bytes_sent()) << method.label;
      EXPECT_EQ(solo.engine->counters().messages, plan.messages()) << method.label;
    }
  }
}

TEST(Participation, IsDrawnWithoutReplacementForEachRound) {
  for (const auto& [share, count] :
       {std::pair{1e-9, 1}, std::pair{0.3, 30}, std::pair{0.3051, 31}, std::pair{1.0, 100}}) {
    const Participation participation(
        {.workers = 100, .share = share, .weights = {}, .period = 4, .start = 10});
    EXPECT_EQ(participation.count(), count);
    EXPECT_EQ(participation.at(9).drawn.size(), 100U);
    EXPECT_TRUE(participation.at(9).weights.empty());
    std::vector<int> times(100);
    for (std::int64_t step = 10; step < 4010; ++step) {
      const engine::Participants who = participation.at(step);
      EXPECT_EQ(std::set<int>(who.drawn.begin(), who.drawn.end()).size(),
                static_cast<std::size_t>(count));
      EXPECT_EQ(who.drawn, participation.at(10 + (step - 10) / 4 * 4).drawn);
      for (const int worker : who.drawn) {
        times[static_cast<std::size_t>(worker)] += (step - 10) % 4 == 0 ? 1 : 0;
      }
    }
    const auto [least, most] = std::minmax_element(times.begin(), times.end());
    EXPECT_GT(*least, count * 10 - 120);  // of 1000 rounds, count / 100 each
    EXPECT_LT(*most, count * 10 + 120);
  }
}

}  // namespace
}  // namespace murmur::testing
