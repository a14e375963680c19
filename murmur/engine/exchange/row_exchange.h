// SPDX-License-Identifier: Apache-2.0
// Receives the rows of remote neighbors and sends local rows to their receivers, bucket by bucket.
// A bucket is sent as soon as it is final, so messages travel while the rest is computed. Rows of
// processes on the same host are read in place.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "murmur/core/arena.h"
#include "murmur/core/error.h"
#include "murmur/core/mutex.h"
#include "murmur/engine/exchange/peers.h"
#include "murmur/engine/exchange/shared_rows.h"
#include "murmur/topology/topology.h"

namespace murmur::engine {

template <class S>
class RowExchange {
 public:
  // A local worker's row, of a place among the fields.
  using Source = std::function<const S*(std::size_t place, int worker)>;

  // REQUIRES: a transport.
  explicit RowExchange(const Peers& peers);

  void set_graph(const topology::MixingMatrix& matrix);
  const std::vector<int>& remote_neighbors() const { return remote_neighbors_; }

  // Posts the receives of `fields` fields. `memory` keeps what sources point at. REQUIRES:
  // everything of the exchange before was waited for.
  void open(std::size_t fields, comm::Tag call, comm::Memory memory);
  bool is_open() const { return open_; }
  // The bucket of that worker is final. Any thread; REQUIRES: it stays so until it was waited for.
  void send(int worker, std::size_t bucket, const Source& source);
  // Returns when the bucket of every remote neighbor is here and that of every local worker has
  // been sent, and releases the bucket waited for before. REQUIRES: every local worker's was sent.
  Status wait(std::size_t bucket);
  void close();

  // The row of remote_neighbors()[remote_neighbor], valid in the bucket that was waited for last.
  const S* row(std::size_t place, std::size_t remote_neighbor) const {
    return where_[place * remote_neighbors_.size() + remote_neighbor];
  }

 private:
  enum class Way { kSent, kReceived, kAcquired };
  struct Waiting {  // for a ticket, and what it is of
    comm::Ticket ticket;
    Way way = Way::kSent;
    int worker = 0;
    std::size_t at = 0;  // place x remote neighbors
  };

  struct RemoteNeighbor {  // a remote worker that a local one receives from
    int owner = 0;
    bool shares_memory = false;  // its rows, since it is on this host
  };
  struct Receivers {        // of a local worker: processes, ascending
    std::vector<int> here;  // on this host
    std::vector<int> elsewhere;
  };

  void make_room(std::size_t fields);
  void release();
  // The fields of a row have one tag, in their order.
  comm::Tag tag_of(int worker, std::size_t bucket) const;

  Peers peers_;
  comm::WorkerRange local_;
  std::vector<int> remote_neighbors_;   // in ascending order
  std::vector<RemoteNeighbor> owners_;  // the same
  std::vector<Receivers> receivers_;    // per local worker
  std::unique_ptr<Arena<S>>
      rows_;                     // field place x remote neighbors; of those without shared memory
  std::vector<const S*> where_;  // the same, with those of shared memory; null if not here
  std::vector<comm::Ticket> acquired_;          // of the bucket waited for last
  std::unique_ptr<SharedRows<S>> shared_rows_;  // field place x local workers
  std::size_t fields_ = 0;
  comm::Tag call_ = 0;
  comm::Memory memory_;  // of local rows
  bool open_ = false;
  Mutex mutex_;
  std::vector<std::vector<Waiting>> waiting_ MURMUR_GUARDED_BY(mutex_);  // per bucket
  Status published_so_far_ MURMUR_GUARDED_BY(mutex_) = Ok{};
};

extern template class RowExchange<float>;
extern template class RowExchange<double>;

}  // namespace murmur::engine
