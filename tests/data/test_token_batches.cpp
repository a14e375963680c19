// SPDX-License-Identifier: Apache-2.0
// Batches with a budget of tokens: laws over random lengths and budgets.
#include <algorithm>
#include <map>
#include <numeric>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "murmur/core/random.h"
#include "murmur/data/batches.h"

namespace murmur::data {
namespace {

using ::testing::ElementsAre;
using Examples = std::vector<std::int32_t>;

std::vector<std::int32_t> some_lengths(std::int64_t count, std::uint64_t seed) {
  std::vector<std::int32_t> lengths;
  const Random random(seed, Stream::kTest);
  for (std::int64_t i = 0; i < count; ++i) {
    lengths.push_back(1 +
                      static_cast<std::int32_t>(random.below(static_cast<std::uint64_t>(i), 20)));
  }
  return lengths;
}

std::shared_ptr<const Partition> divided(std::int64_t count, int workers, std::uint64_t seed) {
  return std::make_shared<const Partition>(
      make_partition(ExampleLabels(count), workers, {.name = "iid"}, seed).value());
}

struct Case {
  std::int64_t count = 0;
  int workers = 1;
  std::int64_t budget = 0;
  std::uint64_t seed = 1;
};

class TokenBatches : public ::testing::TestWithParam<Case> {
 protected:
  Case given_ = GetParam();
  std::vector<std::int32_t> lengths_ = some_lengths(given_.count, given_.seed);
  std::shared_ptr<const Partition> partition_ = divided(given_.count, given_.workers, given_.seed);
  Batches batches_{partition_, {.batch_tokens = given_.budget, .seed = given_.seed}, lengths_};

