// SPDX-License-Identifier: Apache-2.0
// Any base under any outer step: resuming equals never having stopped, and the bits do not depend
// on how the workers are split.
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

const std::vector<double> kRates{0.1, 0.1, 0.05, 0.05, 0.2, 0.0, 0.1, 0.1};

RunSpec<float> spec_of(const Program<float>& program) {
  constexpr int kWorkers = 5;
  const RandomQuadratic<float>::Shape shape{6, 10, 7};
  return {.program = program,
          .topology = topology_of("ring", kWorkers),
          .problem =
              [=] {
                return std::make_unique<RandomQuadratic<float>>(
                    kWorkers, RandomQuadratic<float>::Kind{}, shape);
              },
          .rates = kRates,
          .weight_decay = 0.01};
}

void step(const Solo<float>& solo, std::size_t begin, std::size_t end) {
  for (std::size_t t = begin; t < end; ++t) {
    ASSERT_TRUE(solo.engine->step(kRates[t])) << t;
  }
}

// Saves before every step, which must not change what follows, and resumes from each checkpoint.
void expect_resumes(const RunSpec<float>& spec) {
  const TemporaryFolder folder;
  const auto place = [&](std::size_t stop) {
    return checkpoint::CheckpointPlace{folder.path() / std::to_string(stop), "digest", 2};
  };
  const Solo<float> whole(spec);
  for (std::size_t stop = 0; stop < kRates.size(); ++stop) {
    const auto saved = checkpoint::save_checkpoint(*whole.engine, place(stop));
    ASSERT_TRUE(saved) << saved.failure().message;
    step(whole, stop, stop + 1);
  }
  ASSERT_EQ(rows_of(*whole.engine), run(spec));
  for (std::size_t stop = 0; stop < kRates.size(); ++stop) {
    const Solo<float> resumed(spec, 2);
    const auto restored = checkpoint::restore_checkpoint(*resumed.engine, place(stop));
    ASSERT_TRUE(restored) << restored.failure().message;
    ASSERT_EQ(resumed.engine->counters().step, static_cast<std::int64_t>(stop));
    step(resumed, stop, kRates.size());
    EXPECT_EQ(rows_of(*whole.engine), rows_of(*resumed.engine)) << "stopped after " << stop;
    EXPECT_EQ(whole.engine->counters().bytes_sent, resumed.engine->counters().bytes_sent);
  }
}

class EveryBase : public ::testing::TestWithParam<Variant> {
 protected:
  static Program<float> base() { return GetParam().algorithm->program<float>(GetParam().options); }
};

bool takes_outer_step(const Program<double>& program) {
  return program.takes_outer_step();
}

INSTANTIATE_TEST_SUITE_P(Registry,
                         EveryBase,
                         ::testing::ValuesIn(variants_where(takes_outer_step)),
                         [](const auto& info) { return test_name_of(info.param); });

TEST_P(EveryBase, ResumesUnderEveryOuterStepToTheSameBits) {
  for (const OuterVariant& variant : outer_variants_of(base())) {
    expect_resumes(spec_of(with_outer_of(variant, GetParam())));
    if (HasFailure()) {
      FAIL() << variant.label;
    }
  }
}

TEST_P(EveryBase, GivesTheSameBitsUnderEveryOuterStepHoweverSplit) {
  for (const OuterVariant& variant : outer_variants_of(base())) {
    const RunSpec<float> spec = spec_of(with_outer_of(variant, GetParam()));
    ASSERT_EQ(run(spec), run(spec, {.threads = 1, .ownership = {2, 3}})) << variant.label;
    if (!variant.levels.empty()) {
      ASSERT_EQ(run(spec), run(spec, {.threads = 1, .ownership = {1, 3, 1}})) << variant.label;
    }
  }
}

}  // namespace
}  // namespace murmur::testing
