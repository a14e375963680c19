// SPDX-License-Identifier: Apache-2.0
#include "murmur/data/training_data.h"

#include <numeric>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "murmur/data/division/groups.h"
#include "murmur/data/division/own_test.h"

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

std::vector<std::int32_t> some_of(const std::vector<std::int32_t>& all,
                                  const std::vector<std::int32_t>& which) {
  std::vector<std::int32_t> some;
  some.reserve(which.size());
  for (const std::int32_t example : which) {
    some.push_back(all[static_cast<std::size_t>(example)]);
  }
  return some;
}

// What the partition depends on, of some training examples.
Result<ExampleLabels> labels_of(const Dataset& dataset,
                                const std::vector<std::int32_t>& which,
                                const TrainingDataSettings& settings) {
  ExampleLabels labels = dataset.task == Task::kClassification
                             ? ExampleLabels(some_of(dataset.training.labels(), which))
                             : ExampleLabels(static_cast<std::int64_t>(which.size()));
  const PartitionSettings& partition = settings.partition;
  if (partition.name != "natural" && partition.name != "file") {
    return labels;
  }
  const auto groups =
      partition.name == "natural"
          ? groups_of(dataset.training, partition.by)
          : read_workers(partition.file, dataset.training.count(), settings.workers);
  if (!groups) {
    return groups.failure();
  }
  labels.group(some_of(groups.value(), which));
  return labels;
}

// kInvalid: a worker has less than a step needs.
Status check_enough(const Partition& partition, const BatchSettings& batches) {
  const char* const smaller =
      batches.accumulate > 1 ? "a smaller gradient.accumulate or batch" : "a smaller batch";
  for (int worker = 0; worker < partition.workers(); ++worker) {
    const std::int64_t own = partition.count(worker);
    if (own > 0 && steps_per_epoch(own, batches) > 0) {
      continue;
    }
    const std::string who = partition.is_equal()
                                ? fmt::format("each of {} workers", partition.workers())
                                : fmt::format("worker {}", worker);
    return Failure{FailureKind::kInvalid,
                   fmt::format("{} has {}; use {}, fewer workers, or data.drop_last = false",
                               who,
                               too_few(own, batches),
                               smaller)};
  }
  return Ok{};
}

Validation all_of(const Dataset& dataset, Part part) {
  Validation validation{.part = part};
  validation.examples.resize(static_cast<std::size_t>(dataset.examples(part).count()));
  std::iota(validation.examples.begin(), validation.examples.end(), 0);
  return validation;
}

// The one part besides training and test that datasets have files of.
const std::string kValid = "valid";

Status check_validation(const Dataset& dataset, const ValidationSettings& wanted) {
  const std::vector<std::string> parts =
      dataset.validation.count() == 0 ? std::vector<std::string>() : std::vector{kValid};
  if (!wanted.names.empty() && wanted.names != parts) {
    return Failure{
        FailureKind::kInvalid,
        fmt::format("data.validation = \"{}\": '{}' has no such part{}; write a share of "
                    "the training examples, as in data.validation = 0.1",
                    fmt::join(wanted.names, "\", \""),
                    dataset.name,
                    parts.empty() ? "" : ", it has \"" + kValid + "\"")};
  }
  const std::int64_t all = dataset.training.count();
  const std::int64_t drawn = validation_count(all, wanted.share);
  if (wanted.share > 0 && (drawn == 0 || drawn == all)) {
    return Failure{
        FailureKind::kInvalid,
        fmt::format("data.validation = {} is {} of {} training examples; some must be drawn and "
                    "some must be left",
                    wanted.share,
                    drawn,
                    all)};
  }
  return Ok{};
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
  if (const Status there = check_validation(dataset, settings.validation); !there) {
    return there;
  }
  return dataset.task == Task::kClassification ? Status(Ok{})
                                               : require_no_labels(settings.partition);
}

Result<TrainingData> divide(std::shared_ptr<const Dataset> dataset,
                            const TrainingDataSettings& settings) {
  if (const Status fits = check_fit(*dataset, settings); !fits) {
    return fits.failure();
  }
  const Split split =
      split_off(dataset->training.count(), settings.validation.share, settings.batches.seed);
  const Result<ExampleLabels> labels = labels_of(*dataset, split.training, settings);
  if (!labels) {
    return labels.failure();
  }
  Result<Partition> partition =
      make_partition(labels.value(), settings.workers, settings.partition, settings.batches.seed);
  if (!partition) {
    return partition.failure();
  }
  const auto shared =
      std::make_shared<const Partition>(std::move(partition).value().of_some(split.training));
  const BatchSettings& batches = settings.batches;
  if (const Status enough = check_enough(*shared, batches); !enough) {
    return enough.failure();
  }
  Validation validation{.part = Part::kTraining, .examples = split.validation};
  if (!settings.validation.names.empty()) {
    validation = all_of(*dataset, Part::kValidation);
  }
  std::vector<std::vector<std::int32_t>> own_test;
  if (settings.own_test) {
    auto dealt = deal_test_set(*dataset, *shared, settings.partition);
    if (!dealt) {
      return dealt.failure();
    }
    own_test = std::move(dealt).value();
  }
  return TrainingData{.dataset = std::move(dataset),
                      .partition = shared,
                      .training_examples = static_cast<std::int64_t>(split.training.size()),
                      .validation = std::move(validation),
                      .own_test = std::move(own_test),
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
  const std::size_t validated = data.validation.examples.size();
  const std::string augmented = describe_transforms(data.settings.augment);
  return fmt::format(
      "{}: {} training{} and {} test {}; {} workers with {} training {} each, partition {}; "
      "batches "
      "of {}, {}{} steps per epoch{}",
      dataset.name,
      data.training_examples,
      validated == 0 ? "" : fmt::format(", {} validation", validated),
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
