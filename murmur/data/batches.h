// SPDX-License-Identifier: Apache-2.0
// A batch is a function of (seed, worker, number). In every local epoch a worker visits its
// examples in a new random order; batch t is batch t mod B_i of epoch floor(t / B_i), B_i = batches
// in its epoch. An incomplete last batch is dropped or kept; so are batches at the end of an epoch
// that are too few for a step of several.
//
// With a budget of tokens (Vaswani et al., NIPS 2017) a worker's examples are sorted by their
// lengths m, equal ones in a new random order in every epoch, and cut greedily so that examples
// times largest m stays within the budget; the batches come in a new random order in every epoch.
// Lengths alone decide where is cut, so B_i is the same in every epoch.
//
// The run's epoch has as many steps as that of a worker. Where workers have different numbers N_i
// of examples, it has B = max(1, floor(mean N_i / batch size)) batches; with a budget of tokens
// B = max(1, floor(mean B_i)).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "murmur/core/error.h"
#include "murmur/core/mutex.h"
#include "murmur/data/partition.h"

namespace murmur::data {

struct BatchSettings {
  std::int64_t batch_size = 32;  // per worker
  std::int64_t batch_tokens =
      0;  // the budget of a worker's batch, in place of it; 0: there is none
  bool drop_last = true;
  std::int64_t accumulate = 1;  // batches of a step
  std::uint64_t seed = 1;
};

// Of a worker with so many batches: floor(batches / accumulate); the ceiling if what is left is
// kept.
std::int64_t steps_of(std::int64_t batches, const BatchSettings& settings);
// Of a worker: steps_of(floor(examples / batch_size)); the ceiling if what is left is kept.
std::int64_t steps_per_epoch(std::int64_t examples, const BatchSettings& settings);
// Of a run whose workers have different numbers of examples, `examples` together.
std::int64_t steps_per_mean_epoch(std::int64_t examples,
                                  int workers,
                                  const BatchSettings& settings);

// Where batches of examples end, whose lengths ascend. REQUIRES: no length exceeds the budget.
std::vector<std::int64_t> cut_by_tokens(const std::vector<std::int32_t>& lengths,
                                        std::int64_t budget);

class Batches {
 public:
  // `lengths`: of all training examples, with a budget of tokens. REQUIRES: every worker has at
  // least one step per epoch.
  Batches(std::shared_ptr<const Partition> partition,
          const BatchSettings& settings,
          std::vector<std::int32_t> lengths = {});

  const BatchSettings& settings() const { return settings_; }
  std::int64_t steps_per_epoch() const { return steps_per_epoch_; }
  // Batches in the epoch of a worker that are used.
  std::int64_t batches_of(int worker) const {
    return batches_per_epoch_[static_cast<std::size_t>(worker)];
  }
  std::int64_t largest() const { return largest_; }  // most examples of a batch

  // How many batches the worker's step takes that begins with this batch.
  std::int64_t batches_of_step(int worker, std::int64_t batch) const;

  // Stores the indices of the examples in a worker's batch into `examples`. Thread-safe, also for
  // the same worker.
  void batch(int worker, std::int64_t number, std::vector<std::int32_t>& examples) const;

  // Of the loss of a batch of so many examples, where a mean is taken over batches: 1 of a whole
  // one, and of every one with a budget of tokens.
  double weight(std::size_t examples) const;

 private:
  // Order of the examples and batches in a worker's current epoch: only a cache, since it follows
  // from the seed.
  struct Epoch {
    Mutex mutex;
    std::int64_t number MURMUR_GUARDED_BY(mutex) = -1;
    std::vector<std::int32_t> order MURMUR_GUARDED_BY(mutex);
    std::vector<std::int64_t> batches MURMUR_GUARDED_BY(mutex);  // by tokens
  };

  bool is_by_tokens() const { return settings_.batch_tokens > 0; }
  void shuffle(int worker, std::int64_t number, Epoch& epoch) const MURMUR_REQUIRES(epoch.mutex);
  void sort_by_length(std::vector<std::int32_t>& examples) const;
  void cut(int worker);
  std::int64_t run_epoch() const;

  std::shared_ptr<const Partition> partition_;
  BatchSettings settings_;
  std::vector<std::int32_t> lengths_;            // by tokens: of the training examples
  std::vector<std::vector<std::int64_t>> ends_;  // by tokens: of each worker's batches, sorted
  std::vector<std::int64_t> batches_per_epoch_;  // per worker: those that are used
  std::int64_t largest_;
  std::int64_t steps_per_epoch_ = 1;
  std::unique_ptr<Epoch[]> epochs_;  // one per worker
};

}  // namespace murmur::data
