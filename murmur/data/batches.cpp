// SPDX-License-Identifier: Apache-2.0
#include "murmur/data/batches.h"

#include <algorithm>
#include <utility>

#include "murmur/core/check.h"
#include "murmur/core/random.h"

namespace murmur::data {

std::int64_t steps_per_epoch(std::int64_t examples, std::int64_t batch_size, bool drop_last) {
  return (examples + (drop_last ? 0 : batch_size - 1)) / batch_size;
}

Batches::Batches(std::shared_ptr<const Partition> partition, const BatchSettings& settings)
    : partition_(std::move(partition)),
      settings_(settings),
      steps_per_epoch_(data::steps_per_epoch(
          partition_->examples_per_worker(), settings.batch_size, settings.drop_last)),
      epochs_(std::make_unique<Epoch[]>(static_cast<std::size_t>(partition_->workers()))) {
  MURMUR_CHECK(steps_per_epoch_ > 0,
               "{} examples, batches of {}",
               partition_->examples_per_worker(),
               settings.batch_size);
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

void Batches::batch(int worker, std::int64_t step, std::vector<std::int32_t>& examples) const {
  MURMUR_CHECK(worker >= 0 && worker < partition_->workers(), "worker = {}", worker);
  MURMUR_CHECK(step >= 0, "step = {}", step);
  Epoch& epoch = epochs_[static_cast<std::size_t>(worker)];
  const Lock lock(epoch.mutex);
  if (epoch.number != step / steps_per_epoch_) {
    shuffle(worker, step / steps_per_epoch_, epoch);
  }
  const std::int64_t begin = step % steps_per_epoch_ * settings_.batch_size;
  const std::int64_t end =
      std::min(begin + settings_.batch_size, partition_->examples_per_worker());
  examples.assign(epoch.order.begin() + begin, epoch.order.begin() + end);
}

}  // namespace murmur::data
