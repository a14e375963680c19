// SPDX-License-Identifier: Apache-2.0
#include "murmur/engine/exchange/push_weights.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "murmur/core/check.h"

namespace murmur::engine {
namespace {

constexpr double kStochastic = 1e-12;

// What arrives at every worker from the others.
std::vector<double> received(const topology::MixingMatrix& shares,
                             const std::vector<double>& weights) {
  std::vector<double> sums(weights.size());
  for (int i = 0; i < shares.workers(); ++i) {
    for (const topology::Neighbor& neighbor : shares.in(i)) {
      sums[static_cast<std::size_t>(i)] +=
          neighbor.weight * weights[static_cast<std::size_t>(neighbor.worker)];
    }
  }
  return sums;
}

}  // namespace

bool rows_sum_to_one(const topology::MixingMatrix& shares) {
  for (int i = 0; i < shares.workers(); ++i) {
    double sum = shares.self(i);
    for (const topology::Neighbor& neighbor : shares.in(i)) {
      sum += neighbor.weight;
    }
    if (std::abs(sum - 1) > kStochastic) {
      return false;
    }
  }
  return true;
}

std::vector<double> own_shares(const topology::MixingMatrix& shares) {
  std::vector<double> own(static_cast<std::size_t>(shares.workers()), 1.0);
  for (int i = 0; i < shares.workers(); ++i) {
    for (const topology::Neighbor& neighbor : shares.in(i)) {
      own[static_cast<std::size_t>(neighbor.worker)] -= neighbor.weight;
    }
  }
  return own;
}

PushWeights::PushWeights(int workers, std::size_t slots)
    : weights_(static_cast<std::size_t>(workers), 1.0),
      in_flight_(slots, std::vector<double>(static_cast<std::size_t>(workers))) {}

void PushWeights::mix(const topology::MixingMatrix& shares) {
  if (!differ_ && rows_sum_to_one(shares)) {
    return;
  }
  differ_ = true;
  const std::vector<double> arriving = received(shares, weights_);
  const std::vector<double> own = own_shares(shares);
  for (std::size_t i = 0; i < weights_.size(); ++i) {
    weights_[i] = own[i] * weights_[i] + arriving[i];
  }
}

void PushWeights::send(const topology::MixingMatrix& shares, std::size_t slot) {
  differ_ = true;
  in_flight_[slot] = received(shares, weights_);
  const std::vector<double> own = own_shares(shares);
  for (std::size_t i = 0; i < weights_.size(); ++i) {
    weights_[i] *= own[i];
  }
}

void PushWeights::arrive(std::size_t slot) {
  for (std::size_t i = 0; i < weights_.size(); ++i) {
    weights_[i] += in_flight_[slot][i];
    in_flight_[slot][i] = 0;
  }
}

void PushWeights::reset(int group) {
  if (group != 0) {
    average(group);
    return;
  }
  std::fill(weights_.begin(), weights_.end(), 1.0);
  for (std::vector<double>& slot : in_flight_) {
    std::fill(slot.begin(), slot.end(), 0.0);
  }
  differ_ = false;
}

// In ascending order of workers, as everything that is summed.
void PushWeights::average(int group) {
  for (std::size_t begin = 0; begin < weights_.size(); begin += static_cast<std::size_t>(group)) {
    const std::size_t end = std::min(weights_.size(), begin + static_cast<std::size_t>(group));
    const auto first = weights_.begin() + static_cast<std::ptrdiff_t>(begin);
    const auto behind = weights_.begin() + static_cast<std::ptrdiff_t>(end);
    const double mean = std::accumulate(first, behind, 0.0) / static_cast<double>(end - begin);
    std::fill(first, behind, mean);
  }
}

std::vector<double> PushWeights::state() const {
  std::vector<double> state;
  if (differ_) {
    state = weights_;
    for (const std::vector<double>& slot : in_flight_) {
      state.insert(state.end(), slot.begin(), slot.end());
    }
  }
  return state;
}

void PushWeights::restore(const std::vector<double>& state) {
  reset(0);
  if (state.empty()) {
    return;
  }
  const std::size_t workers = weights_.size();
  MURMUR_CHECK(state.size() == workers * (1 + in_flight_.size()), "{} weights", state.size());
  differ_ = true;
  auto from = state.begin();
  std::copy_n(from, workers, weights_.begin());
  for (std::vector<double>& slot : in_flight_) {
    from += static_cast<std::ptrdiff_t>(workers);
    std::copy_n(from, workers, slot.begin());
  }
}

}  // namespace murmur::engine
