// SPDX-License-Identifier: Apache-2.0
// The workers' own parts of the test set.
#include <algorithm>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "murmur/data/division/groups.h"
#include "murmur/data/division/own_test.h"
#include "murmur/data/training_data.h"

namespace murmur::data {
namespace {

using ::testing::HasSubstr;

// 600 training and 200 test images of one pixel and five classes; example i is of group i mod 7.
Dataset pixels() {
  Dataset dataset;
  const auto examples_of = [](std::int32_t count) {
    Bytes labels;
    std::vector<std::int32_t> groups;
    for (std::int32_t i = 0; i < count; ++i) {
      labels.push_back(static_cast<std::uint8_t>(i * i % 5));
      groups.push_back(i % 7);
    }
    Examples examples = labelled_images({1, 1, 1}, labels, labels);
    examples.columns.push_back(grouping_column("group", groups));
    return examples;
  };
  dataset.training = examples_of(600);
  dataset.test = examples_of(200);
  dataset.classes = 5;
  return dataset;
}

Result<TrainingData> divided(const Dataset& dataset, const PartitionSettings& partition) {
  TrainingDataSettings settings;
  settings.workers = 4;
  settings.partition = partition;
  settings.batches = {.batch_size = 4, .seed = 3};
  settings.own_test = true;
  return divide(std::make_shared<const Dataset>(dataset), settings);
}

TEST(OwnTest, GivesNoExampleTwice) {
  for (const char* name : {"iid", "dirichlet", "shards", "sorted", "origin", "replicate"}) {
    const TrainingData data = divided(pixels(), {.name = name, .alpha = 0.5}).value();
    std::set<std::int32_t> all;
    std::size_t count = 0;
    for (const auto& part : data.own_test) {
      EXPECT_TRUE(std::ranges::is_sorted(part)) << name;
      all.insert(part.begin(), part.end());
      count += part.size();
    }
    EXPECT_EQ(all.size(), 200U) << name << ": classes that all have";
    EXPECT_EQ(count, 200U) << name;
  }
}

TEST(OwnTest, HasTheClassesOfTheTraining) {
  const Dataset dataset = pixels();
  const TrainingData data = divided(dataset, {.name = "dirichlet", .alpha = 0.2}).value();
  const auto counts = class_counts(data);
  const std::vector<std::int32_t> test = dataset.test.labels();
  for (std::size_t worker = 0; worker < 4; ++worker) {
    for (std::int32_t c = 0; c < 5; ++c) {
      const auto of_class = static_cast<double>(std::ranges::count(test, c));
      std::int64_t all = 0;
      for (const auto& own : counts) {
        all += own[static_cast<std::size_t>(c)];
      }
      const double share = all == 0
                               ? 0
                               : static_cast<double>(counts[worker][static_cast<std::size_t>(c)]) /
                                     static_cast<double>(all);
      const auto own = std::ranges::count_if(data.own_test[worker], [&](std::int32_t example) {
        return test[static_cast<std::size_t>(example)] == c;
      });
      EXPECT_NEAR(static_cast<double>(own), share * of_class, 1.0) << worker << " " << c;
    }
  }
}

TEST(OwnTest, FollowsTheGroups) {
  const PartitionSettings settings{
      .name = "natural", .amounts = {.kind = Amounts::Kind::kDrawn}, .by = "group"};
  const TrainingData data = divided(pixels(), settings).value();
  for (int worker = 0; worker < 4; ++worker) {
    std::set<std::int32_t> groups;
    for (const std::int32_t example : data.partition->of(worker)) {
      groups.insert(example % 7);
    }
    std::int64_t expected = 0;
    for (std::int32_t i = 0; i < 200; ++i) {
      expected += groups.contains(i % 7) ? 1 : 0;
    }
    const auto& own = data.own_test[static_cast<std::size_t>(worker)];
    EXPECT_EQ(std::ssize(own), expected);
    for (const std::int32_t example : own) {
      EXPECT_TRUE(groups.contains(example % 7));
    }
  }
  Dataset without = pixels();
  without.test.columns.pop_back();
  EXPECT_THAT(divided(without, settings).failure().message, HasSubstr("data.own_test"));
}

}  // namespace
}  // namespace murmur::data
