// SPDX-License-Identifier: Apache-2.0
#include "murmur/run/wiring/data_shape.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "murmur/core/check.h"
#include "murmur/core/error.h"
#include "murmur/data/division/groups.h"
#include "murmur/data/division/validation.h"
#include "murmur/data/training_data.h"
#include "murmur/run/wiring/wiring.h"

namespace murmur::run {
namespace {

// The sizes of a text dataset as published, for plans without its files. Those of images are in
// data::DatasetInfo.
//
//   ag-news       120,000 and 7,600 texts of 4 classes (Zhang, Zhao, LeCun, 2015)
//   translation   WMT 2016 English-German as in Ott et al. (2018): 4,500,966 pairs, about 32 tokens
//                 of the longer side each; newstest2014 has 3,003
struct PublishedShape {
  ExampleForm form;
  std::int64_t training = 0;  // examples
  std::int64_t test = 0;
  double tokens = 0;  // of a training pair: its longer side, on average
};

// None: nothing is known of the dataset.
std::optional<PublishedShape> published_shape(const DataConfig& data) {
  const OptionValues& options = data.dataset.options;
  if (data.dataset.name == "ag-news") {
    return PublishedShape{.form = {.kind = ExampleKind::kLabelledText,
                                   .outputs = 4,
                                   .vocabulary = 0,
                                   .longest = options.integer("max_length")},
                          .training = 120000,
                          .test = 7600};
  }
  if (data.dataset.name == "translation") {
    const std::int64_t tokens = options.integer("vocabulary_size");
    return PublishedShape{.form = {.kind = ExampleKind::kPairs,
                                   .outputs = tokens,
                                   .vocabulary = tokens,
                                   .longest = options.integer("max_length") + 1},
                          .training = 4500966,
                          .test = 3003,
                          .tokens = 32};
  }
  return std::nullopt;
}

std::int64_t drawn_of(const Config& config, std::int64_t training) {
  return data::validation_count(training, config.data.validation.share);
}

// Steps of an epoch where batches have a budget of tokens; else 0.
std::int64_t steps_by_tokens(const Config& config,
                             const std::shared_ptr<const data::Dataset>& dataset) {
  if (batch_settings(config).batch_tokens == 0) {
    return 0;
  }
  const auto divided = data::divide(dataset, division_of(config));
  if (!divided) {
    const bool is_usage = divided.failure().kind == FailureKind::kInvalid;
    throw UserError(fmt::format("[data]: {}", divided.failure().message),
                    is_usage ? ExitCode::kUsage : ExitCode::kData);
  }
  return divided.value().batches->steps_per_epoch();
}

}  // namespace

data::TrainingDataSettings division_of(const Config& config) {
  const OptionValues& options = config.data.dataset.options;
  return {.workers = static_cast<int>(config.workers),
          .partition = {.name = config.data.partition,
                        .alpha = config.data.alpha,
                        .shards_per_worker = config.data.shards_per_worker,
                        .amounts = config.data.amounts,
                        .by = config.data.by,
                        .file = config.data.partition_file},
          .batches = batch_settings(config),
          .augment = config.data.augment,
          .threads = options.has("threads") ? static_cast<int>(options.integer("threads")) : 0,
          .validation = config.data.validation,
          .own_test = config.data.own_test};
}

void require_fit(const Config& config, const data::Dataset& dataset) {
  if (const Status fits = data::check_fit(dataset, division_of(config)); !fits) {
    throw UserError(fmt::format("{}: {}", config.data.dataset.place, fits.failure().message));
  }
  if (config.data.own_test && dataset.task != data::Task::kClassification) {
    throw UserError(
        fmt::format("{}: data.own_test is about accuracy, and '{}' has no classes. Leave it out",
                    config.data.dataset.place,
                    dataset.name));
  }
  if (config.evaluation.bleu && dataset.task != data::Task::kTranslation) {
    throw UserError(fmt::format(
        "evaluation.bleu scores translations, and '{}' has none; leave it out", dataset.name));
  }
  if (config.label_smoothing > 0 && dataset.task == data::Task::kRegression) {
    throw UserError(
        fmt::format("loss.label_smoothing = {} is for classes, and '{}' has targets: a regression. "
                    "Leave it out",
                    config.label_smoothing,
                    dataset.name));
  }
}

DataShape shape_of(const Config& config, Resources& resources) {
  const data::DatasetInfo* info = data::find_dataset(config.data.dataset.name);
  MURMUR_CHECK(info != nullptr, "dataset '{}'", config.data.dataset.name);
  threads::Pool pool(thread_count(config));
  const auto read = resources.dataset(config.data, pool);
  if (read) {
    const data::Dataset& dataset = *read.value();
    require_fit(config, dataset);
    const std::int64_t drawn = drawn_of(config, dataset.training.count());
    const bool has_files = !config.data.validation.names.empty();
    return {.form = dataset.form(),
            .training = dataset.training.count() - drawn,
            .validation = has_files ? dataset.validation.count() : drawn,
            .test = dataset.test.count(),
            .bytes = dataset.training.bytes() + dataset.validation.bytes() + dataset.test.bytes(),
            .steps_by_tokens = steps_by_tokens(config, read.value()),
            .doubt = data::unlike_published(dataset)};
  }
  if (read.failure().kind == FailureKind::kMissing && info->training_examples > 0) {
    const data::DatasetInfo published = data::configured(*info, config.data.dataset.options);
    const auto& [channels, rows, columns] = published.shape;
    const std::int64_t examples = info->training_examples + info->test_examples;
    const bool in_memory = info->find == nullptr;
    const std::int64_t bytes = in_memory ? examples * (channels * rows * columns + 1) : 0;
    const std::int64_t drawn = drawn_of(config, info->training_examples);
    return {.form = {.kind = ExampleKind::kArrays,
                     .shape = published.shape,
                     .outputs = published.classes},
            .training = info->training_examples - drawn,
            .validation = drawn,
            .test = info->test_examples,
            .bytes = bytes,
            .found = false};
  }
  const auto published = published_shape(config.data);
  if (read.failure().kind == FailureKind::kMissing && published) {
    const std::int64_t drawn = drawn_of(config, published->training);
    const std::int64_t budget = batch_settings(config).batch_tokens;
    const double of_step = static_cast<double>(budget * config.workers);
    const double tokens = published->tokens * static_cast<double>(published->training - drawn);
    return {.form = published->form,
            .training = published->training - drawn,
            .validation = drawn,
            .test = published->test,
            .steps_by_tokens = budget > 0 ? std::llround(std::ceil(tokens / of_step)) : 0,
            .found = false};
  }
  throw UserError(read.failure().message, code_of(read.failure()));
}

namespace {

// Training examples of all workers with different amounts. Throws UserError.
std::int64_t divided_of(const Config& config, const DataShape& shape) {
  if (config.data.partition != "file") {
    return shape.training;
  }
  const std::int64_t drawn = config.data.validation.share > 0 ? shape.validation : 0;
  const auto workers = data::read_workers(
      config.data.partition_file, shape.training + drawn, static_cast<int>(config.workers));
  if (!workers) {
    throw UserError(fmt::format("[data]: {}", workers.failure().message), ExitCode::kData);
  }
  const data::Split split =
      data::split_off(shape.training + drawn, config.data.validation.share, config.data.seed);
  return std::ranges::count_if(split.training, [&](std::int32_t example) {
    return workers.value()[static_cast<std::size_t>(example)] >= 0;
  });
}

}  // namespace

std::int64_t examples_per_worker(const Config& config, const DataShape& shape) {
  if (config.data.partition == "replicate") {
    return shape.training;
  }
  if (config.data.amounts.kind != data::Amounts::Kind::kEqual) {
    return shape.training / config.workers;  // their mean
  }
  // Shards have equal sizes, too, and each worker has several.
  const std::int64_t shards = config.data.partition == "shards" ? config.data.shards_per_worker : 1;
  return shape.training / (shards * config.workers) * shards;
}

data::BatchSettings batch_settings(const Config& config) {
  const OptionValues& options = config.data.dataset.options;
  return {.batch_size = config.data.batch_size,
          .batch_tokens = options.has("batch_tokens") ? options.integer("batch_tokens") : 0,
          .drop_last = config.data.drop_last,
          .accumulate = config.gradient.accumulate,
          .seed = config.data.seed};
}

std::int64_t steps_per_epoch(const Config& config, const DataShape& shape) {
  const std::int64_t own = examples_per_worker(config, shape);
  const data::BatchSettings batches = batch_settings(config);
  if (batches.batch_tokens > 0) {
    return shape.steps_by_tokens;
  }
  if (config.data.amounts.kind != data::Amounts::Kind::kEqual) {
    return data::steps_per_mean_epoch(
        divided_of(config, shape), static_cast<int>(config.workers), batches);
  }
  const std::int64_t steps = data::steps_per_epoch(own, batches);
  if (steps == 0) {
    throw UserError(fmt::format(
        "[data]: each of {} workers has {}", config.workers, data::too_few(own, batches)));
  }
  return steps;
}

}  // namespace murmur::run
