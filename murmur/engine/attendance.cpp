// SPDX-License-Identifier: Apache-2.0
#include "murmur/engine/attendance.h"

#include <algorithm>
#include <utility>

#include "murmur/core/check.h"

namespace murmur::engine {
namespace {

using Counts = std::vector<std::int64_t>;

// Empty if all are `usual`.
Counts unless_all(const Counts& counts, std::int64_t usual) {
  const bool plain = std::all_of(
      counts.begin(), counts.end(), [usual](std::int64_t count) { return count == usual; });
  return plain ? Counts() : counts;
}

Counts or_all(const Counts& counts, std::size_t size, std::int64_t usual) {
  MURMUR_CHECK(
      counts.empty() || counts.size() == size, "{} counts instead of {}", counts.size(), size);
  return counts.empty() ? Counts(size, usual) : counts;
}

}  // namespace

Attendance::Attendance(int workers,
                       std::size_t groups,
                       std::shared_ptr<const Participation> participation)
    : participation_(std::move(participation)),
      batches_(static_cast<std::size_t>(workers)),
      ages_(groups) {
  MURMUR_CHECK(participation_ == nullptr || participation_->workers() == workers,
               "{} workers, {} may take part",
               workers,
               participation_->workers());
  worker_ages_.resize(is_partial() ? batches_.size() : 0);
}

void Attendance::begin(std::int64_t step) {
  if (participation_ != nullptr) {
    participants_ = participation_->at(step);
    some_sit_out_ = participation_->is_partial_at(step);
  }
}

void Attendance::regroup(const std::vector<std::size_t>& before) {
  std::vector<std::int64_t> ages;
  for (const std::size_t group : before) {
    ages.push_back(ages_[group]);
  }
  ages_ = std::move(ages);
}

void Attendance::grow_older(const std::vector<bool>& rests, bool was_reset) {
  for (std::size_t group = 0; group < ages_.size(); ++group) {
    ages_[group] = was_reset ? 0 : ages_[group] + (rests[group] ? 0 : 1);
  }
  for (std::size_t worker = 0; worker < worker_ages_.size(); ++worker) {
    const bool older = takes_part(static_cast<int>(worker));
    worker_ages_[worker] = was_reset ? 0 : worker_ages_[worker] + (older ? 1 : 0);
  }
}

void Attendance::store(Counters& counters) const {
  counters.age = ages_.front();
  counters.ages = unless_all(ages_, counters.age);
  counters.batches = unless_all(batches_, counters.step);
}

// Which steps a worker took since the last reset follows from the draws of all rounds.
void Attendance::restore(const Counters& counters) {
  batches_ = or_all(counters.batches, batches_.size(), counters.step);
  ages_ = or_all(counters.ages, ages_.size(), counters.age);
  std::fill(worker_ages_.begin(), worker_ages_.end(), 0);
  for (std::int64_t step = counters.step - counters.age; step < counters.step && is_partial();
       ++step) {
    for (const int worker : participation_->at(step).drawn) {
      ++worker_ages_[static_cast<std::size_t>(worker)];
    }
  }
}

}  // namespace murmur::engine
