// SPDX-License-Identifier: Apache-2.0
// A round that throws: nothing is done with rows that belong to no step, and what replaces them
// leaves no trace of it.
#include <memory>
#include <stdexcept>
#include <string>

#include <gtest/gtest.h>

#include "tests/support/worlds.h"

namespace murmur::testing {
namespace {

constexpr int kWorkers = 4;

// Throws instead of a gradient when `left` of them have been computed.
class Interrupted : public RandomQuadratic<float> {
 public:
  explicit Interrupted(int left) : RandomQuadratic<float>(kWorkers), left_(left) {}

  void gradients(std::span<problems::GradientJob<float>> jobs,
                 int thread,
                 const problems::RangeReady& ready) override {
    if (left_-- == 0) {
      throw std::runtime_error("no gradient today");
    }
    RandomQuadratic<float>::gradients(jobs, thread, ready);
  }

 private:
  int left_;
};

class EveryBrokenRound : public ::testing::TestWithParam<Variant> {};

INSTANTIATE_TEST_SUITE_P(Registry,
                         EveryBrokenRound,
                         ::testing::ValuesIn(variants()),
                         [](const auto& info) { return test_name_of(info.param); });

RunSpec<float> spec_of(const Variant& variant, int left) {
  const Program<float> program = variant.algorithm->program<float>(variant.options);
  return {.program = program,
          .topology = topology_for(program, "ring", kWorkers),
          .problem = [left] { return std::make_unique<Interrupted>(left); },
          .rates = std::vector<double>(4, 0.1)};
}

// The text of the failure of a step, or of what it throws.
std::string complaint(engine::Engine<float>& engine) {
  try {
    const auto losses = engine.step(0.1);
    return losses ? "" : losses.failure().message;
  } catch (const std::runtime_error& error) {
    return std::string("thrown: ") + error.what();
  }
}

TEST_P(EveryBrokenRound, IsRememberedUntilItsRowsAreReplaced) {
  const Solo<float> solo(spec_of(GetParam(), 2 * kWorkers + 1));
  engine::Engine<float>& engine = *solo.engine;
  std::string text;
  for (int step = 0; step < 20 && text.empty(); ++step) {
    text = complaint(engine);
  }
  ASSERT_EQ(text, "thrown: no gradient today");
  const std::string later =
      "step " + std::to_string(engine.counters().step) + " was not completed: no gradient today";
  EXPECT_NE(complaint(engine).find(later), std::string::npos);
  EXPECT_FALSE(engine.settle());  // nothing is saved
  std::vector<float> average(engine.layout().row_size());
  EXPECT_FALSE(engine.average_model(average));
  engine.restart();
  for (int step = 0; step < 4; ++step) {
    ASSERT_EQ(complaint(engine), "");
  }
  EXPECT_EQ(rows_of(engine), run(spec_of(GetParam(), 1'000'000)));
}

}  // namespace
}  // namespace murmur::testing
