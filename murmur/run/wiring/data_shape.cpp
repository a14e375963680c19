// SPDX-License-Identifier: Apache-2.0
#include "murmur/run/wiring/data_shape.h"

#include <fmt/format.h>

#include "murmur/core/check.h"
#include "murmur/core/error.h"
#include "murmur/data/training_data.h"
#include "murmur/run/wiring/wiring.h"

namespace murmur::run {

DataShape shape_of(const Config& config, Resources& resources) {
  const data::DatasetInfo* info = data::find_dataset(config.data.dataset.name);
  MURMUR_CHECK(info != nullptr, "dataset '{}'", config.data.dataset.name);
  threads::Pool pool(thread_count(config));
  const auto read = resources.dataset(config.data, pool);
  if (read) {
    const data::Dataset& dataset = *read.value();
    return {dataset.training.shape,
            dataset.classes,
            dataset.training.count(),
            dataset.test.count(),
            data::unlike_published(dataset)};
  }
  if (read.failure().kind == FailureKind::kMissing && info->training_examples > 0) {
    return {info->shape, info->classes, info->training_examples, info->test_examples, {}};
  }
  throw UserError(read.failure().message, ExitCode::kData);
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