  Examples get(int worker, std::int64_t number) const {
    Examples examples;
    batches_.batch(worker, number, examples);
    return examples;
  }
  std::int64_t longest(const Examples& examples) const {
    std::int64_t longest = 0;
    for (const std::int32_t example : examples) {
      longest = std::max<std::int64_t>(longest, lengths_[static_cast<std::size_t>(example)]);
    }
    return longest;
  }
};
INSTANTIATE_TEST_SUITE_P(Sizes,
                         TokenBatches,
                         ::testing::Values(Case{1, 1, 20, 1},
                                           Case{40, 1, 20, 2},
                                           Case{100, 3, 64, 3},
                                           Case{101, 4, 33, 4},
                                           Case{60, 2, 100000, 5}));

TEST_P(TokenBatches, HaveEveryExampleOncePerEpochWithinTheBudget) {
  for (int worker = 0; worker < given_.workers; ++worker) {
    const std::int64_t in_epoch = batches_.batches_of(worker);
    const auto own = partition_->of(worker);
    for (std::int64_t epoch = 0; epoch < 3; ++epoch) {
      Examples seen;
      for (std::int64_t k = 0; k < in_epoch; ++k) {
        const Examples batch = get(worker, epoch * in_epoch + k);
        ASSERT_FALSE(batch.empty());
        EXPECT_LE(std::ssize(batch) * longest(batch), given_.budget);
        EXPECT_LE(std::ssize(batch), batches_.largest());
        seen.insert(seen.end(), batch.begin(), batch.end());
      }
      std::ranges::sort(seen);
      Examples expected(own.begin(), own.end());
      std::ranges::sort(expected);
      EXPECT_EQ(seen, expected);
    }
  }
}

// The plain form: by length, as many as fit, and so on.
TEST_P(TokenBatches, AreCutGreedily) {
  for (int worker = 0; worker < given_.workers; ++worker) {
    std::vector<std::int64_t> sorted;
    for (const std::int32_t example : partition_->of(worker)) {
      sorted.push_back(lengths_[static_cast<std::size_t>(example)]);
    }
    std::ranges::sort(sorted);
    std::multiset<std::vector<std::int64_t>> expected;
    std::vector<std::int64_t> open;
    for (const std::int64_t length : sorted) {
      if ((std::ssize(open) + 1) * length > given_.budget) {
        expected.insert(open);
        open.clear();
      }
      open.push_back(length);
    }
    expected.insert(open);
    std::multiset<std::vector<std::int64_t>> cut;
    for (std::int64_t k = 0; k < batches_.batches_of(worker); ++k) {
      std::vector<std::int64_t> of_batch;
      for (const std::int32_t example : get(worker, k)) {
        of_batch.push_back(lengths_[static_cast<std::size_t>(example)]);
      }
      cut.insert(of_batch);
    }
    EXPECT_EQ(cut, expected);
  }
}

TEST_P(TokenBatches, HaveTheMeanNumberInTheEpochOfTheRun) {
  std::int64_t all = 0;
  for (int worker = 0; worker < given_.workers; ++worker) {
    all += batches_.batches_of(worker);
  }
  EXPECT_EQ(batches_.steps_per_epoch(), std::max<std::int64_t>(all / given_.workers, 1));
  EXPECT_EQ(batches_.weight(1), 1);
}

TEST(BatchesOfTokens, AreFunctionsOfSeedWorkerAndNumber) {
  const std::vector<std::int32_t> lengths = some_lengths(200, 7);
  const auto make = [&](std::uint64_t seed) {
    return std::make_unique<Batches>(
        divided(200, 2, 7), BatchSettings{.batch_tokens = 50, .seed = seed}, lengths);
  };
  const auto get = [](const Batches& batches, int worker, std::int64_t number) {
    Examples examples;
    batches.batch(worker, number, examples);
    return examples;
  };
  const auto one = make(7);
  const std::int64_t in_epoch = one->batches_of(0);
  std::vector<Examples> first;
  for (std::int64_t k = 0; k < in_epoch; ++k) {
    first.push_back(get(*one, 0, k));
  }
  EXPECT_EQ(get(*one, 0, 5 * in_epoch + 1), get(*make(7), 0, 5 * in_epoch + 1))
      << "without those before";
  EXPECT_EQ(get(*one, 0, 3), first[3]) << "going back";
  std::vector<Examples> second;
  std::vector<Examples> other;
  const auto another = make(8);
  for (std::int64_t k = 0; k < in_epoch; ++k) {
    second.push_back(get(*one, 0, in_epoch + k));
    other.push_back(get(*another, 0, k));
  }
  EXPECT_NE(second, first);
  EXPECT_NE(other, first);
  std::ranges::sort(second);
  std::ranges::sort(first);
  EXPECT_NE(second, first) << "examples of equal lengths come together in other batches";
  const auto lengths_in_order = [&](const Batches& batches, std::int64_t epoch) {
    std::vector<std::int32_t> order;
    for (std::int64_t k = 0; k < in_epoch; ++k) {
      const Examples batch = get(batches, 0, epoch * in_epoch + k);
      order.push_back(lengths[static_cast<std::size_t>(batch.front())]);
    }
    return order;
  };
  const auto order = lengths_in_order(*one, 0);
  EXPECT_FALSE(std::ranges::is_sorted(order)) << "batches come in random order";
  EXPECT_NE(order, lengths_in_order(*one, 1)) << "another one in every epoch";
  EXPECT_NE(order, lengths_in_order(*another, 0));
}

TEST(BatchesOfTokens, AreTakenSeveralAtATime) {
  const std::vector<std::int32_t> lengths(7, 5);  // seven batches of one
  const auto partition = divided(7, 1, 1);
  const Batches dropped(partition, {.batch_tokens = 9, .accumulate = 3}, lengths);
  EXPECT_EQ(dropped.batches_of(0), 6);
  EXPECT_EQ(dropped.steps_per_epoch(), 2);
  const Batches kept(partition, {.batch_tokens = 9, .drop_last = false, .accumulate = 3}, lengths);
  EXPECT_EQ(kept.batches_of(0), 7);
  EXPECT_EQ(kept.steps_per_epoch(), 3);
  EXPECT_EQ(kept.batches_of_step(0, 6), 1);
}

TEST(BatchesOfTokens, AreCutWhereTheBudgetEnds) {
  EXPECT_THAT(cut_by_tokens({2, 2, 2, 3, 3, 6}, 6), ElementsAre(3, 5, 6));
  EXPECT_THAT(cut_by_tokens({2, 2, 2, 3, 3, 6}, 9), ElementsAre(3, 5, 6));
  EXPECT_THAT(cut_by_tokens({2, 2, 2, 3, 3, 6}, 12), ElementsAre(4, 6));
  EXPECT_TRUE(cut_by_tokens({}, 12).empty());
}

}  // namespace
}  // namespace murmur::data
