// SPDX-License-Identifier: Apache-2.0
// The runs that [compare] of a file expands to.
#include <cstdlib>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "murmur/core/error.h"
#include "murmur/run/compare/plan.h"
#include "tests/support/temporary_folder.h"

namespace murmur::run {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* kTraining = R"(
workers = 4
seed = 7
[data]
name = "fashion-mnist"
partition = "dirichlet"
alpha = 1.0
[model]
name = "mlp"
[topology]
name = "torus"
rows = 2
[algorithm]
name = "qg-dsgdm-n"
learning_rate = 0.1
momentum = 0.8
mu = 0.7
[schedule]
epochs = 1
)";

class ComparePlan : public ::testing::Test {
 protected:
  // The training configuration with `compare` appended.
  std::filesystem::path file(const std::string& compare) {
    const std::filesystem::path path = folder_.path() / "grid.toml";
    std::ofstream(path) << kTraining << compare;
    return path;
  }
  Plan plan(const std::string& compare, const Overrides& overrides = {}) {
    return read_plan(file(compare), overrides);
  }
  std::string error(const std::string& compare, const Overrides& overrides = {}) {
    try {
      const Plan read = plan(compare, overrides);
      for (std::size_t m = 0; m < read.methods.size(); ++m) {
        for (std::size_t s = 0; s < read.settings.size(); ++s) {
          cell_config(read, {m, s, read.seeds.front()}, tuning_points(read).front());
        }
      }
    } catch (const UserError& error) {
      EXPECT_EQ(error.code(), ExitCode::kUsage);
      return error.what();
    }
    return {};
  }

 private:
  testing::TemporaryFolder folder_;
};

constexpr const char* kGrid = R"(
[compare]
seeds = [1, 2]
[[compare.method]]
label = "DSGD"
set = { "algorithm.name" = "dsgd", "algorithm.learning_rate" = 0.3 }
[[compare.method]]
label = "QG"
set = { algorithm.mu = 0.5 }
[[compare.setting]]
label = "ring"
set = { "topology.name" = "ring", "data.alpha" = 0.1 }
)";

TEST_F(ComparePlan, PutsSettingAndMethodOnTopOfTheFile) {
  const Plan read = plan(kGrid);
  const Config config = cell_config(read, {1, 0, 2}, {});
  EXPECT_EQ(config.algorithm.choice.name, "qg-dsgdm-n");
  EXPECT_EQ(config.algorithm.choice.options.number("mu"), 0.5);
  EXPECT_EQ(config.algorithm.choice.options.number("momentum"), 0.8);
  EXPECT_EQ(config.data.alpha, 0.1);
  EXPECT_EQ(config.topology.choice.name, "ring");
  EXPECT_EQ(config.seed, 2U);
  EXPECT_EQ(config.name, "QG, ring");
}

TEST_F(ComparePlan, ANewNameDropsTheKeysThatItDoesNotHave) {
  const Config config = cell_config(plan(kGrid), {0, 0, 1}, {});
  EXPECT_EQ(config.algorithm.choice.name, "dsgd");
  EXPECT_FALSE(config.algorithm.choice.options.has("mu"));
  EXPECT_FALSE(config.topology.choice.options.has("rows"));
  EXPECT_THAT(config.algorithm.learning_rate, ElementsAre(0.3));
}

TEST_F(ComparePlan, KeysWrittenBesideTheNameAreChecked) {
  const std::string message = error(R"([compare]
[[compare.method]]
label = "DSGD"
set = { "algorithm.name" = "dsgd", "algorithm.mu" = 0.3 }
)");
  EXPECT_THAT(message, HasSubstr("grid.toml:23:"));
  EXPECT_THAT(message, HasSubstr("mu"));
}

TEST_F(ComparePlan, RefusesAKeySetByBoth) {
  const std::string message = error(R"([compare]
[[compare.method]]
label = "A"
set = { "data.alpha" = 0.3 }
[[compare.setting]]
label = "B"
set = { data.alpha = 0.5 }
)");
  EXPECT_THAT(message, HasSubstr("'data.alpha' is set by the method 'A' and by the setting 'B'"));
  EXPECT_THAT(message, HasSubstr("grid.toml:23:9"));
}

