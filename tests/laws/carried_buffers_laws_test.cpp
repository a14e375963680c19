// SPDX-License-Identifier: Apache-2.0
// Buffers that are carried wherever the models go (statistics = "average").
#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "murmur/algorithms/carry_buffers.h"
#include "murmur/engine/costs/comm_plan.h"
#include "tests/support/counting_buffers.h"
#include "tests/support/outer_variants.h"
#include "tests/support/resumed.h"

namespace murmur::testing {
namespace {

constexpr int kWorkers = 5;
constexpr std::size_t kTensor = 7;  // coordinates of the first tensor of the buffers
const std::vector<double> kRates{0.1, 0.05, 0.2, 0.1, 0.1, 0.05, 0.1};

// Shares whose rows do not sum to one, so that push-sum's weights differ.
std::shared_ptr<const topology::Topology> push_graph() {
  const topology::TopologyInfo* star = topology::find_topology("star");
  OptionValues options(star->options);
  options.set("weighting", std::string("out-degree"));
  return topology::make_topology("star", kWorkers, options, 1).value();
}

template <class S>
RunSpec<S> spec_of(const Program<S>& program) {
  return {.program = program,
          .topology = program.numerator() ? push_graph() : topology_of("ring", kWorkers),
          .problem = [] { return std::make_unique<CountingBuffers<S>>(kWorkers); },
          .rates = kRates};
}

struct Method {
  std::string label;
  Program<double> plain;
  Program<double> carried;
};

// Everything registered, bare and under every outer step, that buffers can follow.
std::vector<Method> methods() {
  std::vector<Method> all;
  const auto add = [&](const std::string& label, const Program<double>& program) {
    Program<double> carried = program;
    if (algorithms::carry_buffers(carried)) {
      all.push_back({label, program, std::move(carried)});
    }
  };
  for (const Variant& base : variants()) {
    add(base.label, base.algorithm->program<double>(base.options));
  }
  for (const char* name : {"sgd", "dsgd", "sgp", "osgp", "qg-dsgdm", "allreduce-sgd"}) {
    const auto* algorithm = algorithms::find_algorithm(name);
    OptionValues options(algorithm->options);
    if (options.has("staleness")) {
      options.set("staleness", std::int64_t{2});  // something is in flight at the end of a step
    }
    const auto base = algorithm->program<double>(options);
    for (const OuterVariant& outer : outer_variants_of(base)) {
      add(std::string(name) + " " + outer.label,
          algorithms::with_outer(base, *outer.outer, outer.options, false, outer.levels));
    }
  }
  return all;
}

// Coordinates of the buffers by worker, of engines of their own.
std::vector<std::vector<double>> buffers_after(const Program<double>& program, std::size_t steps) {
  Solo<double> solo(spec_of(program));
  for (std::size_t t = 0; t < steps; ++t) {
    EXPECT_TRUE(solo.engine->step(kRates[t]));
  }
  std::vector<std::vector<double>> all;
  const std::size_t field = *solo.engine->program().buffers();
  for (int worker = 0; worker < kWorkers; ++worker) {
    const auto row = solo.engine->row(field, worker);
    all.emplace_back(row.begin(), row.begin() + kTensor);
  }
  return all;
}

TEST(CarriedBuffers, LocalOnesAreMovedByTheirOwnBatchesAlone) {
  for (const Variant& variant : variants()) {
    const auto program = variant.algorithm->program<double>(variant.options);
    if (program.is_asynchronous()) {
      continue;  // workers have taken different numbers of batches
    }
    const auto buffers = buffers_after(program, 3);
    for (int worker = 0; worker < kWorkers; ++worker) {
      double expected = 1;
      for (std::int64_t batch = 0; batch < 3; ++batch) {
        expected += CountingBuffers<double>::moved(worker, batch, 0);
      }
      EXPECT_EQ(buffers[static_cast<std::size_t>(worker)][0], expected) << variant.label;
    }
  }
}

TEST(CarriedBuffers, CarriedOrNotChangeNoModel) {
  for (const Method& method : methods()) {
    Solo<double> plain(spec_of(method.plain));
    Solo<double> carried(spec_of(method.carried));
    for (const double rate : kRates) {
      ASSERT_TRUE(plain.engine->step(rate));
      ASSERT_TRUE(carried.engine->step(rate));
    }
    for (int worker = 0; worker < kWorkers; ++worker) {
      const std::span<const double> x = plain.engine->row(0, worker);
      const std::span<const double> y = carried.engine->row(0, worker);
      EXPECT_TRUE(std::equal(x.begin(), x.end(), y.begin())) << method.label;
    }
  }
}

// The specification in the open: mixed with the weights of the step.
TEST(CarriedBuffers, AreMixedAsTheModelIs) {
  const auto graph = topology_of("ring", kWorkers);
  for (const char* name : {"dsgd", "d2", "qg-dsgdm", "dsgd-gt"}) {
    const auto* algorithm = algorithms::find_algorithm(name);
    auto program = algorithm->program<double>(OptionValues(algorithm->options));
    ASSERT_TRUE(algorithms::carry_buffers(program));
    std::vector<double> expected(kWorkers, 1.0);
    for (std::int64_t t = 0; t < 4; ++t) {
      for (int i = 0; i < kWorkers; ++i) {
        expected[static_cast<std::size_t>(i)] += CountingBuffers<double>::moved(i, t, 0);
      }
      const topology::MixingMatrix matrix = graph->at(t);
      const std::vector<double> before = expected;
      for (int i = 0; i < kWorkers; ++i) {
        auto& own = expected[static_cast<std::size_t>(i)];
        for (const topology::Neighbor& in : matrix.in(i)) {
          own += in.weight * (before[static_cast<std::size_t>(in.worker)] -
                              before[static_cast<std::size_t>(i)]);
        }
      }
    }
    const auto buffers = buffers_after(program, 4);
    for (std::size_t i = 0; i < kWorkers; ++i) {
      EXPECT_NEAR(buffers[i][0], expected[i], 1e-12) << name;
    }
  }
}

// Numerators b w are pushed, and read divided by the new weights.
TEST(CarriedBuffers, HaveNumeratorsUnderPushSum) {
  const auto graph = push_graph();
  const auto* algorithm = algorithms::find_algorithm("sgp");
  auto program = algorithm->program<double>(OptionValues(algorithm->options));
  ASSERT_TRUE(algorithms::carry_buffers(program));
  std::vector<double> b(kWorkers, 1.0);
  std::vector<double> w(kWorkers, 1.0);
  for (std::int64_t t = 0; t < 5; ++t) {
    for (int i = 0; i < kWorkers; ++i) {
      b[static_cast<std::size_t>(i)] += CountingBuffers<double>::moved(i, t, 0);
    }
    const topology::MixingMatrix shares = graph->at(t);
    std::vector<double> numerators(kWorkers, 0.0);
    std::vector<double> weights(kWorkers, 0.0);
    std::vector<double> given(kWorkers, 0.0);
    for (int i = 0; i < kWorkers; ++i) {
      for (const topology::Neighbor& in : shares.in(i)) {
        const auto j = static_cast<std::size_t>(in.worker);
        numerators[static_cast<std::size_t>(i)] += in.weight * b[j] * w[j];
        weights[static_cast<std::size_t>(i)] += in.weight * w[j];
        given[j] += in.weight;
      }
    }
    for (std::size_t i = 0; i < kWorkers; ++i) {
      numerators[i] += (1 - given[i]) * b[i] * w[i];
      weights[i] += (1 - given[i]) * w[i];
      b[i] = numerators[i] / weights[i];
    }
    w = weights;
  }
  const auto buffers = buffers_after(program, 5);
  for (std::size_t i = 0; i < kWorkers; ++i) {
    EXPECT_NEAR(buffers[i][0], b[i], 1e-12);
  }
}

Program<double> osgp(std::int64_t staleness) {
  const auto* algorithm = algorithms::find_algorithm("osgp");
  OptionValues options(algorithm->options);
  options.set("staleness", staleness);
  auto program = algorithm->program<double>(options);
  EXPECT_TRUE(algorithms::carry_buffers(program));
  return program;
}

// Numerators b w and weights w, of which the others' shares are in flight while batches move b.
struct InFlight {
  explicit InFlight(std::int64_t staleness) : staleness(staleness) {}

