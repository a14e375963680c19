// SPDX-License-Identifier: Apache-2.0
// Workers with different amounts of data: who has what, and what an epoch is.
#include <algorithm>
#include <fstream>
#include <map>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "murmur/data/dirichlet.h"
#include "murmur/data/division/groups.h"
#include "murmur/data/training_data.h"
#include "tests/support/temporary_folder.h"

namespace murmur::data {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Kind = Amounts::Kind;

// Images of one pixel, of five classes; example i is of group i * i mod 11.
Dataset pixels(std::int32_t count) {
  Dataset dataset;
  dataset.name = "pixels";
  Bytes labels;
  std::vector<std::int32_t> groups;
  for (std::int32_t i = 0; i < count; ++i) {
    labels.push_back(static_cast<std::uint8_t>(i % 5));
    groups.push_back(i * i % 11);
  }
  dataset.training = labelled_images({1, 1, 1}, labels, labels);
  dataset.test = dataset.training;
  dataset.training.columns.push_back(grouping_column("group", groups));
  dataset.classes = 5;
  dataset.mean = {0};
  dataset.deviation = {1};
  return dataset;
}

Result<TrainingData> divided(std::int32_t count, int workers, const PartitionSettings& partition) {
  TrainingDataSettings settings;
  settings.workers = workers;
  settings.partition = partition;
  settings.batches = {.batch_size = 4, .seed = 3};
  return divide(std::make_shared<const Dataset>(pixels(count)), settings);
}

PartitionSettings by(const std::string& grouping) {
  return {.name = "natural", .amounts = {.kind = Kind::kDrawn}, .by = grouping};
}

std::vector<std::int64_t> sizes(const Partition& partition) {
  std::vector<std::int64_t> sizes;
  for (int worker = 0; worker < partition.workers(); ++worker) {
    sizes.push_back(partition.count(worker));
  }
  return sizes;
}

TEST(Amounts, AreSharesOfAllExamplesInTheOrderOfThePartition) {
  const Amounts amounts{.kind = Kind::kShares, .shares = {1, 2, 5}};
  for (const char* name : {"iid", "origin", "sorted"}) {
    const auto own = divided(80, 3, {.name = name, .amounts = amounts}).value();
    const auto all = divided(80, 1, {.name = name}).value();
    EXPECT_THAT(sizes(*own.partition), ElementsAre(10, 20, 50)) << name;
    std::vector<std::int32_t> joined;
    for (int worker = 0; worker < 3; ++worker) {
      const auto part = own.partition->of(worker);
      joined.insert(joined.end(), part.begin(), part.end());
    }
    EXPECT_TRUE(std::ranges::equal(joined, all.partition->of(0))) << name;
  }
}

TEST(Amounts, OfDirichletAreTheShardsAsTheyWereDrawn) {
  const PartitionSettings settings{
      .name = "dirichlet", .alpha = 0.3, .amounts = {.kind = Kind::kDrawn}};
  const auto data = divided(600, 6, settings).value();
  const std::vector<std::int32_t> labels = data.dataset->training.labels();
  const DirichletShards shards = dirichlet_shards(labels, 6, 0.3, 3).value();
  EXPECT_EQ(sizes(*data.partition), shards.sizes);
  EXPECT_EQ(data.partition->total(), 600);
  EXPECT_FALSE(data.partition->is_equal());
}

TEST(Amounts, OfGroupsLeaveEveryGroupWithOneWorker) {
  const auto data = divided(400, 4, by("group"));
  ASSERT_TRUE(data) << data.failure().message;
  const auto groups = groups_of(data.value().dataset->training, "group").value();
  std::map<std::int32_t, std::set<int>> owners;
  for (int worker = 0; worker < 4; ++worker) {
    std::set<std::int32_t> own;
    for (const std::int32_t example : data.value().partition->of(worker)) {
      owners[groups[static_cast<std::size_t>(example)]].insert(worker);
      own.insert(groups[static_cast<std::size_t>(example)]);
    }
    EXPECT_EQ(own.size(), worker < 2 ? 2U : 1U) << "6 squares modulo 11 for 4 workers";
  }
  EXPECT_EQ(owners.size(), 6U);
  for (const auto& [group, workers] : owners) {
    EXPECT_EQ(workers.size(), 1U) << group;
  }
  EXPECT_EQ(data.value().partition->total(), 400);
  EXPECT_THAT(divided(400, 7, by("group")).failure().message,
              HasSubstr("6 groups are fewer than 7 workers"));
  EXPECT_THAT(divided(400, 2, by("town")).failure().message, HasSubstr("can be grouped by group"));
}

TEST(Amounts, OfAFileAreWhatItSays) {
  const murmur::testing::TemporaryFolder folder;
  const auto file = folder.path() / "workers.txt";
  const auto write = [&](const std::string& text) { std::ofstream(file) << text; };
  const auto divide_by_file = [&] {
    return divided(
        12, 2, {.name = "file", .amounts = {.kind = Kind::kDrawn}, .file = file.string()});
  };
  write("0\n1\n1\n-\n1\n1\n0\n0\n0\n0\n-\n1\n");
  const auto data = divide_by_file();
  ASSERT_TRUE(data) << data.failure().message;
  EXPECT_THAT(data.value().partition->of(0), ElementsAre(0, 6, 7, 8, 9));
  EXPECT_THAT(data.value().partition->of(1), ElementsAre(1, 2, 4, 5, 11));
  write("0\n1\n");
  EXPECT_THAT(divide_by_file().failure().message, HasSubstr("has 2 lines; there are 12"));
  EXPECT_EQ(divide_by_file().failure().kind, FailureKind::kDamaged);
  write("0\n2\n");
  EXPECT_THAT(divide_by_file().failure().message, HasSubstr("line 2: '2' is neither a worker"));
  write("0\n0\n0\n0\n0\n0\n0\n0\n0\n1\n1\n1\n");
  EXPECT_THAT(divide_by_file().failure().message, HasSubstr("worker 1 has 3 training examples"));
  std::filesystem::remove(file);
  EXPECT_EQ(divide_by_file().failure().kind, FailureKind::kMissing);
}

// Every worker visits its own examples once in its own epoch; the run's epoch is that of the mean.
TEST(Amounts, HaveEpochsOfTheirOwn) {
  const Amounts amounts{.kind = Kind::kShares, .shares = {9, 21, 50}};
  const auto data = divided(80, 3, {.name = "iid", .amounts = amounts}).value();
  EXPECT_EQ(data.batches->steps_per_epoch(), 6);  // floor(80 / 3 / 4)
  for (const auto& [worker, batches] : {std::pair{0, 2}, {1, 5}, {2, 12}}) {
    std::vector<std::int32_t> batch;
    std::set<std::int32_t> seen;
    for (std::int64_t number = batches; number < 2 * batches; ++number) {
      data.batches->batch(worker, number, batch);
      EXPECT_EQ(batch.size(), 4U);
      seen.insert(batch.begin(), batch.end());
    }
    EXPECT_EQ(std::ssize(seen), 4 * batches) << worker;
  }
}

}  // namespace
}  // namespace murmur::data
