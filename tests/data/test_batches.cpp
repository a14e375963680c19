// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "murmur/data/batches.h"
#include "murmur/data/training_data.h"

namespace murmur::data {
namespace {

using ::testing::HasSubstr;

// 3 workers with 10 examples each.
Batches make(std::int64_t batch_size,
             bool drop_last,
             std::uint64_t seed = 7,
             std::int64_t accumulate = 1) {
  const std::vector<std::int32_t> labels(31, 0);
  const auto partition = std::make_shared<const Partition>(
      make_partition(labels, 3, {.name = "origin"}, seed).value());
  return {
      partition,
      {.batch_size = batch_size, .drop_last = drop_last, .accumulate = accumulate, .seed = seed}};
}

std::vector<std::int32_t> get(const Batches& batches, int worker, std::int64_t step) {
  std::vector<std::int32_t> examples;
  batches.batch(worker, step, examples);
  return examples;
}

TEST(Batches, VisitEachExampleOncePerEpoch) {
  const Batches batches = make(4, false);
  EXPECT_EQ(batches.steps_per_epoch(), 3);
  for (int worker = 0; worker < 3; ++worker) {
    for (std::int64_t epoch = 0; epoch < 3; ++epoch) {
      std::set<std::int32_t> seen;
      for (std::int64_t step = 3 * epoch; step < 3 * epoch + 3; ++step) {
        const auto batch = get(batches, worker, step);
        EXPECT_EQ(batch.size(), step % 3 == 2 ? 2U : 4U);
        seen.insert(batch.begin(), batch.end());
      }
      EXPECT_EQ(seen.size(), 10U);
      EXPECT_EQ(*seen.begin(), 10 * worker);
      EXPECT_EQ(*seen.rbegin(), 10 * worker + 9);
    }
  }
}

TEST(Batches, LeaveAPartialOneOutOnRequest) {
  const Batches batches = make(4, true);
  EXPECT_EQ(batches.steps_per_epoch(), 2);
  for (std::int64_t step = 0; step < 6; ++step) {
    EXPECT_EQ(get(batches, 1, step).size(), 4U);
  }
  EXPECT_EQ(make(5, true).steps_per_epoch(), 2);
  EXPECT_EQ(make(5, false).steps_per_epoch(), 2);
}

// Three batches of three and one of one: as steps of two batches, or as one large batch of six.
TEST(Batches, OfAStepAreThoseOfALargeBatch) {
  for (const bool drop_last : {true, false}) {
    const Batches small = make(3, drop_last, 7, 2);
    const Batches large = make(6, drop_last);
    ASSERT_EQ(small.steps_per_epoch(), large.steps_per_epoch());
    std::int64_t next = 0;
    for (std::int64_t step = 0; step < 5; ++step) {
      std::vector<std::int32_t> together;
      for (std::int64_t k = small.batches_of_step(1, next); k > 0; --k) {
        const auto batch = get(small, 1, next++);
        together.insert(together.end(), batch.begin(), batch.end());
      }
      EXPECT_EQ(together, get(large, 1, step)) << step;
    }
  }
}

TEST(Batches, ThatAreLeftAreOneMoreStep) {
  const Batches kept = make(2, false, 7, 3);  // five batches
  EXPECT_EQ(kept.steps_per_epoch(), 2);
  EXPECT_EQ(kept.batches_of_step(0, 0), 3);
  EXPECT_EQ(kept.batches_of_step(0, 3), 2);
  EXPECT_EQ(kept.batches_of_step(0, 5), 3);
  const Batches dropped = make(2, true, 7, 3);
  EXPECT_EQ(dropped.steps_per_epoch(), 1);
  EXPECT_EQ(dropped.batches_of_step(0, 3), 3);
  EXPECT_EQ(steps_per_epoch(10, {.batch_size = 2, .accumulate = 6}), 0);
}

TEST(Batches, AreFunctionsOfSeedWorkerAndStep) {
  const Batches batches = make(5, true);
  const auto early = get(batches, 0, 1);
  const auto late = get(batches, 0, 9);
  EXPECT_EQ(get(batches, 0, 1), early) << "going back";
  EXPECT_EQ(get(make(5, true), 0, 9), late) << "without the steps before";
  EXPECT_NE(get(make(5, true, 8), 0, 9), late) << "another seed";
  EXPECT_NE(get(batches, 0, 3), early) << "another epoch";
  auto other = get(batches, 1, 1);
  std::ranges::for_each(other, [](std::int32_t& example) { example -= 10; });
  EXPECT_NE(other, early) << "another worker";
}

// Two images of 2 channels, 2 x 3.
Dataset small_dataset() {
  Dataset dataset;
  Bytes pixels;
  for (int i = 0; i < 24; ++i) {
    pixels.push_back(static_cast<std::uint8_t>(10 * i));
  }
  dataset.training = labelled_images({2, 2, 3}, std::move(pixels), Bytes{0, 1});
  dataset.test = dataset.training;
  dataset.classes = 2;
  dataset.mean = {0.5, 0.25};
  dataset.deviation = {0.5, 2.0};
  return dataset;
}

TEST(TrainingData, CountsClassesAndStepsAndRefusesEmptyEpochs) {
  const auto dataset = std::make_shared<const Dataset>(small_dataset());
  TrainingDataSettings settings;
  settings.workers = 2;
  settings.partition.name = "sorted";
  settings.batches.batch_size = 1;
  const TrainingData data = divide(dataset, settings).value();
  EXPECT_EQ(class_counts(data), (std::vector<std::vector<std::int64_t>>{{1, 0}, {0, 1}}));
  EXPECT_THAT(describe(data), HasSubstr("2 training and 2 test images of 2 x 2 x 3"));
  settings.batches.batch_size = 2;
  EXPECT_THAT(divide(dataset, settings).failure().message, HasSubstr("data.drop_last = false"));
  settings.batches.drop_last = false;
  EXPECT_TRUE(divide(dataset, settings));
}

// Two examples of 3 numbers with 2 targets.
Dataset small_regression() {
  Dataset dataset;
  dataset.task = Task::kRegression;
  Column x{.name = "x", .dtype = files::Dtype::kF32, .shape = {3}, .bytes = Bytes(24)};
  Column y{.name = "y", .dtype = files::Dtype::kF64, .shape = {2}, .bytes = Bytes(32)};
  dataset.training.columns = {x, y};
  dataset.test.columns = {x, y};
  return dataset;
}

TEST(TrainingData, OfARegressionHasTargetsAndNoClasses) {
  const auto dataset = std::make_shared<const Dataset>(small_regression());
  TrainingDataSettings settings;
  settings.workers = 2;
  settings.batches.batch_size = 1;
  const TrainingData data = divide(dataset, settings).value();
  EXPECT_TRUE(class_counts(data).empty());
  EXPECT_EQ(dataset->outputs(), 2);
  EXPECT_THAT(describe(data), HasSubstr("2 training and 2 test arrays of 1 x 1 x 3, 2 targets"));
}

TEST(TrainingData, OfARegressionIsDividedByEveryPartitionThatNeedsNoLabels) {
  const auto dataset = std::make_shared<const Dataset>(small_regression());
  for (const PartitionInfo& info : partitions()) {
    if (info.name == "natural" || info.name == "file") {
      continue;  // need more than examples
    }
    TrainingDataSettings settings;
    settings.partition.name = info.name;
    settings.batches.batch_size = 1;
    const auto divided = divide(dataset, settings);
    EXPECT_EQ(static_cast<bool>(divided), !info.by_label) << info.name;
    if (!divided) {
      EXPECT_EQ(divided.failure().kind, FailureKind::kInvalid);
      EXPECT_THAT(divided.failure().message,
                  HasSubstr("\"" + info.name +
                            "\" divides by label, and these examples have no "
                            "labels; partitions without labels are iid, origin, "
                            "natural, file, replicate"));
    }
  }
}

TEST(TrainingData, RefusesTransformsOfImagesForNumbers) {
  const auto dataset = std::make_shared<const Dataset>(small_regression());
  TrainingDataSettings settings;
  settings.batches.batch_size = 1;
  settings.augment = default_transforms({"crop"});
  EXPECT_THAT(divide(dataset, settings).failure().message,
              HasSubstr("'crop' needs images, and these examples are numbers of shape 1 x 1 x 3"));
}

}  // namespace
}  // namespace murmur::data
