// SPDX-License-Identifier: Apache-2.0
#include "murmur/data/batches.h"

#include <algorithm>
#include <utility>

#include "murmur/core/check.h"
#include "murmur/core/random.h"

namespace murmur::data {

namespace {

// Numbers of the order of the batches: those of the order of the examples count epochs from 0.
constexpr std::int64_t kOfBatches = std::int64_t{1} << 39U;

std::int64_t batches_in(std::int64_t examples, const BatchSettings& settings) {
  return (examples + (settings.drop_last ? 0 : settings.batch_size - 1)) / settings.batch_size;
}

}  // namespace

std::int64_t steps_of(std::int64_t batches, const BatchSettings& settings) {
  return (batches + (settings.drop_last ? 0 : settings.accumulate - 1)) / settings.accumulate;
}

std::int64_t steps_per_epoch(std::int64_t examples, const BatchSettings& settings) {
  return steps_of(batches_in(examples, settings), settings);
}

std::int64_t steps_per_mean_epoch(std::int64_t examples,
                                  int workers,
                                  const BatchSettings& settings) {
  const std::int64_t batches = examples / (workers * settings.batch_size);
  return std::max<std::int64_t>(batches / settings.accumulate, 1);
}

std::vector<std::int64_t> cut_by_tokens(const std::vector<std::int32_t>& lengths,
                                        std::int64_t budget) {
  std::vector<std::int64_t> ends;
  std::int64_t begin = 0;
  for (std::int64_t i = 0; i < std::ssize(lengths); ++i) {
    const std::int64_t length = lengths[static_cast<std::size_t>(i)];
    MURMUR_CHECK(length <= budget, "{} tokens, {} at most", length, budget);
    if ((i - begin + 1) * length > budget) {
      ends.push_back(i);
      begin = i;
    }
  }
  if (!lengths.empty()) {
    ends.push_back(std::ssize(lengths));
  }
  return ends;
}

Batches::Batches(std::shared_ptr<const Partition> partition,
                 const BatchSettings& settings,
                 std::vector<std::int32_t> lengths)
    : partition_(std::move(partition)),
      settings_(settings),
      lengths_(std::move(lengths)),
      largest_(settings.batch_tokens > 0 ? 0 : settings.batch_size),
      epochs_(std::make_unique<Epoch[]>(static_cast<std::size_t>(partition_->workers()))) {
  for (int worker = 0; worker < partition_->workers(); ++worker) {
    if (is_by_tokens()) {
      cut(worker);
    }
    const std::int64_t own = partition_->count(worker);
    const std::int64_t batches =
        is_by_tokens() ? std::ssize(ends_.back()) : batches_in(own, settings);
    const std::int64_t steps = steps_of(batches, settings);
    MURMUR_CHECK(steps > 0, "{} examples in {} batches", own, batches);
    batches_per_epoch_.push_back(std::min(batches, steps * settings.accumulate));
  }
  steps_per_epoch_ = run_epoch();
}

void Batches::cut(int worker) {
  std::vector<std::int32_t> own(partition_->of(worker).begin(), partition_->of(worker).end());
  sort_by_length(own);
  std::transform(own.begin(), own.end(), own.begin(), [&](std::int32_t example) {
    return lengths_[static_cast<std::size_t>(example)];
  });
  ends_.push_back(cut_by_tokens(own, settings_.batch_tokens));
  std::int64_t begin = 0;
  for (const std::int64_t end : ends_.back()) {
    largest_ = std::max(largest_, end - begin);
    begin = end;
  }
}

std::int64_t Batches::run_epoch() const {
  if (is_by_tokens()) {
    std::int64_t batches = 0;
    for (const auto& ends : ends_) {
      batches += std::ssize(ends);
    }
    const std::int64_t mean = batches / partition_->workers();
    return std::max<std::int64_t>(steps_of(mean, settings_), 1);
  }
  return partition_->is_equal()
             ? data::steps_per_epoch(partition_->count(0), settings_)
             : steps_per_mean_epoch(partition_->total(), partition_->workers(), settings_);
}

void Batches::sort_by_length(std::vector<std::int32_t>& examples) const {
  std::stable_sort(examples.begin(), examples.end(), [&](std::int32_t a, std::int32_t b) {
    return lengths_[static_cast<std::size_t>(a)] < lengths_[static_cast<std::size_t>(b)];
  });
}

void Batches::shuffle(int worker, std::int64_t number, Epoch& epoch) const {
  const auto own = partition_->of(worker);
  const Random random(settings_.seed, Stream::kBatches, worker, number);
  const auto order = permutation(static_cast<std::int64_t>(own.size()), random);
  epoch.order.resize(own.size());
  std::transform(order.begin(), order.end(), epoch.order.begin(), [&](std::int64_t place) {
    return own[static_cast<std::size_t>(place)];
  });
  if (is_by_tokens()) {
    sort_by_length(epoch.order);
    epoch.batches = permutation(std::ssize(ends_[static_cast<std::size_t>(worker)]),
                                {settings_.seed, Stream::kBatches, worker, kOfBatches + number});
  }
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
  std::int64_t begin = number % batches * settings_.batch_size;
  std::int64_t end = std::min(begin + settings_.batch_size, partition_->count(worker));
  if (is_by_tokens()) {
    const auto& ends = ends_[static_cast<std::size_t>(worker)];
    const auto place =
        static_cast<std::size_t>(epoch.batches[static_cast<std::size_t>(number % batches)]);
    begin = place == 0 ? 0 : ends[place - 1];
    end = ends[place];
  }
  examples.assign(epoch.order.begin() + begin, epoch.order.begin() + end);
}

double Batches::weight(std::size_t examples) const {
  return is_by_tokens() ? 1
                        : static_cast<double>(examples) / static_cast<double>(settings_.batch_size);
}

}  // namespace murmur::data
