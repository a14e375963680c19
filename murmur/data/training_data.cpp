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

std::string describe_transforms(const std::vector<TransformChoice>& choices) {
  std::vector<std::string> names;
  for (const TransformChoice& choice : choices) {
    names.push_back(choice.name);
  }
  return fmt::format("{}", fmt::join(names, ", "));
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

Status check_fit(const Dataset& dataset, const TrainingDataSettings& settings) {
  const Examples& training = dataset.training;
  if (!settings.augment.empty() && !training.are_images()) {
    return Failure{
        FailureKind::kInvalid,
        fmt::format("data.augment: '{}' needs images, and these examples are {}; write "
                    "data.augment = false",
                    settings.augment.front().name,
                    dataset.vocabulary != nullptr
                        ? std::string("text")
                        : fmt::format("numbers of shape {}", fmt::join(training.shape(), " x ")))};
  }
  for (const TransformChoice& choice : settings.augment) {
    if (find_transform(choice.name)->resize != nullptr && !training.image_files) {
      return Failure{FailureKind::kInvalid,
                     fmt::format("data.augment: '{}' is for images in files of any size, of "
                                 "data.name = \"image-folder\"; 'crop' takes parts of the images "
                                 "of '{}'",
                                 choice.name,
                                 dataset.name)};
    }
  }
  return dataset.task == Task::kClassification ? Status(Ok{})
                                               : require_no_labels(settings.partition);
}

Result<TrainingData> divide(std::shared_ptr<const Dataset> dataset,
                            const TrainingDataSettings& settings) {
  if (const Status fits = check_fit(*dataset, settings); !fits) {
    return fits.failure();
  }
  const Examples& training = dataset->training;
  const ExampleLabels labels = dataset->task == Task::kClassification
                                   ? ExampleLabels(training.labels())
                                   : ExampleLabels(training.count());
  Result<Partition> partition =
      make_partition(labels, settings.workers, settings.partition, settings.batches.seed);
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
  std::vector<std::vector<std::int64_t>> counts;
  if (data.dataset->task != Task::kClassification) {
    return counts;
  }
  const std::vector<std::int32_t> labels = data.dataset->training.labels();
  for (int worker = 0; worker < data.partition->workers(); ++worker) {
    std::vector<std::int64_t> own(static_cast<std::size_t>(data.dataset->classes), 0);
    for (const std::int32_t example : data.partition->of(worker)) {
      ++own[static_cast<std::size_t>(labels[static_cast<std::size_t>(example)])];
    }
    counts.push_back(std::move(own));
  }
  return counts;
}

std::string contents_of(const Dataset& dataset) {
  if (dataset.task == Task::kLanguageModel) {
    return fmt::format("windows of {} tokens, a vocabulary of {} {}",
                       dataset.longest,
                       dataset.vocabulary->size(),
                       dataset.vocabulary->tokenizer());
  }
  if (dataset.vocabulary != nullptr) {
    return fmt::format("texts of at most {} tokens, a vocabulary of {} tokens, {} classes",
                       dataset.longest,
                       dataset.vocabulary->size(),
                       dataset.classes);
  }
  return fmt::format("{} of {}, {} {}",
                     dataset.training.are_images() ? "images" : "arrays",
                     fmt::join(dataset.training.shape(), " x "),
                     dataset.outputs(),
                     dataset.task == Task::kClassification ? "classes" : "targets");
}

std::string describe(const TrainingData& data) {
  const Dataset& dataset = *data.dataset;
  const std::string augmented = describe_transforms(data.settings.augment);
  return fmt::format(
      "{}: {} training and {} test {}; {} workers with {} training {} each, partition {}; batches "
      "of {}, {}{} steps per epoch{}",
      dataset.name,
      dataset.training.count(),
      dataset.test.count(),
      contents_of(dataset),
      data.partition->workers(),
      data.partition->examples_per_worker(),
      dataset.training.are_images()          ? "images"
      : dataset.task == Task::kLanguageModel ? "windows"
                                             : "examples",
      describe_partition(data.settings.partition),
      data.settings.batches.batch_size,
      settings_text(data.settings.batches),
      data.batches->steps_per_epoch(),
      augmented.empty() ? "" : ", augmented by " + augmented);
}

}  // namespace murmur::data