  void step(const topology::MixingMatrix& shares, std::int64_t t) {
    std::vector<double>& sent_b = numerators_sent.emplace_back(kWorkers, 0.0);
    std::vector<double>& sent_w = weights_sent.emplace_back(kWorkers, 0.0);
    std::vector<double> given(kWorkers, 0.0);
    for (int i = 0; i < kWorkers; ++i) {
      for (const topology::Neighbor& in : shares.in(i)) {
        const auto j = static_cast<std::size_t>(in.worker);
        sent_b[static_cast<std::size_t>(i)] += in.weight * b[j] * w[j];
        sent_w[static_cast<std::size_t>(i)] += in.weight * w[j];
        given[j] += in.weight;
      }
    }
    const bool due = t + 1 >= staleness;
    const auto arriving = static_cast<std::size_t>(due ? t + 1 - staleness : 0);
    for (std::size_t i = 0; i < kWorkers; ++i) {
      w[i] *= 1 - given[i];
      b[i] += CountingBuffers<double>::moved(static_cast<int>(i), t, 0);
      if (due) {
        const double all = w[i] + weights_sent[arriving][i];
        b[i] = (b[i] * w[i] + numerators_sent[arriving][i]) / all;
        w[i] = all;
      }
    }
  }

  std::int64_t staleness;
  std::vector<double> b = std::vector<double>(kWorkers, 1.0);
  std::vector<double> w = std::vector<double>(kWorkers, 1.0);
  std::vector<std::vector<double>> numerators_sent;  // to each worker, by step
  std::vector<std::vector<double>> weights_sent;
};

TEST(CarriedBuffers, AreInFlightWithTheModel) {
  const auto graph = push_graph();
  for (const std::int64_t staleness : {1, 2, 4}) {
    InFlight expected(staleness);
    Solo<double> solo(spec_of(osgp(staleness)));
    const std::size_t field = *solo.engine->program().buffers();
    for (std::size_t t = 0; t < kRates.size(); ++t) {
      expected.step(graph->at(static_cast<std::int64_t>(t)), static_cast<std::int64_t>(t));
      ASSERT_TRUE(solo.engine->step(kRates[t]));
      for (int i = 0; i < kWorkers; ++i) {
        EXPECT_NEAR(solo.engine->row(field, i)[0], expected.b[static_cast<std::size_t>(i)], 1e-12)
            << staleness << " " << t;
      }
    }
  }
}

// What batches add, by the weight of the worker at that time, is all that changes the sum of
// numerators here and on their way.
TEST(CarriedBuffers, InFlightLoseNoMass) {
  for (const std::int64_t staleness : {1, 3}) {
    Solo<double> solo(spec_of(osgp(staleness)));
    const Program<double>& program = solo.engine->program();
    const auto kept = [graph = push_graph()](std::int64_t t, int worker) {
      const topology::MixingMatrix shares = graph->at(t);
      double share = 1;
      for (int i = 0; i < kWorkers; ++i) {
        for (const topology::Neighbor& in : shares.in(i)) {
          share -= in.worker == worker ? in.weight : 0;
        }
      }
      return share;
    };
    std::vector<double> weights(kWorkers, 1.0);
    double expected = kWorkers;
    for (std::size_t t = 0; t < kRates.size(); ++t) {
      const auto step = static_cast<std::int64_t>(t);
      for (int i = 0; i < kWorkers; ++i) {
        expected += weights[static_cast<std::size_t>(i)] * kept(step, i) *
                    CountingBuffers<double>::moved(i, step, 0);
      }
      ASSERT_TRUE(solo.engine->step(kRates[t]));
      weights = solo.engine->counters().push_weights;
      double sum = 0;
      for (std::size_t f = 0; f < program.fields.size(); ++f) {
        const Field& field = program.fields[f];
        for (int i = 0; i < kWorkers && field.layout == FieldLayout::kBuffers &&
                        field.kind == FieldKind::kMemory;
             ++i) {
          const double weight = f == program.buffers() ? weights[static_cast<std::size_t>(i)] : 1;
          sum += weight * solo.engine->row(f, i)[0];
        }
      }
      EXPECT_NEAR(sum, expected, 1e-12) << staleness << " " << t;
    }
  }
}

// An exact average of the numerators takes in all that is on its way, once.
TEST(CarriedBuffers, AreNotInFlightAfterAnExactAverage) {
  int checked = 0;
  for (const Method& method : methods()) {
    for (std::size_t t = 0; t < kRates.size() && method.carried.slots() > 0; ++t) {
      const auto step = static_cast<std::int64_t>(t);
      const bool averages = std::any_of(
          method.carried.round.begin(), method.carried.round.end(), [&](const auto& stage) {
            const auto* average = stage.template as<AverageStage>();
            return average != nullptr && average->group == 0 && stage.due_at(step) &&
                   average->field == method.carried.numerator();
          });
      if (!averages) {
        continue;
      }
      ++checked;
      Solo<double> solo(spec_of(method.carried));
      for (std::size_t k = 0; k <= t; ++k) {
        ASSERT_TRUE(solo.engine->step(kRates[k]));
      }
      const std::vector<Field>& fields = method.carried.fields;
      for (std::size_t f = 0; f < fields.size(); ++f) {
        for (int i = 0; fields[f].name.starts_with("buffers_in_flight") && i < kWorkers; ++i) {
          EXPECT_EQ(solo.engine->row(f, i)[0], 0) << method.label << " " << t;
        }
      }
    }
  }
  EXPECT_GT(checked, 10);
}

TEST(CarriedBuffers, TravelInMessagesOfTheirOwn) {
  const Solo<double> solo(spec_of(osgp(2)));
  const std::int64_t edges = push_graph()->at(0).edges();
  const auto parameters = static_cast<std::int64_t>(solo.engine->layout().parameters());
  ASSERT_TRUE(solo.engine->step(0.1));
  EXPECT_EQ(solo.engine->counters().messages, 2 * edges);
  EXPECT_EQ(solo.engine->counters().bytes_sent, 8 * edges * (parameters + 1 + 10));
}

TEST(CarriedBuffers, AreTheMeanAfterAnExactAverage) {
  int checked = 0;
  for (const Method& method : methods()) {
    const bool one_model = method.plain.keeps_one_model();
    std::size_t last = 0;  // steps up to the first average, all of it included
    for (const Stage<double>& stage : method.carried.round) {
      const auto* carry = stage.as<CarryStage>();
      for (std::size_t t = 0; carry != nullptr && carry->how == CarryStage::How::kAverage &&
                              carry->group == 0 && last == 0 && t < kRates.size();
           ++t) {
        last = stage.due_at(static_cast<std::int64_t>(t)) ? t + 1 : 0;
      }
    }
    EXPECT_TRUE(!one_model || last == 1) << method.label;
    if (last == 0 || method.plain.is_asynchronous()) {
      continue;
    }
    ++checked;
    const auto buffers = buffers_after(method.carried, last);
    for (std::size_t i = 1; i < kWorkers; ++i) {
      EXPECT_EQ(buffers[i], buffers[0]) << method.label;
    }
  }
  EXPECT_GT(checked, 10);
}

TEST(CarriedBuffers, AreTheSameInEveryWorldAndFromEveryCheckpoint) {
  for (const Method& method : methods()) {
    const auto spec = spec_of(method.carried);
    const Rows<double> one = run(spec);
    EXPECT_EQ(one, run(spec, {.threads = 3, .ownership = {}})) << method.label;
    EXPECT_EQ(one, run(spec, {.threads = 2, .ownership = {2, 3}})) << method.label;
    EXPECT_EQ(one, run(spec, {.threads = 1, .ownership = {1, 3, 1}, .shares_memory = true}))
        << method.label;
    const bool in_flight = method.carried.slots() > 0;
    expect_resumes_anywhere(spec, method.label, {.ownership = {2, 3}}, in_flight ? 1 : 4);
  }
}

TEST(CarriedBuffers, CountTheirBytesAsThePlanDoes) {
  for (const Method& method : methods()) {
    const auto spec = spec_of(method.carried);
    Solo<double> solo(spec);
    engine::CommPlan plan(
        method.carried,
        spec.topology,
        engine::RowNumbers({static_cast<std::int64_t>(solo.engine->layout().parameters()), 10, 0}));
    Solo<double> plain(spec_of(method.plain));
    for (const double rate : kRates) {
      ASSERT_TRUE(solo.engine->step(rate));
      ASSERT_TRUE(plain.engine->step(rate));
      ASSERT_TRUE(plan.next());
      EXPECT_EQ(solo.engine->counters().bytes_sent, plan.bytes_sent()) << method.label;
      EXPECT_EQ(solo.engine->counters().messages, plan.messages()) << method.label;
    }
    EXPECT_GE(solo.engine->counters().bytes_sent, plain.engine->counters().bytes_sent);
  }
}

}  // namespace
}  // namespace murmur::testing
