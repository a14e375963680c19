// SPDX-License-Identifier: Apache-2.0
// What is set aside for validation, under every partition.
#include <algorithm>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "murmur/data/check_dataset.h"
#include "murmur/data/training_data.h"

namespace murmur::data {
namespace {

using ::testing::HasSubstr;

// Images of one pixel, of five classes.
std::shared_ptr<const Dataset> pixels(std::int64_t count) {
  Dataset dataset;
  dataset.name = "pixels";
  Bytes labels;
  for (std::int64_t i = 0; i < count; ++i) {
    labels.push_back(static_cast<std::uint8_t>(i % 5));
  }
  dataset.training = labelled_images({1, 1, 1}, labels, labels);
  dataset.test = dataset.training;
  dataset.classes = 5;
  dataset.mean = {0};
  dataset.deviation = {1};
  return std::make_shared<const Dataset>(std::move(dataset));
}

TrainingDataSettings settings_of(const std::string& partition, double share) {
  TrainingDataSettings settings;
  settings.workers = 4;
  settings.partition.name = partition;
  settings.batches = {.batch_size = 4, .seed = 3};
  settings.validation.share = share;
  return settings;
}

TEST(Validation, TakesPartInNoPartition) {
  for (const PartitionInfo& info : partitions()) {
    if (info.name == "natural" || info.name == "file") {
      continue;  // need more than labels
    }
    const TrainingData data = divide(pixels(400), settings_of(info.name, 0.1)).value();
    const std::vector<std::int32_t>& validation = data.validation.examples;
    EXPECT_EQ(validation.size(), 40U) << info.name;
    EXPECT_TRUE(std::ranges::is_sorted(validation)) << info.name;
    std::set<std::int32_t> all(validation.begin(), validation.end());
    std::size_t own = 0;
    for (int worker = 0; worker < 4; ++worker) {
      const auto part = data.partition->of(worker);
      own += info.name == "replicate" && worker > 0 ? 0 : part.size();
      all.insert(part.begin(), part.end());
    }
    EXPECT_EQ(data.training_examples, 360) << info.name;
    EXPECT_EQ(own, 360U) << info.name;
    EXPECT_EQ(all.size(), 400U) << info.name << ": an example is in two places";
  }
}

// The same examples whatever is done with the others, so that runs can be compared by them.
TEST(Validation, IsAFunctionOfTheSeedAlone) {
  const auto drawn = [](const TrainingDataSettings& settings) {
    return divide(pixels(400), settings).value().validation.examples;
  };
  TrainingDataSettings settings = settings_of("iid", 0.25);
  const auto first = drawn(settings);
  settings.partition = {.name = "dirichlet", .alpha = 0.5};
  settings.workers = 8;
  settings.batches.batch_size = 8;
  EXPECT_EQ(drawn(settings), first);
  settings.batches.seed = 4;
  EXPECT_NE(drawn(settings), first);
}

TEST(Validation, LeavesEverythingAsItIsWhereNoneIsWanted) {
  const TrainingData data = divide(pixels(400), settings_of("dirichlet", 0)).value();
  EXPECT_TRUE(data.validation.examples.empty());
  const Partition alone =
      make_partition(pixels(400)->training.labels(), 4, data.settings.partition, 3).value();
  for (int worker = 0; worker < 4; ++worker) {
    EXPECT_TRUE(std::ranges::equal(data.partition->of(worker), alone.of(worker)));
  }
}

TEST(Validation, OfFilesIsWholeAndIsPartOfTheDigest) {
  Dataset dataset = *pixels(40);
  const std::uint64_t without = digest_of(dataset);
  dataset.validation = labelled_images({1, 1, 1}, Bytes{7, 8, 9}, Bytes{0, 1, 2});
  EXPECT_NE(digest_of(dataset), without);
  TrainingDataSettings settings = settings_of("iid", 0);
  settings.validation.names = {"valid"};
  const TrainingData data = divide(std::make_shared<Dataset>(dataset), settings).value();
  EXPECT_EQ(data.validation.part, Part::kValidation);
  EXPECT_EQ(data.validation.examples, (std::vector<std::int32_t>{0, 1, 2}));
  EXPECT_EQ(data.training_examples, 40);
  settings.validation.names = {"dev"};
  EXPECT_THAT(divide(std::make_shared<Dataset>(dataset), settings).failure().message,
              HasSubstr("has no such part, it has \"valid\""));
}

TEST(Validation, RefusesWhatIsNotThere) {
  const auto refusal = [](const ValidationSettings& validation) {
    TrainingDataSettings settings = settings_of("iid", 0);
    settings.validation = validation;
    return divide(pixels(40), settings).failure().message;
  };
  EXPECT_THAT(refusal({.share = 0.01}), HasSubstr("0 of 40"));
  EXPECT_THAT(refusal({.share = 0.99}), HasSubstr("40 of 40"));
  EXPECT_THAT(refusal({.names = {"valid"}}), HasSubstr("'pixels' has no such part"));
  EXPECT_THAT(refusal({.share = 0.7}), HasSubstr("fewer than data.batch_size"));
}

}  // namespace
}  // namespace murmur::data
