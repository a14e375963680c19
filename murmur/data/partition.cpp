// SPDX-License-Identifier: Apache-2.0
#include "murmur/data/partition.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include <fmt/format.h>

#include "murmur/core/check.h"
#include "murmur/data/division/slices.h"

namespace murmur::data {
namespace {

std::string names_of_partitions(bool without_labels) {
  std::vector<std::string> names;
  for (const PartitionInfo& info : partitions()) {
    if (!without_labels || !info.by_label) {
      names.push_back(info.name);
    }
  }
  return fmt::format("{}", fmt::join(names, ", "));
}

}  // namespace

const std::vector<PartitionInfo>& partitions() {
  using enum Amounts::Kind;
  static const std::vector<PartitionInfo> kTable{
      {.name = "dirichlet",
       .summary = "class shares of each worker drawn from a Dirichlet distribution",
       .paper = "Lin, Karimireddy, Stich, Jaggi, ICML 2021 (as in its code)",
       .options = {{.name = "alpha",
                    .help = "concentration: small = heterogeneous, 10 = nearly alike",
                    .fallback = 1.0,
                    .bounds = kPositive}},
       .by_label = true,
       .amounts = {kEqual, kDrawn}},
      {.name = "iid",
       .summary = "shuffled, then cut into slices",
       .paper = {},
       .options = {},
       .amounts = {kEqual, kShares}},
      {.name = "sorted",
       .summary = "sorted by label, then cut into slices",
       .paper = {},
       .options = {},
       .by_label = true,
       .amounts = {kEqual, kShares}},
      {.name = "shards",
       .summary = "sorted by label, cut into shards, some of them for each worker at random",
       .paper = "McMahan, Moore, Ramage, Hampson, Aguera y Arcas, AISTATS 2017",
       .options = {{.name = "shards_per_worker",
                    .help = "shards of each worker",
                    .fallback = std::int64_t{2},
                    .bounds = kCount}},
       .by_label = true},
      {.name = "origin",
       .summary = "file order, cut into slices",
       .paper = {},
       .options = {},
       .amounts = {kEqual, kShares}},
      {.name = "natural",
       .summary = "groups of examples, dealt round robin in random order",
       .paper = {},
       .options = {{.name = "by",
                    .help = "what the examples of a group share: a column, or \"file\"",
                    .fallback = std::string(),
                    .required = true}},
       .amounts = {kDrawn}},
      {.name = "file",
       .summary = "as a file says: a line per training example, its worker or \"-\"",
       .paper = {},
       .options = {{.name = "partition_file",
                    .help = "the file",
                    .fallback = std::string(),
                    .required = true}},
       .amounts = {kDrawn}},
      {.name = "replicate", .summary = "every worker has all data", .paper = {}, .options = {}}};
  return kTable;
}

Partition::Partition(std::vector<std::int32_t> order, int workers, bool replicated)
    : order_(std::move(order)) {
  const std::int64_t size = std::ssize(order_) / (replicated ? 1 : workers);
  for (std::int64_t worker = 0; worker < workers; ++worker) {
    begins_.push_back(replicated ? 0 : worker * size);
    sizes_.push_back(size);
  }
}

Partition::Partition(std::vector<std::int32_t> order, const std::vector<std::int64_t>& sizes)
    : order_(std::move(order)), sizes_(sizes), is_equal_(false) {
  std::int64_t begin = 0;
  for (const std::int64_t size : sizes) {
    begins_.push_back(begin);
    begin += size;
  }
  MURMUR_CHECK(begin <= std::ssize(order_), "{} of {}", begin, order_.size());
}

std::int64_t Partition::total() const {
  return std::accumulate(sizes_.begin(), sizes_.end(), std::int64_t{0});
}

std::int64_t Partition::examples_per_worker() const {
  return total() / workers();
}

Partition Partition::of_some(std::span<const std::int32_t> which) const {
  std::vector<std::int32_t> order = order_;
  for (std::int32_t& example : order) {
    example = which[static_cast<std::size_t>(example)];
  }
  Partition some = *this;
  some.order_ = std::move(order);
  return some;
}

std::span<const std::int32_t> Partition::of(int worker) const {
  MURMUR_CHECK(worker >= 0 && worker < workers(), "worker = {} of {}", worker, workers());
  const auto index = static_cast<std::size_t>(worker);
  return std::span(order_).subspan(static_cast<std::size_t>(begins_[index]),
                                   static_cast<std::size_t>(sizes_[index]));
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
  if (settings.name == "replicate") {
    std::vector<std::int32_t> order(static_cast<std::size_t>(labels.count()));
    std::iota(order.begin(), order.end(), 0);
    return Partition(std::move(order), workers, true);
  }
  const auto known = [&](const PartitionInfo& info) { return info.name == settings.name; };
  if (std::ranges::none_of(partitions(), known)) {
    return Failure{
        FailureKind::kInvalid,
        fmt::format(
            "there is no partition '{}'; there are {}", settings.name, names_of_partitions(false))};
  }
  Result<Slices> slices = make_slices(labels, workers, settings, seed);
  if (!slices) {
    return slices.failure();
  }
  std::vector<std::int32_t>& order = slices.value().order;
  return settings.amounts.kind == Amounts::Kind::kEqual
             ? Partition(std::move(order), workers, false)
             : Partition(std::move(order), slices.value().sizes);
}

}  // namespace murmur::data
