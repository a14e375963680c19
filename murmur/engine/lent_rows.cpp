// SPDX-License-Identifier: Apache-2.0
#include "murmur/engine/lent_rows.h"

#include <cstring>
#include <utility>

#include "murmur/comm/wait_all.h"

namespace murmur::engine {

template <class S>
LentRows<S>::LentRows(comm::Transport* transport, std::size_t rows, const Buckets* buckets)
    : transport_(transport), rows_(rows), buckets_(buckets) {
  const std::size_t bytes = 2 * rows * buckets->row_size() * sizeof(S);
  if (const auto taken = transport->lending()->take(bytes)) {
    memory_ = taken.value();
  }
  for (auto& side : lent_) {
    side.resize(rows * buckets->count());
  }
}

template <class S>
LentRows<S>::~LentRows() {
  Status read = Ok{};
  for (auto& side : lent_) {
    for (std::vector<comm::Ticket>& tickets : side) {
      read = read ? wait_for(tickets) : read;
    }
  }
  if (read && has_memory()) {  // else somebody may still look at it
    transport_->lending()->release(memory_);
  }
}

template <class S>
Status LentRows<S>::wait_for(std::vector<comm::Ticket>& tickets) {
  return comm::wait_all(*transport_, std::exchange(tickets, {}));
}

template <class S>
Status LentRows<S>::lend(std::size_t row,
                         std::size_t bucket,
                         const S* values,
                         comm::Tag tag,
                         std::span<const int> processes) {
  std::vector<comm::Ticket>& tickets = lent(side_, row, bucket);
  if (Status read = wait_for(tickets); !read) {
    return read;
  }
  const CoordinateRange range = buckets_->range(bucket);
  const std::size_t first = (side_ * rows_ + row) * buckets_->row_size() + range.begin;
  const std::span<std::byte> copy = memory_.subspan(first * sizeof(S), range.size() * sizeof(S));
  std::memcpy(copy.data(), values, copy.size());
  for (const int process : processes) {
    tickets.push_back(transport_->lending()->lend(process, tag, copy));
  }
  return Ok{};
}

template class LentRows<float>;
template class LentRows<double>;

}  // namespace murmur::engine
