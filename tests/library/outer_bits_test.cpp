// SPDX-License-Identifier: Apache-2.0
// With every outer step a simulation has the digests of an engine with that step.
#include <algorithm>
#include <cctype>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "murmur/run/text/option_text.h"
#include "murmur/run/train/digest.h"
#include "tests/library/tasks.h"
#include "tests/support/outer_variants.h"

namespace murmur::testing {
namespace {

constexpr int kWorkers = 4;
const std::vector<double> kRates{0.1, 0.05, 0.05, 0.2, 0.1, 0.1, 0.05};

class EveryOuterStepOfTheLibrary : public ::testing::TestWithParam<OuterVariant> {};

// Those whose period is one number; levels are a list.
std::vector<OuterVariant> periodic_variants() {
  std::vector<OuterVariant> all = outer_variants(false);
  std::erase_if(all, [](const OuterVariant& variant) { return !variant.levels.empty(); });
  return all;
}

std::string name_of(const ::testing::TestParamInfo<OuterVariant>& info) {
  std::string name = info.param.label;
  std::replace_if(
      name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Registry,
                         EveryOuterStepOfTheLibrary,
                         ::testing::ValuesIn(periodic_variants()),
                         name_of);

TEST_P(EveryOuterStepOfTheLibrary, HasTheDigestsOfTheEngine) {
  const OuterVariant& outer = GetParam();
  const auto* algorithm = algorithms::find_algorithm("dsgdm-n");
  ASSERT_NE(algorithm, nullptr);
  const Variant base{
      .label = "base", .algorithm = algorithm, .options = OptionValues(algorithm->options)};
  const Solo<float> solo(
      {.program = with_outer_of(outer, base),
       .topology = topology_of("ring", kWorkers),
       .problem =
           [] {
             return std::make_unique<RandomQuadratic<float>>(
                 kWorkers,
                 RandomQuadratic<float>::Kind{},
                 RandomQuadratic<float>::Shape{.matrix_rows = 6, .matrix_columns = 9});
           },
       .rates = kRates});
  Options options{.workers = kWorkers,
                  .threads = 2,
                  .algorithm = "dsgdm-n",
                  .topology = "ring",
                  .outer = outer.outer->name};
  for (const auto& [key, value] : outer.options.all()) {
    options.set("outer." + key, run::value_toml(value));
  }
  Simulation simulation(quadratic_task<float>(kWorkers), options);
  for (const double rate : kRates) {
    ASSERT_TRUE(solo.engine->step(rate));
    simulation.step(rate);
    const auto expected = run::digest_of_models(*solo.engine);
    ASSERT_TRUE(expected);
    ASSERT_EQ(simulation.digest(), expected.value()) << simulation.steps() << " steps";
  }
}

}  // namespace
}  // namespace murmur::testing
