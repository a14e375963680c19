// SPDX-License-Identifier: Apache-2.0
#include "murmur/data/division/slices.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <utility>

#include <fmt/format.h>

#include "murmur/core/check.h"
#include "murmur/core/random.h"
#include "murmur/data/dirichlet.h"

namespace murmur::data {
namespace {

using Order = std::vector<std::int32_t>;
using Labels = std::span<const std::int32_t>;

Order file_order(std::size_t count) {
  Order order(count);
  std::iota(order.begin(), order.end(), 0);
  return order;
}

Order shuffled(std::size_t count, std::uint64_t seed) {
  const auto wide = permutation(static_cast<std::int64_t>(count), Random(seed, Stream::kPartition));
  Order order(count);
  std::transform(wide.begin(), wide.end(), order.begin(), [](std::int64_t i) {
    return static_cast<std::int32_t>(i);
  });
  return order;
}

Order by_label(Labels labels) {
  Order order = file_order(labels.size());
  std::stable_sort(order.begin(), order.end(), [&](std::int32_t a, std::int32_t b) {
    return labels[static_cast<std::size_t>(a)] < labels[static_cast<std::size_t>(b)];
  });
  return order;
}

// Sorted by label, cut into equal shards, the same number of random shards for each worker.
Result<Order> dealt_shards(Labels labels,
                           int workers,
                           std::int64_t shards_per_worker,
                           std::uint64_t seed) {
  const std::int64_t shards = shards_per_worker * workers;
  const auto count = static_cast<std::int64_t>(labels.size());
  if (count < shards) {
    return Failure{FailureKind::kInvalid,
                   fmt::format("{} examples cannot be cut into {} shards ({} for each of {} "
                               "workers); use fewer workers or fewer shards per worker",
                               count,
                               shards,
                               shards_per_worker,
                               workers)};
  }
  const Order sorted = by_label(labels);
  const std::int64_t size = count / shards;
  Order order;
  for (const std::int64_t shard : permutation(shards, Random(seed, Stream::kPartition))) {
    const auto first = sorted.begin() + shard * size;
    order.insert(order.end(), first, first + size);
  }
  return order;
}

// Groups in random order, dealt round robin. Within a worker: group by group, as they are dealt,
// each in file order.
Result<Slices> dealt_groups(std::span<const std::int32_t> groups, int workers, std::uint64_t seed) {
  std::map<std::int32_t, Order> members;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    members[groups[i]].push_back(static_cast<std::int32_t>(i));
  }
  std::vector<const Order*> all;
  for (const auto& [group, examples] : members) {
    all.push_back(&examples);
  }
  const auto count = static_cast<std::int64_t>(all.size());
  if (count < workers) {
    return Failure{
        FailureKind::kInvalid,
        fmt::format(
            "{} groups are fewer than {} workers; use at most {} workers", count, workers, count)};
  }
  const auto order = permutation(count, Random(seed, Stream::kPartition));
  Slices slices;
  for (std::int64_t worker = 0; worker < workers; ++worker) {
    const std::size_t before = slices.order.size();
    for (std::int64_t k = worker; k < count; k += workers) {
      const Order& group = *all[static_cast<std::size_t>(order[static_cast<std::size_t>(k)])];
      slices.order.insert(slices.order.end(), group.begin(), group.end());
    }
    slices.sizes.push_back(static_cast<std::int64_t>(slices.order.size() - before));
  }
  return slices;
}

// The group of an example is its worker, or negative: it belongs to none.
Result<Slices> assigned(std::span<const std::int32_t> groups, int workers) {
  std::vector<Order> own(static_cast<std::size_t>(workers));
  for (std::size_t i = 0; i < groups.size(); ++i) {
    if (groups[i] >= 0) {
      own[static_cast<std::size_t>(groups[i])].push_back(static_cast<std::int32_t>(i));
    }
  }
  Slices slices;
  for (const Order& examples : own) {
    slices.order.insert(slices.order.end(), examples.begin(), examples.end());
    slices.sizes.push_back(std::ssize(examples));
  }
  return slices;
}

// Cut at the rounded cumulative shares.
std::vector<std::int64_t> sizes_of(const std::vector<double>& shares, std::size_t count) {
  const double total = std::accumulate(shares.begin(), shares.end(), 0.0);
  std::vector<std::int64_t> sizes;
  double cumulative = 0;
  std::int64_t begin = 0;
  for (const double share : shares) {
    cumulative += share;
    const std::int64_t end = std::llround(cumulative / total * static_cast<double>(count));
    sizes.push_back(end - begin);
    begin = end;
  }
  return sizes;
}

std::vector<std::int64_t> equal_sizes(std::size_t count, int workers) {
  const auto size = static_cast<std::int64_t>(count) / workers;
  return std::vector<std::int64_t>(static_cast<std::size_t>(workers), size);
}

Result<Slices> dirichlet(Labels labels,
                         int workers,
                         const PartitionSettings& settings,
                         std::uint64_t seed) {
  Result<DirichletShards> shards = dirichlet_shards(labels, workers, settings.alpha, seed);
  if (!shards) {
    return shards.failure();
  }
  Slices slices{.order = std::move(shards.value().order), .sizes = {}};
  slices.sizes = settings.amounts.kind == Amounts::Kind::kDrawn
                     ? std::move(shards.value().sizes)
                     : equal_sizes(slices.order.size(), workers);
  return slices;
}

Result<Slices> cut(Result<Order> order, int workers, const PartitionSettings& settings) {
  if (!order) {
    return order.failure();
  }
  const std::size_t count = order.value().size();
  return Slices{.order = std::move(order).value(),
                .sizes = settings.amounts.kind == Amounts::Kind::kShares
                             ? sizes_of(settings.amounts.shares, count)
                             : equal_sizes(count, workers)};
}

}  // namespace

Result<Slices> make_slices(const ExampleLabels& examples,
                           int workers,
                           const PartitionSettings& settings,
                           std::uint64_t seed) {
  const auto count = static_cast<std::size_t>(examples.count());
  const Labels labels = examples.values();
  if (settings.name == "iid") {
    return cut(shuffled(count, seed), workers, settings);
  }
  if (settings.name == "sorted") {
    return cut(by_label(labels), workers, settings);
  }
  if (settings.name == "shards") {
    return cut(dealt_shards(labels, workers, settings.shards_per_worker, seed), workers, settings);
  }
  if (settings.name == "dirichlet") {
    return dirichlet(labels, workers, settings, seed);
  }
  if (settings.name == "natural") {
    return dealt_groups(examples.groups(), workers, seed);
  }
  if (settings.name == "file") {
    return assigned(examples.groups(), workers);
  }
  MURMUR_CHECK(settings.name == "origin", "partition '{}'", settings.name);
  return cut(file_order(count), workers, settings);
}

}  // namespace murmur::data
