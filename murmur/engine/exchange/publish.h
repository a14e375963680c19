// SPDX-License-Identifier: Apache-2.0
// Public copies (Koloskova, Stich, Jaggi: Decentralized stochastic optimization and gossip
// algorithms with compressed communication, ICML 2019). Of every worker there is a vector that its
// neighbors know: whatever changes it is encoded, sent, and decoded alike everywhere. Mixing public
// copies then needs no message.
//
// Within a process a worker's neighbors read its copy where it lies. Of every remote worker from
// which a local one receives, the process keeps a copy of its own. These copies are not saved: the
// first use behind a restored state takes the owners' rows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "murmur/codecs/row_codec.h"
#include "murmur/core/arena.h"
#include "murmur/core/error.h"
#include "murmur/engine/exchange/mix_rows.h"
#include "murmur/engine/exchange/peers.h"
#include "murmur/engine/exchange/rows.h"
#include "murmur/threads/pool.h"
#include "murmur/topology/topology.h"

namespace murmur::engine {

// A field whose rows are published.
template <class S>
struct PublicField {
  Rows<S>* rows = nullptr;
  std::size_t field = 0;
};

template <class S>
class Publisher {
 public:
  // `matrix` is that of every step.
  Publisher(const topology::MixingMatrix& matrix,
            const Peers& peers,
            threads::Pool* pool,
            const PublicField<S>& copy,
            codecs::RowCodec<S> codec);

  // Encodes the rows of `difference`, adds what is decoded to the own copies, and sends. REQUIRES:
  // what was published before was received.
  Status publish(std::size_t difference, std::int64_t step, comm::Tag tag);
  // Adds what neighbors published to the copies that are kept here. Nothing, if there is nothing.
  Status receive();
  // Makes all copies equal to those of their owners, where they may not be. Every process calls it
  // at the same place of the program.
  Status refresh(comm::Tag tag);
  // The rows were changed from outside.
  void forget() { stale_ = true; }

  // into_i <- sum_j w_ij (copy_j - copy_i) over a block of coordinates, for every local worker.
  // REQUIRES: received, refreshed.
  void pull_block(std::size_t into, CoordinateRange range) const;

  std::int64_t edges() const { return edges_; }  // messages of one publication
  // What all workers sent with the last one, if its values say how long messages are.
  std::optional<std::int64_t> encoded_bytes() const { return encoded_bytes_; }
  std::size_t bytes() const { return copies_.bytes(); }

 private:
  struct InRow {  // a neighbor of a local worker
    bool remote = false;
    int worker = 0;
    std::size_t place = 0;  // among the remote neighbors
    S weight = 0;
  };
  using Messages = std::shared_ptr<std::vector<std::byte>>;

  void find_neighbors(const topology::MixingMatrix& matrix);
  std::byte* message(const Messages& messages, std::size_t index) const {
    return messages->data() + index * message_bytes_;
  }
  comm::Tag tag_of(int worker, comm::Tag call) const;
  void make_room(std::int64_t step);
  void encode(std::size_t difference);
  // Of remote_[k], and to the receivers of the k-th local worker.
  void receive_from(std::size_t k, std::span<std::byte> bytes, const Messages& memory);
  void send_from(std::size_t k, std::span<const std::byte> bytes, const Messages& memory);
  // Messages that vary travel packed, the sizes first, and processes add up what they sent.
  Status send_packed();
  Status receive_packed();

  topology::MixingMatrix matrix_;
  Peers peers_;
  threads::Pool* pool_;
  PublicField<S> copy_;
  codecs::RowCodec<S> codec_;
  comm::WorkerRange local_;
  std::int64_t edges_ = 0;
  std::vector<std::vector<InRow>> in_;       // per local worker
  std::vector<int> remote_;                  // workers from which a local one receives, ascending
  std::vector<std::vector<int>> receivers_;  // per local worker: other processes, ascending
  Arena<S> copies_;                          // of remote_
  bool stale_ = false;                       // copies_ may differ from the owners' rows

  // Of what was published last.
  Messages sent_;      // per local worker
  Messages received_;  // per remote_
  std::size_t message_bytes_ = 0;
  std::int64_t step_ = 0;
  comm::Tag call_ = 0;
  std::vector<Awaited> awaited_;
  // The same, packed; empty, or not asked for, where messages do not vary.
  Messages sent_packed_;
  Messages received_packed_;
  std::vector<std::int64_t> out_edges_;  // per local worker
  std::optional<std::int64_t> encoded_bytes_;
};

extern template class Publisher<float>;
extern template class Publisher<double>;

}  // namespace murmur::engine