TEST_F(ComparePlan, TunedValuesReplaceTheMethods) {
  const Plan read = plan(std::string(kGrid) + R"(
[compare.tune]
"algorithm.weight_decay" = [0.0, 0.001]
"algorithm.learning_rate" = [0.05, 0.2, 0.4]
)");
  const std::vector<toml::table> points = tuning_points(read);
  ASSERT_EQ(points.size(), 6U);
  std::vector<double> decays;
  std::vector<double> rates;
  for (const toml::table& point : points) {
    const Config config = cell_config(read, {0, 0, 1}, point);
    decays.push_back(config.algorithm.weight_decay);
    rates.push_back(config.algorithm.learning_rate.front());
  }
  EXPECT_THAT(decays, ElementsAre(0, 0, 0, 0.001, 0.001, 0.001));
  EXPECT_THAT(rates, ElementsAre(0.05, 0.2, 0.4, 0.05, 0.2, 0.4));
  const Settings first = settings_of(points.front());
  EXPECT_EQ(first[0].key, "algorithm.weight_decay");
  EXPECT_EQ(first[1].value, "0.05");
}

TEST_F(ComparePlan, TheCommandLineHasTheLastWord) {
  const Plan read = plan(std::string(kGrid) + R"(
[compare.tune]
"algorithm.learning_rate" = [0.05, 0.2]
)",
                         {.set = {"algorithm.learning_rate=0.9", "compare.metric=train/loss"},
                          .seed = 5,
                          .threads = std::nullopt});
  EXPECT_EQ(read.metric, "train/loss");
  EXPECT_THAT(read.seeds, ElementsAre(5U));
  EXPECT_EQ(tuning_points(read).size(), 1U);
  EXPECT_THAT(cell_config(read, {0, 0, 5}, {}).algorithm.learning_rate, ElementsAre(0.9));
}

TEST_F(ComparePlan, TheEnvironmentsSeedReplacesTheFiles) {
  setenv("MURMUR_SEED", "11", 1);
  const Plan environment = plan(kGrid);
  const Plan both = plan(kGrid, {.set = {}, .seed = 12, .threads = std::nullopt});
  unsetenv("MURMUR_SEED");
  EXPECT_THAT(environment.seeds, ElementsAre(11U));
  EXPECT_THAT(both.seeds, ElementsAre(12U));
}

TEST_F(ComparePlan, WhatIsNotWrittenStandsForTheFile) {
  const Plan read = plan("[compare]\n");
  EXPECT_THAT(read.seeds, ElementsAre(7U));
  EXPECT_EQ(read.metric, "") << "the first metric of the task, which the data determine";
  EXPECT_FALSE(read.best_evaluation);
  EXPECT_EQ(read.methods.at(0).variant.label, "qg-dsgdm-n");
  EXPECT_EQ(read.settings.at(0).variant.label, "torus");
  EXPECT_EQ(read.name, "grid");
}

TEST_F(ComparePlan, ALabelIsMadeOfWhatIsSet) {
  const Plan read = plan("[compare]\n[[compare.setting]]\nset = { \"data.alpha\" = 0.5 }\n");
  EXPECT_EQ(read.settings.at(0).variant.label, "data.alpha = 0.5");
}

TEST_F(ComparePlan, RunNamesAreUsableForFolders) {
  const Plan read = plan("[compare]\n[[compare.method]]\nlabel = \"../a/b\"\n");
  EXPECT_EQ(cell_config(read, {0, 0, 1}, {}).name, "-..-a-b, torus");
}

