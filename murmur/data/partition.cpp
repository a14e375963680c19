// SPDX-License-Identifier: Apache-2.0
#include "murmur/data/partition.h"

#include <algorithm>
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

Result<Order> dirichlet(Labels labels, int workers, double alpha, std::uint64_t seed) {
  Result<DirichletShards> shards = dirichlet_shards(labels, workers, alpha, seed);
  if (!shards) {
    return shards.failure();
  }
  return std::move(shards.value().order);
}

std::string names_of_partitions(bool without_labels) {
  std::vector<std::string> names;
  for (const PartitionInfo& info : partitions()) {
    if (!without_labels || !info.by_label) {
      names.push_back(info.name);
    }
  }
  return fmt::format("{}", fmt::join(names, ", "));
}

Result<Order> make_order(const ExampleLabels& examples,
                         int workers,
                         const PartitionSettings& settings,
                         std::uint64_t seed) {
  const auto count = static_cast<std::size_t>(examples.count());
  const Labels labels = examples.values();
  if (settings.name == "iid") {
    return shuffled(count, seed);
  }
  if (settings.name == "sorted") {
    return by_label(labels);
  }
  if (settings.name == "shards") {
    return dealt_shards(labels, workers, settings.shards_per_worker, seed);
  }
  if (settings.name == "dirichlet") {
    return dirichlet(labels, workers, settings.alpha, seed);
  }
  if (settings.name == "origin" || settings.name == "replicate") {
    return file_order(count);
  }
  return Failure{
      FailureKind::kInvalid,
      fmt::format(
          "there is no partition '{}'; there are {}", settings.name, names_of_partitions(false))};
}

}  // namespace

const std::vector<PartitionInfo>& partitions() {
  static const std::vector<PartitionInfo> kTable{
      {.name = "dirichlet",
       .summary = "class shares of each worker drawn from a Dirichlet distribution",
       .paper = "Lin, Karimireddy, Stich, Jaggi, ICML 2021 (as in its code)",
       .options = {{.name = "alpha",
                    .help = "concentration: small = heterogeneous, 10 = nearly alike",
                    .fallback = 1.0,
                    .bounds = kPositive}},
       .by_label = true},
      {.name = "iid", .summary = "shuffled, equal slices", .paper = {}, .options = {}},
      {.name = "sorted",
       .summary = "sorted by label, equal slices",
       .paper = {},
       .options = {},
       .by_label = true},
      {.name = "shards",
       .summary = "sorted by label, cut into shards, some of them for each worker at random",
       .paper = "McMahan, Moore, Ramage, Hampson, Aguera y Arcas, AISTATS 2017",
       .options = {{.name = "shards_per_worker",
                    .help = "shards of each worker",
                    .fallback = std::int64_t{2},
                    .bounds = kCount}},
       .by_label = true},
      {.name = "origin", .summary = "file order, equal slices", .paper = {}, .options = {}},
      {.name = "replicate", .summary = "every worker has all data", .paper = {}, .options = {}}};
  return kTable;
}

Partition::Partition(std::vector<std::int32_t> order, int workers, bool replicated)
    : order_(std::move(order)),
      workers_(workers),
      replicated_(replicated),
      per_worker_(static_cast<std::int64_t>(order_.size()) / (replicated ? 1 : workers)) {}

std::span<const std::int32_t> Partition::of(int worker) const {
  MURMUR_CHECK(worker >= 0 && worker < workers_, "worker = {} of {}", worker, workers_);
  const auto size = static_cast<std::size_t>(per_worker_);
  return std::span(order_).subspan(replicated_ ? 0 : static_cast<std::size_t>(worker) * size, size);
}

Status require_no_labels(const PartitionSettings& settings) {
  const auto by_label = [&](const PartitionInfo& info) {
    return info.name == settings.name && info.by_label;
  };
  if (std::ranges::none_of(partitions(), by_label)) {
    return Ok{};
  }
  return Failure{FailureKind::kInvalid,
                 fmt::format("data.partition = \"{}\" divides by label, and these examples have no "
                             "labels; partitions without labels are {}",
                             settings.name,
                             names_of_partitions(true))};
}

Result<Partition> make_partition(const ExampleLabels& labels,
                                 int workers,
                                 const PartitionSettings& settings,
                                 std::uint64_t seed) {
  MURMUR_CHECK(workers > 0, "workers = {}", workers);
  if (labels.count() < workers) {
    return Failure{FailureKind::kInvalid,
                   fmt::format("{} training examples are fewer than {} workers; use at most {} "
                               "workers",
                               labels.count(),
                               workers,
                               labels.count())};
  }
  if (!labels.present()) {
    if (const Status allowed = require_no_labels(settings); !allowed) {
      return allowed.failure();
    }
  }
  Result<Order> order = make_order(labels, workers, settings, seed);
  if (!order) {
    return order.failure();
  }
  return Partition(std::move(order).value(), workers, settings.name == "replicate");
}

}  // namespace murmur::data
