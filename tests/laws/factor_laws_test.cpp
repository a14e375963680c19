// SPDX-License-Identifier: Apache-2.0
// Factors of the learning rate and of the weight decay, under every algorithm and outer step: a
// factor for all tensors is that factor of the rate, and coordinates of a separable problem do not
// notice the factors of others.
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "murmur/checkpoint/checkpoint.h"
#include "tests/support/outer_variants.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/worlds.h"

namespace murmur::testing {
namespace {

using engine::TensorFactors;

constexpr int kWorkers = 4;
const std::vector<double> kRates{0.1, 0.1, 0.05, 0.05, 0.2, 0.0, 0.1, 0.1};

std::vector<double> times(double factor, std::vector<double> rates) {
  for (double& rate : rates) {
    rate *= factor;
  }
  return rates;
}

// Of two tensors, "weight" and "bias".
template <class S>
RunSpec<S> spec_of(const Program<S>& program) {
  return {.program = program,
          .topology = topology_of("ring", kWorkers),
          .problem =
              [] {
                return std::make_unique<RandomQuadratic<S>>(
                    kWorkers,
                    typename RandomQuadratic<S>::Kind{},
                    typename RandomQuadratic<S>::Shape{5, 7, 9});
              },
          .rates = kRates,
          .weight_decay = 0.01};
}

class EveryFactor : public ::testing::TestWithParam<Variant> {
 protected:
  template <class S>
  Program<S> program() const {
    return GetParam().algorithm->program<S>(GetParam().options);
  }
};

INSTANTIATE_TEST_SUITE_P(Registry,
                         EveryFactor,
                         ::testing::ValuesIn(variants()),
                         [](const auto& info) { return test_name_of(info.param); });

// Bit for bit, with powers of two, also where the product is a rate at which memories rest.
template <class S>
void expect_equal_to_the_rate(RunSpec<S> spec, double rate, double decay) {
  RunSpec<S> plain = spec;
  plain.rates = times(rate, spec.rates);
  plain.weight_decay = decay * spec.weight_decay;
  spec.factors_of_tensors.assign(2, {.rate = rate, .decay = decay});
  EXPECT_EQ(run(spec), run(plain)) << rate << " " << decay;
}

TEST_P(EveryFactor, OfAllTensorsIsThatOfTheRate) {
  for (const auto& [rate, decay] : {std::pair{0.5, 1.0},
                                    std::pair{4.0, 0.25},
                                    std::pair{0.0, 1.0},
                                    std::pair{1.0, 0.0},
                                    std::pair{0x1p-24, 8.0}}) {
    expect_equal_to_the_rate(spec_of(program<float>()), rate, decay);
    expect_equal_to_the_rate(spec_of(program<double>()), rate, decay);
  }
}

TEST_P(EveryFactor, OfAllTensorsIsThatOfTheRateUnderEveryOuterStep) {
  for (const OuterVariant& variant : outer_variants_of(program<float>())) {
    const auto spec = spec_of(with_outer_of(variant, GetParam()));
    expect_equal_to_the_rate(spec, 0.5, 4);
    expect_equal_to_the_rate(spec, 0, 0);
    ASSERT_FALSE(HasFailure()) << variant.label;
  }
}

// The coordinates of one tensor in all rows of the model's layout.
template <class S>
Rows<S> tensor_of(const RunSpec<S>& spec, std::size_t tensor, const Rows<S>& rows) {
  const auto problem = spec.problem();
  const TensorSlot& slot = problem->layout().tensors()[tensor];
  Rows<S> parts;
  for (const std::vector<S>& row : rows) {
    if (row.size() != problem->layout().row_size()) {
      continue;
    }
    const auto begin = row.begin() + static_cast<std::ptrdiff_t>(slot.offset);
    parts.emplace_back(begin, begin + static_cast<std::ptrdiff_t>(slot.size));
  }
  return parts;
}

// All but the one that takes a norm over all coordinates.
class EverySeparableFactor : public EveryFactor {};

INSTANTIATE_TEST_SUITE_P(Registry,
                         EverySeparableFactor,
                         ::testing::ValuesIn(variants_where([](const Program<double>& program) {
                           return program.name != "qg-dadam";
                         })),
                         [](const auto& info) { return test_name_of(info.param); });

TEST_P(EverySeparableFactor, OfATensorIsItsOwn) {
  const std::vector<TensorFactors> factors{{.rate = 0.5, .decay = 2}, {.rate = 0, .decay = 0}};
  std::vector<Program<float>> programs{program<float>()};
  for (const OuterVariant& variant : outer_variants_of(program<float>())) {
    programs.push_back(with_outer_of(variant, GetParam()));
  }
  for (const Program<float>& each : programs) {
    RunSpec<float> spec = spec_of(each);
    spec.factors_of_tensors = factors;
    const Rows<float> own = run(spec);
    EXPECT_EQ(own, run(spec, {.threads = 2, .ownership = {1, 3}}));
    for (std::size_t tensor = 0; tensor < 2; ++tensor) {
      RunSpec<float> plain = spec_of(each);
      plain.rates = times(factors[tensor].rate, kRates);
      plain.weight_decay *= factors[tensor].decay;
      ASSERT_EQ(tensor_of(spec, tensor, own), tensor_of(plain, tensor, run(plain))) << tensor;
    }
  }
}

TEST_P(EveryFactor, KeepsPaddingAtZero) {
  RunSpec<float> spec = spec_of(program<float>());
  spec.factors_of_tensors = {{.rate = 0.5, .decay = 2}, {.rate = 2, .decay = 0}};
  const auto problem = spec.problem();
  const auto tensors = problem->layout().tensors();
  std::size_t padding = 0;
  for (const std::vector<float>& row : run(spec)) {
    for (std::size_t k = 0; k < row.size(); ++k) {
      const bool in_tensor = std::any_of(tensors.begin(), tensors.end(), [k](const auto& slot) {
        return k >= slot.offset && k < slot.offset + slot.size;
      });
      padding += in_tensor ? 0U : 1U;
      ASSERT_TRUE(in_tensor || row[k] == 0) << k;
    }
  }
  EXPECT_GT(padding, 0U);
}

// One tensor rests while the other grows older.
TEST_P(EveryFactor, GoesOnFromACheckpoint) {
  RunSpec<float> spec = spec_of(program<float>());
  spec.factors_of_tensors = {{.rate = 0x1p-26}, {.rate = 2}};
  const Rows<float> straight = run(spec);
  const TemporaryFolder folder;
  const checkpoint::CheckpointPlace place{.folder = folder.path(), .config_digest = "d"};
  const Solo<float> first(spec);
  for (std::size_t step = 0; step < 5; ++step) {
    ASSERT_TRUE(first.engine->step(kRates[step]));
  }
  ASSERT_TRUE(checkpoint::save_checkpoint(*first.engine, place));
  const Solo<float> second(spec);
  ASSERT_TRUE(checkpoint::restore_checkpoint(*second.engine, place));
  EXPECT_EQ(second.engine->counters().ages, first.engine->counters().ages);
  for (std::size_t step = 5; step < kRates.size(); ++step) {
    ASSERT_TRUE(second.engine->step(kRates[step]));
  }
  EXPECT_EQ(rows_of(*second.engine), straight);
}

TEST(Factors, OfARateThatRestsHoldTheAgeOfTheirTensor) {
  const auto* algorithm = algorithms::find_algorithm("qg-dadam");
  RunSpec<float> spec = spec_of(algorithm->program<float>(OptionValues(algorithm->options)));
  spec.factors_of_tensors = {{.rate = 0x1p-26}, {.rate = 2}};
  const Solo<float> solo(spec);
  for (int step = 0; step < 3; ++step) {
    ASSERT_TRUE(solo.engine->step(0.1));
  }
  EXPECT_EQ(solo.engine->counters().ages, (std::vector<std::int64_t>{0, 3}));
}

}  // namespace
}  // namespace murmur::testing
