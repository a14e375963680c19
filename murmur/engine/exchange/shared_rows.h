// SPDX-License-Identifier: Apache-2.0
// Copies of local rows that processes of this host read where they lie. There are two of each: one
// may still be read while the next pass writes the other.
#pragma once

#include <array>
#include <span>
#include <vector>

#include "murmur/comm/transport.h"
#include "murmur/core/error.h"
#include "murmur/engine/exchange/buckets.h"

namespace murmur::engine {

template <class S>
class SharedRows {
 public:
  // Of `rows` rows. REQUIRES: the transport has shared views.
  SharedRows(comm::Transport* transport, std::size_t rows, const Buckets* buckets);
  SharedRows(const SharedRows&) = delete;
  SharedRows& operator=(const SharedRows&) = delete;
  // Waits until all has been read.
  ~SharedRows();

  // False: the system has no memory to share.
  bool has_memory() const { return !memory_.empty(); }
  std::size_t rows() const { return rows_; }

  // The next pass begins.
  void swap_buffers() { side_ = 1 - side_; }
  struct View {  // to a process, of coordinates of the bucket
    int process = 0;
    CoordinateRange range;
  };
  // Publishes a copy of parts of a row's bucket; `values` is the whole row. Waits until what the
  // pass before the last one wrote there has been read: kPeer. Any thread; a bucket of a row once
  // in a pass. REQUIRES: has_memory(), at least one view.
  Status publish(std::size_t row,
                 std::size_t bucket,
                 const S* values,
                 comm::Tag tag,
                 std::span<const View> views);

 private:
  std::vector<comm::Ticket>& published(std::size_t side, std::size_t row, std::size_t bucket) {
    return shared_rows_[side][row * buckets_->count() + bucket];
  }
  // Until all have been read; those that have not, stay.
  Status wait_for(std::vector<comm::Ticket>& tickets);

  comm::Transport* transport_;
  std::size_t rows_;
  const Buckets* buckets_;
  std::span<std::byte> memory_;
  std::size_t side_ = 0;
  std::array<std::vector<std::vector<comm::Ticket>>, 2> shared_rows_;
};

extern template class SharedRows<float>;
extern template class SharedRows<double>;

}  // namespace murmur::engine
