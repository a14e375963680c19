// SPDX-License-Identifier: Apache-2.0
// What the recording scalar finds out about kernels, and how a program uses it.
#include <array>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "murmur/core/make_program.h"
#include "murmur/core/scalar.h"

namespace murmur {
namespace {

using testing::ElementsAre;

constexpr std::uint64_t bit(int index) {
  return std::uint64_t{1} << static_cast<unsigned>(index);
}

TEST(Recorder, RemembersTheFieldsThatAValueCameFrom) {
  constexpr Recorder a = Recorder::field(0);
  constexpr Recorder b = Recorder::field(5);
  static_assert((a + b).reads() == (bit(0) | bit(5)));
  static_assert((a - b).reads() == (bit(0) | bit(5)));
  static_assert((a * b).reads() == (bit(0) | bit(5)));
  static_assert((a / b).reads() == (bit(0) | bit(5)));
  static_assert((-b).reads() == bit(5));
  static_assert(sqrt(b).reads() == bit(5));
  static_assert((2.0 * a).reads() == bit(0));
  static_assert(Recorder(3.0).reads() == 0);
  EXPECT_EQ((a + b * a).reads(), bit(0) | bit(5));
}

TEST(Recorder, TellsAnUntouchedFieldFromAComputedOne) {
  constexpr Recorder a = Recorder::field(3);
  static_assert(a.is_field(3));
  static_assert(!a.is_field(2));
  static_assert(!(a + 0.0).is_field(3));
  static_assert(!(-a).is_field(3));
  static_assert(!Recorder(0.0).is_field(0));
  EXPECT_TRUE(a.is_field(3));
}

// x <- x - lr m, m <- beta m + g, and a scratch field that is only written; then a kernel that
// reads two fields.
template <class S>
struct Toy {
  static constexpr std::string_view kName = "toy";
  struct Options {
    Real<S> beta = Real<S>(0.5);
    std::int64_t period = 2;
  };
  struct State {
    S x;
    S m;
    S start;
    S rare;
  };
  static constexpr std::array kFields{
      model("x"), memory("momentum"), scratch("start"), memory("rare").once()};

