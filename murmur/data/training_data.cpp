// SPDX-License-Identifier: Apache-2.0
#include "murmur/data/training_data.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "murmur/data/division/groups.h"
#include "murmur/data/division/own_test.h"
#include "murmur/data/text/pairs.h"

namespace murmur::data {
namespace {

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

// The lengths that a budget of tokens is about; none: there is no budget. kInvalid: an example
// alone exceeds it.
Result<std::vector<std::int32_t>> budgeted_lengths(const Dataset& dataset,
                                                   const BatchSettings& batches) {
  if (batches.batch_tokens == 0) {
    return std::vector<std::int32_t>();
  }
  std::vector<std::int32_t> lengths = pair_lengths(dataset.training);
  const auto longest = std::ranges::max_element(lengths);
  if (longest != lengths.end() && *longest > batches.batch_tokens) {
    return Failure{FailureKind::kInvalid,
                   fmt::format("data.batch_tokens = {}: training pair {} alone has {} tokens; use "
                               "a larger budget, or a smaller data.max_length",
                               batches.batch_tokens,
                               longest - lengths.begin() + 1,
                               *longest)};
  }
  return lengths;
}

// Of a worker's examples.
std::int64_t steps_by_tokens(std::span<const std::int32_t> own,
                             const std::vector<std::int32_t>& lengths,
                             const BatchSettings& batches) {
  std::vector<std::int32_t> sorted;
  for (const std::int32_t example : own) {
    sorted.push_back(lengths[static_cast<std::size_t>(example)]);
  }
  std::ranges::sort(sorted);
  return steps_of(std::ssize(cut_by_tokens(sorted, batches.batch_tokens)), batches);
}

// kInvalid: a worker has less than a step needs.
Status check_enough(const Partition& partition,
                    const BatchSettings& batches,
                    const std::vector<std::int32_t>& lengths) {
  const char* const smaller =
      batches.accumulate > 1 ? "a smaller gradient.accumulate or batch" : "a smaller batch";
  for (int worker = 0; worker < partition.workers(); ++worker) {
    const std::int64_t own = partition.count(worker);
    const std::int64_t steps = batches.batch_tokens > 0
                                   ? steps_by_tokens(partition.of(worker), lengths, batches)
                                   : steps_per_epoch(own, batches);
    if (own > 0 && steps > 0) {
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

Status check_validation(const Dataset& dataset, const ValidationSettings& wanted) {
  const std::vector<std::string> parts =
      dataset.validation.count() == 0 ? std::vector<std::string>() : dataset.validation_names;
  if (!wanted.names.empty() && wanted.names != parts) {
    return Failure{
        FailureKind::kInvalid,
        fmt::format("data.validation = \"{}\": '{}' has no such part{}; write a share of "
                    "the training examples, as in data.validation = 0.1",
                    fmt::join(wanted.names, "\", \""),
                    dataset.name,
                    parts.empty() ? std::string()
                                  : fmt::format(", it has \"{}\"", fmt::join(parts, "\", \"")))};
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

}  // namespace

std::string too_few(std::int64_t examples, const BatchSettings& batches) {
  if (batches.batch_tokens > 0) {
    return fmt::format("{} training pairs, in fewer batches than gradient.accumulate = {}",
                       examples,
                       batches.accumulate);
  }
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
  auto lengths = budgeted_lengths(*dataset, batches);
  if (!lengths) {
    return lengths.failure();
  }
  if (const Status enough = check_enough(*shared, batches, lengths.value()); !enough) {
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
  return TrainingData{
      .dataset = std::move(dataset),
      .partition = shared,
      .training_examples = static_cast<std::int64_t>(split.training.size()),
      .validation = std::move(validation),
      .own_test = std::move(own_test),
      .batches = std::make_shared<const Batches>(shared, batches, std::move(lengths).value()),
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

}  // namespace murmur::data
