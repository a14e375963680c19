// SPDX-License-Identifier: Apache-2.0
#include "murmur/data/batches.h"

#include <algorithm>
#include <utility>

#include "murmur/core/check.h"
#include "murmur/core/random.h"

namespace murmur::data {

namespace {

std::int64_t batches_in(std::int64_t examples, const BatchSettings& settings) {
  return (examples + (settings.drop_last ? 0 : settings.batch_size - 1)) / settings.batch_size;
}

}  // namespace

std::int64_t steps_per_epoch(std::int64_t examples, const BatchSettings& settings) {
  const std::int64_t batches = batches_in(examples, settings);
  return (batches + (settings.drop_last ? 0 : settings.accumulate - 1)) / settings.accumulate;
}

std::int64_t steps_per_mean_epoch(std::int64_t examples,
                                  int workers,
                                  const BatchSettings& settings) {
  const std::int64_t batches = examples / (workers * settings.batch_size);
  return std::max<std::int64_t>(batches / settings.accumulate, 1);
}

Batches::Batches(std::shared_ptr<const Partition> partition, const BatchSettings& settings)
    : partition_(std::move(partition)),
      settings_(settings),
      steps_per_epoch_(
          partition_->is_equal()
              ? data::steps_per_epoch(partition_->count(0), settings)
              : steps_per_mean_epoch(partition_->total(), partition_->workers(), settings)),
      epochs_(std::make_unique<Epoch[]>(static_cast<std::size_t>(partition_->workers()))) {
  for (int worker = 0; worker < partition_->workers(); ++worker) {
    const std::int64_t own = partition_->count(worker);
    const std::int64_t steps = data::steps_per_epoch(own, settings);
    MURMUR_CHECK(steps > 0, "{} examples, batches of {}", own, settings.batch_size);
    batches_per_epoch_.push_back(std::min(batches_in(own, settings), steps * settings.accumulate));
  }
}

void Batches::shuffle(int worker, std::int64_t number, Epoch& epoch) const {
  const auto own = partition_->of(worker);
  const Random random(settings_.seed, Stream::kBatches, worker, number);
  const auto order = permutation(static_cast<std::int64_t>(own.size()), random);
  epoch.order.resize(own.size());
  std::transform(order.begin(), order.end(), epoch.order.begin(), [&](std::int64_t place) {
    return own[static_cast<std::size_t>(place)];
  });
  epoch.number = number;
}

std::int64_t Batches::batches_of_step(int worker, std::int64_t batch) const {
  const std::int64_t batches = batches_of(worker);
  return std::min(settings_.accumulate, batches - batch % batches);
}

void Batches::batch(int worker, std::int64_t number, std::vector<std::int32_t>& examples) const {
  MURMUR_CHECK(worker >= 0 && worker < partition_->workers(), "worker = {}", worker);
  MURMUR_CHECK(number >= 0, "number = {}", number);
  Epoch& epoch = epochs_[static_cast<std::size_t>(worker)];
  const Lock lock(epoch.mutex);
  const std::int64_t batches = batches_of(worker);
  if (epoch.number != number / batches) {
    shuffle(worker, number / batches, epoch);
  }
  const std::int64_t begin = number % batches * settings_.batch_size;
  const std::int64_t end = std::min(begin + settings_.batch_size, partition_->count(worker));
  examples.assign(epoch.order.begin() + begin, epoch.order.begin() + end);
}

}  // namespace murmur::data
