// SPDX-License-Identifier: Apache-2.0
// From a run to a model and back: export, evaluate, checkpoint.best.
#include <algorithm>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "murmur/files/safetensors.h"
#include "tests/training/small_run.h"

namespace murmur::testing {
namespace {

using files::SafetensorsReader;
using files::TensorInfo;
using nlohmann::json;
using ::testing::HasSubstr;

std::vector<std::string> with(std::vector<std::string> arguments,
                              const std::vector<std::string>& more) {
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

std::vector<std::string> set(const std::vector<std::string>& keys) {
  std::vector<std::string> arguments;
  for (const std::string& key : keys) {
    arguments.insert(arguments.end(), {"--set", key});
  }
  return arguments;
}

// Methods and models whose checkpoints differ in what they hold.
const std::vector<std::vector<std::string>> kRuns{
    {},
    set({"algorithm.name=sgp", "topology.name=one-peer-exponential"}),
    set({"algorithm.name=osgp", "topology.name=one-peer-exponential"}),
    set({"algorithm.name=allreduce-sgd"}),
    set({"precision=double"}),
    set({"model.name=cifar-resnet", "model.depth=8", "schedule.epochs=1"}),
    set({"model.name=cifar-resnet",
         "model.depth=8",
         "schedule.epochs=1",
         "algorithm.name=allreduce-sgd",
         "model.statistics=average"}),
    set({"model.name=cifar-resnet", "model.depth=8", "model.norm=evonorm", "schedule.epochs=1"})};

json last_metrics(const Desk& desk, const std::string& folder) {
  return json::parse(lines_of(read_text(desk.path(folder + "/metrics.jsonl"))).back());
}

// The values of eval/*.
json scores_of(const json& values) {
  json scores = json::object();
  for (const auto& [name, value] : values.items()) {
    if (name.starts_with("eval/")) {
      scores[name] = value;
    }
  }
  EXPECT_FALSE(scores.empty());
  return scores;
}

json evaluated(const Desk& desk, const std::string& subject, const std::vector<std::string>& more) {
  const Ran ran = desk.run(with({"evaluate", subject, "small.toml", "--json"}, more));
  EXPECT_EQ(ran.code, 0) << ran.err;
  return ran.code == 0 ? json::parse(ran.out) : json();
}

TEST(Evaluate, OfARunIsTheLastLineOfItsMetrics) {
  for (const auto& settings : kRuns) {
    const TrainingDesk desk;
    ASSERT_EQ(desk.train(with({"--output", "run"}, settings)).code, 0);
    const json line = last_metrics(desk, "run");
    const json scores = evaluated(desk, "run", settings);
    EXPECT_EQ(scores["step"], line["step"]);
    EXPECT_EQ(scores_of(scores), scores_of(line)) << ::testing::PrintToString(settings);
  }
}

TEST(Evaluate, KnowsOwnPartsAndStatisticsTakenAnew) {
  const auto settings = set({"data.own_test=true",
                             "model.name=cifar-resnet",
                             "model.depth=8",
                             "schedule.epochs=1",
                             "evaluation.statistics=recompute",
                             "evaluation.statistics_examples=200"});
  const TrainingDesk desk;
  ASSERT_EQ(desk.train(with({"--output", "run"}, settings)).code, 0);
  const json line = last_metrics(desk, "run");
  EXPECT_GE(line["eval/accuracy_own_mean"], line["eval/accuracy_own_min"]);
  EXPECT_EQ(scores_of(evaluated(desk, "run", settings)), scores_of(line));
  const json mean = evaluated(desk, "run", set({"model.name=cifar-resnet", "model.depth=8"}));
  EXPECT_EQ(mean["eval/loss_local_mean"], line["eval/loss_local_mean"]);
  EXPECT_NE(mean["eval/loss_averaged"], line["eval/loss_averaged"]);
  const Ran without = desk.train(set({"evaluation.statistics=recompute"}));
  EXPECT_EQ(without.code, 2);
  EXPECT_THAT(without.err, HasSubstr("evaluation.statistics"));
}

TEST(Evaluate, OfAnExportedAverageIsTheAveragedScore) {
  for (const auto& settings : kRuns) {
    const TrainingDesk desk;
    ASSERT_EQ(desk.train(with({"--output", "run"}, settings)).code, 0);
    const Ran ran = desk.run({"export", "run", "--average", "--output", "a.safetensors"});
    ASSERT_EQ(ran.code, 0) << ran.err;
    const json line = last_metrics(desk, "run");
    const json scores = evaluated(desk, "a.safetensors", settings);
    EXPECT_EQ(scores["eval/accuracy"], line["eval/accuracy_averaged"]);
    EXPECT_EQ(scores["eval/loss"], line["eval/loss_averaged"]);
  }
}

TEST(Export, WritesAStateDictOfOneWorker) {
  const TrainingDesk desk;
  const auto settings = set({"model.name=cifar-resnet", "model.depth=8", "schedule.epochs=1"});
  ASSERT_EQ(desk.train(with({"--output", "run"}, settings)).code, 0);
  const Ran ran =
      desk.run({"export", "run", "--worker", "2", "--output", "m.safetensors", "--json"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(json::parse(ran.out)["step"], 8);
  const auto model = SafetensorsReader::open(desk.path("m.safetensors")).value();
  const auto saved =
      SafetensorsReader::open(desk.path("run/checkpoint/step-8/workers-0-3.safetensors")).value();
  std::set<std::string> names;
  for (const TensorInfo& tensor : model.tensors()) {
    names.insert(tensor.name);
    if (tensor.name.ends_with("num_batches_tracked")) {
      std::vector<std::int64_t> count(1);
      EXPECT_EQ(tensor.dtype, files::Dtype::kI64);
      EXPECT_TRUE(tensor.shape.empty());
      ASSERT_TRUE(model.read(tensor, 0, std::span(count)));
      EXPECT_EQ(count[0], 8);
      continue;
    }
    const bool buffer = tensor.name.find("running_") != std::string::npos;
    const TensorInfo* rows = saved.find((buffer ? "buffers/" : "x/") + tensor.name);
    ASSERT_NE(rows, nullptr) << tensor.name;
    EXPECT_TRUE(std::equal(
        tensor.shape.begin(), tensor.shape.end(), rows->shape.begin() + 1, rows->shape.end()))
        << tensor.name;
    const auto size = (tensor.end - tensor.begin) / sizeof(float);
    std::vector<float> own(size);
    std::vector<float> row(size);
    ASSERT_TRUE(model.read(tensor, 0, std::span(own)));
    ASSERT_TRUE(saved.read(*rows, 2 * size, std::span(row)));
    EXPECT_EQ(own, row) << tensor.name;
  }
  for (const char* name : {"conv1.weight",
                           "bn1.weight",
                           "bn1.running_var",
                           "bn1.num_batches_tracked",
                           "layer2.0.downsample.1.running_mean",
                           "fc.bias"}) {
    EXPECT_TRUE(names.contains(name)) << name;
  }
  EXPECT_EQ(names.size(), 56U);  // of torch's state_dict()
  EXPECT_EQ(model.metadata().at("format"), "pt");
  EXPECT_EQ(model.metadata().at("model"), "cifar-resnet");
  EXPECT_EQ(model.metadata().at("step"), "8");
  EXPECT_EQ(model.metadata().at("config_digest"),
            json::parse(read_text(desk.path("run/summary.json")))["config_digest"]);
}

TEST(Export, RefusesWhatItCannotDo) {
  const TrainingDesk desk;
  ASSERT_EQ(desk.train({"--output", "run"}).code, 0);
  const auto exported = [&](const std::vector<std::string>& arguments) {
    return desk.run(with({"export", "run", "--output", "m.safetensors"}, arguments));
  };
  EXPECT_EQ(exported({}).code, 2);
  EXPECT_EQ(exported({"--worker", "0", "--average"}).code, 2);
  const Ran worker = exported({"--worker", "4"});
  EXPECT_EQ(worker.code, 2);
  EXPECT_THAT(worker.err, HasSubstr("from 0 to 3, not 4"));
  EXPECT_EQ(exported({"--average", "--step", "last"}).code, 2);
  const Ran step = exported({"--average", "--step", "7"});
  EXPECT_EQ(step.code, 6);
  EXPECT_THAT(step.err, HasSubstr("those of 32"));
  EXPECT_THAT(exported({"--average", "--step", "best"}).err, HasSubstr("checkpoint.best"));
  EXPECT_EQ(desk.run({"export", "images", "--average", "--output", "m.safetensors"}).code, 2);
  ASSERT_EQ(exported({"--average"}).code, 0);
  const Ran again = exported({"--worker", "1"});
  EXPECT_EQ(again.code, 2);
  EXPECT_THAT(again.err, HasSubstr("--force"));
  EXPECT_EQ(exported({"--worker", "1", "--force"}).code, 0);
  desk.write("run/checkpoint/step-32/workers-0-3.safetensors", "damaged");
  EXPECT_EQ(exported({"--average", "--force"}).code, 6);
}

TEST(Evaluate, RefusesWhatIsNotOfTheModel) {
  const TrainingDesk desk;
  ASSERT_EQ(desk.train({"--output", "run"}).code, 0);
  ASSERT_EQ(desk.run({"export", "run", "--average", "--output", "m.safetensors"}).code, 0);
  for (const std::string subject : {"run", "m.safetensors"}) {
    const Ran ran = desk.run({"evaluate", subject, "small.toml", "--set", "model.hidden=[9]"});
    EXPECT_EQ(ran.code, 3) << ran.err;
    EXPECT_THAT(ran.err, HasSubstr("[9, 64]")) << subject;
  }
  EXPECT_EQ(desk.run({"evaluate", "nothing.safetensors", "small.toml"}).code, 3);
  EXPECT_EQ(desk.run({"evaluate", "small.toml", "small.toml"}).code, 3);
  EXPECT_EQ(desk.run({"evaluate", "m.safetensors", "small.toml", "--step", "2"}).code, 2);
}

// The rate is so large that the last lines are not the best ones.
const std::vector<std::string> kBest =
    set({"checkpoint.best=eval/loss_averaged", "algorithm.weight_decay=3.0", "checkpoint.keep=1"});

TEST(BestCheckpoint, IsThatOfTheBestLine) {
  const TrainingDesk desk;
  ASSERT_EQ(desk.train(with({"--output", "run"}, kBest)).code, 0);
  const json summary = json::parse(read_text(desk.path("run/summary.json")));
  const json best = summary["best"]["eval/loss_averaged"];
  ASSERT_LT(best["step"], summary["steps"]);
  const json scores = evaluated(desk, "run", {"--step", "best"});
  EXPECT_EQ(scores["step"], best["step"]);
  EXPECT_EQ(scores["eval/loss_averaged"], best["value"]);
  EXPECT_EQ(evaluated(desk, "run", {})["step"], summary["steps"]);
  EXPECT_EQ(
      desk.run({"export", "run", "--average", "--step", "best", "--output", "b.safetensors"}).code,
      0);
  EXPECT_EQ(evaluated(desk, "b.safetensors", {})["eval/loss"], best["value"]);
}

TEST(BestCheckpoint, IsTheSameAfterAResume) {
  const TrainingDesk desk;
  ASSERT_EQ(desk.train(with({"--output", "straight"}, kBest)).code, 0);
  ASSERT_EQ(desk.train(with({"--output", "run", "--steps-limit", "17"}, kBest)).code, 0);
  ASSERT_EQ(desk.train(with({"--output", "run", "--resume"}, kBest)).code, 0);
  EXPECT_EQ(evaluated(desk, "run", {"--step", "best"}),
            evaluated(desk, "straight", {"--step", "best"}));
}

TEST(BestCheckpoint, RefusesAMetricThatThereIsNot) {
  const TrainingDesk desk;
  const Ran unknown = desk.train(set({"checkpoint.best=eval/acuracy_averaged"}));
  EXPECT_EQ(unknown.code, 2);
  EXPECT_THAT(unknown.err, HasSubstr("eval/accuracy_averaged"));
  const Ran validation = desk.train(set({"checkpoint.best=validation/accuracy_averaged"}));
  EXPECT_EQ(validation.code, 2);
  EXPECT_THAT(validation.err, HasSubstr("data.validation"));
}

TEST(StartWeights, AreThoseOfAFileOrOfARun) {
  const TrainingDesk desk;
  ASSERT_EQ(desk.train({"--output", "run"}).code, 0);
  ASSERT_EQ(desk.run({"export", "run", "--average", "--output", "m.safetensors"}).code, 0);
  const json line = last_metrics(desk, "run");
  for (const std::string weights : {"m.safetensors", "run"}) {
    const std::string folder = "from-" + weights;
    const Ran ran = desk.train(
        with({"--output", folder}, set({"model.weights=" + weights, "schedule.steps=0"})));
    ASSERT_EQ(ran.code, 0) << ran.err;
    EXPECT_EQ(ran.err.find("drawn"), std::string::npos) << ran.err;
    const json start = last_metrics(desk, folder);
    EXPECT_EQ(start["eval/loss_averaged"], line["eval/loss_averaged"]) << weights;
    EXPECT_NEAR(start["consensus/distance"].get<double>(), 0, 1e-6) << weights;
  }
  const Ran none = desk.train(set({"model.weights=none", "schedule.steps=0"}));
  EXPECT_EQ(none.code, 0);
}

TEST(StartWeights, RefuseOrDrawWhatDoesNotFit) {
  const TrainingDesk desk;
  const auto resnet = [](const std::vector<std::string>& more) {
    return with(set({"model.name=cifar-resnet", "model.depth=8", "schedule.steps=1"}), set(more));
  };
  ASSERT_EQ(desk.train(with({"--output", "run"}, resnet({}))).code, 0);
  ASSERT_EQ(desk.run({"export", "run", "--average", "--output", "m.safetensors"}).code, 0);
  const Ran wide = desk.train(
      with({"--output", "wide"}, resnet({"model.weights=m.safetensors", "model.width=2"})));
  EXPECT_EQ(wide.code, 3);
  EXPECT_THAT(wide.err, HasSubstr("'conv1.weight' has the shape [16, 1, 3, 3]"));
  EXPECT_THAT(wide.err, HasSubstr("wants [32, 1, 3, 3]"));
  const Ran deep = desk.train(
      with({"--output", "deep"}, resnet({"model.weights=m.safetensors", "model.depth=14"})));
  EXPECT_EQ(deep.code, 3);
  EXPECT_THAT(deep.err, HasSubstr("has no tensor 'layer1.1.conv1.weight'"));
  EXPECT_EQ(desk.train(resnet({"model.weights=missing.safetensors"})).code, 3);
  // Two of the four classes: another head.
  for (const std::string part : {"train", "t10k"}) {
    const std::uint32_t count = part == "train" ? 256 : 64;
    std::string labels;
    for (std::uint32_t i = 0; i < count; ++i) {
      labels.push_back(static_cast<char>(i % 2));
    }
    desk.write("images/" + part + "-labels-idx1-ubyte", idx({count}, labels));
  }
  const Ran fewer =
      desk.train(with({"--output", "fewer"}, resnet({"model.weights=m.safetensors"})));
  EXPECT_EQ(fewer.code, 0) << fewer.err;
  EXPECT_THAT(fewer.err, HasSubstr("fc.weight, fc.bias"));
  EXPECT_THAT(fewer.err, HasSubstr("drawn"));
}

}  // namespace
}  // namespace murmur::testing
