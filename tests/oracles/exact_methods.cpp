// SPDX-License-Identifier: Apache-2.0
// An exact method rests at the optimum whatever data the workers hold. It stays exact under every
// outer step, whatever that does to its memory: a momentum may be reset or averaged, a correction
// may not.
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/outer.h"
#include "tests/support/outer_variants.h"

namespace murmur::testing {
namespace {

constexpr int kWorkers = 5;
constexpr double kRate = 0.02;
constexpr int kSteps = 6000;

const std::vector<std::string> kExact{
    "dsgd-gt", "dsgdm-gt", "dsgdm-n-gt", "d2", "d2-plus", "allreduce-sgd"};

double distance_after(const Quadratic& quadratic, Program<double> program) {
  Walk walk = walk_over(quadratic, std::move(program), topology_of("ring", kWorkers));
  walk.steps(constant(kRate, kSteps));
  const Stack best = mean_of(quadratic.curvature * quadratic.center, kWorkers) /
                     mean_of(quadratic.curvature, kWorkers);
  return apart(walk.models(), everywhere(best, kWorkers));
}

// With a momentum that is stable together with the momentum of an outer step.
Program<double> gentle(const std::string& name) {
  const bool has_momentum = name.starts_with("dsgdm");
  return program_of(name, has_momentum ? NamedOptions{{"momentum", 0.3}} : NamedOptions{});
}

class ExactMethod : public ::testing::TestWithParam<std::string> {};

INSTANTIATE_TEST_SUITE_P(All, ExactMethod, ::testing::ValuesIn(kExact), [](const auto& info) {
  return test_name_of({info.param, nullptr, {}});
});

TEST_P(ExactMethod, RestsAtTheOptimumUnderEveryOuterStep) {
  const Quadratic quadratic = random_quadratic(kWorkers);
  const Program<double> base = gentle(GetParam());
  ASSERT_LT(distance_after(quadratic, base), 1e-11);
  for (const OuterVariant& variant : outer_variants(base.keeps_one_model())) {
    const Program<double> program =
        algorithms::with_outer(base, *variant.outer, variant.options, false, variant.levels);
    EXPECT_LT(distance_after(quadratic, program), 1e-11) << variant.label;
  }
}

// The effect of `buffers` on each memory of an algorithm: it changes the momenta and nothing else.
TEST(ExactMethod, LosesItsMomentumAlone) {
  for (const std::string& name : kExact) {
    for (const std::string buffers : {"reset", "average"}) {
      const Program<double> base = program_of(name);
      const Program<double> program =
          with_outer_of("slowmo", every(3, {{"buffers", buffers}}), base);
      for (std::size_t k = base.round.size(); k < program.round.size(); ++k) {
        const Stage<double>& stage = program.round[k];
        const auto* const reset = stage.as<ResetStage>();
        const auto* const average = stage.as<AverageStage>();
        std::vector<std::size_t> forgotten =
            reset == nullptr ? std::vector<std::size_t>{} : reset->fields;
        if (average != nullptr) {
          forgotten.push_back(average->field);
        }
        for (const std::size_t f : forgotten) {
          EXPECT_FALSE(program.fields[f].correction) << name << " " << buffers;
        }
      }
    }
  }
}

}  // namespace
}  // namespace murmur::testing
