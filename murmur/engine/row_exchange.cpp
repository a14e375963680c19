// SPDX-License-Identifier: Apache-2.0
#include "murmur/engine/row_exchange.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "murmur/engine/tags.h"

namespace murmur::engine {

template <class S>
RowExchange<S>::RowExchange(const comm::Ownership* ownership,
                            comm::Transport* transport,
                            comm::WorkerRange local,
                            const Buckets* buckets,
                            std::size_t row_size)
    : ownership_(ownership),
      transport_(transport),
      local_(local),
      buckets_(buckets),
      row_size_(row_size),
      waiting_(buckets->count()) {}

template <class S>
void RowExchange<S>::set_graph(const topology::MixingMatrix& matrix) {
  std::set<int> ghosts;
  std::vector<std::set<int>> hearers(static_cast<std::size_t>(local_.size()));
  for (int i = 0; i < matrix.workers(); ++i) {
    for (const topology::Neighbor& neighbor : matrix.in(i)) {
      const bool from_here = local_.contains(neighbor.worker);
      if (local_.contains(i) && !from_here) {
        ghosts.insert(neighbor.worker);
      }
      if (!local_.contains(i) && from_here) {
        hearers[static_cast<std::size_t>(neighbor.worker - local_.begin)].insert(
            ownership_->owner(i));
      }
    }
  }
  ghosts_.assign(ghosts.begin(), ghosts.end());
  hearers_.clear();
  for (const std::set<int>& processes : hearers) {
    hearers_.emplace_back(processes.begin(), processes.end());
  }
}

template <class S>
comm::Tag RowExchange<S>::tag_of(std::size_t place, int worker, std::size_t bucket) const {
  const comm::WorkerRange theirs = ownership_->of(ownership_->owner(worker));
  const auto row = place * static_cast<std::size_t>(theirs.size()) +
                   static_cast<std::size_t>(worker - theirs.begin);
  return engine::tag_of(TagKind::kRow, pass_, row * buckets_->count() + bucket);
}

template <class S>
void RowExchange<S>::open(std::size_t fields, comm::Tag pass) {
  fields_ = fields;
  pass_ = pass;
  open_ = true;
  const std::size_t needed = ghosts_.size() * fields;
  if (needed > 0 && (rows_ == nullptr || rows_->rows(0) < needed)) {
    rows_ = std::make_unique<Arena<S>>(std::vector<std::size_t>{needed}, row_size_);
  }
  const Lock lock(mutex_);
  for (std::size_t b = 0; b < buckets_->count(); ++b) {
    const CoordinateRange range = buckets_->range(b);
    for (std::size_t g = 0; g < ghosts_.size(); ++g) {
      const int owner = ownership_->owner(ghosts_[g]);
      for (std::size_t f = 0; f < fields; ++f) {
        S* const row = rows_->row(0, f * ghosts_.size() + g);
        const std::span<S> place(row + range.begin, range.size());
        waiting_[b].push_back(
            {transport_->receive(owner, tag_of(f, ghosts_[g], b), std::as_writable_bytes(place)),
             false,
             ghosts_[g],
             owner});
      }
    }
  }
}

template <class S>
void RowExchange<S>::send(int worker, std::size_t bucket, const Source& source) {
  const CoordinateRange range = buckets_->range(bucket);
  for (const int process : hearers_[static_cast<std::size_t>(worker - local_.begin)]) {
    for (std::size_t f = 0; f < fields_; ++f) {
      const std::span<const S> values(source(f, worker, range.begin), range.size());
      const comm::Ticket ticket =
          transport_->send(process, tag_of(f, worker, bucket), std::as_bytes(values));
      const Lock lock(mutex_);
      waiting_[bucket].push_back({ticket, true, worker, process});
    }
  }
}

template <class S>
Status RowExchange<S>::bring(std::size_t bucket) {
  std::vector<Waiting> all;
  {
    const Lock lock(mutex_);
    all.swap(waiting_[bucket]);
  }
  for (const Waiting& each : all) {
    if (const Status status = transport_->wait(each.ticket); !status) {
      return status.failure().in(
          each.is_send ? fmt::format("sending the row of worker {}", each.worker)
                       : fmt::format("waiting for the row of worker {}", each.worker));
    }
  }
  return Ok{};
}

template class RowExchange<float>;
template class RowExchange<double>;

}  // namespace murmur::engine