  static constexpr State step(const State& s, const S& g, const Round<S>& r, const Options& o) {
    const S m = o.beta * s.m + g;
    return {.x = s.x - r.lr * m, .m = m, .start = s.x, .rare = s.rare};
  }
  // Leaves the memory unchanged at a rate of 0.
  static constexpr State remember(const State& s, const Round<S>& r, const Options& /*o*/) {
    if (r.lr == 0) {
      return s;
    }
    return {.x = s.x, .m = s.start / r.lr, .start = s.start, .rare = s.rare};
  }
  static constexpr S size(const State& s, const Round<S>& /*r*/, const Options& /*o*/) {
    return s.m * s.m;
  }
  static constexpr bool due(std::int64_t step, const Options& o) {
    return step % o.period == o.period - 1;
  }
  static constexpr auto kRound = stages(with_gradient(step),
                                        mix("x", "momentum"),
                                        local(remember),
                                        reduce(size),
                                        every_period(average("momentum", "rare")));
};

TEST(Program, ListsFieldsAndStagesInTheirOrder) {
  const Program<double> program = make_program<Toy, double>();
  EXPECT_EQ(program.name, "toy");
  ASSERT_EQ(program.fields.size(), 4U);
  EXPECT_EQ(program.index_of("start"), 2U);
  EXPECT_TRUE(program.fields[3].shared);
  EXPECT_FALSE(program.keeps_one_model());
  EXPECT_TRUE(program.mixes());
  ASSERT_EQ(program.round.size(), 5U);
  EXPECT_TRUE(program.round[0].is<GradientStage<double>>());
  EXPECT_TRUE(program.round[2].is<LocalStage<double>>());
  EXPECT_TRUE(program.round[3].is<ReduceStage<double>>());
  ASSERT_TRUE(program.round[1].is<MixStage>());
  ASSERT_TRUE(program.round[4].is<AverageStage>());
  EXPECT_THAT(program.round[1].as<MixStage>()->fields, ElementsAre(0, 1));
  EXPECT_EQ(program.round[4].as<AverageStage>()->into, 3U);
}

TEST(Program, KnowsWhatEachKernelReadsAndWrites) {
  const Program<float> program = make_program<Toy, float>();
  // The decay reads x where the gradient is taken; untouched fields are neither read nor written.
  EXPECT_EQ(program.round[0].kernel()->reads, bit(0) | bit(1));
  EXPECT_EQ(program.round[0].kernel()->writes, bit(0) | bit(1) | bit(2));
  // Written in one case and kept in another: its old value is needed.
  EXPECT_EQ(program.round[2].kernel()->reads, bit(1) | bit(2));
  EXPECT_EQ(program.round[2].kernel()->writes, bit(1));
  EXPECT_EQ(program.round[3].kernel()->reads, bit(1));
  EXPECT_EQ(program.round[3].kernel()->writes, 0U);
}

TEST(Program, PerformsPeriodicStagesWhenTheyAreDue) {
  const Program<float> program = make_program<Toy, float>({.period = 3});
  std::vector<bool> due;
  for (std::int64_t step = 0; step < 6; ++step) {
    EXPECT_TRUE(program.round[0].due_at(step));
    due.push_back(program.round[4].due_at(step));
  }
  EXPECT_THAT(due, ElementsAre(false, false, true, false, false, true));
}

template <class S>
class Kernels : public testing::Test {};
using Scalars = testing::Types<float, double>;
TYPED_TEST_SUITE(Kernels, Scalars);

TYPED_TEST(Kernels, ApplyTheFormulaToEveryCoordinate) {
  using S = TypeParam;
  constexpr std::size_t kCount = 37;
  const Program<S> program = make_program<Toy, S>({.beta = S(0.25)});
  std::vector<std::vector<S>> rows(4, std::vector<S>(kCount));
  std::vector<S> gradient(kCount);
  for (std::size_t k = 0; k < kCount; ++k) {
    rows[0][k] = static_cast<S>(k);
    rows[1][k] = static_cast<S>(4 * k);
    rows[3][k] = S(9);
    gradient[k] = S(2);
  }
  S* fields[] = {rows[0].data(), rows[1].data(), rows[2].data(), rows[3].data()};
  Round<S> round;
  round.lr = S(0.5);
  round.weight_decay = S(1);
  const BoundKernel<S>& step = *program.round[0].kernel();
  step.apply(fields, gradient.data(), kCount, round, step.options.get());
  for (std::size_t k = 0; k < kCount; ++k) {
    // m = 4k / 4 + (2 + k), x = k - m / 2: exact in either precision.
    const S m = static_cast<S>(2 * k + 2);
    EXPECT_EQ(rows[1][k], m);
    EXPECT_EQ(rows[0][k], static_cast<S>(k) - m / 2);
    EXPECT_EQ(rows[2][k], static_cast<S>(k));
    EXPECT_EQ(rows[3][k], S(9));
  }
}

TYPED_TEST(Kernels, SumInDoublesWhateverTheLength) {
  using S = TypeParam;
  const Program<S> program = make_program<Toy, S>();
  const auto& reduce = *program.round[3].template as<ReduceStage<S>>();
  for (const std::size_t count : {0U, 1U, 7U, 8U, 9U, 64U, 1001U}) {
    std::vector<S> row(count);
    double wanted = 0;
    for (std::size_t k = 0; k < count; ++k) {
      row[k] = static_cast<S>(k % 13);
      wanted += static_cast<double>((k % 13) * (k % 13));
    }
    S* fields[] = {row.data(), row.data(), row.data(), row.data()};
    EXPECT_EQ(reduce.sum(fields, nullptr, count, {}, reduce.kernel.options.get()), wanted);
  }
}

TEST(ProgramDeathTest, RefusesMoreFieldsThanItsSetsHold) {
  Program<float> program{.name = "wide", .fields = {}, .round = {}};
  for (std::size_t f = 0; f < kMostFields; ++f) {
    EXPECT_EQ(program.add_field(memory("m")), f);
  }
  EXPECT_DEATH(static_cast<void>(program.add_field(memory("last"))),
               "wide: no room for 'last', a program has at most 62 fields");
}

TEST(ProgramDeathTest, RefusesAFieldThatIsNotThere) {
  const Program<float> program = make_program<Toy, float>();
  EXPECT_DEATH(static_cast<void>(program.index_of("velocity")), "toy has no field 'velocity'");
}

}  // namespace
}  // namespace murmur
