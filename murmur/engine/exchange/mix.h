// SPDX-License-Identifier: Apache-2.0
// Mixing, over buckets and processes; what is done to a row is in mix_rows.h.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "murmur/core/error.h"
#include "murmur/engine/exchange/mix_rows.h"
#include "murmur/engine/exchange/peers.h"
#include "murmur/engine/exchange/row_exchange.h"
#include "murmur/engine/exchange/rows.h"
#include "murmur/topology/topology.h"

namespace murmur::engine {

// One engine's share of the mixing of all workers. A mix is opened; then, bucket by bucket, local
// workers' rows are posted, remote neighbors' are waited for, and blocks of what is here are mixed.
template <class S>
class Mixer {
 public:
  // What is mixed: the rows themselves, or copies of them as they were posted, which stay while the
  // rows change (one field; its blocks are gathered later).
  enum class Of { kRows, kCopies };

  Mixer(std::shared_ptr<const topology::Topology> topology,
        const Peers& peers,
        Rows<S>* rows,
        Of of);

  // Fixes the step's weights, or takes others, and makes ready to receive.
  void open(std::int64_t step, const std::vector<std::size_t>& fields, comm::Tag tag);
  void open_with(const topology::MixingMatrix& matrix,
                 const std::vector<std::size_t>& fields,
                 comm::Tag tag);
  bool is_open() const { return open_; }
  const Buckets& buckets() const { return *buckets_; }
  void close();

  // A local worker's bucket is as it is to be mixed. Any thread.
  void post(int worker, std::size_t bucket);
  // Waits for the remote rows of a bucket and, since rows are mixed in place, for its own to leave.
  Status wait(std::size_t bucket);

  // Mixes coordinates [begin, end) of the fields of all local workers, in place. `scratch` holds
  // local workers x (end - begin) values. Blocks may be mixed at the same time, each once.
  void block(CoordinateRange range, S* scratch) const;

  // Push-sum: v_i <- own share v_i + sum_j p_ij v_j, the own share being 1 minus what is given
  // away.
  void push_block(CoordinateRange range, S* scratch) const;

  // Its halves: slot_i <- sum_j p_ij v_j, and v_i <- own share v_i. Of rows the first one first.
  void gather_block(std::size_t slot, CoordinateRange range) const;
  void keep_block(std::size_t field, CoordinateRange range) const;

  // The rows that a local worker mixes with, from a coordinate on; valid until this thread asks
  // again.
  const std::vector<WeightedRow<S>>& neighbors(int worker,
                                               std::size_t place,
                                               std::size_t begin) const;

  // REQUIRES: a mix was opened.
  const topology::MixingMatrix& matrix() const { return *matrix_; }
  // Directed edges of the step's graph: messages of one mix.
  std::int64_t edges() const { return edges_; }

 private:
  struct InRow {  // a neighbor of a local worker
    bool remote = false;
    int worker = 0;
    std::size_t remote_neighbor = 0;  // its place among the rows received
    S weight = 0;
  };

  void set_weights(const topology::MixingMatrix& matrix);
  void begin(const std::vector<std::size_t>& fields, comm::Tag tag);
  const S* own_row(std::size_t place, int worker) const;
  const S* row_of(const InRow& in, std::size_t place) const;
  bool has_in_neighbors(int worker) const {
    return !in_[static_cast<std::size_t>(worker - rows_->local().begin)].empty();
  }
  std::shared_ptr<const topology::Topology> topology_;
  Rows<S>* rows_;
  const Buckets* buckets_;
  std::optional<RowExchange<S>> exchange_;  // none in a world of one process
  std::optional<Arena<S>> copies_;          // a row per local worker
  std::optional<topology::MixingMatrix> matrix_;
  bool of_step_ = false;  // matrix_ is the topology's, not from elsewhere
  std::int64_t edges_ = 0;
  std::vector<std::vector<InRow>> in_;  // per local worker
  std::vector<S> own_;                  // per local worker: push-sum's own share
  std::vector<std::size_t> fields_;     // of the open mix
  bool open_ = false;
};

extern template class Mixer<float>;
extern template class Mixer<double>;

}  // namespace murmur::engine
