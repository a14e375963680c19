// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "murmur/run/config/catalog.h"
#include "tests/run/config_text.h"
#include "tests/support/temporary_folder.h"

namespace murmur::run {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(Set, TakesTomlValuesAndBareWords) {
  const Config config = read(kTrainText,
                             Purpose::kTrain,
                             {"data.alpha=1e-2",
                              "topology.name=complete",
                              "schedule.decay_epochs=[1, 2.5]",
                              "name = a run",
                              "algorithm.name=dsgdm"});
  EXPECT_EQ(config.data.alpha, 0.01);
  EXPECT_EQ(config.topology.choice.name, "complete");
  EXPECT_EQ(config.schedule.decay_at.size(), 2U);
  EXPECT_EQ(config.name, "a run");
}

TEST(Set, SaysWhereItsErrorsComeFrom) {
  EXPECT_THAT(refusal(kTrainText, Purpose::kTrain, {"data.alpha=-1"}),
              AllOf(StartsWith("--set data.alpha=-1: "), HasSubstr("data.alpha")));
  EXPECT_THAT(refusal(kTrainText, Purpose::kTrain, {"data.alhpa=1"}),
              AllOf(StartsWith("--set data.alhpa=1: "), HasSubstr("did you mean 'alpha'")));
  EXPECT_THAT(refusal(kTrainText, Purpose::kTrain, {"workers.x=1"}), HasSubstr("no table"));
  EXPECT_THAT(refusal(kTrainText, Purpose::kTrain, {"workers"}), HasSubstr("key.path=value"));
  EXPECT_THAT(refusal(kTrainText, Purpose::kTrain, {"=1"}), HasSubstr("key.path=value"));
}

TEST(Set, OfANameDropsTheKeysThatTheNewNameDoesNotHave) {
  const Config config = read(kTrainText, Purpose::kTrain, {"algorithm.name=dsgdm"});
  EXPECT_EQ(config.algorithm.choice.name, "dsgdm");
  EXPECT_EQ(config.algorithm.choice.options.number("momentum"), 0.8);  // kept: dsgdm has it as well
  EXPECT_FALSE(config.algorithm.choice.options.has("mu"));
}

TEST(Set, ChecksItsOwnKeysStrictly) {
  for (const auto& set : {std::vector<std::string>{"algorithm.name=dsgdm", "algorithm.mu=0.5"},
                          std::vector<std::string>{"algorithm.mu=0.5", "algorithm.name=dsgdm"}}) {
    EXPECT_THAT(refusal(kTrainText, Purpose::kTrain, set),
                AllOf(StartsWith("--set algorithm.mu=0.5: "), HasSubstr("'dsgdm'")));
  }
}

TEST(Set, OfANameKeepsMisspelledKeysAsErrors) {
  const std::string text = with(kTrainText, "momentum =", "momentun =");
  EXPECT_THAT(refusal(text, Purpose::kTrain, {"algorithm.name=dsgd"}), HasSubstr("momentun"));
}

TEST(Set, OfAScheduleDropsTheOthersKeys) {
  const Config config = read(kTrainText + "decay_epochs = [5]\n",
                             Purpose::kTrain,
                             {"schedule.name=cosine", "schedule.minimum=0.01"});
  EXPECT_EQ(config.schedule.name, "cosine");
  EXPECT_EQ(config.schedule.minimum, 0.01);
  EXPECT_TRUE(config.schedule.decay_at.empty());
}

TEST(Set, OfALengthReplacesTheOtherUnits) {
  const Config config = read(kTrainText + "[evaluation]\nevery_epochs = 2\n",
                             Purpose::kTrain,
                             {"schedule.steps=7", "evaluation.every_steps=3"});
  EXPECT_FALSE(config.schedule.length.epochs);
  EXPECT_EQ(config.schedule.length.value, 7);
  EXPECT_EQ(config.evaluation.every.value, 3);
  EXPECT_THAT(refusal(kTrainText, Purpose::kTrain, {"schedule.steps=7", "schedule.epochs=1"}),
              HasSubstr("not both"));
}

// Sets an environment variable during its lifetime.
class Variable {
 public:
  Variable(const char* name, const char* value) : name_(name) { setenv(name, value, 1); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;
  ~Variable() { unsetenv(name_); }

 private:
  const char* name_;
};

class Precedence : public ::testing::Test {
 protected:
  Config load(const Overrides& overrides) {
    const auto file = folder_.path() / "some.toml";
    std::ofstream(file) << kTrainText;
    return load_config(file, Purpose::kTrain, overrides);
  }
  murmur::testing::TemporaryFolder folder_;
};

TEST_F(Precedence, IsFileThenEnvironmentThenCommandLine) {
  EXPECT_EQ(load({}).seed, 3U);
  EXPECT_EQ(load({}).name, "some");
  const Variable variable("MURMUR_SEED", "5");
  EXPECT_EQ(load({}).seed, 5U);
  EXPECT_EQ(load({.set = {"seed=6"}}).seed, 6U);
  EXPECT_EQ(load({.set = {}, .seed = 7}).seed, 7U);
}

TEST_F(Precedence, OfABadVariableIsAnErrorThatNamesIt) {
  const Variable variable("MURMUR_THREADS", "many");
  try {
    load({});
    FAIL() << "accepted";
  } catch (const UserError& error) {
    EXPECT_THAT(error.what(), AllOf(StartsWith("MURMUR_THREADS=many: "), HasSubstr("threads")));
  }
}

}  // namespace
}  // namespace murmur::run
