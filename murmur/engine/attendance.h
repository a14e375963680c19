// SPDX-License-Identifier: Apache-2.0
// Who takes part in a step, which batch each worker begins next, and how old its memory is: numbers
// of all workers, the same on all processes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "murmur/engine/parts.h"
#include "murmur/engine/settings/participation.h"

namespace murmur::engine {

class Attendance {
 public:
  // `groups`: of tensors with factors of their own. `participation`: null: all are drawn.
  Attendance(int workers, std::size_t groups, std::shared_ptr<const Participation> participation);

  // Draws those that take part in the step.
  void begin(std::int64_t step);
  bool takes_part(int worker) const {
    return participation_ == nullptr || participants_.contains(worker);
  }
  // Of the means of the step; empty: equal.
  const std::vector<double>& weights() const { return participants_.weights; }
  // Those that take part where some sit out; null: all do.
  const std::vector<int>* drawn() const { return some_sit_out_ ? &participants_.drawn : nullptr; }

  // The number of the worker's next batch: how many it has begun.
  std::int64_t batch(int worker) const { return batches_[static_cast<std::size_t>(worker)]; }
  void add_batches(int worker, std::int64_t count) {
    batches_[static_cast<std::size_t>(worker)] += count;
  }

  // Steps since the start or the last reset of the memory, less those in which the worker sat out
  // or the group's rate left the memory as it was.
  std::int64_t age(int worker, std::size_t group) const {
    return worker_ages_.empty() ? ages_[group] : worker_ages_[static_cast<std::size_t>(worker)];
  }
  // From now on the groups are others: by new group, the old one whose age it takes over.
  void regroup(const std::vector<std::size_t>& before);
  // At the end of a step. `rests`: by group.
  void grow_older(const std::vector<bool>& rests, bool was_reset);

  // `counters.step` is the next step.
  void store(Counters& counters) const;
  void restore(const Counters& counters);
  void restore_batches(const std::vector<std::int64_t>& batches) { batches_ = batches; }

 private:
  bool is_partial() const { return participation_ != nullptr && participation_->is_partial(); }

  std::shared_ptr<const Participation> participation_;
  Participants participants_;              // of the step
  bool some_sit_out_ = false;              // in the step
  std::vector<std::int64_t> batches_;      // begun, per worker
  std::vector<std::int64_t> ages_;         // by group of tensors
  std::vector<std::int64_t> worker_ages_;  // where workers sit out
};

}  // namespace murmur::engine
