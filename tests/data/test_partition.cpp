// SPDX-License-Identifier: Apache-2.0
// Laws of every partition, and the statistics of the quasi-global momentum paper's procedure on
// 50000 examples of 10 balanced classes.
#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "murmur/core/random.h"
#include "murmur/data/dirichlet.h"
#include "murmur/data/partition.h"

namespace murmur::data {
namespace {

using ::testing::HasSubstr;
using Labels = std::vector<std::int32_t>;

// Balanced classes in a random order, as in a dataset file.
Labels balanced(std::int64_t count, int classes) {
  Labels labels(static_cast<std::size_t>(count));
  std::size_t next = 0;
  for (const std::int64_t place : permutation(count, Random(99, Stream::kTest))) {
    labels[static_cast<std::size_t>(place)] =
        static_cast<std::int32_t>(next++ % static_cast<std::size_t>(classes));
  }
  return labels;
}

// Of 50 groups, or as a file might say.
Partition make(const Labels& labels, int workers, const char* name, std::uint64_t seed = 1) {
  PartitionSettings settings{.name = name, .alpha = 0.5};
  for (const PartitionInfo& info : partitions()) {
    settings.amounts.kind = info.name == name ? info.amounts.front() : settings.amounts.kind;
  }
  ExampleLabels examples(labels);
  std::vector<std::int32_t> groups;
  for (std::int32_t i = 0; i < std::ssize(labels); ++i) {
    groups.push_back(i % (settings.name == "file" ? workers : 50));
  }
  examples.group(groups);
  return make_partition(examples, workers, settings, seed).value();
}

TEST(Partitions, GiveEveryExampleToAtMostOneWorker) {
  const Labels labels = balanced(1003, 7);
  for (const PartitionInfo& info : partitions()) {
    if (info.name == "replicate") {
      continue;
    }
    const Partition partition = make(labels, 12, info.name.c_str());
    std::set<std::int32_t> seen;
    for (int worker = 0; worker < 12; ++worker) {
      for (const std::int32_t example : partition.of(worker)) {
        EXPECT_TRUE(example >= 0 && example < 1003);
        EXPECT_TRUE(seen.insert(example).second) << info.name << " " << example;
      }
    }
    if (!partition.is_equal()) {
      EXPECT_EQ(seen.size(), 1003U) << info.name;
      continue;
    }
    const std::int64_t expected = info.name == "shards" ? 1003 / 24 * 2 : 1003 / 12;
    EXPECT_EQ(partition.examples_per_worker(), expected) << info.name;
    EXPECT_EQ(static_cast<std::int64_t>(seen.size()), 12 * expected) << info.name;
  }
}

TEST(Partitions, AreFunctionsOfTheSeed) {
  const Labels labels = balanced(1000, 10);
  for (const PartitionInfo& info : partitions()) {
    const bool random = info.name == "iid" || info.name == "dirichlet" || info.name == "shards" ||
                        info.name == "natural";
    const Partition first = make(labels, 16, info.name.c_str(), 5);
    const Partition again = make(labels, 16, info.name.c_str(), 5);
    const Partition other = make(labels, 16, info.name.c_str(), 6);
    bool differs = false;
    for (int worker = 0; worker < 16; ++worker) {
      EXPECT_TRUE(std::ranges::equal(first.of(worker), again.of(worker)));
      differs = differs || !std::ranges::equal(first.of(worker), other.of(worker));
    }
    EXPECT_EQ(differs, random) << info.name;
  }
}

TEST(Partitions, KeepTheirOrder) {
  const Labels labels = balanced(100, 10);
  const Partition origin = make(labels, 4, "origin");
  EXPECT_EQ(origin.of(0).front(), 0);
  EXPECT_EQ(origin.of(3).back(), 99);
  const Partition replicate = make(labels, 4, "replicate");
  EXPECT_EQ(replicate.examples_per_worker(), 100);
  EXPECT_TRUE(std::ranges::equal(replicate.of(0), replicate.of(3)));
  const Partition sorted = make(labels, 4, "sorted");
  std::int32_t previous = -1;
  int label = 0;
  for (int worker = 0; worker < 4; ++worker) {
    for (const std::int32_t example : sorted.of(worker)) {
      const int own = labels[static_cast<std::size_t>(example)];
      EXPECT_GE(own, label);
      EXPECT_TRUE(own > label || example > previous) << "file order within a label";
      label = own;
      previous = example;
    }
  }
}

// With 10 workers, 10 balanced classes and two shards each, a worker has at most two classes.
TEST(Partitions, OfShardsHoldFewClasses) {
  const Labels labels = balanced(2000, 10);
  const Partition partition = make(labels, 10, "shards");
  for (int worker = 0; worker < 10; ++worker) {
    std::set<int> classes;
    for (const std::int32_t example : partition.of(worker)) {
      classes.insert(labels[static_cast<std::size_t>(example)]);
    }
    EXPECT_LE(classes.size(), 2U);
  }
}

TEST(Partitions, SayWhatIsImpossible) {
  const Labels labels = balanced(20, 2);
  EXPECT_THAT(make_partition(labels, 21, {}, 1).failure().message, HasSubstr("at most 20 workers"));
  EXPECT_THAT(make_partition(labels, 3, {.name = "noniid"}, 1).failure().message,
              HasSubstr("dirichlet, iid, sorted"));
  EXPECT_THAT(make_partition(labels, 15, {.name = "shards"}, 1).failure().message,
              HasSubstr("30 shards"));
  // Two classes that are hardly ever split cannot supply ten workers.
  EXPECT_THAT(make_partition(labels, 10, {.name = "dirichlet", .alpha = 1e-6}, 1).failure().message,
              HasSubstr("use a larger alpha"));
}

struct Statistics {
  double largest_share = 0;
  double classes = 0;    // with at least 1 %
  double variation = 0;  // total variation distance to uniform
  double effective = 0;  // 1 / sum of squared shares
};

// Means over the workers.
Statistics measure(const Partition& partition, const Labels& labels) {
  Statistics mean;
  const auto n = static_cast<double>(partition.workers());
  for (int worker = 0; worker < partition.workers(); ++worker) {
    std::vector<double> shares(10, 0);
    const auto own = partition.of(worker);
    for (const std::int32_t example : own) {
      shares[static_cast<std::size_t>(labels[static_cast<std::size_t>(example)])] +=
          1.0 / static_cast<double>(own.size());
    }
    double squares = 0;
    for (const double share : shares) {
      mean.classes += (share >= 0.01 ? 1 : 0) / n;
      mean.variation += std::abs(share - 0.1) / 2 / n;
      squares += share * share;
    }
    mean.largest_share += *std::ranges::max_element(shares) / n;
    mean.effective += 1 / squares / n;
  }
  return mean;
}

struct Row {
  int workers;
  double alpha;
  Statistics expected;
};

// The specification's table, from three repetitions with another generator. Margins are about three
// standard deviations of one repetition.
TEST(Dirichlet, HasThePublishedStatistics) {
  const Labels labels = balanced(50000, 10);
  const Row rows[] = {{16, 10, {0.16, 9.8, 0.14, 8.9}},
                      {16, 1, {0.29, 8.5, 0.36, 5.7}},
                      {16, 0.1, {0.55, 4.0, 0.66, 2.6}},
                      {16, 0.01, {0.81, 2.2, 0.82, 1.5}},
                      {32, 10, {0.16, 9.8, 0.14, 8.9}},
                      {32, 1, {0.31, 8.2, 0.39, 5.3}},
                      {32, 0.1, {0.57, 4.1, 0.67, 2.5}},
                      {32, 0.01, {0.85, 2.2, 0.82, 1.5}}};
  for (const Row& row : rows) {
    Statistics mean;
    constexpr int kRepetitions = 4;
    for (std::uint64_t seed = 1; seed <= kRepetitions; ++seed) {
      const auto partition =
          make_partition(labels, row.workers, {.name = "dirichlet", .alpha = row.alpha}, seed);
      ASSERT_TRUE(partition);
      EXPECT_EQ(partition.value().examples_per_worker(), 50000 / row.workers);
      const Statistics one = measure(partition.value(), labels);
      mean.largest_share += one.largest_share / kRepetitions;
      mean.classes += one.classes / kRepetitions;
      mean.variation += one.variation / kRepetitions;
      mean.effective += one.effective / kRepetitions;
    }
    SCOPED_TRACE(fmt::format("n = {}, alpha = {}", row.workers, row.alpha));
    EXPECT_NEAR(mean.largest_share, row.expected.largest_share, 0.04);
    EXPECT_NEAR(mean.classes, row.expected.classes, 0.5);
    EXPECT_NEAR(mean.variation, row.expected.variation, 0.03);
    EXPECT_NEAR(mean.effective, row.expected.effective, 0.5);
  }
}

TEST(Dirichlet, DividesGroupsOfTenAsPublished) {
  const Labels labels = balanced(50000, 10);
  const DirichletShards shards = dirichlet_shards(labels, 32, 1.0, 3).value();
  ASSERT_EQ(shards.sizes.size(), 32U);
  ASSERT_EQ(shards.draws_per_group.size(), 4U);
  const auto sum = [&](int begin, int end) {
    return std::accumulate(
        shards.sizes.begin() + begin, shards.sizes.begin() + end, std::int64_t{0});
  };
  EXPECT_EQ(sum(0, 10), 15625);
  EXPECT_EQ(sum(20, 30), 15625);
  EXPECT_EQ(sum(30, 32), 3125);
  for (const std::int64_t size : shards.sizes) {
    EXPECT_GE(size, 781);   // floor of half a share
    EXPECT_LT(size, 3125);  // a full shard gets no more, and none starts with more than a class
  }
}

// A small alpha needs redraws: about 6 per group at 0.1, 84 at 0.01, as published.
TEST(Dirichlet, DrawsAgainUntilNoWorkerIsShort) {
  const Labels labels = balanced(50000, 10);
  double draws = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const DirichletShards shards = dirichlet_shards(labels, 16, 0.1, seed).value();
    for (const std::int64_t count : shards.draws_per_group) {
      draws += static_cast<double>(count) / 40;
    }
  }
  EXPECT_GT(draws, 2);
  EXPECT_LT(draws, 20);
}

// With so small an alpha all variates underflow, and a share would be 0 / 0; in the limit each
// class goes to one worker, as long as that worker is not full.
TEST(Dirichlet, GivesWholeClassesAwayAsAlphaVanishes) {
  const Labels labels = balanced(1000, 10);
  const auto shards = dirichlet_shards(labels, 5, 1e-9, 1);
  ASSERT_TRUE(shards) << shards.failure().message;
  EXPECT_EQ(shards.value().sizes, std::vector<std::int64_t>(5, 200));
  const Statistics mean =
      measure(make_partition(labels, 5, {.name = "dirichlet", .alpha = 1e-9}, 1).value(), labels);
  EXPECT_NEAR(mean.largest_share, 0.5, 1e-12);
  EXPECT_NEAR(mean.classes, 2, 1e-12);
}

}  // namespace
}  // namespace murmur::data
