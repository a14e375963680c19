// SPDX-License-Identifier: Apache-2.0
// Push-sum's scalar beside every worker's numerator (Kempe et al. 2003; Assran et al. 2019).
// Weights are functions of the graphs alone, so every process keeps those of all workers and none
// is sent; what an algorithm would send is counted all the same.
//
// INVARIANT: weights here plus weights in flight add up to the number of workers.
#pragma once

#include <cstddef>
#include <vector>

#include "murmur/topology/topology.h"

namespace murmur::engine {

class PushWeights {
 public:
  PushWeights(int workers, std::size_t slots);

  double of(int worker) const { return weights_[static_cast<std::size_t>(worker)]; }
  // What is on its way to a worker in a slot.
  double in_flight_to(int worker, std::size_t slot) const {
    return in_flight_[slot][static_cast<std::size_t>(worker)];
  }
  // False as long as every step's shares leave all weights at exactly 1 and are not sent.
  bool differ() const { return differ_; }

  // w_i <- sum_j p_ij w_j. Keeps exact ones where the matrix is doubly stochastic.
  void mix(const topology::MixingMatrix& shares);
  // Keeps the own share; the others' are in flight in `slot`.
  void send(const topology::MixingMatrix& shares, std::size_t slot);
  void arrive(std::size_t slot);
  // All weights are 1 again and nothing is in flight. With groups of a size: every weight becomes
  // the mean of its group's, and what is in flight stays there.
  void reset(int group);

  // Weights, then slot by slot what is in flight; empty while they do not differ.
  std::vector<double> state() const;
  // REQUIRES: what state() gave for as many workers and slots.
  void restore(const std::vector<double>& state);

 private:
  void average(int group);

  std::vector<double> weights_;
  std::vector<std::vector<double>> in_flight_;  // per slot
  bool differ_ = false;
};

// What worker keeps of its own: 1 minus the shares given away, so that mass is conserved in
// rounding.
std::vector<double> own_shares(const topology::MixingMatrix& shares);

// Whether such shares leave equal weights equal.
bool rows_sum_to_one(const topology::MixingMatrix& shares);

}  // namespace murmur::engine
