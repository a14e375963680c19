// SPDX-License-Identifier: Apache-2.0
#include "murmur/engine/exchange/group_average.h"

#include <algorithm>
#include <cstring>

namespace murmur::engine {

std::vector<comm::WorkerRange> groups_of(int workers, int size) {
  std::vector<comm::WorkerRange> groups;
  for (int begin = 0; begin < workers; begin += size) {
    groups.push_back({begin, std::min(workers, begin + size)});
  }
  return groups;
}

template <class S>
GroupAverager<S>::GroupAverager(const Peers& peers, threads::Pool* pool, Rows<S>* rows, int size)
    : pool_(pool), rows_(rows) {
  const comm::WorkerRange here = rows->local();
  for (const comm::WorkerRange& group : groups_of(peers.ownership->workers(), size)) {
    const comm::WorkerRange local{std::max(group.begin, here.begin), std::min(group.end, here.end)};
    if (local.size() > 0) {
      groups_.push_back({local, std::make_unique<Averager<S>>(peers, pool, group)});
    }
  }
}

// Groups wait for one another in ascending order only, so processes that share different groups
// cannot wait in a circle. A border between two processes is crossed by at most one group, so one
// tag serves all.
template <class S>
Status GroupAverager<S>::average(std::size_t from, std::size_t into, comm::Tag tag) {
  for (Group& group : groups_) {
    S* const mean = rows_->row(into, group.local.begin);
    const auto row = [&](int worker) { return rows_->row(from, worker); };
    if (Status status = group.averager->average(row, mean, tag, rows_->memory()); !status) {
      return status;
    }
    const auto others = static_cast<std::size_t>(group.local.size() - 1);
    pool_->run(others, [&](std::size_t index, int /*thread*/) {
      const int worker = group.local.begin + 1 + static_cast<int>(index);
      std::memcpy(rows_->row(into, worker), mean, rows_->row_size(into) * sizeof(S));
    });
  }
  return Ok{};
}

template class GroupAverager<float>;
template class GroupAverager<double>;

}  // namespace murmur::engine