TEST_F(ComparePlan, MistakesAreExplainedWithTheirPlace) {
  EXPECT_THAT(error(""), HasSubstr("has no [compare] table"));
  EXPECT_THAT(error("[compare]\nmetrik = 1\n"), HasSubstr("metric"));
  EXPECT_THAT(error("[compare]\nmetric = \"eval/acuracy_averaged\"\n"),
              HasSubstr("did you mean 'eval/accuracy_averaged'?"));
  EXPECT_THAT(error("[compare]\nseeds = []\n"), HasSubstr("empty"));
  EXPECT_THAT(error("[compare]\nseeds = [1, 1]\n"), HasSubstr("twice"));
  EXPECT_THAT(error("[compare]\nmethod = 3\n"), HasSubstr("[[compare.method]]"));
  EXPECT_THAT(error("[compare]\n[[compare.method]]\nlabel = \"a\"\nsets = {}\n"),
              HasSubstr("did you mean 'set'?"));
  EXPECT_THAT(
      error("[compare]\n[[compare.method]]\nlabel = \"a\"\n[[compare.method]]\nlabel = \"a\"\n"),
      HasSubstr("two [[compare.method]]"));
  EXPECT_THAT(error("[compare]\n[[compare.method]]\nlabel = \"a\"\nset = { seed = 3 }\n"),
              HasSubstr("compare.seeds"));
  EXPECT_THAT(error("[compare.tune]\n\"algorithm.learning_rate\" = 0.1\n"), HasSubstr("a list"));
  EXPECT_THAT(error("[compare]\n[[compare.method]]\nlabel = \"a\"\nset = { \"algorithm.name\" = "
                    "\"qg-dsgm\" }\n"),
              HasSubstr("qg-dsgdm"));
}

TEST_F(ComparePlan, TakesPublishedNumbersOnePerSetting) {
  const std::string settings =
      "[[compare.setting]]\nlabel = \"a\"\n[[compare.setting]]\nlabel = \"b\"\n";
  const auto with = [&](const std::string& published) {
    return plan("[compare]\n[[compare.method]]\nlabel = \"m\"\npublished = " + published + "\n" +
                settings);
  };
  const auto read = with("[0.5, nan]").methods.front().variant.published;
  ASSERT_EQ(read.size(), 2U);
  EXPECT_EQ(read[0], 0.5);
  EXPECT_EQ(read[1], std::nullopt);
  EXPECT_THROW(with("[0.5]"), UserError);
  EXPECT_THROW(with("0.5"), UserError);
  EXPECT_THROW(with("[0.5, \"x\"]"), UserError);
  EXPECT_THROW(with("[0.5, inf]"), UserError);
}

TEST_F(ComparePlan, KnowsVirtualTimeAsAMetric) {
  EXPECT_EQ(plan("[compare]\nmetric = \"time/virtual_s\"\n").metric, "time/virtual_s");
  EXPECT_EQ(plan("[compare]\nmetric = \"time/virtual_step_s\"\n").metric, "time/virtual_step_s");
}

constexpr const char* kInOneSetting = R"(
[[compare.method]]
label = "local"
set = { "algorithm.name" = "sgd" }
in."base" = { "outer.name" = "average", "outer.period" = 12 }
[[compare.method]]
label = "QG"
[[compare.setting]]
label = "base"
[[compare.setting]]
label = "slow"
set = { "outer.name" = "slowmo", "outer.period" = 6 }
)";

TEST_F(ComparePlan, AMethodMaySetMoreInOneSetting) {
  const Plan read = plan(kInOneSetting);
  const auto config = [&](std::size_t method, std::size_t setting) {
    return cell_config(read, {method, setting, 1}, {});
  };
  EXPECT_EQ(config(0, 0).outer->choice.name, "average");
  EXPECT_EQ(config(0, 0).outer->choice.options.integer("period"), 12);
  EXPECT_EQ(config(0, 1).outer->choice.name, "slowmo");
  EXPECT_FALSE(config(1, 0).outer.has_value());
  EXPECT_EQ(config(1, 1).outer->choice.options.integer("period"), 6);
}

TEST_F(ComparePlan, RefusesMoreInASettingThatIsNone) {
  std::string text = kInOneSetting;
  text.replace(text.find("in.\"base\""), 9, "in.\"bass\"");
  EXPECT_THAT(error(text), HasSubstr("'bass', which is none (did you mean 'base'?)"));
  EXPECT_THAT(error("[[compare.method]]\nlabel = \"a\"\nin = 3\n"), HasSubstr("table of tables"));
  EXPECT_THAT(error("[[compare.method]]\nlabel = \"a\"\nin.b = 3\n"), HasSubstr("is a table"));
}

}  // namespace
}  // namespace murmur::run
