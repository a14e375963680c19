// SPDX-License-Identifier: Apache-2.0
// Compiled models, as a user trains them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/training/compiled_run.h"

namespace murmur::testing {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

json last_evaluation(const Desk& desk, const std::string& folder) {
  return json::parse(lines_of(read_text(desk.path(folder + "/metrics.jsonl"))).back());
}

TEST(TrainCompiled, ComputesAsTheSameModelByName) {
  const CompiledDesk desk;
  const Ran ran = desk.train(desk.compiled({"--output", "compiled"}));
  ASSERT_EQ(ran.code, 0) << ran.err;
  const Ran named =
      desk.train({"--output",
                  "named",
                  "--set",
                  "model={ name = \"logistic\", weights = \"model/model.safetensors\" }"});
  ASSERT_EQ(named.code, 0) << named.err;
  const json compiled = last_evaluation(desk, "compiled");
  const json logistic = last_evaluation(desk, "named");
  for (const char* name : {"train/loss",
                           "eval/loss_local_mean",
                           "eval/loss_averaged",
                           "eval/accuracy_averaged",
                           "consensus/distance"}) {
    EXPECT_NEAR(compiled[name].get<double>(), logistic[name].get<double>(), 1e-3) << name;
  }
  EXPECT_LT(compiled["eval/loss_averaged"].get<double>(), 1.0);
}

TEST(TrainCompiled, HasTheSameBitsOnAnyNumberOfThreadsAndResumed) {
  const CompiledDesk desk;
  const Ran one = desk.train(desk.compiled({"--threads", "1", "--output", "one"}));
  ASSERT_EQ(one.code, 0) << one.err;
  const Ran two = desk.train(desk.compiled({"--threads", "2", "--output", "two"}));
  EXPECT_EQ(last_line(two), last_line(one));
  const Ran other = desk.train(desk.compiled({"--set", "seed=3", "--output", "other"}));
  EXPECT_NE(last_line(other), last_line(one));
  ASSERT_EQ(desk.train(desk.compiled({"--steps-limit", "13", "--output", "part"})).code, 0);
  const Ran resumed = desk.train(desk.compiled({"--output", "part", "--resume"}));
  EXPECT_EQ(last_line(resumed), last_line(one)) << resumed.err;
}

TEST(TrainCompiled, SaysWhatDoesNotFit) {
  const CompiledDesk desk;
  int number = 0;
  const auto expect = [&](int code, const char* text, std::vector<std::string> more = {}) {
    more.insert(more.end(), {"--output", "run" + std::to_string(++number)});
    const Ran ran = desk.train(desk.compiled(std::move(more)));
    EXPECT_EQ(ran.code, code) << text << ": " << ran.err;
    EXPECT_THAT(ran.err, HasSubstr(text));
  };
  expect(2, "batches of 8", {"--set", "data.batch_size=4"});
  expect(2, "precision = \"double\"", {"--set", "precision=double"});
  expect(2, "label_smoothing", {"--set", "loss.label_smoothing=0.1"});
  expect(2, "data.drop_last", {"--set", "data.drop_last=false", "--set", "workers=3"});
  expect(2, "recompute", {"--set", "evaluation.statistics=recompute"});
  desk.describe({{"torch", "1.2.3"}});
  expect(2, "compiled with torch 1.2.3");
  desk.describe({{"processor", "another"}});
  expect(2, "another processor");
  desk.describe({{"outputs", 3}});
  expect(2, "3 outputs, and the data have 4 classes");
  desk.describe({{"outputs", 0}});
  expect(2, "no classifier");
  desk.describe({{"format", 2}});
  expect(2, "format 2");
  desk.describe(
      {{"batch",
        {{{"dtype", "float32"}, {"shape", {8, 1, 8, 9}}}, {{"dtype", "int64"}, {"shape", {8}}}}}});
  expect(2, "1 x 8 x 9, and those of the data are of 1 x 8 x 8");
  desk.describe({{"parameters", {{{"name", "fc.bias"}, {"shape", {5}}}}}});
  expect(3, "fc.bias");
  desk.describe({});
  desk.write("model/outputs.so", "no library");
  expect(3, "outputs.so is no library");
  std::filesystem::remove(desk.path("model/step.so"));
  expect(3, "step.so");
  std::filesystem::remove(desk.path("model/model.safetensors"));
  expect(3, "model.safetensors");
  desk.write("model/compiled.json", "{");
  expect(3, "is damaged");
  std::filesystem::remove(desk.path("model/compiled.json"));
  expect(3, "there is no file");
}

}  // namespace
}  // namespace murmur::testing
