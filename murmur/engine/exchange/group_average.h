// SPDX-License-Identifier: Apache-2.0
// Exact averages over contiguous groups of workers, each as average.h takes it.
#pragma once

#include <memory>
#include <vector>

#include "murmur/engine/exchange/average.h"
#include "murmur/engine/exchange/rows.h"

namespace murmur::engine {

// Workers [k size, (k + 1) size) for k = 0, 1, ...; the last group has what is left.
std::vector<comm::WorkerRange> groups_of(int workers, int size);

template <class S>
class GroupAverager {
 public:
  GroupAverager(const Peers& peers, threads::Pool* pool, Rows<S>* rows, int size);

  // into_i <- the mean of `from` over worker i's group, for every local worker.
  Status average(std::size_t from, std::size_t into, comm::Tag tag);

 private:
  struct Group {
    comm::WorkerRange local;  // its workers that live here
    std::unique_ptr<Averager<S>> averager;
  };

  threads::Pool* pool_;
  Rows<S>* rows_;
  std::vector<Group> groups_;  // those with local workers, in ascending order
};

extern template class GroupAverager<float>;
extern template class GroupAverager<double>;

}  // namespace murmur::engine
