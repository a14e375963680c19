// SPDX-License-Identifier: Apache-2.0
// A field that a stage declares as unread is not read: NaN in it changes nothing. Scratch fields
// are written before they are read in every round.
#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "murmur/engine/exchange/rows.h"
#include "tests/support/outer_variants.h"
#include "tests/support/worlds.h"

namespace murmur::testing {
namespace {

constexpr int kWorkers = 3;
constexpr std::size_t kCount = 19;
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

using Table = std::vector<std::vector<double>>;

bool has(std::uint64_t mask, std::size_t bit) {
  return ((mask >> bit) & 1U) != 0;
}

Round<double> round_of(double lr, std::int64_t age) {
  Round<double> round;
  round.lr = lr;
  round.previous_lr = 0.1;
  round.weight_decay = 0.01;
  round.step = round.age = age;
  round.workers = 3;
  round.reduced = 0.5;
  round.weight = 0.75;
  return round;
}

// Rows after the stage; a reducer's sum is in the last one.
Table after(const Stage<double>& stage, Table rows, const Round<double>& round) {
  std::vector<double*> fields;
  for (std::vector<double>& row : rows) {
    fields.push_back(row.data());
  }
  const std::vector<double> gradient(kCount, 0.25);
  const double* g = stage.is<GradientStage<double>>() ? gradient.data() : nullptr;
  const BoundKernel<double>& kernel = *stage.kernel();
  double sum = 0;
  if (const auto* const reduce = stage.as<ReduceStage<double>>()) {
    sum = reduce->sum(fields.data(), g, kCount, round, kernel.options.get());
  } else {
    kernel.apply(fields.data(), g, kCount, round, kernel.options.get());
  }
  rows.push_back({sum});
  return rows;
}

void expect_blind(const Program<double>& program, const Stage<double>& stage) {
  const BoundKernel<double>& kernel = *stage.kernel();
  Table rows(kernel.binds.size(), std::vector<double>(kCount));
  for (std::size_t k = 0; k < rows.size(); ++k) {
    for (std::size_t c = 0; c < kCount; ++c) {
      rows[k][c] = 0.5 + 0.125 * static_cast<double>((3 * k + 7 * c) % 11);
    }
  }
  Table poisoned = rows;
  for (std::size_t k = 0; k < rows.size(); ++k) {
    if (!has(kernel.reads, kernel.binds[k])) {
      poisoned[k].assign(kCount, kNaN);
    }
  }
  const auto* const filters = stage.as<FilterReduceStage<double>>();
  for (const double lr : {0.0, 0.1}) {
    for (const std::int64_t age : {0, 3}) {
      const Table right = after(stage, rows, round_of(lr, age));
      const Table blind = after(stage, poisoned, round_of(lr, age));
      EXPECT_EQ(right.back(), blind.back());
      for (std::size_t k = 0; k < rows.size(); ++k) {
        const std::size_t f = kernel.binds[k];
        if (has(kernel.writes, f) || (filters != nullptr && f == filters->into)) {
          EXPECT_EQ(right[k], blind[k]) << program.fields[f].name;
        } else {
          EXPECT_EQ(right[k], rows[k]) << program.fields[f].name;
        }
      }
    }
  }
}

void expect_blind(const Program<double>& program) {
  for (const Stage<double>& stage : program.round) {
    if (stage.kernel() != nullptr) {
      expect_blind(program, stage);
    }
  }
}

// The engine's rounds, with the scratch fields of the previous round overwritten.
Rows<double> run_spoiled(const Program<double>& program, double with) {
  const Solo<double> solo(RunSpec<double>{
      .program = program,
      .topology = topology_of("ring", kWorkers),
      .problem =
          [] {
            return std::make_unique<RandomQuadratic<double>>(
                kWorkers, RandomQuadratic<double>::Kind{}, RandomQuadratic<double>::Shape{3, 4, 5});
          },
      .rates = {},
      .weight_decay = 0.01});
  const std::vector<std::size_t> rows = engine::row_counts(program, kWorkers);
  for (const double rate : {0.1, 0.1, 0.05, 0.0, 0.1, 0.1, 0.1}) {
    for (std::size_t f = 0; f < rows.size(); ++f) {
      for (int i = 0; i < kWorkers && rows[f] > 0; ++i) {
        if (program.fields[f].kind == FieldKind::kScratch) {
          std::ranges::fill(solo.engine->mutable_row(f, i), with);
        }
      }
    }
    EXPECT_TRUE(solo.engine->step(rate));
  }
  return rows_of(*solo.engine);
}

class EveryKernel : public ::testing::TestWithParam<Variant> {};

INSTANTIATE_TEST_SUITE_P(Registry,
                         EveryKernel,
                         ::testing::ValuesIn(variants()),
                         [](const auto& info) { return test_name_of(info.param); });

// Also with numeric options at their minimum, where a formula may not need a field.
TEST_P(EveryKernel, IsBlindToWhatItDoesNotRead) {
  const Variant& variant = GetParam();
  expect_blind(variant.algorithm->program<double>(variant.options));
  for (const OptionInfo& option : variant.algorithm->options) {
    OptionValues options = variant.options;
    if (option.bounds.contains(0) && std::holds_alternative<double>(option.fallback)) {
      options.set(option.name, 0.0);
    } else if (option.bounds.contains(0) && option.length == 2) {
      options.set(option.name, std::vector<double>{0, 0});
    }
    expect_blind(variant.algorithm->program<double>(options));
  }
}

TEST_P(EveryKernel, ReadsNoScratchOfTheRoundBefore) {
  const Program<double> program = GetParam().algorithm->program<double>(GetParam().options);
  EXPECT_EQ(run_spoiled(program, 0), run_spoiled(program, kNaN));
  for (const OuterVariant& variant : outer_variants_of(program)) {
    const Program<double> composed =
        algorithms::with_outer(program, *variant.outer, variant.options, false, variant.levels);
    expect_blind(composed);
    ASSERT_EQ(run_spoiled(composed, 0), run_spoiled(composed, kNaN)) << variant.label;
  }
}

}  // namespace
}  // namespace murmur::testing
