// SPDX-License-Identifier: Apache-2.0
// The exact average of all workers, or of a contiguous group of them: a binary tree over worker
// indices that splits at the largest power of two below the count, of means rather than sums,
//
//   mean(A and B) = a + |B| / (|A| + |B|) (b - a)
//
// so that equal rows average to themselves exactly for every count. Over processes, each of which
// owns a chunk of the coordinates: means of the subtrees that lie within one process travel to the
// chunk's owner, the finished chunk travels to all. Never the MPI library's own all-reduce, whose
// order of additions is its own business.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "murmur/comm/ownership.h"
#include "murmur/comm/transport.h"
#include "murmur/core/arena.h"
#include "murmur/core/error.h"
#include "murmur/threads/pool.h"

namespace murmur::engine {

// The row of a local worker.
template <class S>
using RowOf = std::function<const S*(int worker)>;

template <class S>
class Averager {
 public:
  // Of the workers in `range`.
  Averager(const comm::Ownership* ownership,
           comm::Transport* transport,
           threads::Pool* pool,
           std::size_t row_size,
           comm::WorkerRange range);

  // Writes the mean to `out` (a whole row), on every process that owns one of the workers.
  Status average(const RowOf<S>& row, S* out, comm::Tag tag);

 private:
  struct Node {  // a subtree whose workers all live in one process, as large as can be
    int first = 0;
    int count = 0;
    int process = 0;
  };

  void find_nodes(int first, int count);
  CoordinateRange chunk_of(int process) const;
  bool alone() const { return participants_.size() == 1; }
  // The mean of a subtree's rows over a range of coordinates, into out + range.begin, from local
  // rows or (from_nodes) from node_rows_.
  void mean(Node tree, CoordinateRange range, const RowOf<S>& row, bool from_nodes, S* out);
  Status collect_chunk(comm::Tag tag);
  Status spread_chunks(comm::Tag tag, S* out);

  const comm::Ownership* ownership_;
  comm::Transport* transport_;
  threads::Pool* pool_;
  std::size_t row_size_;
  comm::WorkerRange range_;
  std::vector<int> participants_;  // processes that own some of the workers, in ascending order
  std::vector<Node> nodes_;
  Arena<S> node_rows_;  // of the nodes here: whole rows; of others: our chunk is filled
  std::vector<std::vector<S>> scratch_;  // per thread: two blocks for every level of the tree
};

extern template class Averager<float>;
extern template class Averager<double>;

}  // namespace murmur::engine
