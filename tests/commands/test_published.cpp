// SPDX-License-Identifier: Apache-2.0
// `murmur plan` of the set-ups of both papers in examples/: no data are there, and none are needed.
#include <filesystem>
#include <map>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/commands/program.h"

namespace murmur::testing {
namespace {

using nlohmann::json;

struct Published {
  int workers = 0;
  std::int64_t parameters = 0;
  std::int64_t steps_per_epoch = 0;
  std::int64_t steps = 0;
};

// From the papers: images, workers, batches, epochs and the sizes of the networks.
const std::map<std::string, Published>& published() {
  static const std::map<std::string, Published> kAll{
      {"quasi-global-momentum/ag-news-distilbert-centralized", {16, 66956548, 235, 2350}},
      {"quasi-global-momentum/ag-news-distilbert-ring", {16, 66956548, 235, 2350}},
      {"quasi-global-momentum/cifar10-batch-centralized", {16, 272474, 98, 29400}},
      {"quasi-global-momentum/cifar10-evonorm-ring", {16, 272474, 98, 29400}},
      {"quasi-global-momentum/cifar10-evonorm-social", {32, 272474, 49, 14700}},
      {"quasi-global-momentum/cifar10-evonorm-wide", {16, 1084586, 98, 29400}},
      {"quasi-global-momentum/cifar10-group-ring", {16, 272474, 98, 29400}},
      {"quasi-global-momentum/cifar10-vgg11-ring", {16, 9750922, 98, 19600}},
      {"quasi-global-momentum/imagenet-resnet18-ring", {16, 11689512, 1252, 112680}},
      {"quasi-global-momentum/imagenet-resnet50-ring", {16, 25557032, 1252, 112680}},
      {"quasi-global-momentum/imagenet32-ring", {16, 1212296, 1252, 112680}},
      {"slow-momentum/cifar10-allreduce", {32, 11173962, 12, 2400}},
      {"slow-momentum/cifar10-local-sgd", {32, 11173962, 12, 2400}},
      {"slow-momentum/cifar10-osgp", {32, 11173962, 12, 2400}},
      {"slow-momentum/cifar10-sgp", {32, 11173962, 12, 2400}},
      {"slow-momentum/imagenet-allreduce", {32, 25557032, 156, 14040}},
      {"slow-momentum/imagenet-local-sgd", {32, 25557032, 156, 14040}},
      {"slow-momentum/imagenet-osgp", {32, 25557032, 156, 14040}},
      {"slow-momentum/imagenet-sgp", {32, 25557032, 156, 14040}},
      {"slow-momentum/wmt16-allreduce", {8, 214249472, 721, 18025}},
      {"slow-momentum/wmt16-local-adam", {8, 214249472, 721, 18025}},
      {"slow-momentum/wmt16-sgp", {8, 214249472, 721, 18025}},
  };
  return kAll;
}

TEST(PublishedSetUps, HavePlansWithoutData) {
  const Desk desk;
  std::size_t found = 0;
  for (const char* paper : {"quasi-global-momentum", "slow-momentum"}) {
    for (const auto& entry :
         std::filesystem::directory_iterator(std::string(MURMUR_EXAMPLES) + "/" + paper)) {
      const std::string name = std::string(paper) + "/" + entry.path().stem().string();
      if (name.ends_with("-reduced")) {
        continue;  // that form is trained, on data
      }
      SCOPED_TRACE(name);
      ++found;
      ASSERT_TRUE(published().contains(name));
      const Published& expected = published().at(name);
      const Ran ran = desk.run({"plan",
                                entry.path().string(),
                                "--json",
                                "--steps",
                                "50",
                                "--set",
                                "threads=2",
                                "--set",
                                "data.folder=none"});
      ASSERT_EQ(ran.code, 0) << ran.err;
      const json plan = json::parse(ran.out);
      EXPECT_EQ(plan["workers"], expected.workers);
      EXPECT_EQ(plan["parameters"], expected.parameters);
      EXPECT_EQ(plan["steps_per_epoch"], expected.steps_per_epoch);
      EXPECT_EQ(plan["steps"], expected.steps);
      EXPECT_GT(plan["memory"]["activations_bytes"], 0);
      EXPECT_EQ(plan["data_found"], false);
      EXPECT_EQ(plan["encoder_found"], name.find("bert") == std::string::npos);
    }
  }
  EXPECT_EQ(found, published().size());
}

}  // namespace
}  // namespace murmur::testing
