// SPDX-License-Identifier: Apache-2.0
// A simulation of a task has, step by step, the digest of an engine over the same problem, for
// every registered algorithm, on one thread and on two.
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "murmur/algorithms/outer/outer.h"
#include "murmur/run/text/option_text.h"
#include "murmur/run/train/digest.h"
#include "tests/library/tasks.h"

namespace murmur::testing {
namespace {

constexpr int kWorkers = 4;
const std::vector<double> kRates{0.1, 0.05, 0.05, 0.2, 0.0, 0.1};

class EveryAlgorithmOfTheLibrary : public ::testing::TestWithParam<Variant> {};

// Those that a configuration may have.
std::vector<Variant> configurable_variants() {
  std::vector<Variant> all = variants();
  std::erase_if(all, [](const Variant& v) {
    if (v.options.has("relay") && v.options.text("relay") == "updates") {
      return true;  // without a normalization
    }
    return v.options.has("form") && v.options.text("form") == "powersgd" &&
           v.options.flag("nesterov");
  });
  return all;
}

INSTANTIATE_TEST_SUITE_P(Registry,
                         EveryAlgorithmOfTheLibrary,
                         ::testing::ValuesIn(configurable_variants()),
                         [](const auto& info) { return test_name_of(info.param); });

template <class S>
RunSpec<S> spec_of(const Variant& variant) {
  const Program<S> program = variant.algorithm->program<S>(variant.options);
  return {.program = program,
          .topology = topology_for(program, "ring", kWorkers),
          .problem =
              [] {
                return std::make_unique<RandomQuadratic<S>>(
                    kWorkers,
                    typename RandomQuadratic<S>::Kind{},
                    typename RandomQuadratic<S>::Shape{.matrix_rows = 6, .matrix_columns = 9});
              },
          .rates = kRates,
          .weight_decay = 0.01};
}

Options options_of(const Variant& variant, int threads) {
  Options options{.workers = kWorkers,
                  .threads = threads,
                  .seed = 0,  // of events, as an engine without a schedule has it
                  .algorithm = variant.algorithm->name,
                  .topology = "ring"};
  options.set("algorithm.weight_decay", 0.01);
  for (const auto& [key, value] : variant.options.all()) {
    options.set("algorithm." + key, run::value_toml(value));
  }
  return options;
}

template <class S>
void expect_digests_of_the_engine(const Variant& variant, int threads) {
  const Solo<S> solo(spec_of<S>(variant));
  BasicSimulation<S> simulation(quadratic_task<S>(kWorkers), options_of(variant, threads));
  for (const double rate : kRates) {
    ASSERT_TRUE(solo.engine->step(rate));
    simulation.step(rate);
    const auto expected = run::digest_of_models(*solo.engine);
    ASSERT_TRUE(expected);
    ASSERT_EQ(simulation.digest(), expected.value()) << simulation.steps() << " steps";
  }
}

TEST_P(EveryAlgorithmOfTheLibrary, HasTheDigestsOfTheEngine) {
  expect_digests_of_the_engine<float>(GetParam(), 1);
  expect_digests_of_the_engine<float>(GetParam(), 2);
  expect_digests_of_the_engine<double>(GetParam(), 2);
}

// The settings as a whole: outer steps, codecs, accumulation, participation, virtual time.
class EverySetting : public ::testing::TestWithParam<const char*> {};

constexpr const char* kPartial = R"([algorithm]
name = "sgd"
[outer]
name = "average"
period = 2
[participation]
share = 0.5)";

const char* const kSettings[] = {
    "[outer]\nname = \"slowmo\"\nperiod = 2",
    "[gradient]\naccumulate = 2\nclip_norm = 0.5",
    "[gradient]\nsharpness = 0.1",
    "[[algorithm.group]]\nmatch = \"b*\"\nrate = 2.0",
    "[compression]\nname = \"top-k\"\nratio = 0.5\n[algorithm]\nname = \"choco-sgd\"",
    kPartial,
    "[algorithm]\nname = \"ad-psgd\"\n[cluster]\nstep_s = 0.1",
};

INSTANTIATE_TEST_SUITE_P(Library, EverySetting, ::testing::ValuesIn(kSettings));

TEST_P(EverySetting, HasTheSameBitsOnOneThreadAndOnTwo) {
  std::vector<std::string> digests;
  std::string config;
  for (const int threads : {1, 2}) {
    Options options{.workers = 4, .threads = threads};
    options.text = GetParam();
    Simulation simulation(counting_task<float>(), options);
    for (const double rate : kRates) {
      simulation.step(rate);
    }
    simulation.evaluate();
    digests.push_back(simulation.digest());
    config = simulation.config();
  }
  EXPECT_EQ(digests[0], digests[1]);
  // What config() writes is the same run.
  Options written;
  written.text = config;
  Simulation again(counting_task<float>(), written);
  for (const double rate : kRates) {
    again.step(rate);
  }
  EXPECT_EQ(again.digest(), digests[0]);
  EXPECT_EQ(again.config(), config);
  const Simulation plain(counting_task<float>(), four_workers());
  EXPECT_NE(plain.config(), config);
}

}  // namespace
}  // namespace murmur::testing
