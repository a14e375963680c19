// SPDX-License-Identifier: Apache-2.0
// Data in words.
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "murmur/data/training_data.h"

namespace murmur::data {
namespace {

std::string describe_partition(const PartitionSettings& partition) {
  if (partition.name == "dirichlet") {
    return fmt::format("dirichlet (alpha = {})", partition.alpha);
  }
  if (partition.name == "shards") {
    return fmt::format("shards ({} per worker)", partition.shards_per_worker);
  }
  if (partition.name == "natural") {
    return fmt::format("natural (by {})", partition.by);
  }
  return partition.name;
}

// Of a step that takes several batches.
std::string settings_text(const BatchSettings& batches) {
  return batches.accumulate > 1 ? fmt::format("{} in a step, ", batches.accumulate) : std::string();
}

// "32", or "at most 4096 tokens".
std::string size_text(const BatchSettings& batches) {
  return batches.batch_tokens > 0 ? fmt::format("at most {} tokens", batches.batch_tokens)
                                  : std::to_string(batches.batch_size);
}

std::string describe_transforms(const std::vector<TransformChoice>& choices) {
  std::vector<std::string> names;
  for (const TransformChoice& choice : choices) {
    names.push_back(choice.name);
  }
  return fmt::format("{}", fmt::join(names, ", "));
}

}  // namespace

std::string contents_of(const Dataset& dataset) {
  if (dataset.task == Task::kLanguageModel) {
    return fmt::format("windows of {} tokens, a vocabulary of {} {}",
                       dataset.longest,
                       dataset.vocabulary->size(),
                       dataset.vocabulary->tokenizer());
  }
  if (dataset.task == Task::kTranslation) {
    return fmt::format("pairs of at most {} tokens, a vocabulary of {} tokens",
                       dataset.longest,
                       dataset.vocabulary->size());
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
  const std::size_t validated = data.validation.examples.size();
  const std::string augmented = describe_transforms(data.settings.augment);
  return fmt::format(
      "{}: {} training{} and {} test {}; {} workers with {} training {} each, partition {}; "
      "batches of {}, {}{} steps per epoch{}",
      dataset.name,
      data.training_examples,
      validated == 0 ? "" : fmt::format(", {} validation", validated),
      dataset.test.count(),
      contents_of(dataset),
      data.partition->workers(),
      data.partition->examples_per_worker(),
      dataset.training.are_images()          ? "images"
      : dataset.task == Task::kLanguageModel ? "windows"
      : dataset.task == Task::kTranslation   ? "pairs"
                                             : "examples",
      describe_partition(data.settings.partition),
      size_text(data.settings.batches),
      settings_text(data.settings.batches),
      data.batches->steps_per_epoch(),
      augmented.empty() ? "" : ", augmented by " + augmented);
}

}  // namespace murmur::data
