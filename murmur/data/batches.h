// SPDX-License-Identifier: Apache-2.0
// A batch is a function of (seed, worker, step). In every local epoch a worker visits its examples
// in a new random order; step t is batch t mod B of epoch floor(t / B), B = steps per epoch. An
// incomplete last batch is dropped or kept.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "murmur/core/error.h"
#include "murmur/core/mutex.h"
#include "murmur/data/partition.h"

namespace murmur::data {

// floor(examples / batch_size), or the ceiling if the incomplete batch is kept.
std::int64_t steps_per_epoch(std::int64_t examples, std::int64_t batch_size, bool drop_last);

struct BatchSettings {
  std::int64_t batch_size = 32;  // per worker
  bool drop_last = true;
  std::uint64_t seed = 1;
};

class Batches {
 public:
  // REQUIRES: at least one step per epoch.
  Batches(std::shared_ptr<const Partition> partition, const BatchSettings& settings);

  const BatchSettings& settings() const { return settings_; }
  std::int64_t steps_per_epoch() const { return steps_per_epoch_; }

  // Stores the indices of the worker's examples at a step into `examples`. Thread-safe, also for
  // the same worker.
  void batch(int worker, std::int64_t step, std::vector<std::int32_t>& examples) const;

 private:
  // Order of the examples in a worker's current epoch: only a cache, since it follows from the
  // seed.
  struct Epoch {
    Mutex mutex;
    std::int64_t number MURMUR_GUARDED_BY(mutex) = -1;
    std::vector<std::int32_t> order MURMUR_GUARDED_BY(mutex);
  };

  void shuffle(int worker, std::int64_t number, Epoch& epoch) const MURMUR_REQUIRES(epoch.mutex);

  std::shared_ptr<const Partition> partition_;
  BatchSettings settings_;
  std::int64_t steps_per_epoch_;
  std::unique_ptr<Epoch[]> epochs_;  // one per worker
};

}  // namespace murmur::data
