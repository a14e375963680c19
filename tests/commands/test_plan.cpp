// SPDX-License-Identifier: Apache-2.0
// `murmur plan` as a user meets it. No data are there, and none are needed.
#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/commands/program.h"

namespace murmur::testing {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr const char* kConfig = R"(workers = 16
threads = 2

[data]
name = "fashion-mnist"
batch_size = 32

[model]
name = "logistic"

[topology]
name = "ring"

[algorithm]
name = "dsgdm"
learning_rate = 0.1

[schedule]
epochs = 2

[cluster]
step_s = 0.5
bandwidth_gbit = 1e-3
)";

json planned(std::vector<std::string> arguments) {
  const Desk desk;
  desk.write("run.toml", kConfig);
  arguments.insert(arguments.begin(), {"plan", "run.toml", "--json"});
  const Ran ran = desk.run(arguments);
  EXPECT_EQ(ran.code, 0) << ran.err;
  const json plan = json::parse(ran.out);
  std::string warnings;
  for (const json& warning : plan["warnings"]) {
    warnings += "murmur: warning: " + warning.get<std::string>() + "\n";
  }
  EXPECT_EQ(ran.err, warnings);
  return plan;
}

// What the values decide is expected of normal ones: with 7 levels about 0.19 of a byte per entry,
// more in short buckets.
TEST(Plan, SaysWhereMessagesAreOnlyExpected) {
  EXPECT_EQ(planned({})["traffic"]["is_expected"], false);
  const json plan = planned({"--set",
                             "algorithm.name=choco-sgd",
                             "--set",
                             "compression.name=qsgd",
                             "--set",
                             "compression.code=elias"});
  EXPECT_EQ(plan["traffic"]["is_expected"], true);
  EXPECT_NEAR(plan["traffic"]["bytes_per_step"].get<double>() / (32 * 7850), 0.194, 0.004);
}

TEST(Plan, OfARingIsWhatFollowsFromItsNumbers) {
  const json plan = planned({});
  constexpr double kParameters = 784 * 10 + 10;
  EXPECT_EQ(plan["parameters"], kParameters);
  EXPECT_EQ(plan["steps_per_epoch"], 60000 / 16 / 32);
  EXPECT_EQ(plan["steps"], 234);
  EXPECT_EQ(plan["steps_looked_at"], 234);
  constexpr double kMessage = 4 * kParameters;
  EXPECT_EQ(plan["traffic"]["bytes_per_step"], 32 * kMessage);
  EXPECT_EQ(plan["traffic"]["messages_per_step"], 32);
  EXPECT_EQ(plan["traffic"]["worker_bytes_per_step"], 2 * kMessage);
  EXPECT_EQ(plan["traffic"]["busiest_link"]["bytes_per_step"], kMessage);
  EXPECT_NEAR(plan["mixing"]["spectral_gap"], 0.050747, 1e-6);
  EXPECT_NEAR(plan["mixing"]["mixing_steps"], 1 / 0.050747, 1e-3);
  const double step = 0.5 + 2 * kMessage * 8 / 1e6;
  EXPECT_NEAR(plan["virtual_step_s"], step, 1e-9);
  EXPECT_NEAR(plan["virtual_s"], 234 * step, 1e-6);
  // x and momentum of 16 workers, a gradient for each thread, rows of whole cache lines.
  EXPECT_EQ(plan["memory"]["rows_bytes"], 2 * 16 * (4 * 7840 + 64));
  EXPECT_EQ(plan["memory"]["gradients_bytes"], 2 * (4 * 7840 + 64));
  EXPECT_EQ(plan["memory"]["data_bytes"], 70000 * 785);
  EXPECT_TRUE(plan["warnings"].empty());
}

TEST(Plan, CountsAnAverageOnARingAndSaysHowOften) {
  const json plan = planned({"--set",
                             "algorithm.name=sgd",
                             "--set",
                             "outer.name=average",
                             "--set",
                             "outer.period=12",
                             "--steps",
                             "24"});
  constexpr double kModel = 4 * 7850;
  EXPECT_EQ(plan["steps_looked_at"], 24);
  EXPECT_EQ(plan["outer_period"], 12);
  EXPECT_TRUE(plan["mixing"].is_null());
  EXPECT_EQ(plan["traffic"]["busiest_link"],
            (json{{"from", 0}, {"to", 1}, {"bytes_per_step", 2 * 15.0 / 16 * kModel / 12}}));
  EXPECT_NEAR(plan["virtual_step_s"], 0.5 + 2 * 15.0 / 16 * kModel * 8 / 1e6 / 12, 1e-9);
}

// Of 16 workers a ring has 32 directed edges, a torus 64.
TEST(Plan, CountsARowPerEdgeOfCrossGradients) {
  const auto rows_on = [](const std::string& graph) {
    const json plan = planned({"--set", "algorithm.name=ngc", "--set", "topology.name=" + graph});
    return plan["memory"]["rows_bytes"].get<double>();
  };
  constexpr double kRow = 4 * 7840 + 64;
  EXPECT_EQ(rows_on("torus") - rows_on("ring"), 32 * kRow);
  EXPECT_EQ(std::fmod(rows_on("ring"), kRow), 0);
}

TEST(Plan, PutsAnotherModelIntoTheMessages) {
  const json plan = planned({"--set", "cluster.parameters=1000"});
  EXPECT_EQ(plan["parameters"], 7850);
  EXPECT_EQ(plan["traffic"]["worker_bytes_per_step"], 2 * 4000);
}

