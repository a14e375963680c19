// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "murmur/run/warnings/warnings.h"
#include "murmur/run/wiring/wiring.h"
#include "tests/run/config_text.h"

namespace murmur::run {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

std::string text_of(const std::string& algorithm, const std::string& compression) {
  const std::string options = "qg-dsgdm-n\"\nlearning_rate = [0.1, 0.1, 0.01]\n";
  return with(kSolveText,
              options,
              algorithm + "\"\nlearning_rate = 0.1\n\n[compression]\n" + compression + "\n");
}

Config config_of(const std::string& algorithm, const std::string& compression) {
  return read(text_of(algorithm, compression), Purpose::kSolve);
}

std::string refusal_of(const std::string& algorithm, const std::string& compression) {
  return refusal(text_of(algorithm, compression), Purpose::kSolve);
}

TEST(Compression, IsNoneUnlessItIsWritten) {
  EXPECT_FALSE(read(kSolveText, Purpose::kSolve).compression.has_value());
  EXPECT_THAT(to_toml(read(kSolveText, Purpose::kSolve)),
              AllOf(Not(HasSubstr("compression")), Not(HasSubstr("shape"))));
}

TEST(Compression, IsReadAndWrittenWithItsOptions) {
  const Config config =
      config_of("choco-sgd", "name = \"top-k\"\nratio = 0.25\nmin_size = 9\nstart_step = 4");
  ASSERT_TRUE(config.compression.has_value());
  EXPECT_EQ(config.compression->choice.name, "top-k");
  EXPECT_EQ(config.compression->choice.options.number("ratio"), 0.25);
  EXPECT_EQ(config.compression->min_size, 9);
  EXPECT_EQ(config.compression->start_step, 4);
  const std::string again = to_toml(read(to_toml(config), Purpose::kSolve));
  EXPECT_EQ(again, to_toml(config));
  EXPECT_THAT(again, HasSubstr("[compression]\nname = \"top-k\"\nratio = 0.25\nmin_size = 9\n"));
}

TEST(Compression, OfNoneGoesWithEveryAlgorithmOthersWithSome) {
  EXPECT_EQ(refusal_of("dsgd", "name = \"none\""), "");
  EXPECT_THAT(
      refusal_of("dsgd", "name = \"top-k\""),
      AllOf(StartsWith("run.toml:"), HasSubstr("compression.name"), HasSubstr("choco-sgd, beer")));
  EXPECT_THAT(refusal_of("choco-sgd", "name = \"low-rank\""),
              AllOf(HasSubstr("compression.name"), HasSubstr("ef-sgd alone")));
}

TEST(Compression, RefusesWhatIsOutOfRange) {
  EXPECT_THAT(refusal_of("choco-sgd", "name = \"top-k\"\nratio = 0.0"),
              AllOf(HasSubstr("compression.ratio"), HasSubstr("(0, 1]")));
  EXPECT_THAT(refusal_of("ef-sgd", "name = \"low-rank\"\nrank = 0"),
              AllOf(HasSubstr("compression.rank"), HasSubstr("1 or more")));
  EXPECT_THAT(refusal_of("ef-sgd", "name = \"low-rank\"\nratio = 0.1"),
              AllOf(HasSubstr("compression.ratio"), HasSubstr("top-k")));
  EXPECT_THAT(refusal_of("choco-sgd", "ratio = 0.1"), HasSubstr("compression.name is missing"));
}

TEST(Compression, AnswersOtherSystemsNamesWithOurs) {
  EXPECT_THAT(refusal_of("choco-sgd", "name = \"topk\""), HasSubstr("'top-k'"));
  EXPECT_THAT(refusal_of("ef-sgd", "name = \"powersgd\""), HasSubstr("'low-rank'"));
  EXPECT_THAT(refusal_of("choco-sgd", "name = \"top-k\"\ncompression_ratio = 0.1"),
              HasSubstr("'compression.ratio'"));
}

TEST(Compression, SettlesTheFormOfErrorFeedback) {
  const auto form = [](const std::string& compression, const std::vector<std::string>& set) {
    return read(text_of("ef-sgd", compression), Purpose::kSolve, set)
        .algorithm.choice.options.text("form");
  };
  EXPECT_EQ(form("name = \"top-k\"", {}), "ef-sgd");
  EXPECT_EQ(form("name = \"low-rank\"", {}), "powersgd");
  EXPECT_EQ(form("name = \"low-rank\"", {"algorithm.form=hook"}), "hook");
  EXPECT_EQ(form("name = \"low-rank\"", {"compression.name=top-k"}), "ef-sgd");
  EXPECT_THAT(
      refusal(
          text_of("ef-sgd", "name = \"low-rank\""), Purpose::kSolve, {"algorithm.nesterov=true"}),
      AllOf(HasSubstr("algorithm.nesterov"), HasSubstr("hook")));
}

TEST(Compression, IsWarnedOfWhereItHasNoEffect) {
  const auto warnings = [](const std::string& algorithm, const std::string& compression) {
    const Config config = config_of(algorithm, compression);
    const auto program = make_program<double>(config, false, 1);
    return texts_of(warnings_of(config, program, make_graph(config), {.steps = config.steps}));
  };
  EXPECT_THAT(warnings("choco-sgd", "name = \"top-k\"\nstart_step = 9"), IsEmpty());
  EXPECT_THAT(warnings("choco-sgd", "name = \"top-k\"\nstart_step = 10"),
              ElementsAre(AllOf(HasSubstr("compression.start_step = 10"), HasSubstr("10 steps"))));
  EXPECT_THAT(warnings("dsgd", "name = \"none\"\nmin_size = 1"),
              ElementsAre(HasSubstr("compression.min_size has no effect")));
  EXPECT_THAT(warnings("choco-sgd", "name = \"rand-k\"\nratio = 0.9\nscaled = true"),
              ElementsAre(HasSubstr("compression.scaled")));
}

// What objects are made with.
TEST(Compression, NeedsAGraphThatStays) {
  const Config config = read(text_of("choco-sgd", "name = \"top-k\""),
                             Purpose::kSolve,
                             {"topology.name=one-peer-exponential"});
  const auto program = make_program<double>(config, false, 1);
  const auto graph = make_graph(config);
  try {
    require_usable_graph(config, *graph, program);
    FAIL() << "a changing graph is accepted";
  } catch (const UserError& error) {
    EXPECT_THAT(error.what(),
                AllOf(HasSubstr("topology.name"), HasSubstr("choco-sgd"), HasSubstr("ring")));
  }
}

TEST(Compression, GoesWithNoOuterStep) {
  const Config config = read(text_of("ef-sgd", "name = \"top-k\""),
                             Purpose::kSolve,
                             {"outer.name=slowmo", "outer.period=2"});
  EXPECT_THROW(make_program<double>(config, false, 1), UserError);
}

// Compressed local SGD.
TEST(Compression, OfAnOuterAverageEncodesItOnALocalBase) {
  const std::string local = text_of("sgd", "name = \"sign\"");
  const std::vector<std::string> average{"outer.name=average", "outer.period=2"};
  const auto with = [&](std::vector<std::string> more) {
    more.insert(more.begin(), average.begin(), average.end());
    return more;
  };
  const Config config = read(local, Purpose::kSolve, average);
  EXPECT_TRUE(make_program<double>(config, false, 1).contracts());
  const auto warnings =
      warnings_of(config, make_program<double>(config, false, 1), make_graph(config), {});
  EXPECT_THAT(texts_of(warnings), ElementsAre(HasSubstr("[topology]")));  // unused, nothing else
  EXPECT_THROW(make_program<double>(config, true, 1), UserError);
  const Config none = read(local, Purpose::kSolve, with({"compression.name=none"}));
  EXPECT_FALSE(make_program<double>(none, false, 1).takes_codec());
  const auto refused = [&](const std::vector<std::string>& set) {
    return refusal(local, Purpose::kSolve, set);
  };
  EXPECT_THAT(refused({"outer.name=slowmo", "outer.period=2"}),
              AllOf(HasSubstr("choco-sgd"), HasSubstr("\"average\" on sgd, adam, adamw, qhm")));
  EXPECT_THAT(refused(with({"outer.exact_average=false"})), HasSubstr("exact_average"));
  EXPECT_THAT(refused(with({"outer.start_step=4"})), HasSubstr("every-step"));
  EXPECT_EQ(refused(with({"outer.start_step=4", "outer.before=every-step"})), "");
  EXPECT_THAT(refused(with({"compression.name=low-rank"})), HasSubstr("ef-sgd alone"));
  EXPECT_THAT(refused(with({"participation.share=0.5"})), HasSubstr("compression.name"));
}

TEST(Compression, OfSolveHasTheShapeOfTheProblem) {
  const Config flat = config_of("ef-sgd", "name = \"low-rank\"\nrank = 1");
  EXPECT_EQ(make_analytic<double>(flat)->layout().tensors().front().shape,
            (std::vector<std::int64_t>{2}));
  const Config shaped =
      read(text_of("ef-sgd", "name = \"low-rank\""), Purpose::kSolve, {"problem.shape=[2, 1]"});
  EXPECT_EQ(make_analytic<double>(shaped)->layout().tensors().front().shape,
            (std::vector<std::int64_t>{2, 1}));
  const Config wrong =
      read(text_of("ef-sgd", "name = \"low-rank\""), Purpose::kSolve, {"problem.shape=[2, 2]"});
  try {
    make_analytic<double>(wrong);
    FAIL() << "a wrong shape is accepted";
  } catch (const UserError& error) {
    EXPECT_THAT(error.what(), AllOf(HasSubstr("'shape' = [2, 2]"), HasSubstr("2")));
  }
}

}  // namespace
}  // namespace murmur::run
