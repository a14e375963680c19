// SPDX-License-Identifier: Apache-2.0
#include "murmur/engine/exchange/shared_rows.h"

#include <algorithm>
#include <cstring>

namespace murmur::engine {

template <class S>
SharedRows<S>::SharedRows(comm::Transport* transport, std::size_t rows, const Buckets* buckets)
    : transport_(transport), rows_(rows), buckets_(buckets) {
  const std::size_t bytes = 2 * rows * buckets->row_size() * sizeof(S);
  if (const auto taken = transport->shared_views()->take(bytes)) {
    memory_ = taken.value();
  }
  for (auto& side : shared_rows_) {
    side.resize(rows * buckets->count());
  }
}

template <class S>
SharedRows<S>::~SharedRows() {
  Status read = Ok{};
  for (auto& side : shared_rows_) {
    for (std::vector<comm::Ticket>& tickets : side) {
      read = read ? wait_for(tickets) : read;
    }
  }
  if (read && has_memory()) {  // else it may still be read
    transport_->shared_views()->release(memory_);
  }
}

template <class S>
Status SharedRows<S>::wait_for(std::vector<comm::Ticket>& tickets) {
  while (!tickets.empty()) {
    if (Status read = transport_->wait(tickets.back()); !read) {
      return read;
    }
    tickets.pop_back();
  }
  return Ok{};
}

template <class S>
Status SharedRows<S>::publish(std::size_t row,
                              std::size_t bucket,
                              const S* values,
                              comm::Tag tag,
                              std::span<const View> views) {
  std::vector<comm::Ticket>& tickets = published(side_, row, bucket);
  if (Status read = wait_for(tickets); !read) {
    return read;
  }
  const auto copy_of = [&](CoordinateRange range) {
    const std::size_t first = (side_ * rows_ + row) * buckets_->row_size() + range.begin;
    return memory_.subspan(first * sizeof(S), range.size() * sizeof(S));
  };
  CoordinateRange all = views.front().range;
  for (const View& loan : views) {
    all = {std::min(all.begin, loan.range.begin), std::max(all.end, loan.range.end)};
  }
  std::memcpy(copy_of(all).data(), values + all.begin, all.size() * sizeof(S));
  for (const View& loan : views) {
    tickets.push_back(transport_->shared_views()->publish(loan.process, tag, copy_of(loan.range)));
  }
  return Ok{};
}

template class SharedRows<float>;
template class SharedRows<double>;

}  // namespace murmur::engine
