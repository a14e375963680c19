// SPDX-License-Identifier: Apache-2.0
// Hierarchical averaging takes any number of levels: those that are never due change nothing, and a
// level means the same behind two others as behind fifty.
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "murmur/algorithms/outer/outer.h"
#include "tests/support/worlds.h"

namespace murmur::testing {
namespace {

constexpr int kWorkers = 4;
const std::vector<double> kRates{0.1, 0.1, 0.05, 0.05, 0.2, 0.0, 0.1, 0.1};

RunSpec<double> spec_of(const Program<double>& base,
                        const std::string& buffers,
                        const std::vector<algorithms::Level>& levels) {
  const algorithms::OuterStep* average = algorithms::find_outer_step("average");
  OptionValues options(average->options);
  options.set("period", levels.back().period);
  options.set("buffers", buffers);
  return {
      .program = algorithms::with_outer(base, *average, options, false, levels),
      .topology = topology_of("ring", kWorkers),
      .problem =
          [] {
            return std::make_unique<RandomQuadratic<double>>(
                kWorkers, RandomQuadratic<double>::Kind{}, RandomQuadratic<double>::Shape{5, 7, 3});
          },
      .rates = kRates,
      .weight_decay = 0.01};
}

class ManyLevels : public ::testing::TestWithParam<Variant> {};

INSTANTIATE_TEST_SUITE_P(Registry,
                         ManyLevels,
                         ::testing::ValuesIn(variants_where([](const Program<double>& program) {
                           return program.takes_outer_step();
                         })),
                         [](const auto& info) { return test_name_of(info.param); });

TEST_P(ManyLevels, AreAsFewWhereTheyAreNotDue) {
  const Program<double> base = GetParam().algorithm->program<double>(GetParam().options);
  for (const std::string buffers : {"maintain", "reset", "average"}) {
    const std::vector<algorithms::Level> few{{1, 2}, {2, 3}, {4, 0}};
    std::vector<algorithms::Level> many = few;
    for (std::int64_t period = 1000; many.size() < 40; period += 1000) {
      many.push_back({period, 2});
    }
    const RunSpec<double> spec = spec_of(base, buffers, many);
    ASSERT_TRUE(base.keeps_one_model() || spec.program.round.size() > 64);
    EXPECT_EQ(run(spec_of(base, buffers, few)), run(spec)) << buffers;
    EXPECT_EQ(run(spec), run(spec, {.threads = 1, .ownership = {1, 3}})) << buffers;
  }
}

// A level of every period from 1 to 60; the one with the largest period that divides the step is
// due.
TEST_P(ManyLevels, AreDueEachAtItsOwnSteps) {
  const Program<double> base = GetParam().algorithm->program<double>(GetParam().options);
  std::vector<algorithms::Level> all;
  std::vector<algorithms::Level> some;
  for (std::int64_t period = 1; period <= 60; ++period) {
    const int group = period % 2 == 0 ? 2 : 0;
    all.push_back({period, group});
    if (period <= static_cast<std::int64_t>(kRates.size())) {
      some.push_back({period, group});
    }
  }
  EXPECT_EQ(run(spec_of(base, "average", all)), run(spec_of(base, "average", some)));
}

}  // namespace
}  // namespace murmur::testing
