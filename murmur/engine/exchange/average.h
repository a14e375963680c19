// SPDX-License-Identifier: Apache-2.0
// The exact average of all workers, or of a contiguous group of them: a binary tree over worker
// indices that splits at the largest power of two below the count, of means rather than sums,
//
//   mean(A and B) = a + |B| / (|A| + |B|) (b - a)
//
// (in a weighted mean |A| is the sum of its weights), so that equal rows average to themselves
// exactly for every count. Over processes, each of which owns a chunk of the coordinates: means of
// the subtrees that lie within one process travel to the chunk's owner, the finished chunk travels
// to all. Processes of one host read both where they lie.
// Never the MPI library's own all-reduce, whose order of additions is not fixed.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "murmur/core/arena.h"
#include "murmur/core/error.h"
#include "murmur/core/mutex.h"
#include "murmur/engine/exchange/peers.h"
#include "murmur/engine/exchange/shared_rows.h"
#include "murmur/engine/exchange/tree_mean.h"
#include "murmur/threads/pool.h"

namespace murmur::engine {

// The row of a local worker.
template <class S>
using RowOf = std::function<const S*(int worker)>;

template <class S>
class Averager {
 public:
  // Of the workers in `range`.
  Averager(const Peers& peers, threads::Pool* pool, comm::WorkerRange range);

  // Of the means from now on: the weights of all workers, the same on all processes; empty: equal.
  // REQUIRES: no average is open; some worker in the range has a weight.
  void weigh(RowWeights weights) { weights_ = std::move(weights); }
  const RowWeights& weights() const { return weights_; }

  // Writes the mean to `out` (a whole row), on every process that owns one of the workers. `memory`
  // keeps the rows, and that one.
  Status average(const RowOf<S>& row, S* out, comm::Tag call, const comm::Memory& memory);

  // The same while rows are still computed: opened; ready() for each bucket that is final of
  // a local worker (any thread); finished. REQUIRES: is_spread().
  bool is_spread() const { return participants_.size() > 1; }  // over processes
  void open(RowOf<S> row, S* out, comm::Tag call, const comm::Memory& memory);
  bool is_open() const { return !parts_.empty(); }
  void ready(std::size_t bucket);
  Status finish();

 private:
  struct Node {  // a subtree whose workers all live in one process, as large as can be
    int first = 0;
    int count = 0;
    int process = 0;
  };
  enum class State { kFilling, kCollecting, kSpreading };
  struct Acquired {
    Awaited message;
    std::size_t node = 0;  // whose part it is, if not a mean
  };
  struct BucketState {  // a bucket on its way
    State state = State::kFilling;
    int missing = 0;                 // local workers that are not ready
    std::vector<Awaited> awaited;    // of the state at hand
    std::vector<Acquired> acquired;  // the same
  };
  struct Given {
    std::size_t shared_row = 0;
    const S* row = nullptr;
    comm::Tag tag = 0;
  };

  void find_nodes(int first, int count);
  void share_rows();
  CoordinateRange chunk_of(std::size_t bucket, int process) const;
  const S* node_row(std::size_t node) const;
  // The mean of a subtree's rows over a block of coordinates, into out + range.begin, from local
  // rows or (from_nodes) from those of nodes.
  void mean_block(Node tree, CoordinateRange range, bool from_nodes, S* scratch, S* out);
  void mean_in_parallel(Node tree, S* out);
  void mean_alone(Node tree, CoordinateRange range, bool from_nodes, S* out);
  // Of all nodes of a process, in their order.
  comm::Tag tag_of_part(std::size_t bucket) const;
  struct Asked {
    int process = 0;
    comm::Tag tag = 0;
    std::size_t node = 0;  // whose part it is, if not a mean
  };
  // What that process sends: acquired, or to be received at that place.
  void ask(std::size_t bucket, const Asked& asked, std::span<S> place);
  void receive_parts(std::size_t bucket);
  void send_parts(std::size_t bucket) MURMUR_REQUIRES(mutex_);
  // Takes up what has come meanwhile, as far as it has come in order: what is looked at does not
  // grow with the number of buckets.
  void advance() MURMUR_REQUIRES(mutex_);
  bool has_come(const BucketState& part) const;
  Result<const S*> read(const Acquired& acquired);
  Status collect(std::size_t bucket) MURMUR_REQUIRES(mutex_);
  Status spread(std::size_t bucket) MURMUR_REQUIRES(mutex_);
  Status take_mean(std::size_t bucket) MURMUR_REQUIRES(mutex_);
  // Gives every other process coordinates range_of(it) of a row: published, or sent.
  template <class RangeOf>
  Status give(std::size_t bucket, const Given& given, const RangeOf& range_of)
      MURMUR_REQUIRES(mutex_);

  Peers peers_;
  threads::Pool* pool_;
  comm::WorkerRange range_;
  RowWeights weights_;
  std::vector<int> participants_;  // processes that own some of the workers, in ascending order
  std::vector<Node> nodes_;
  std::vector<const S*> where_;                 // of a node: its chunk, while it is acquired
  std::size_t first_here_ = 0;                  // node of this process
  std::unique_ptr<SharedRows<S>> shared_rows_;  // of nodes here, and of the mean; or none
  Arena<S> node_rows_;  // of several workers here: whole rows; of other processes: our chunks
  std::vector<std::vector<S>> scratch_;  // per thread, and for the thread that advances

  // Of the average that is open.
  RowOf<S> row_;
  S* out_ = nullptr;
  comm::Tag call_ = 0;
  comm::Memory memory_;  // of all that its messages look at
  Mutex mutex_;
  std::vector<BucketState> parts_;  // per bucket; none: closed
  // Buckets that are kCollecting, as they were sent.
  std::deque<std::size_t> collecting_ MURMUR_GUARDED_BY(mutex_);
  Status status_ = Ok{};
};

extern template class Averager<float>;
extern template class Averager<double>;

}  // namespace murmur::engine
