// SPDX-License-Identifier: Apache-2.0
#include "murmur/run/wiring/data_shape.h"

#include <fmt/format.h>

#include "murmur/core/check.h"
#include "murmur/core/error.h"
#include "murmur/data/training_data.h"
#include "murmur/run/wiring/wiring.h"

namespace murmur::run {

data::TrainingDataSettings division_of(const Config& config) {
  const OptionValues& options = config.data.dataset.options;
  return {.workers = static_cast<int>(config.workers),
          .partition = {.name = config.data.partition,
                        .alpha = config.data.alpha,
                        .shards_per_worker = config.data.shards_per_worker},
          .batches = batch_settings(config),
          .augment = config.data.augment,
          .threads = options.has("threads") ? static_cast<int>(options.integer("threads")) : 0};
}

void require_fit(const Config& config, const data::Dataset& dataset) {
  if (const Status fits = data::check_fit(dataset, division_of(config)); !fits) {
    throw UserError(fmt::format("{}: {}", config.data.dataset.place, fits.failure().message));
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
    return {.form = dataset.form(),
            .training = dataset.training.count(),
            .test = dataset.test.count(),
            .bytes = dataset.training.bytes() + dataset.test.bytes(),
            .doubt = data::unlike_published(dataset)};
  }
  if (read.failure().kind == FailureKind::kMissing && info->training_examples > 0) {
    const data::DatasetInfo published = data::configured(*info, config.data.dataset.options);
    const auto& [channels, rows, columns] = published.shape;
    const std::int64_t examples = info->training_examples + info->test_examples;
    const bool in_memory = info->find == nullptr;
    const std::int64_t bytes = in_memory ? examples * (channels * rows * columns + 1) : 0;
    return {.form = {.kind = ExampleKind::kArrays,
                     .shape = published.shape,
                     .outputs = published.classes},
            .training = info->training_examples,
            .test = info->test_examples,
            .bytes = bytes,
            .found = false};
  }
  throw UserError(read.failure().message, code_of(read.failure()));
}

std::int64_t examples_per_worker(const Config& config, const DataShape& shape) {
  if (config.data.partition == "replicate") {
    return shape.training;
  }
  // Shards have equal sizes, too, and each worker has several.
  const std::int64_t shards = config.data.partition == "shards" ? config.data.shards_per_worker : 1;
  return shape.training / (shards * config.workers) * shards;
}

data::BatchSettings batch_settings(const Config& config) {
  return {.batch_size = config.data.batch_size,
          .drop_last = config.data.drop_last,
          .accumulate = config.gradient.accumulate,
          .seed = config.data.seed};
}

std::int64_t steps_per_epoch(const Config& config, const DataShape& shape) {
  const std::int64_t own = examples_per_worker(config, shape);
  const data::BatchSettings batches = batch_settings(config);
  const std::int64_t steps = data::steps_per_epoch(own, batches);
  if (steps == 0) {
    throw UserError(fmt::format(
        "[data]: each of {} workers has {}", config.workers, data::too_few(own, batches)));
  }
  return steps;
}

}  // namespace murmur::run