TEST(Plan, SaysWhenMessagesOfAGradientLeave) {
  const json plain = planned({"--set", "cluster.overlap=1.0"});
  EXPECT_EQ(plain["gradient"]["passes_per_step"], 1);
  const double step = plain["virtual_step_s"].get<double>();
  const json sharp = planned({"--set",
                              "cluster.overlap=1.0",
                              "--set",
                              "gradient.accumulate=3",
                              "--set",
                              "gradient.sharpness=0.1"});
  EXPECT_EQ(sharp["steps_per_epoch"], 39);
  EXPECT_EQ(sharp["gradient"]["passes_per_step"], 6);
  EXPECT_EQ(sharp["gradient"]["messages_leave"], "in the last pass");
  EXPECT_NEAR(sharp["virtual_step_s"], step + 5 * 0.5, 1e-9);
  EXPECT_EQ(sharp["memory"]["gradients_bytes"],
            3 * plain["memory"]["gradients_bytes"].get<double>());
  const json clipped = planned({"--set", "cluster.overlap=1.0", "--set", "gradient.clip_norm=1.0"});
  EXPECT_EQ(clipped["gradient"]["messages_leave"], "after the norm");
  constexpr double kMessage = 4 * 7850;
  EXPECT_NEAR(clipped["virtual_step_s"], 0.5 + 2 * kMessage * 8 / 1e6, 1e-9);
}

TEST(Plan, CountsWhatTheWorkersOfARoundSend) {
  const std::vector<std::string> rounds{"--set",
                                        "algorithm.name=sgd",
                                        "--set",
                                        "outer.name=average",
                                        "--set",
                                        "outer.period=12",
                                        "--set",
                                        "participation.share=0.25",
                                        "--steps",
                                        "24"};
  const json plan = planned(rounds);
  constexpr double kModel = 4 * 7850;
  EXPECT_EQ(plan["participants"], 4);
  EXPECT_NEAR(plan["traffic"]["bytes_per_step"], 2 * 4 * kModel / 12, 1e-9);
  EXPECT_NEAR(plan["traffic"]["messages_per_step"], 2 * 4 / 12.0, 1e-12);
  EXPECT_TRUE(plan["traffic"]["busiest_link"].is_null());
  EXPECT_NEAR(plan["virtual_step_s"], 0.5 + 2 * kModel * 8 / 1e6 / 12, 1e-9);
  const Desk desk;
  desk.write("run.toml", kConfig);
  std::vector<std::string> words{"plan", "run.toml"};
  words.insert(words.end(), rounds.begin(), rounds.end());
  EXPECT_THAT(desk.run(words).out,
              AllOf(HasSubstr("over 4 of 16 workers"), HasSubstr("to a server and back")));
}

TEST(Plan, SaysWhichTensorsHaveFactors) {
  const json plan = planned({"--set",
                             "algorithm.weight_decay=0.1",
                             "--set",
                             "algorithm.decay=matrices",
                             "--set",
                             "algorithm.group=[{match='*', rate=0.5}]"});
  EXPECT_EQ(plan["tensors"], (json{{"count", 2}, {"own_rate", 2}, {"own_decay", 1}}));
}

TEST(Plan, WarnsAsTrainingWould) {
  const json alone = planned({"--set",
                              "topology.name=custom",
                              "--set",
                              "topology.weights=[[1.0, 0.0], [0.0, 1.0]]",
                              "--set",
                              "workers=2"});
  ASSERT_EQ(alone["warnings"].size(), 1U);
  EXPECT_THAT(alone["warnings"][0].get<std::string>(), HasSubstr("not connected"));
  EXPECT_TRUE(alone["mixing"]["mixing_steps"].is_null());
  const json stuck = planned({"--set", "cluster.fault=[{ at_s = 3.0, worker = 2, gone = true }]"});
  ASSERT_EQ(stuck["warnings"].size(), 1U);
  EXPECT_THAT(stuck["warnings"][0].get<std::string>(), HasSubstr("worker 2, which is gone"));
  EXPECT_TRUE(stuck["virtual_step_s"].is_null());
}

TEST(Plan, SaysTheSameInWords) {
  const Desk desk;
  desk.write("run.toml", kConfig);
  const Ran ran = desk.run({"plan", "run.toml"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.out,
              AllOf(HasSubstr("7850 parameters"),
                    HasSubstr("234 steps, 117 per epoch"),
                    HasSubstr("x, momentum of 16 workers"),
                    HasSubstr("0.050747 per step"),
                    HasSubstr("virtual time")));
}

TEST(Plan, RefusesWhatTrainingWouldRefuse) {
  const Desk desk;
  desk.write("run.toml", kConfig);
  const auto refused = [&](const std::string& set) {
    const Ran ran = desk.run({"plan", "run.toml", "--set", set});
    EXPECT_EQ(ran.code, 2) << set;
    EXPECT_EQ(ran.out, "");
    return ran.err;
  };
  EXPECT_THAT(refused("topology.name=hypercub"), HasSubstr("did you mean 'hypercube'"));
  EXPECT_THAT(refused("data.batch_size=100000"),
              AllOf(HasSubstr("3750 training examples"), HasSubstr("100000")));
  EXPECT_THAT(refused("cluster.step_s=-1"), HasSubstr("cluster.step_s"));
  EXPECT_EQ(desk.run({"plan", "nothing.toml"}).code, 2);
  EXPECT_EQ(desk.run({"plan", "run.toml", "--steps", "0"}).code, 2);
  EXPECT_EQ(desk.run({"plan", "run.toml", "--output", "x"}).code, 2);
  EXPECT_EQ(desk.run({"plan", "run.toml", "--set", "data.name=idx"}).code, 3);
}

}  // namespace
}  // namespace murmur::testing
