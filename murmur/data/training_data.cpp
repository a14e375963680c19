// SPDX-License-Identifier: Apache-2.0
#include "murmur/data/training_data.h"

#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace murmur::data {
namespace {

std::string describe_partition(const PartitionSettings& partition) {
  if (partition.name == "dirichlet") {
    return fmt::format("dirichlet (alpha = {})", partition.alpha);
  }
  if (partition.name == "shards") {
    return fmt::format("shards ({} per worker)", partition.shards_per_worker);
  }
  return partition.name;
}

// Of a step that takes several batches.
std::string settings_text(const BatchSettings& batches) {
  return batches.accumulate > 1 ? fmt::format("{} in a step, ", batches.accumulate) : std::string();
}

}  // namespace

std::string too_few(std::int64_t examples, const BatchSettings& batches) {
  const std::string of =
      batches.accumulate > 1
          ? fmt::format("gradient.accumulate = {} batches of ", batches.accumulate)
          : std::string();
  return fmt::format(
      "{} training examples, fewer than {}data.batch_size = {}", examples, of, batches.batch_size);
}

Result<TrainingData> divide(std::shared_ptr<const Dataset> dataset,
                            const TrainingDataSettings& settings) {
  Result<Partition> partition = make_partition(
      dataset->training.labels, settings.workers, settings.partition, settings.batches.seed);
  if (!partition) {
    return partition.failure();
  }
  const auto shared = std::make_shared<const Partition>(std::move(partition).value());
  const std::int64_t own = shared->examples_per_worker();
  const BatchSettings& batches = settings.batches;
  if (steps_per_epoch(own, batches) == 0) {
    return Failure{FailureKind::kInvalid,
                   fmt::format("each of {} workers has {}; use {}, fewer workers, or "
                               "data.drop_last = false",
                               settings.workers,
                               too_few(own, batches),
                               batches.accumulate > 1 ? "a smaller gradient.accumulate or batch"
                                                      : "a smaller batch")};
  }
  return TrainingData{.dataset = std::move(dataset),
                      .partition = shared,
                      .batches = std::make_shared<const Batches>(shared, batches),
                      .settings = settings};
}

std::vector<std::vector<std::int64_t>> class_counts(const TrainingData& data) {
  const HeldBytes& labels = data.dataset->training.labels;
  std::vector<std::vector<std::int64_t>> counts;
  for (int worker = 0; worker < data.partition->workers(); ++worker) {
    std::vector<std::int64_t> own(static_cast<std::size_t>(data.dataset->classes), 0);
    for (const std::int32_t example : data.partition->of(worker)) {
      ++own[labels[static_cast<std::size_t>(example)]];
    }
    counts.push_back(std::move(own));
  }
  return counts;
}

std::string describe(const TrainingData& data) {
  const Dataset& dataset = *data.dataset;
  return fmt::format(
      "{}: {} training and {} test images of {}, {} classes; {} workers with {} training images "
      "each, partition {}; batches of {}, {}{} steps per epoch{}",
      dataset.name,
      dataset.training.count(),
      dataset.test.count(),
      fmt::join(dataset.training.shape, " x "),
      dataset.classes,
      data.partition->workers(),
      data.partition->examples_per_worker(),
      describe_partition(data.settings.partition),
      data.settings.batches.batch_size,
      settings_text(data.settings.batches),
      data.batches->steps_per_epoch(),
      data.settings.augment ? ", augmented" : "");
}

}  // namespace murmur::data
