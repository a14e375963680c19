// SPDX-License-Identifier: Apache-2.0
// Laws of every algorithm whose messages may be encoded, with every codec.
#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>

#include "murmur/engine/costs/comm_plan.h"
#include "tests/support/compressed.h"
#include "tests/support/payload_forms.h"
#include "tests/support/process_world.h"

namespace murmur::testing {
namespace {

constexpr int kWorkers = 5;
constexpr std::size_t kMinSize = 6;
constexpr std::int64_t kStart = 2;
const std::vector<double> kRates{0.1, 0.1, 0.05, 0.05, 0.2, 0.0, 0.1};

bool is_lead(const Compressed& compressed) {
  return compressed.variant.algorithm->name == "lead";
}

// Whether values say how long messages are.
bool varies(const Compressed& compressed) {
  const auto coding = compressed.codec.coding<float>(codecs::Use::kAsIs);
  return coding.codec != nullptr && coding.codec->varies();
}

// Steps of LEAD that are small enough for the coarsest codec.
template <class S>
Program<S> program_of(const Compressed& compressed) {
  OptionValues options = compressed.variant.options;
  if (is_lead(compressed)) {
    options.set("dual_step", 0.02);
    options.set("memory_step", 0.02);
  }
  return compressed.variant.algorithm->program<S>(options);
}

template <class S>
RunSpec<S> spec_of(const Compressed& compressed, typename RandomQuadratic<S>::Kind kind = {}) {
  return {.program = program_of<S>(compressed),
          .topology = topology_of("ring", kWorkers),
          .problem =
              [=] {
                return std::make_unique<RandomQuadratic<S>>(
                    kWorkers,
                    kind,
                    typename RandomQuadratic<S>::Shape{
                        .matrix_rows = 5, .matrix_columns = 7, .vector_size = 3});
              },
          .rates = kRates,
          .weight_decay = 0.01,
          .compression = compressed.template compression<S>(kMinSize, kStart)};
}

// What a worker publishes in a step: of the model, and of the tracker.
std::int64_t published(const Compressed& compressed, std::int64_t step) {
  if (compressed.variant.algorithm->name == "choco-sgd") {
    return 1;
  }
  if (compressed.variant.algorithm->name == "lead") {
    return step == 0 ? 0 : 1;
  }
  const bool kept = compressed.variant.options.text("first_tracker") == "kept";
  return step == 0 && kept ? 1 : 2;
}

// All workers, in one step: on a ring to both neighbors; of one model 2 (n - 1) / n of what can be
// summed, else n - 1 messages.
std::int64_t sent_by_hand(const Compressed& compressed, std::int64_t row, std::int64_t step) {
  const bool whole = step < kStart;
  if (compressed.variant.algorithm->program<double>(compressed.variant.options).publishes()) {
    return published(compressed, step) * 2 * kWorkers * row;
  }
  const std::string& codec = compressed.codec.codec->name;
  const bool sums = whole || codec == "low-rank" || codec == "rand-k" || codec == "none";
  // Of gradients without memory ternary has one scale of all, of the one tensor that is encoded.
  const bool agrees =
      !whole && codec == "ternary" && compressed.variant.algorithm->name != "ef-sgd";
  const std::int64_t scale = agrees ? 2 * (kWorkers - 1) * std::int64_t{sizeof(float)} : 0;
  return (sums ? 2 * (kWorkers - 1) : kWorkers * (kWorkers - 1)) * row + scale;
}

class EveryCompression : public ::testing::TestWithParam<Compressed> {};

INSTANTIATE_TEST_SUITE_P(Registry,
                         EveryCompression,
                         ::testing::ValuesIn(compressed_variants()),
                         [](const auto& info) { return test_name_of(info.param); });

TEST_P(EveryCompression, LearnsAndStaysFinite) {
  RunSpec<double> spec = spec_of<double>(GetParam());
  const Solo<double> solo(spec);
  double first = 0;
  double last = 0;
  for (int step = 0; step < 100; ++step) {  // what waits in a memory acts late: a small rate
    const auto losses = solo.engine->step(0.004);
    ASSERT_TRUE(losses);
    last = 0;
    for (const double loss : losses.value()) {
      last += loss;
    }
    ASSERT_TRUE(std::isfinite(last));
    first = step == 0 ? last : first;
  }
  EXPECT_LT(last, 0.97 * first);
}

TEST_P(EveryCompression, GivesTheSameBitsInEveryWorld) {
  const RunSpec<float> spec = spec_of<float>(GetParam());
  const Rows<float> one = run(spec);
  EXPECT_EQ(one, run(spec, {.threads = 3, .ownership = {}}));
  for (const std::vector<int>& split :
       std::vector<std::vector<int>>{{2, 3}, {1, 3, 1}, {1, 1, 1, 1, 1}}) {
    EXPECT_EQ(one, run(spec, {.threads = 2, .ownership = split})) << split.size();
    EXPECT_EQ(one, run(spec, {.threads = 1, .ownership = split, .shares_memory = true}))
        << split.size() << " on one host";
  }
}

TEST_P(EveryCompression, KeepsPaddingAtZero) {
  const Solo<float> solo(spec_of<float>(GetParam()));
  for (const double rate : kRates) {
    ASSERT_TRUE(solo.engine->step(rate));
  }
  const std::vector<Field>& fields = solo.engine->program().fields;
  for (std::size_t f = 0; f < fields.size(); ++f) {
    const Layout& layout = solo.engine->layout(fields[f]);
    std::vector<bool> padding(layout.row_size(), true);
    for (const TensorSlot& slot : layout.tensors()) {
      std::fill_n(padding.begin() + static_cast<std::ptrdiff_t>(slot.offset), slot.size, false);
    }
    for (int worker = 0; worker < kWorkers && fields[f].kind != FieldKind::kScratch; ++worker) {
      const auto row = solo.engine->row(f, worker);
      for (std::size_t k = 0; k < row.size(); ++k) {
        ASSERT_TRUE(!padding[k] || row[k] == 0) << fields[f].name << " " << k;
      }
    }
  }
}

// LEAD takes what is decoded as it is, so that rounding moves the models until copies are known.
TEST_P(EveryCompression, RestsWhereNothingPulls) {
  if (is_lead(GetParam())) {
    return;
  }
  RunSpec<float> spec = spec_of<float>(GetParam(), {.flat = true});
  spec.weight_decay = 0;
  const Solo<float> moved(spec);
  const Solo<float> untouched(spec);
  for (const double rate : kRates) {
    ASSERT_TRUE(moved.engine->step(rate));
  }
  for (int worker = 0; worker < kWorkers; ++worker) {
    for (std::size_t k = 0; k < moved.engine->layout().row_size(); ++k) {
      // Public copies that round by themselves pull apart workers that agree.
      const float x = untouched.engine->model(worker)[k];
      ASSERT_NEAR(moved.engine->model(worker)[k], x, 4e-6F * std::max(0.1F, std::abs(x)));
    }
  }
}

// The bytes of the contract: whole rows in the first steps, then payloads.
TEST_P(EveryCompression, IsPlannedAsItIsCounted) {
  const RunSpec<float> spec = spec_of<float>(GetParam());
  const Solo<float> solo(spec);
  const Layout& layout = solo.engine->layout();
  const auto parameters = static_cast<std::int64_t>(layout.parameters());
  engine::CommPlan plan(spec.program,
                        spec.topology,
                        parameters,
                        nullptr,
                        {.coded = engine::coded_size(layout, spec.compression, parameters)});
  std::int64_t row = 0;
  for (const TensorSlot& slot : layout.tensors()) {
    row += static_cast<std::int64_t>(slot.size < kMinSize
                                         ? slot.size * sizeof(float)
                                         : payload_by_hand(GetParam().codec, slot, sizeof(float)));
  }
  const std::int64_t whole = static_cast<std::int64_t>(layout.parameters() * sizeof(float));
  std::int64_t sent = 0;
  for (std::int64_t step = 0; step < 5; ++step) {
    ASSERT_TRUE(solo.engine->step(0.01));
    ASSERT_TRUE(plan.next());
    if (varies(GetParam()) && step >= kStart) {
      const std::int64_t now = solo.engine->counters().bytes_sent - sent;
      ASSERT_GT(now, 0) << step;
      ASSERT_LE(now, sent_by_hand(GetParam(), row, step)) << step;
      ASSERT_LE(plan.bytes_sent(), sent + sent_by_hand(GetParam(), row, step)) << step;
      ASSERT_EQ(plan.messages(), solo.engine->counters().messages) << step;
      sent += now;
      continue;
    }
    sent += sent_by_hand(GetParam(), step < kStart ? whole : row, step);
    ASSERT_EQ(solo.engine->counters().bytes_sent, sent) << step;
    ASSERT_EQ(plan.bytes_sent(), sent) << step;
    ASSERT_EQ(plan.messages(), solo.engine->counters().messages) << step;
  }
}

// Every worker in a process of its own: then all that is sent but sums and agreements is encoded.
// Beside the messages every process tells every other how much it sent, in 8 bytes.
TEST_P(EveryCompression, CountsWhatTravels) {
  if (!varies(GetParam())) {
    return;
  }
  const RunSpec<float> spec = spec_of<float>(GetParam());
  const bool publishes = spec.program.publishes();
  std::vector<std::int64_t> travelled(kWorkers);
  std::vector<std::int64_t> counted(kWorkers);
  const auto task = [&](engine::Engine<float>& engine, int process, comm::Transport& transport) {
    const auto p = static_cast<std::size_t>(process);
    for (std::int64_t step = 0; step < 6; ++step) {
      const std::int64_t sent = transport.bytes_sent();
      const std::int64_t before = engine.counters().bytes_sent;
      ASSERT_TRUE(engine.step(0.05));
      if (step > kStart) {
        travelled[p] += transport.bytes_sent() - sent;
        counted[p] += engine.counters().bytes_sent - before;
      }
    }
  };
  in_world(spec, {.threads = 1, .ownership = {1, 1, 1, 1, 1}}, task);
  const std::int64_t publications = publishes ? published(GetParam(), 3) : 0;
  const std::int64_t told = 3 * publications * kWorkers * (kWorkers - 1) * 8;
  EXPECT_EQ(counted, std::vector<std::int64_t>(kWorkers, counted.front()));
  EXPECT_EQ(std::accumulate(travelled.begin(), travelled.end(), -told), counted.front());
}

}  // namespace
}  // namespace murmur::testing
