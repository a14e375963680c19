// SPDX-License-Identifier: Apache-2.0
#include "murmur/engine/exchange/shared_rows.h"

#include <algorithm>
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
                         std::span<const Loan> loans) {
  std::vector<comm::Ticket>& tickets = lent(side_, row, bucket);
  if (Status read = wait_for(tickets); !read) {
    return read;
  }
  const auto copy_of = [&](CoordinateRange range) {
    const std::size_t first = (side_ * rows_ + row) * buckets_->row_size() + range.begin;
    return memory_.subspan(first * sizeof(S), range.size() * sizeof(S));
  };
  CoordinateRange all = loans.front().range;
  for (const Loan& loan : loans) {
    all = {std::min(all.begin, loan.range.begin), std::max(all.end, loan.range.end)};
  }
  std::memcpy(copy_of(all).data(), values + all.begin, all.size() * sizeof(S));
  for (const Loan& loan : loans) {
    tickets.push_back(transport_->lending()->lend(loan.process, tag, copy_of(loan.range)));
  }
  return Ok{};
}

template class LentRows<float>;
template class LentRows<double>;

}  // namespace murmur::engine
