// SPDX-License-Identifier: Apache-2.0
// A batch is a function of (seed, worker, number). In every local epoch a worker visits its
// examples in a new random order; batch t is batch t mod B_i of epoch floor(t / B_i), B_i = batches
// in its epoch. An incomplete last batch is dropped or kept; so are batches at the end of an epoch
// that are too few for a step of several.
//
// The run's epoch has as many steps as that of a worker. Where workers have different numbers N_i
// of examples, it has B = max(1, floor(mean N_i / batch size)) batches.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "murmur/core/error.h"
#include "murmur/core/mutex.h"
#include "murmur/data/partition.h"

namespace murmur::data {

struct BatchSettings {
  std::int64_t batch_size = 32;  // per worker
  bool drop_last = true;
  std::int64_t accumulate = 1;  // batches of a step
  std::uint64_t seed = 1;
};

// Of a worker: floor(floor(examples / batch_size) / accumulate); ceilings if what is left is kept.
std::int64_t steps_per_epoch(std::int64_t examples, const BatchSettings& settings);
// Of a run whose workers have different numbers of examples, `examples` together.
std::int64_t steps_per_mean_epoch(std::int64_t examples,
                                  int workers,
                                  const BatchSettings& settings);

class Batches {
 public:
  // REQUIRES: every worker has at least one step per epoch.
  Batches(std::shared_ptr<const Partition> partition, const BatchSettings& settings);

  const BatchSettings& settings() const { return settings_; }
  std::int64_t steps_per_epoch() const { return steps_per_epoch_; }

  // How many batches the worker's step takes that begins with this batch.
  std::int64_t batches_of_step(int worker, std::int64_t batch) const;

  // Stores the indices of the examples in a worker's batch into `examples`. Thread-safe, also for
  // the same worker.
  void batch(int worker, std::int64_t number, std::vector<std::int32_t>& examples) const;

 private:
  // Order of the examples in a worker's current epoch: only a cache, since it follows from the
  // seed.
  struct Epoch {
    Mutex mutex;
    std::int64_t number MURMUR_GUARDED_BY(mutex) = -1;
    std::vector<std::int32_t> order MURMUR_GUARDED_BY(mutex);
  };

  std::int64_t batches_of(int worker) const {
    return batches_per_epoch_[static_cast<std::size_t>(worker)];
  }
  void shuffle(int worker, std::int64_t number, Epoch& epoch) const MURMUR_REQUIRES(epoch.mutex);

  std::shared_ptr<const Partition> partition_;
  BatchSettings settings_;
  std::int64_t steps_per_epoch_;
  std::vector<std::int64_t> batches_per_epoch_;  // per worker: those that are used
  std::unique_ptr<Epoch[]> epochs_;              // one per worker
};

}  // namespace murmur::data
