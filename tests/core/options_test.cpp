// SPDX-License-Identifier: Apache-2.0
#include "murmur/core/options.h"

#include <limits>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "murmur/core/option_reading.h"

namespace murmur {
namespace {

using testing::ElementsAre;

TEST(Bounds, HoldTheirEndsWhereTheyAreClosed) {
  EXPECT_TRUE(kMomentum.contains(0));
  EXPECT_FALSE(kMomentum.contains(1));
  EXPECT_FALSE(kProbability.contains(0));
  EXPECT_TRUE(kProbability.contains(1));
  EXPECT_FALSE(kPositive.contains(0));
  EXPECT_TRUE(kNonNegative.contains(0));
  EXPECT_TRUE(kCount.contains(1));
  EXPECT_FALSE(kCount.contains(0));
  EXPECT_TRUE(kIndex.contains(0));
}

TEST(Bounds, HoldNoNumberThatIsNotFinite) {
  for (const Bounds& bounds :
       {kAnyNumber, kPositive, kNonNegative, kMomentum, kProbability, kCount, kIndex}) {
    EXPECT_FALSE(bounds.contains(std::numeric_limits<double>::quiet_NaN())) << bounds.text;
    EXPECT_FALSE(bounds.contains(std::numeric_limits<double>::infinity())) << bounds.text;
    EXPECT_FALSE(bounds.contains(-std::numeric_limits<double>::infinity())) << bounds.text;
  }
}

TEST(OptionValues, StartAtTheFallbacksOfWhatIsNotRequired) {
  const OptionValues values({{.name = "rate", .help = "", .fallback = 0.5},
                             {.name = "start", .help = "", .fallback = Table{}, .required = true}});
  EXPECT_EQ(values.number("rate"), 0.5);
  EXPECT_FALSE(values.has("start"));
}

TEST(OptionValues, GiveBackEveryType) {
  OptionValues values;
  values.set("flag", true);
  values.set("integer", std::int64_t{3});
  values.set("number", 0.5);
  values.set("text", std::string("ring"));
  values.set("integers", std::vector<std::int64_t>{1, 2});
  values.set("numbers", std::vector<double>{1.5});
  values.set("table", Table{{1, 2}});
  values.set("tables", Tables{{{1}}, {{2}}});
  EXPECT_TRUE(values.flag("flag"));
  EXPECT_EQ(values.integer("integer"), 3);
  EXPECT_EQ(values.number("number"), 0.5);
  EXPECT_EQ(values.text("text"), "ring");
  EXPECT_THAT(values.integers("integers"), ElementsAre(1, 2));
  EXPECT_THAT(values.numbers("numbers"), ElementsAre(1.5));
  EXPECT_EQ(values.table("table"), (Table{{1, 2}}));
  EXPECT_EQ(values.tables("tables").size(), 2U);
  values.set("number", 0.25);
  EXPECT_EQ(values.number("number"), 0.25);
  EXPECT_EQ(values.all().size(), 8U);
}

TEST(OptionValuesDeathTest, RefuseWhatIsNotThereOrOfAnotherType) {
  OptionValues values;
  values.set("integer", std::int64_t{3});
  EXPECT_DEATH(values.number("rate"), "option 'rate' is not there");
  EXPECT_DEATH(values.number("integer"), "option 'integer' is of another type");
}

struct Example {
  enum Order { kFirst, kLast };
  struct Options {
    float momentum = 0.5F;
    std::int64_t period = 3;
    double beta1 = 0.9;
    double beta2 = 0.99;
    bool nesterov = true;
    int order = kLast;
  };
  static constexpr std::tuple kOptions{
      number("momentum", &Options::momentum, kMomentum, "a number"),
      number("period", &Options::period, kCount, "an integer"),
      pair("betas", &Options::beta1, &Options::beta2, kMomentum, "two numbers"),
      flag("nesterov", &Options::nesterov, "a flag"),
      choice("order", &Options::order, {"first", "last"}, "a word")};
};

TEST(BoundOptions, AreDescribedByTheirStruct) {
  const std::vector<OptionInfo> infos = describe_options<Example>();
  ASSERT_EQ(infos.size(), 5U);
  EXPECT_EQ(infos[0].name, "momentum");
  EXPECT_EQ(infos[0].help, "a number");
  EXPECT_EQ(infos[0].fallback, OptionValue(0.5));
  EXPECT_EQ(infos[0].bounds.text, kMomentum.text);
  EXPECT_EQ(infos[1].fallback, OptionValue(std::int64_t{3}));
  EXPECT_EQ(infos[2].fallback, OptionValue(std::vector<double>{0.9, 0.99}));
  EXPECT_EQ(infos[2].length, 2U);
  EXPECT_EQ(infos[3].fallback, OptionValue(true));
  EXPECT_EQ(infos[4].fallback, OptionValue(std::string("last")));
  EXPECT_THAT(infos[4].choices, ElementsAre("first", "last"));
}

TEST(BoundOptions, AreReadIntoTheirStruct) {
  OptionValues values(describe_options<Example>());
  const Example::Options same = read_options<Example>(values);
  EXPECT_EQ(same.momentum, 0.5F);
  EXPECT_EQ(same.order, Example::kLast);
  values.set("momentum", 0.25);
  values.set("period", std::int64_t{7});
  values.set("betas", std::vector<double>{0.1, 0.2});
  values.set("nesterov", false);
  values.set("order", std::string("first"));
  const Example::Options read = read_options<Example>(values);
  EXPECT_EQ(read.momentum, 0.25F);
  EXPECT_EQ(read.period, 7);
  EXPECT_EQ(read.beta1, 0.1);
  EXPECT_EQ(read.beta2, 0.2);
  EXPECT_FALSE(read.nesterov);
  EXPECT_EQ(read.order, Example::kFirst);
}

}  // namespace
}  // namespace murmur
